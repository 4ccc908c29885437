"""outline: make a function of a loop nest."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

import mlir.ir as ir
from mlir.dialects import func

from hcl_explore.errors import NotApplicableError, ScheduleError
from hcl_explore.ir import attributes as attrs
from hcl_explore.ir import rewrite
from hcl_explore.ir.fresh_names import fresh_name
from hcl_explore.ir.printing import ModuleLike
from hcl_explore.ir.program import Loop, Program
from hcl_explore.schedule import parameters as param
from hcl_explore.schedule.legality import not_applicable
from hcl_explore.schedule.outlining import can_be_passed, captured, declare, is_local_copy, symbols
from hcl_explore.schedule.primitive import Outcome, Primitive


@dataclass(frozen=True)
class Outline(Primitive):
    """Move a loop nest into a function of its own, which is called in its place.

    Before::

        def top(A, B):
            for i in range(8): B[i] = 2 * A[i]      # band "double"

    After ``s.outline("double")``::

        def double(A, B):
            for i in range(8): B[i] = 2 * A[i]
        def top(A, B): double(A, B)

    The function is called after the band. Arrays are handed over by reference; the variables of
    loops around it become ``index`` arguments.
    """

    name: ClassVar[str] = "outline"
    group: ClassVar[str] = "Pipelines and structure"
    returns: ClassVar[str] = "LoopHandle"
    law: ClassVar[str] = "Always legal: the same statements run in the same order."

    band: Loop = param.loop("the nest: its outermost loop, or its band", takes_band=True)

    def check(self, program: Program, *, reassociate: bool) -> ScheduleError | None:
        for loop in self.band.chain[:-1]:
            if loop.pipeline_ii is not None or loop.unroll is not None:
                return not_applicable(
                    program,
                    self.band,
                    f"outline: '{self.band.name}' is inside '{loop.name}', which is "
                    f"{'pipelined' if loop.pipeline_ii is not None else 'unrolled'}",
                    "Undo that step first.",
                )
        function = program.functions[self.band.function]
        for value in captured(self.band.op):
            if not (is_local_copy(value) or can_be_passed(function, value)):
                return NotApplicableError(
                    f"outline: the nest of '{self.band.name}' uses a value that is computed "
                    f"before it ({value.type}), which has no name to hand it over by",
                    span=program.sources.span(self.band.place),
                    advice="Name an outer loop, or store the value in a scalar variable.",
                )
        return None

    def apply(self, module: ModuleLike, program: Program) -> Outcome:
        function = program.functions[self.band.function]
        title = re.sub(r"\W", "_", self.band.op_name or f"{self.band.band}_{self.band.name}")
        name = fresh_name(title, symbols(module))
        used = captured(self.band.op)
        local = [value for value in used if is_local_copy(value)]
        passed = [value for value in used if not is_local_copy(value)]
        made = declare(function, name, passed, self.band.op)
        block = made.regions[0].blocks[0]
        with made.context, self.band.op.location, ir.InsertionPoint(self.band.op):
            func.CallOp([], name, passed)
        self.band.op.move_before(block.operations[0])
        for value, argument in zip(passed, block.arguments, strict=True):
            rewrite.replace_uses_in(self.band.op, value, argument)
        for value in local:
            copy = value.owner.operation.clone(ir.InsertionPoint(self.band.op)).operation
            rewrite.replace_uses_in(self.band.op, value, copy.results[0])
        band = self.band.op_name or name
        attrs.set_text(self.band.op, attrs.OP_NAME, band)
        moved = set(self.band.subtree())
        forwarding = {loop.key: (f"{name}:{band}.{loop.name}",) for loop in moved}
        for buffer in function.buffers:
            if buffer.home and buffer.home[-1] in moved:
                forwarding[buffer.key] = (f"{name}:{buffer.name}",)
        return Outcome(forwarding, loops=(f"{name}:{band}.{self.band.name}",))

    def explain(self) -> str:
        return f"make a function of {self.band.op_name or self.band.name}"
