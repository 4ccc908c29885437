"""merge: two bands become one (loop fusion)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hcl_explore.errors import ArgumentError, ScheduleError
from hcl_explore.ir.printing import ModuleLike
from hcl_explore.ir.program import Loop, Program
from hcl_explore.schedule import parameters as param
from hcl_explore.schedule.fusion import Fusion, fuse_nests, plan_fusion
from hcl_explore.schedule.legality import not_applicable, order_refusal
from hcl_explore.schedule.primitive import Outcome, Primitive


@dataclass(frozen=True)
class Merge(Primitive):
    """Fuse the outer loops of two nests: each iteration runs the first's body, then the second's.

    Before::

        for i in range(32): B[i] = f(A[i])
        for j in range(32): C[j] = g(B[j])

    After ``s.merge("i", "j")``::

        for j in range(32):
            B[j] = f(A[j])
            C[j] = g(B[j])

    ``depth`` loops of both nests are fused, which need equal trip counts.
    """

    name: ClassVar[str] = "merge"
    group: ClassVar[str] = "Loops"
    returns: ClassVar[str] = "LoopHandle"
    law: ClassVar[str] = (
        "Legal if no iteration of the second nest needs what a later iteration of the first makes, "
        "or overwrites what it still reads."
    )
    aliases: ClassVar[tuple[str, ...]] = ("loop_fusion",)

    first: Loop = param.loop("the first nest: its outermost loop or its band", takes_band=True)
    second: Loop = param.loop("the nest after it: its outermost loop or its band", takes_band=True)
    depth: int = param.integer("how many loops to fuse", minimum=1, default=1)

    def check(self, program: Program, *, reassociate: bool) -> ScheduleError | None:
        if self.first.depth != self.second.depth:
            return not_applicable(
                program,
                self.second,
                f"merge: '{self.first.name}' and '{self.second.name}' are not loops of one block",
                "Name two loops that follow each other; compute_at reaches further inside.",
            )
        innermost = self._innermost()
        if innermost is None:
            return ArgumentError(
                f"merge: '{self.second.name}' is not a perfect nest of {self.depth} loops",
                span=program.sources.span(self.second.place),
                advice="Use a smaller depth.",
            )
        fusion = plan_fusion(program, "merge", self.first, innermost)
        if isinstance(fusion, ScheduleError):
            return fusion
        return order_refusal(
            program,
            f"merge({self.first.name}, {self.second.name})",
            fusion.concerned,
            fusion.time,
            reassociate=reassociate,
        )

    def _innermost(self) -> Loop | None:
        loop: Loop | None = self.second
        for _ in range(self.depth - 1):
            loop = loop.only_loop if loop is not None else None
        return loop

    def apply(self, module: ModuleLike, program: Program) -> Outcome:
        innermost = self._innermost()
        assert innermost is not None
        fusion = plan_fusion(program, "merge", self.first, innermost)
        assert isinstance(fusion, Fusion)
        return fuse_nests(fusion)

    def explain(self) -> str:
        return f"run the iterations of {self.first.name} and {self.second.name} in one loop"
