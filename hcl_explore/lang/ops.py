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


def _real(x: Any) -> Any:
    """``x``, integers as float32: what mathematical functions of a kernel make of them."""
    if isinstance(x, (bool, int)):
        return float(x)
    integers = isinstance(x, (np.ndarray, np.generic)) and x.dtype.kind in "biu"
    return x.astype(np.float32) if integers else x


def exp(x: Any) -> Any:
    """e to the power x."""
    return np.exp(_real(x))


def log(x: Any) -> Any:
    """Natural logarithm."""
    return np.log(_real(x))


def log2(x: Any) -> Any:
    """Logarithm to base 2."""
    return np.log2(_real(x))


def log10(x: Any) -> Any:
    """Logarithm to base 10."""
    return np.log10(_real(x))


def sqrt(x: Any) -> Any:
    """Square root."""
    return np.sqrt(_real(x))


def sin(x: Any) -> Any:
    """Sine of x in radians."""
    return np.sin(_real(x))


def cos(x: Any) -> Any:
    """Cosine of x in radians."""
    return np.cos(_real(x))


def tan(x: Any) -> Any:
    """Tangent of x in radians."""
    return np.tan(_real(x))


def tanh(x: Any) -> Any:
    """Hyperbolic tangent."""
    return np.tanh(_real(x))


def floor(x: Any) -> Any:
    """The largest whole number not above x, as a float."""
    return np.floor(_real(x))


def ceil(x: Any) -> Any:
    """The smallest whole number not below x, as a float."""
    return np.ceil(_real(x))


def power(x: Any, y: Any) -> Any:
    """x to the power y, in floating point (``x ** 2`` of integers stays an integer)."""
    return np.power(_real(x), _real(y))


pow = power


def abs(x: Any) -> Any:
    """Absolute value."""
    return np.abs(x)


def add(x: Any, y: Any) -> Any:
    """x + y, element by element."""
    return np.add(x, y)


def sub(x: Any, y: Any) -> Any:
    """x - y, element by element."""
    return np.subtract(x, y)


def mul(x: Any, y: Any) -> Any:
    """x · y, element by element."""
    return np.multiply(x, y)


def div(x: Any, y: Any) -> Any:
    """x / y, element by element; integers round toward zero."""
    quotient = np.true_divide(x, y)
    if np.result_type(x, y).kind in "iub":
        return np.trunc(quotient).astype(np.asarray(x).dtype)
    return quotient


def relu(x: Any) -> Any:
    """max(x, 0)."""
    return np.maximum(x, 0)


def gelu(x: Any) -> Any:
    """x / 2 · (1 + tanh(sqrt(2/π) · (x + 0.044715 x³))), the common form with tanh."""
    x = _real(x)
    return 0.5 * x * (1 + np.tanh(GELU_SCALE * (x + GELU_CUBIC * x * x * x)))


GELU_SCALE = 0.7978845608028654
GELU_CUBIC = 0.044715


def copy(x: Any) -> Any:
    """An array of its own with the same elements."""
    return np.copy(x)


def transpose(x: Any, axes: tuple[int, ...] | None = None) -> Any:
    """The dimensions of ``x`` in another order; reversed if none is given."""
    return np.transpose(x, axes)


def view(x: Any, shape: tuple[int, ...]) -> Any:
    """The elements of ``x`` in the same order, in another shape of the same size."""
    return np.reshape(x, shape)


def concat(x: Any, y: Any, axis: int = 0) -> Any:
    """``y`` after ``x`` along dimension ``axis``, which counts from 0."""
    return np.concatenate((x, y), axis)
