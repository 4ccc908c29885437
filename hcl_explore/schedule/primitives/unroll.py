"""unroll: replicate a loop's body in hardware."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hcl_explore.errors import NotApplicableError, ScheduleError
from hcl_explore.ir import attributes as attrs
from hcl_explore.ir.printing import ModuleLike
from hcl_explore.ir.program import Loop, Program
from hcl_explore.schedule import parameters as param
from hcl_explore.schedule.legality import not_applicable
from hcl_explore.schedule.loop_refusals import factor_refusal
from hcl_explore.schedule.primitive import Outcome, Primitive

MAX_UNROLLED_OPERATIONS = 20_000


@dataclass(frozen=True)
class Unroll(Primitive):
    """Replicate the body of a loop ``factor`` times (0: as often as the loop runs).

    The program keeps its loop, marked ``unroll``; HLS makes the copies, and the estimate and the
    generated C++ (``#pragma HLS unroll``) follow the mark.
    """

    name: ClassVar[str] = "unroll"
    group: ClassVar[str] = "Loops"
    law: ClassVar[str] = "Always legal: the copies keep the order of the iterations."

    axis: Loop = param.loop("the loop to unroll")
    factor: int = param.integer("copies of the body; 0 unrolls fully", minimum=0, default=0)

    def check(self, program: Program, *, reassociate: bool) -> ScheduleError | None:
        if self.axis.unroll is not None:
            return not_applicable(
                program,
                self.axis,
                f"unroll: loop '{self.axis.name}' is already unrolled",
                "Undo it first.",
            )
        if self.factor == 0 and self.axis.trip_count is None:
            return not_applicable(
                program,
                self.axis,
                f"unroll: the trip count of '{self.axis.name}' is not a constant",
                "Give a factor: the rest is handled by an exit check.",
            )
        refusal = factor_refusal(program, "unroll", self.axis, self.factor)
        if refusal is not None:
            return refusal
        operations = (self.factor or self.axis.trip_count or 1) * unrolled_operations(self.axis)
        if operations > MAX_UNROLLED_OPERATIONS:
            return NotApplicableError(
                f"unroll: '{self.axis.name}' would become {operations:,} operations; the limit is "
                f"{MAX_UNROLLED_OPERATIONS:,}",
                span=program.sources.span(self.axis.place),
                advice="Split the loop and unroll the inner part, or give a smaller factor.",
            )
        return None

    def apply(self, module: ModuleLike, program: Program) -> Outcome:
        attrs.set_integer(self.axis.op, attrs.UNROLL, self.factor)
        return Outcome()

    def explain(self) -> str:
        return f"unroll {self.axis.name} " + (f"by {self.factor}" if self.factor else "fully")


def unrolled_operations(loop: Loop) -> int:
    """Operations in one iteration of ``loop``, with the unrolls inside it carried out."""
    count = len(loop.operations) - 1
    for inner in loop.loops:
        body = unrolled_operations(inner)
        if inner.unroll is None:
            count += body + 1
        else:
            count += body * (inner.unroll or inner.trip_count or 1)
    return count
