"""parallel: state that the iterations of a loop are independent."""

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
from hcl_explore.schedule.primitive import Outcome, Primitive


@dataclass(frozen=True)
class Parallel(Primitive):
    """Mark a loop whose iterations may run in any order or at once."""

    name: ClassVar[str] = "parallel"
    group: ClassVar[str] = "Loops"
    law: ClassVar[str] = "Legal if the loop carries no dependence."

    axis: Loop = param.loop("the loop whose iterations are independent")

    def check(self, program: Program, *, reassociate: bool) -> ScheduleError | None:
        if self.axis.parallel:
            return not_applicable(
                program,
                self.axis,
                f"parallel: loop '{self.axis.name}' is already parallel",
                "Undo it first.",
            )
        refusal = require_affine(program, "parallel", self.axis)
        if refusal is not None:
            return refusal
        violation = parallel_violation(self.axis, reassociate=reassociate)
        what = f"parallel({self.axis.name})"
        if violation is not None:
            return violation_error(program, what, violation)
        return alias_refusal(program, what, list(self.axis.all_accesses()))

    def apply(self, module: ModuleLike, program: Program) -> Outcome:
        attrs.set_flag(self.axis.op, attrs.PARALLEL)
        return Outcome()

    def explain(self) -> str:
        return f"the iterations of {self.axis.name} are independent"
