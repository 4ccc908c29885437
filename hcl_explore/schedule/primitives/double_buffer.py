"""double_buffer: fill an array for the next iteration while this one uses it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hcl_explore.errors import NotApplicableError, ScheduleError
from hcl_explore.ir import attributes as attrs
from hcl_explore.ir.printing import ModuleLike
from hcl_explore.ir.program import Buffer, Program
from hcl_explore.schedule import parameters as param
from hcl_explore.schedule.primitive import Outcome, Primitive
from hcl_explore.schedule.stages import region_refusal, stages_of, touches


@dataclass(frozen=True)
class DoubleBuffer(Primitive):
    """Keep two copies of a local array, so that one is filled while the other is used.

    The array must be declared in a loop (``buffer_at`` makes such ones), filled by one stage of its
    body and used by a later one. That loop becomes a dataflow region: HLS then gives every array
    between its stages two copies, which take turns.

    Before ``s.double_buffer(s.A_buf)``::

        for t in range(8):
            A_buf: int32[64]
            for i in range(64): A_buf[i] = A[64 * t + i]
            for i in range(64): B[64 * t + i] = f(A_buf[i])

    After it the tile ``t + 1`` is loaded while tile ``t`` is computed.
    """

    name: ClassVar[str] = "double_buffer"
    group: ClassVar[str] = "Memory"
    law: ClassVar[str] = (
        "Legal where the loop that the array is declared in can be a dataflow region: one writer "
        "and one later reader of every array between its stages."
    )

    target: Buffer = param.buffer("the local array to keep twice")

    def check(self, program: Program, *, reassociate: bool) -> ScheduleError | None:
        span = program.sources.span(self.target.place)
        if not self.target.home or not self.target.shape:
            return NotApplicableError(
                f"double_buffer: '{self.target.name}' is not an array declared inside a loop",
                span=span,
                advice="Make a local copy of what an iteration uses with buffer_at first.",
            )
        loop = self.target.home[-1]
        stages = stages_of(loop)
        filled = any(touches(stage, self.target, is_write=True) for stage in stages)
        used = any(
            touches(stage, self.target, is_write=False)
            and not touches(stage, self.target, is_write=True)
            for stage in stages
        )
        if not (filled and used):
            return NotApplicableError(
                f"double_buffer: '{self.target.name}' is not filled by one inner loop of "
                f"'{loop.name}' and used by another",
                span=span,
                advice="Two copies help where filling and using are separate stages.",
            )
        return region_refusal(program, "double_buffer", loop)

    def apply(self, module: ModuleLike, program: Program) -> Outcome:
        attrs.set_flag(self.target.home[-1].op, attrs.DATAFLOW)
        return Outcome()

    def explain(self) -> str:
        return f"fill {self.target.name} for the next iteration while this one uses it"
