"""bind_storage: choose what an array is kept in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import mlir.ir as ir

from hcl_explore.errors import NotApplicableError, ScheduleError
from hcl_explore.ir import attributes as attrs
from hcl_explore.ir.printing import ModuleLike
from hcl_explore.ir.program import Buffer, Program
from hcl_explore.lang.storage import Storage
from hcl_explore.schedule import parameters as param
from hcl_explore.schedule.connected_buffers import connected_buffers, set_buffer_attribute
from hcl_explore.schedule.primitive import Outcome, Primitive


@dataclass(frozen=True)
class BindStorage(Primitive):
    """Keep an array in block RAM, UltraRAM, look-up tables or registers.

    The array is bound in every function that it is handed to. Without this, HLS chooses.
    """

    name: ClassVar[str] = "bind_storage"
    group: ClassVar[str] = "Memory"
    law: ClassVar[str] = "Always legal: only where elements are stored changes."

    target: Buffer = param.buffer("the array to bind")
    impl: Storage = param.choice("what to keep it in", Storage)

    def check(self, program: Program, *, reassociate: bool) -> ScheduleError | None:
        span = program.sources.span(self.target.place)
        connected = connected_buffers(program, self.target)
        interface = next(
            (b for b in connected if b.function == program.top and b.kind in _INTERFACE), None
        )
        if interface is not None:
            return NotApplicableError(
                f"bind_storage: '{interface.name}' is an argument or result of the kernel: it "
                "lives outside the chip",
                span=span,
                advice="Make a local array of what is used of it with buffer_at, and bind that.",
            )
        if self.impl is Storage.URAM and any(b.kind == "constant" for b in connected):
            return NotApplicableError(
                f"bind_storage: '{self.target.name}' has initial contents, which UltraRAM cannot "
                "be loaded with",
                span=span,
                advice="Use BRAM, LUTRAM or registers.",
            )
        return None

    def holds(self, program: Program) -> bool:
        connected = connected_buffers(program, self.target)
        return all(buffer.storage == self.impl.value for buffer in connected)

    def overrides(self, program: Program) -> ScheduleError | None:
        storage = self.target.storage
        if storage is None or storage == self.impl.value:
            return None
        return NotApplicableError(
            f"bind_storage: '{self.target.name}' is kept in {storage} already",
            span=program.sources.span(self.target.place),
            advice="Leave one of the two steps out.",
        )

    def apply(self, module: ModuleLike, program: Program) -> Outcome:
        attribute = ir.StringAttr.get(self.impl.value, module.operation.context)
        for buffer in connected_buffers(program, self.target):
            set_buffer_attribute(program, buffer, attrs.STORAGE, attribute)
        return Outcome()

    def explain(self) -> str:
        return f"keep {self.target.name} in {self.impl.value}"


_INTERFACE = ("argument", "result")
