"""What an example is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

Step = tuple[str, dict[str, object]]


@dataclass(frozen=True)
class Example:
    """A kernel with what is needed to run, check and schedule it.

    ``inputs`` draws the arguments; ``reference`` takes them and gives what the kernel returns, by
    NumPy. ``relative_tolerance`` is 0 where the result must be exact. ``schedule`` is a good
    schedule: primitives by name, with their arguments.
    """

    kernel: Callable[..., Any]
    summary: str
    inputs: Callable[[np.random.Generator], tuple[Any, ...]]
    reference: Callable[..., Any]
    relative_tolerance: float = 0.0
    schedule: tuple[Step, ...] = ()

    @property
    def name(self) -> str:
        return self.kernel.__name__
