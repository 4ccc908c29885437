"""peel: some first or last iterations get a loop of their own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hcl_explore.errors import ArgumentError, ScheduleError
from hcl_explore.ir.printing import ModuleLike
from hcl_explore.ir.program import Loop, Program
from hcl_explore.schedule import parameters as param
from hcl_explore.schedule.legality import not_applicable, require_affine
from hcl_explore.schedule.loop_refusals import annotation_refusal
from hcl_explore.schedule.peeling import peel_loop
from hcl_explore.schedule.primitive import Outcome, Primitive
from hcl_explore.schedule.stages import new_stage_refusal


@dataclass(frozen=True)
class Peel(Primitive):
    """Give the first iterations of a loop a loop of their own, or the last ones with ``last``.

    Before::

        for i in range(32): body(i)

    After ``s.peel("i", 2)``::

        for i.peel in range(2): body(i.peel)
        for i in range(2, 32): body(i)

    A loop that does not always run equally often gives so many iterations, or all it has.
    """

    name: ClassVar[str] = "peel"
    group: ClassVar[str] = "Loops"
    returns: ClassVar[str] = "tuple[LoopHandle, LoopHandle]"
    law: ClassVar[str] = "Always legal: the iterations run in the same order."

    axis: Loop = param.loop("the loop to peel")
    count: int = param.integer("how many iterations", minimum=1, default=1)
    last: bool = param.boolean("take them from the end", default=False)

    def check(self, program: Program, *, reassociate: bool) -> ScheduleError | None:
        around = self.axis.parent or program.functions[self.axis.function]
        refusal = (
            require_affine(program, "peel", self.axis)
            or annotation_refusal(program, "peel", self.axis)
            or new_stage_refusal(program, "peel", around)
        )
        if refusal is not None:
            return refusal
        trips = self.axis.trip_count
        if trips is None:
            return self._edge_refusal(program)
        if self.count >= trips:
            return ArgumentError(
                f"peel: '{self.axis.name}' has {trips} iterations, so {self.count} leave none",
                span=program.sources.span(self.axis.place),
                advice=f"Use a count from 1 to {trips - 1}."
                if trips > 1
                else "A loop of one iteration cannot be peeled.",
            )
        return None

    def _edge_refusal(self, program: Program) -> ScheduleError | None:
        """A loop of varying length is cut at a distance from the end that it is peeled at."""
        axis = self.axis
        edges = (axis.upper if self.last else axis.lower) or ()
        if len(edges) > 1:
            which = "ends at the smaller" if self.last else "starts at the larger"
            what = f"{which} of {len(edges)} values"
        elif self.last and axis.step != 1:
            what = f"does not always run equally often, and goes in steps of {axis.step}"
        else:
            return None
        return not_applicable(
            program,
            axis,
            f"peel: '{axis.name}' {what}, so where to cut it is not known",
            "Peel it at its other end, or peel a loop with constant bounds.",
        )

    def apply(self, module: ModuleLike, program: Program) -> Outcome:
        return peel_loop(program, self.axis, self.count, last=self.last)

    def explain(self) -> str:
        where = "last" if self.last else "first"
        if self.count == 1:
            return f"give the {where} iteration of {self.axis.name} a loop of its own"
        return f"give the {where} {self.count} iterations of {self.axis.name} a loop of their own"
