"""pipeline: overlap the iterations of a loop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hcl_explore.errors import NotApplicableError, ScheduleError
from hcl_explore.ir import attributes as attrs
from hcl_explore.ir.printing import ModuleLike
from hcl_explore.ir.program import Loop, Program
from hcl_explore.schedule import parameters as param
from hcl_explore.schedule.legality import not_applicable
from hcl_explore.schedule.primitive import Outcome, Primitive
from hcl_explore.schedule.primitives.unroll import MAX_UNROLLED_OPERATIONS


@dataclass(frozen=True)
class Pipeline(Primitive):
    """Start an iteration of a loop every ``initiation_interval`` cycles; loops inside it unroll.

    The interval is what is asked for: the estimate says which one the dependences and the memory
    ports allow.
    """

    name: ClassVar[str] = "pipeline"
    group: ClassVar[str] = "Pipelines and structure"
    law: ClassVar[str] = "Always legal: hardware waits for what an iteration needs."

    axis: Loop = param.loop("the loop to pipeline")
    initiation_interval: int = param.integer("cycles between two starts", minimum=1, default=1)
    rewind: bool = param.boolean("start the next run of the loop without draining", default=False)

    def check(self, program: Program, *, reassociate: bool) -> ScheduleError | None:
        for other in (*self.axis.chain, *self.axis.subtree()):
            if other.pipeline_ii is not None:
                where = (
                    "is already"
                    if other is self.axis
                    else f"is nested with '{other.name}', which is"
                )
                return not_applicable(
                    program,
                    self.axis,
                    f"pipeline: loop '{self.axis.name}' {where} pipelined",
                    "Undo that step first: one loop of a nest is pipelined, and those inside it "
                    "are unrolled.",
                )
        return self._size_refusal(program)

    def _size_refusal(self, program: Program) -> ScheduleError | None:
        operations = pipelined_operations(self.axis)
        if operations is None:
            return not_applicable(
                program,
                self.axis,
                f"pipeline: a loop inside '{self.axis.name}' has no constant trip count, so it "
                "cannot be unrolled",
                "Pipeline the innermost loop.",
            )
        if operations <= MAX_UNROLLED_OPERATIONS:
            return None
        return NotApplicableError(
            f"pipeline: unrolling the loops inside '{self.axis.name}' makes {operations:,} "
            f"operations; the limit is {MAX_UNROLLED_OPERATIONS:,}",
            span=program.sources.span(self.axis.place),
            advice="Pipeline a loop further inside, or split the inner loops first.",
        )

    def apply(self, module: ModuleLike, program: Program) -> Outcome:
        attrs.set_integer(self.axis.op, attrs.PIPELINE_II, self.initiation_interval)
        if self.rewind:
            attrs.set_flag(self.axis.op, attrs.REWIND)
        return Outcome()

    def explain(self) -> str:
        rewind = ", run after run without draining" if self.rewind else ""
        return f"pipeline {self.axis.name}, asking for II = {self.initiation_interval}{rewind}"


def pipelined_operations(loop: Loop) -> int | None:
    """Operations in one iteration with every inner loop unrolled; None if one has no constant
    trip count."""
    count = len(loop.operations) - 1
    for inner in loop.loops:
        body = pipelined_operations(inner)
        trips = worst_trip_count(inner)
        if body is None or trips is None:
            return None
        count += body * trips
    return count


def worst_trip_count(loop: Loop) -> int | None:
    """The trip count, or the constant that bounds it (the last chunk of a split is shorter)."""
    if loop.trip_count is not None:
        return loop.trip_count
    if loop.lower is None or loop.upper is None or not loop.lower[0].is_constant:
        return None
    ends = [form.constant for form in loop.upper if form.is_constant]
    return max(0, -(-(min(ends) - loop.lower[0].constant) // (loop.step or 1))) if ends else None
