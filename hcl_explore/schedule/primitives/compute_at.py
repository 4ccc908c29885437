"""compute_at: compute a producer inside the loops of its consumer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hcl_explore.errors import LegalityError, ScheduleError
from hcl_explore.ir.printing import ModuleLike
from hcl_explore.ir.program import Loop, Program
from hcl_explore.schedule import parameters as param
from hcl_explore.schedule.fusion import Fusion, fuse_nests, plan_fusion
from hcl_explore.schedule.halo import fuse_ahead, run_ahead
from hcl_explore.schedule.primitive import Outcome, Primitive


@dataclass(frozen=True)
class ComputeAt(Primitive):
    """Move the loops of a producer into its consumer's nest, down to the loop ``axis``.

    What is inside the producer's loops then runs at the start of each iteration of ``axis``. Where
    the consumer reads elements around its own (a stencil's halo), the producer runs as many
    iterations ahead as are needed: its first ones come before the loop, and the consumer's last
    ones after it, where the two run over different ranges.

    Before::

        for y in range(32):
            for x in range(32): B[y, x] = f(A[y, x])
        for y1 in range(32):
            for x1 in range(32): C[y1, x1] = g(B[y1, x1])

    After ``s.compute_at("y", "y1")``::

        for y1 in range(32):
            for x in range(32): B[y1, x] = f(A[y1, x])
            for x1 in range(32): C[y1, x1] = g(B[y1, x1])
    """

    name: ClassVar[str] = "compute_at"
    group: ClassVar[str] = "Pipelines and structure"
    returns: ClassVar[str] = "LoopHandle"
    law: ClassVar[str] = (
        "Legal if every element is still written before the consumer reads it and no other "
        "dependence is reversed."
    )

    producer: Loop = param.loop(
        "the outermost loop of what is to move, or the name of its band", takes_band=True
    )
    axis: Loop = param.loop("the consumer's loop to compute it in")

    def check(self, program: Program, *, reassociate: bool) -> ScheduleError | None:
        fusion = self._plan(program)
        if isinstance(fusion, ScheduleError):
            return fusion
        decided = self._decide(program, fusion, reassociate=reassociate)
        return decided if isinstance(decided, LegalityError) else None

    def _plan(self, program: Program) -> Fusion | ScheduleError:
        return plan_fusion(program, self.name, self.producer, self.axis, with_halo=True)

    def _decide(
        self, program: Program, fusion: Fusion, *, reassociate: bool
    ) -> Fusion | LegalityError:
        what = f"compute_at({self.producer.name}, {self.axis.name})"
        return run_ahead(program, what, fusion, reassociate=reassociate)

    def apply(self, module: ModuleLike, program: Program) -> Outcome:
        fusion = self._plan(program)
        assert isinstance(fusion, Fusion)
        decided = self._decide(program, fusion, reassociate=True)
        if isinstance(decided, Fusion):
            fusion = decided
        return fuse_ahead(module, program, fusion) if fusion.has_halo else fuse_nests(fusion)

    def explain(self) -> str:
        return f"compute band {self.producer.band} in the iterations of {self.axis.name}"
