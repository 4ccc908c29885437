"""vectorize: the CPU runs several iterations of an innermost loop at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hcl_explore.errors import ScheduleError
from hcl_explore.ir import attributes as attrs
from hcl_explore.ir.printing import ModuleLike
from hcl_explore.ir.program import Loop, Program
from hcl_explore.polyhedral.dependences import parallel_violation
from hcl_explore.schedule import parameters as param
from hcl_explore.schedule.aliasing import alias_refusal
from hcl_explore.schedule.legality import not_applicable, require_affine, violation_error
from hcl_explore.schedule.loop_refusals import annotation_refusal, factor_refusal
from hcl_explore.schedule.primitive import Outcome, Primitive


@dataclass(frozen=True)
class Vectorize(Primitive):
    """Let the CPU run ``width`` iterations of an innermost loop at once, in vector registers.

    0 leaves the width to LLVM. Iterations that are left over where the width does not divide the
    trip count run one by one. ``s.build().assembly()`` shows what became of it; hardware is not
    affected (there, ``unroll`` copies a loop's body).
    """

    name: ClassVar[str] = "vectorize"
    group: ClassVar[str] = "Loops"
    law: ClassVar[str] = (
        "Legal if the loop carries no dependence; an accumulation is split over the lanes."
    )

    axis: Loop = param.loop("the innermost loop to vectorize")
    width: int = param.integer(
        "iterations at once, a power of two; 0: LLVM chooses", minimum=0, maximum=64, default=0
    )

    def check(self, program: Program, *, reassociate: bool) -> ScheduleError | None:
        axis = self.axis
        refusal = require_affine(program, "vectorize", axis) or annotation_refusal(
            program, "vectorize", axis
        )
        if refusal is not None:
            return refusal
        if axis.loops:
            return not_applicable(
                program,
                axis,
                f"vectorize: '{axis.name}' is not an innermost loop: '{axis.loops[0].name}' is "
                "inside it",
                "Vectorize the innermost loop; reorder brings another one inside.",
            )
        if self.width & (self.width - 1) or self.width == 1:
            return not_applicable(
                program,
                axis,
                f"vectorize: width must be a power of two from 2 to 64, or 0, not {self.width}",
                "Vector registers have 2, 4, 8, 16, … lanes.",
            )
        refusal = factor_refusal(program, "vectorize", axis, self.width)
        if refusal is not None:
            return refusal
        what = f"vectorize({axis.name})"
        violation = parallel_violation(axis, reassociate=reassociate)
        if violation is not None:
            return violation_error(program, what, violation)
        return alias_refusal(program, what, list(axis.all_accesses()))

    def apply(self, module: ModuleLike, program: Program) -> Outcome:
        # Only then may accesses be taken as independent: an accumulation is not.
        if parallel_violation(self.axis) is None:
            attrs.set_flag(self.axis.op, attrs.PARALLEL)
        attrs.set_integer(self.axis.op, attrs.VECTORIZE, self.width)
        return Outcome()

    def explain(self) -> str:
        lanes = f"{self.width} iterations" if self.width else "several iterations"
        return f"the CPU runs {lanes} of {self.axis.name} at once"
