"""What a library function is: kernels for the compiler, NumPy for Python."""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType
from typing import Any


class LibraryFunction:
    """Calls ``reference`` in plain Python; in a kernel, the first of ``overloads`` whose parameters
    have the ranks of the arguments. ``constants`` are type parameters given as last arguments.
    """

    def __init__(
        self,
        overloads: tuple[Callable[..., Any], ...],
        reference: Callable[..., Any],
        constants: tuple[str, ...] = (),
    ) -> None:
        self.overloads = tuple(kernel for kernel in overloads if isinstance(kernel, FunctionType))
        self.reference = reference
        self.constants = constants
        self.__name__ = reference.__name__
        self.__doc__ = reference.__doc__

    def __call__(self, *arguments: Any) -> Any:
        return self.reference(*arguments)

    def __repr__(self) -> str:
        return f"hcl.{self.__name__}"
