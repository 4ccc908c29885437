"""Dataflow programs: regions of tasks that run at the same time and talk through FIFO streams.

>>> import hcl_explore.dataflow as df
>>> @df.region()
... def top(A: float32[16], B: float32[16]):
...     fifo: Stream[float32, 4]
...
...     @df.kernel(mapping=[1], args=[A])
...     def producer(source: float32[16]):
...         for i in range(16):
...             fifo.put(source[i])
...
...     @df.kernel(mapping=[1], args=[B])
...     def consumer(target: float32[16]):
...         for i in range(16):
...             target[i] = fifo.get() + 1.0

A region has a meaning only when it is compiled: ``df.build(top)(A, B)``.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import FunctionType
from typing import Any, NoReturn

from hcl_explore.lang.types import OpenSize, ScalarType, TensorType

DEFAULT_DEPTH = 2
"""Of a stream declared without a depth, as of ``hls::stream`` in Vitis HLS."""


@dataclass(frozen=True)
class StreamKind:
    """The type of a stream: what a token is, how many it holds, and the shape of the array of
    streams (``()`` for a single one). ``depth`` None takes any in a parameter, and means
    ``DEFAULT_DEPTH`` in a declaration."""

    token: ScalarType | TensorType
    depth: int | None = None
    shape: tuple[int, ...] = ()

    @property
    def element(self) -> ScalarType:
        """The type of one number in a token."""
        return self.token.element if isinstance(self.token, TensorType) else self.token

    @property
    def tokens(self) -> str:
        """The kind without its depth, as messages call it."""
        sizes = f"[{', '.join(map(str, self.shape))}]" if self.shape else ""
        return f"Stream[{self.token}]{sizes}"

    def __getitem__(self, shape: Any) -> Any:
        sizes = shape if isinstance(shape, tuple) else (shape,)
        for size in sizes:
            if isinstance(size, OpenSize):
                return size
            if isinstance(size, bool) or not isinstance(size, int) or size < 1:
                raise ValueError(f"an array of streams has positive sizes, not {size!r}")
        if self.shape:
            raise ValueError("the sizes of an array of streams stand in one pair of brackets")
        return StreamKind(self.token, self.depth, sizes)

    def __repr__(self) -> str:
        depth = "" if self.depth is None else f", {self.depth}"
        sizes = f"[{', '.join(map(str, self.shape))}]" if self.shape else ""
        return f"Stream[{self.token}{depth}]{sizes}"


class _Stream:
    """``Stream[float32, 4]`` is a FIFO of at most 4 numbers, ``Stream[float32[8], 2]`` one of 2
    blocks, ``Stream[float32, 4][P, Q]`` an array of FIFOs."""

    def __getitem__(self, parameters: Any) -> Any:
        token, *depths = parameters if isinstance(parameters, tuple) else (parameters,)
        for part in (token, *depths):
            if isinstance(part, OpenSize):
                return part
        if not isinstance(token, (ScalarType, TensorType)) or len(depths) > 1:
            raise ValueError("a stream is written Stream[type, depth]")
        depth = depths[0] if depths else None
        if depth is not None:
            if isinstance(depth, bool) or not isinstance(depth, int):
                raise ValueError(f"the depth of a stream is an integer, not {depth!r}")
            if depth < 1:
                raise ValueError(f"the depth of a stream is at least 1, not {depth}")
        return StreamKind(token, depth)


Stream = _Stream()


class Region:
    """A function of tasks that run at the same time; what ``df.region()`` makes."""

    def __init__(self, function: FunctionType) -> None:
        functools.update_wrapper(self, function)
        self.function = function

    def __call__(self, *args: object, **kwargs: object) -> NoReturn:
        del args, kwargs
        name = self.function.__name__
        raise TypeError(
            f"the region '{name}' does not run as plain Python; df.build({name})(...) runs it"
        )

    def __getitem__(self, parameters: object) -> Region:
        """``region[float32, 8](...)`` in another region: the text of the other one counts."""
        del parameters
        return self

    def __repr__(self) -> str:
        return f"<region {self.function.__name__}>"


def region() -> Callable[[FunctionType], Region]:
    """Decorator: the function's body declares streams and tasks, and computes nothing itself."""
    return Region


def kernel(
    *, mapping: Sequence[int], args: Sequence[object] = ()
) -> Callable[[FunctionType], FunctionType]:
    """Decorator of a function inside a region: a task for each point of the grid ``mapping``.

    ``args`` are the region's arrays that it is handed, in the order of its own parameters. It
    sees the streams of the region by their names.
    """
    del mapping, args
    return lambda function: function


def get_pid() -> Any:
    """The position of a task in its mapping: a tuple, or a single value where it has one
    dimension."""
    raise TypeError("df.get_pid() works only in a df.kernel that is compiled")
