"""Trip counts where bounds depend on outer loops."""

from __future__ import annotations

from hcl_explore.ir.linear import LinearForm
from hcl_explore.ir.program import Loop
from hcl_explore.polyhedral.domain import Ranges


def greatest_trip_count(loop: Loop) -> int | None:
    """The most iterations the loop makes in one run; None where nothing bounds it.

    Exact for bounds whose difference is linear in the outer loops, which then has its greatest
    value at a corner of their ranges; elsewhere an upper bound.
    """
    extent = _extent(loop, greatest=True)
    return None if extent is None else max(0, -(-extent // (loop.step or 1)))


def average_trip_count(loop: Loop) -> float | None:
    """The mean over the outer iterations: of a linear extent, the middle of its range."""
    if loop.trip_count is not None:
        return float(loop.trip_count)
    high, low = _extent(loop, greatest=True), _extent(loop, greatest=False)
    if high is None or low is None:
        return None
    step = loop.step or 1
    return max(0.0, (high + max(low, 0)) / 2 / step)


def _extent(loop: Loop, greatest: bool) -> int | None:
    if loop.lower is None or loop.upper is None or loop.step is None:
        return None
    ranges = Ranges()
    found: list[int] = []
    for lower in loop.lower:
        for upper in loop.upper:
            difference: LinearForm = upper.plus(lower.times(-1))
            low, high = ranges.of_form(difference)
            bound = high if greatest else low
            if abs(bound) < 2**31:
                found.append(bound)
    return min(found) if found else None
