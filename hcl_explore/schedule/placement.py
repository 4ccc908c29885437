"""Arrays of the kernel's interface in banks off the chip."""

from __future__ import annotations

from dataclasses import dataclass

import mlir.ir as ir

from hcl_explore.errors import NotApplicableError, ScheduleError
from hcl_explore.ir import attributes as attrs
from hcl_explore.ir.printing import ModuleLike
from hcl_explore.ir.program import Buffer, Program
from hcl_explore.schedule.connected_buffers import set_buffer_attribute
from hcl_explore.schedule.primitive import Outcome


@dataclass(frozen=True)
class BankPlacement:
    """``target`` in the bank called ``bank``, such as ``HBM[3]``."""

    target: Buffer
    bank: str

    def check(self, program: Program, *, reassociate: bool) -> ScheduleError | None:  # noqa: ARG002
        """Why it cannot lie there, or None."""
        target = self.target
        if target.function == program.top and target.kind in ("argument", "result"):
            return None
        return NotApplicableError(
            f"to: '{target.name}' is no argument or result of the kernel, so it lies on the chip",
            span=program.sources.span(target.place),
            advice='Keep it in a memory there: hcl.Memory("BRAM"), "URAM" or "LUTRAM".',
        )

    def apply(self, module: ModuleLike, program: Program) -> Outcome:
        attribute = ir.StringAttr.get(self.bank, module.operation.context)
        set_buffer_attribute(program, self.target, attrs.BANK, attribute)
        return Outcome()

    def explain(self) -> str:
        return f"{self.target.name} lies in {self.bank}"
