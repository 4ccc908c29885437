"""reverse: run a loop from its last iteration to its first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import mlir.ir as ir

from hcl_explore.errors import ScheduleError
from hcl_explore.ir import rewrite
from hcl_explore.ir.linear import LinearForm
from hcl_explore.ir.local_memory import IndexBuilder
from hcl_explore.ir.printing import ModuleLike
from hcl_explore.ir.program import Access, Loop, Program
from hcl_explore.polyhedral.time import Time, original_time
from hcl_explore.schedule import parameters as param
from hcl_explore.schedule.legality import not_applicable, order_refusal, require_affine
from hcl_explore.schedule.loop_refusals import annotation_refusal
from hcl_explore.schedule.primitive import Outcome, Primitive


@dataclass(frozen=True)
class Reverse(Primitive):
    """Run the iterations of a loop in the opposite order.

    Before::

        for i in range(32): body(i)

    After ``s.reverse("i")``::

        for i in range(32): body(31 - i)
    """

    name: ClassVar[str] = "reverse"
    group: ClassVar[str] = "Loops"
    returns: ClassVar[str] = "LoopHandle"
    law: ClassVar[str] = "Legal if the loop carries no dependence."

    axis: Loop = param.loop("the loop to reverse")

    def check(self, program: Program, *, reassociate: bool) -> ScheduleError | None:
        refusal = require_affine(program, "reverse", self.axis) or annotation_refusal(
            program, "reverse", self.axis
        )
        if refusal is not None:
            return refusal
        if _ends(self.axis) is None:
            return not_applicable(
                program,
                self.axis,
                f"reverse: the first and the last iteration of '{self.axis.name}' are no single "
                "affine expressions",
                "Split the loop by a factor that divides its trip count, or reverse another one.",
            )
        return order_refusal(
            program,
            f"reverse({self.axis.name})",
            list(self.axis.all_accesses()),
            self._time,
            reassociate=reassociate,
        )

    def _time(self, access: Access) -> Time:
        time = original_time(access)
        place = 2 * self.axis.depth + 1
        return (*time[:place], LinearForm(((self.axis, -1),)), *time[place + 1 :])

    def apply(self, module: ModuleLike, program: Program) -> Outcome:
        ends = _ends(self.axis)
        assert ends is not None
        old = self.axis.op
        lower, upper = rewrite.bounds_of(old)
        new = rewrite.build_loop(
            self.axis.name, lower, upper, self.axis.step or 1, old.location, ir.InsertionPoint(old)
        )
        rewrite.copy_attributes(old, new)
        rewrite.move_body(old, new)
        index = IndexBuilder(program.functions[self.axis.function])
        mirrored = index.form(ends) - index.value(rewrite.induction_variable(new))
        rewrite.induction_variable(new).set_location(rewrite.induction_variable(old).location)
        rewrite.replace_with_affine(
            rewrite.induction_variable(old),
            index.operands,
            lambda _: mirrored,
            old.location,
            rewrite.body_start(new),
        )
        old.erase()
        return Outcome(loops=(self.axis.key,))

    def explain(self) -> str:
        return f"run {self.axis.name} from its last iteration to its first"


def _ends(axis: Loop) -> LinearForm | None:
    """The sum of the first and the last value of the loop's variable."""
    lower, upper, step = axis.lower or (), axis.upper or (), axis.step or 1
    if axis.trip_count is not None:
        first = max(form.constant for form in lower)
        return LinearForm(constant=2 * first + (axis.trip_count - 1) * step)
    if len(lower) == 1 and len(upper) == 1 and step == 1:
        return lower[0].plus(upper[0]).plus(LinearForm(constant=-1))
    return None
