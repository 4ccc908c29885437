"""What an HLS tool reported of a design.

The names of the fields are those of the estimate, so that the two can be shown side by side.
"""

from __future__ import annotations

from dataclasses import dataclass

from hcl_explore.errors import ReportError


@dataclass(frozen=True)
class LoopReport:
    """One loop as the tool reported it: ``name`` is its label (of flattened loops, all labels
    joined), ``parent`` the loop or function around it. Counts are the worst case; None where the
    tool does not know. ``depth`` is the latency of one iteration."""

    name: str
    parent: str
    trip_count: int | None
    ii: int | None
    depth: int | None
    latency_cycles: int | None
    pipelined: bool


@dataclass(frozen=True)
class Report:
    """A synthesis report. Figures are the worst case; None where the tool gives none.

    ``latency_cycles`` and ``interval`` in cycles, clocks in nanoseconds, ``bram18`` in blocks of
    18 kbit. ``available`` are the totals of the part, by the names of the fields.
    """

    tool: str
    version: str
    top: str
    part: str | None
    clock_target_ns: float | None
    clock_estimate_ns: float | None
    latency_cycles: int | None
    interval: int | None
    dsp: int | None
    bram18: int | None
    uram: int | None
    lut: int | None
    ff: int | None
    available: dict[str, int]
    loops: tuple[LoopReport, ...]


def truncated(name: str, missing: str) -> ReportError:
    """The error for a report that ends too early."""
    return ReportError(
        f"{name} is cut off or of an unknown version: it has no {missing}",
        advice="Run csynth_design again, or copy the file again.",
    )
