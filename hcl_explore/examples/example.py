"""What an example is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from hcl_explore.examples.steps import Step


@dataclass(frozen=True, repr=False)
class Example:
    """A kernel with what is needed to run, check and schedule it.

    ``inputs`` draws the arguments. ``reference`` is called as the kernel is, and by NumPy or plain
    Python returns what it returns and leaves in the array arguments what it leaves there.
    ``relative_tolerance`` is the allowed error over the largest magnitude of an array, 0 where
    results must be exact. ``schedule`` is a good schedule: primitives by name, with their
    arguments; it makes the estimated latency shorter and leaves every bit of the results as it is.
    ``remark`` says what is worth knowing of the schedule, or why there is none. ``group`` is the
    example's heading in a menu.
    """

    kernel: Callable[..., Any]
    summary: str
    inputs: Callable[[np.random.Generator], tuple[Any, ...]]
    reference: Callable[..., Any]
    group: str
    relative_tolerance: float = 0.0
    schedule: tuple[Step, ...] = ()
    remark: str = ""

    def __repr__(self) -> str:
        return f"<example {self.name}: {self.summary}>"

    @property
    def name(self) -> str:
        return self.kernel.__name__
