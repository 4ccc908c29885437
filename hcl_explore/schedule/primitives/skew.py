"""skew: shift an inner loop by a multiple of an outer one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import mlir.ir as ir

from hcl_explore.errors import ArgumentError, ScheduleError
from hcl_explore.ir import rewrite
from hcl_explore.ir.linear import LinearForm
from hcl_explore.ir.local_memory import IndexBuilder
from hcl_explore.ir.printing import ModuleLike
from hcl_explore.ir.program import Loop, Program
from hcl_explore.schedule import parameters as param
from hcl_explore.schedule.legality import not_applicable, require_affine
from hcl_explore.schedule.loop_refusals import annotation_refusal
from hcl_explore.schedule.primitive import Outcome, Primitive


@dataclass(frozen=True)
class Skew(Primitive):
    """Let an inner loop count from ``factor`` times an outer variable further on.

    Before::

        for i in range(8):
            for j in range(16): body(i, j)

    After ``s.skew("j", "i", 1)``::

        for i in range(8):
            for j in range(i, 16 + i): body(i, j - i)

    A wavefront of a stencil then runs along one loop, and ``reorder`` can put the other inside.
    """

    name: ClassVar[str] = "skew"
    group: ClassVar[str] = "Loops"
    returns: ClassVar[str] = "LoopHandle"
    law: ClassVar[str] = "Always legal: the iterations run in the same order."

    axis: Loop = param.loop("the inner loop, which is shifted")
    by: Loop = param.loop("the outer loop that it is shifted by")
    factor: int = param.integer("how far per iteration of the outer loop", default=1)

    def check(self, program: Program, *, reassociate: bool) -> ScheduleError | None:
        if self.factor == 0:
            return ArgumentError("skew: factor 0 changes nothing", advice="Use 1 or more, or -1.")
        for loop in (self.axis, self.by):
            refusal = require_affine(program, "skew", loop)
            if refusal is not None:
                return refusal
        if self.by is self.axis or self.by not in self.axis.chain:
            return not_applicable(
                program,
                self.axis,
                f"skew: '{self.axis.name}' is not inside '{self.by.name}'",
                "Name the inner loop first, then a loop around it.",
            )
        return annotation_refusal(program, "skew", self.axis)

    def apply(self, module: ModuleLike, program: Program) -> Outcome:
        function = program.functions[self.axis.function]
        offset = LinearForm(((self.by, self.factor),))
        old = self.axis.op
        bounds = []
        for forms in (self.axis.lower or (), self.axis.upper or ()):
            index = IndexBuilder(function)
            bounds.append(index.bound([index.form(form.plus(offset)) for form in forms]))
        new = rewrite.build_loop(
            self.axis.name,
            bounds[0],
            bounds[1],
            self.axis.step or 1,
            old.location,
            ir.InsertionPoint(old),
        )
        rewrite.copy_attributes(old, new)
        rewrite.move_body(old, new)
        rewrite.induction_variable(new).set_location(rewrite.induction_variable(old).location)
        index = IndexBuilder(function)
        value = index.value(rewrite.induction_variable(new)) + index.form(offset.times(-1))
        rewrite.replace_with_affine(
            rewrite.induction_variable(old),
            index.operands,
            lambda _: value,
            old.location,
            rewrite.body_start(new),
        )
        old.erase()
        return Outcome(loops=(self.axis.key,))

    def explain(self) -> str:
        return f"shift {self.axis.name} by {self.factor} for each iteration of {self.by.name}"
