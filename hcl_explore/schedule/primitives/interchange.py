"""interchange: let two loops of a nest change places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hcl_explore.errors import ArgumentError, ScheduleError
from hcl_explore.ir.printing import ModuleLike
from hcl_explore.ir.program import Loop, Program
from hcl_explore.schedule import parameters as param
from hcl_explore.schedule.primitive import Outcome, Primitive
from hcl_explore.schedule.primitives.reorder import Reorder


@dataclass(frozen=True)
class Interchange(Primitive):
    """Let two loops of a nest change places, whichever of them is outside.

    Before::

        for i in range(32):
            for j in range(32): body(i, j)

    After ``s.interchange("i", "j")``::

        for j in range(32):
            for i in range(32): body(i, j)

    It is the ``reorder`` that names the inner loop first.
    """

    name: ClassVar[str] = "interchange"
    group: ClassVar[str] = "Loops"
    law: ClassVar[str] = Reorder.law

    first: Loop = param.loop("one of the loops")
    second: Loop = param.loop("the other one")

    def check(self, program: Program, *, reassociate: bool) -> ScheduleError | None:
        if self.first is self.second:
            return ArgumentError(
                f"interchange: '{self.first.name}' is named twice",
                span=program.sources.span(self.first.place),
                advice="Name two loops of one nest.",
            )
        return self._reorder.refusal(program, self.name, reassociate=reassociate)

    def apply(self, module: ModuleLike, program: Program) -> Outcome:
        return self._reorder.apply(module, program)

    @property
    def _reorder(self) -> Reorder:
        outer, inner = sorted((self.first, self.second), key=lambda loop: loop.depth)
        return Reorder((inner, outer))

    def explain(self) -> str:
        return f"{self.first.name} and {self.second.name} change places"
