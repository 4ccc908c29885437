"""dataflow: let the stages of a function or a loop overlap."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hcl_explore.errors import ScheduleError
from hcl_explore.ir import attributes as attrs
from hcl_explore.ir.printing import ModuleLike
from hcl_explore.ir.program import Function, Loop, Program
from hcl_explore.schedule import parameters as param
from hcl_explore.schedule.primitive import Outcome, Primitive
from hcl_explore.schedule.stages import region_refusal


@dataclass(frozen=True)
class Dataflow(Primitive):
    """Run the stages of a function, or of each iteration of a loop, as a pipeline of processes.

    The stages are the loop nests and calls directly in the body. A stage starts as soon as data
    arrive from the stage before, through arrays that become channels: each is written by one stage
    and read by one later stage.
    """

    name: ClassVar[str] = "dataflow"
    group: ClassVar[str] = "Pipelines and structure"
    law: ClassVar[str] = (
        "Legal where every array between stages has one writer and one reader, and data only flow "
        "forward."
    )

    region: Loop | str | None = param.loop(
        "a function's name or a loop; the kernel itself if left out",
        default=None,
        takes_function=True,
    )

    def check(self, program: Program, *, reassociate: bool) -> ScheduleError | None:
        return region_refusal(program, "dataflow", self._owner(program))

    def _owner(self, program: Program) -> Loop | Function:
        if isinstance(self.region, Loop):
            return self.region
        return program.functions[self.region] if self.region is not None else program.kernel

    def apply(self, module: ModuleLike, program: Program) -> Outcome:
        attrs.set_flag(self._owner(program).op, attrs.DATAFLOW)
        return Outcome()

    def explain(self) -> str:
        if isinstance(self.region, Loop):
            return f"the stages of each iteration of {self.region.name} overlap"
        return f"the stages of {self.region or 'the kernel'} overlap"
