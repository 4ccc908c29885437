"""Compile-time constructs: constants, unrolled loops and choices, type parameters.

They have a meaning only while a kernel is compiled; run as plain Python, ``meta_for`` and
``meta_if`` raise ``TypeError``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NoReturn

from hcl_explore.lang.types import OpenSize, ScalarType


@dataclass(frozen=True)
class ConstantType:
    """``ConstExpr[T]``: a number of type ``element`` that is known when the kernel is compiled."""

    element: ScalarType


class _ConstExpr:
    """``N: ConstExpr[int32] = 2 * M`` declares a compile-time constant inside a kernel."""

    def __getitem__(self, element: ScalarType) -> ConstantType:
        if not isinstance(element, ScalarType):
            raise TypeError(f"ConstExpr[...] takes a scalar type, not {element!r}")
        return ConstantType(element)


ConstExpr = _ConstExpr()


class TypeParameter(OpenSize):
    """A type or a size that a kernel leaves open: given by ``customize(kernel, instantiate=…)``.

    Works on every Python version; on 3.12 and later ``def kernel[T, N](…)`` means the same.
    ``bounds`` are the types it may be; a single scalar type means a constant of that type. The
    order of a kernel's parameters is the order in which they appear in its text.

    >>> T, N = TypeParameter("T"), TypeParameter("N")
    >>> def double(A: T[N]): ...
    """

    def __init__(self, name: str, *bounds: ScalarType) -> None:
        self.name = name
        self.bounds = bounds

    def __getitem__(self, shape: object) -> TypeParameter:
        del shape  # Python evaluates annotations; only the text of the kernel matters.
        return self

    def __repr__(self) -> str:
        return self.name


def _compile_time_only(name: str) -> NoReturn:
    raise TypeError(f"hcl.{name} works only where the kernel is compiled, not in plain Python")


def meta_for(*bounds: int) -> Any:
    """``with meta_for(4) as i:`` repeats its body at compile time, with ``i`` a constant."""
    del bounds
    _compile_time_only("meta_for")


def meta_if(condition: object) -> Any:
    """``with meta_if(N > 4):`` keeps its body if the constant condition holds."""
    del condition
    _compile_time_only("meta_if")


def meta_elif(condition: object) -> Any:
    """``with meta_elif(N > 2):`` after a ``meta_if`` whose condition does not hold."""
    del condition
    _compile_time_only("meta_elif")


def meta_else() -> Any:
    """``with meta_else():`` after a ``meta_if`` whose condition does not hold."""
    _compile_time_only("meta_else")
