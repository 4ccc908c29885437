"""What several primitives refuse of a loop, whatever the order of its iterations."""

from __future__ import annotations

from hcl_explore.errors import ArgumentError, ScheduleError
from hcl_explore.ir.program import Loop, Program
from hcl_explore.schedule.legality import not_applicable


def factor_refusal(
    program: Program, primitive: str, loop: Loop, factor: int
) -> ScheduleError | None:
    """A factor beyond the trip count is refused."""
    if loop.trip_count is not None and factor > loop.trip_count:
        return ArgumentError(
            f"{primitive}: factor {factor} is larger than the trip count {loop.trip_count} of "
            f"loop '{loop.name}'",
            span=program.sources.span(loop.place),
            advice=f"Use a factor from 1 to {loop.trip_count}.",
        )
    return None


def annotation_refusal(program: Program, primitive: str, loop: Loop) -> ScheduleError | None:
    """A loop that is already pipelined, unrolled, parallel or vectorized keeps its shape."""
    done = [
        word
        for word, is_set in (
            ("pipelined", loop.pipeline_ii is not None),
            ("unrolled", loop.unroll is not None),
            ("parallel", loop.parallel),
            ("vectorized", loop.vectorize is not None),
        )
        if is_set
    ]
    if not done:
        return None
    return not_applicable(
        program,
        loop,
        f"{primitive}: loop '{loop.name}' is already {done[0]}",
        f"Apply {primitive} first, and then mark the loop you mean.",
    )
