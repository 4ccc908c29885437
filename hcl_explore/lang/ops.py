"""Loops and mathematical functions of the kernel language.

All of them also work in plain Python on NumPy values, so that a kernel can be run and tested as
an ordinary function; the frontend recognises them by identity and lowers them to loops and to the
``math`` dialect.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np


def grid(*extents: int, name: str | None = None) -> Iterator[Any]:
    """Iterate over all index tuples below ``extents``, the last one fastest.

    With one extent the indices are plain integers. ``name`` names the band of loops for the
    schedule; it has no effect in plain Python.
    """
    del name
    if len(extents) == 1:
        return iter(range(extents[0]))
    return itertools.product(*map(range, extents))


def reduction(*extents: int, name: str | None = None) -> Iterator[Any]:
    """Like ``grid``, for loops that accumulate: marks them as reductions."""
    return grid(*extents, name=name)


def exp(x: Any) -> Any:
    """e to the power x."""
    return np.exp(x)


def log(x: Any) -> Any:
    """Natural logarithm."""
    return np.log(x)


def log2(x: Any) -> Any:
    """Logarithm to base 2."""
    return np.log2(x)


def log10(x: Any) -> Any:
    """Logarithm to base 10."""
    return np.log10(x)


def sqrt(x: Any) -> Any:
    """Square root."""
    return np.sqrt(x)


def sin(x: Any) -> Any:
    """Sine of x in radians."""
    return np.sin(x)


def cos(x: Any) -> Any:
    """Cosine of x in radians."""
    return np.cos(x)


def tan(x: Any) -> Any:
    """Tangent of x in radians."""
    return np.tan(x)


def tanh(x: Any) -> Any:
    """Hyperbolic tangent."""
    return np.tanh(x)


def floor(x: Any) -> Any:
    """The largest whole number not above x, as a float."""
    return np.floor(x)


def ceil(x: Any) -> Any:
    """The smallest whole number not below x, as a float."""
    return np.ceil(x)


def power(x: Any, y: Any) -> Any:
    """x to the power y, in floating point."""
    return np.power(x, y)


pow = power
