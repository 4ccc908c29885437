"""One step of a schedule: a frozen record whose ``repr`` is the Python call that makes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hcl_explore.schedule.snapshot import Snapshot


@dataclass(frozen=True, repr=False, eq=False)
class Step:
    """A primitive applied to ``before``, giving ``after``.

    ``arguments`` are plain data that the primitive's parameters take back. ``unchecked`` is set
    when legality was refused or undecided and the user overrode it; ``reassociated`` when a
    floating-point accumulation changed its order by the user's leave. ``allowed_error`` is how
    much of the largest value results may differ by, where the step changes values.
    """

    primitive: str
    arguments: Mapping[str, object]
    call: str
    explanation: str
    before: Snapshot
    after: Snapshot
    forwarding: Mapping[str, tuple[str, ...]]
    unchecked: bool = False
    reassociated: bool = False
    allowed_error: float | None = None

    def __repr__(self) -> str:
        return self.call
