"""peel: some first or last iterations get a loop of their own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import mlir.ir as ir

from hcl_explore.errors import ArgumentError, ScheduleError
from hcl_explore.ir import attributes as attrs
from hcl_explore.ir import rewrite
from hcl_explore.ir.duplicate import Renaming, rename_loop
from hcl_explore.ir.local_memory import fresh_name
from hcl_explore.ir.printing import ModuleLike
from hcl_explore.ir.program import Loop, Program
from hcl_explore.schedule import parameters as param
from hcl_explore.schedule.legality import not_applicable, require_affine
from hcl_explore.schedule.primitive import Outcome, Primitive, register
from hcl_explore.schedule.primitives.dataflow import new_stage_refusal
from hcl_explore.schedule.primitives.split import annotation_refusal


@register
@dataclass(frozen=True)
class Peel(Primitive):
    """Give the first iterations of a loop a loop of their own, or the last ones with ``last``.

    Before::

        for i in range(32): body(i)

    After ``s.peel("i", 2)``::

        for i.peel in range(2): body(i.peel)
        for i in range(2, 32): body(i)
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
            return not_applicable(
                program,
                self.axis,
                f"peel: the trip count of '{self.axis.name}' is not a constant",
                "Peel a loop with constant bounds.",
            )
        if self.count >= trips:
            return ArgumentError(
                f"peel: '{self.axis.name}' has {trips} iterations, so {self.count} leave none",
                span=program.sources.span(self.axis.place),
                advice=f"Use a count from 1 to {trips - 1}."
                if trips > 1
                else "A loop of one iteration cannot be peeled.",
            )
        return None

    def apply(self, module: ModuleLike, program: Program) -> Outcome:
        axis, function = self.axis, program.functions[self.axis.function]
        root = axis.chain[0]
        bands = {
            band for loop in function.all_loops() for band in (loop.band, loop.op_name) if band
        }
        band = fresh_name(f"{root.band}.peel", bands) if root is axis else root.band
        copy = axis.op.clone(ir.InsertionPoint(axis.op))
        peeled, rest = copy.operation, axis.op
        if self.last:
            peeled.move_after(rest)
        taken = set() if root is axis else {loop.name for loop in root.subtree()}
        renaming = Renaming(taken, {buffer.name for buffer in function.buffers})
        rename_loop(peeled, f"{axis.name}.peel")
        renaming.rename_loops([peeled])
        renaming.rename_arrays([peeled])
        if root is axis:
            attrs.set_text(peeled, attrs.OP_NAME, band)
        name = renaming.new_loops[f"{axis.name}.peel"]
        first, cut, end = self._edges()
        _set_range(rest, *((first, cut) if self.last else (cut, end)))
        _set_range(peeled, *((cut, end) if self.last else (first, cut)))
        prefix = f"{function.name}:{band}"
        pair = (f"{prefix}.{name}", axis.key)
        forwarding = {axis.key: pair[::-1] if self.last else pair}
        for loop in axis.subtree():
            if loop is not axis:
                twin = f"{prefix}.{renaming.new_loops[loop.name]}"
                forwarding[loop.key] = (loop.key, twin) if self.last else (twin, loop.key)
        for buffer in function.buffers:
            if buffer.name in renaming.new_buffers:
                twin = f"{function.name}:{renaming.new_buffers[buffer.name]}"
                forwarding[buffer.key] = (buffer.key, twin)
        return Outcome(forwarding, loops=forwarding[axis.key])

    def _edges(self) -> tuple[int, int, int]:
        """Start, cut and end of the loop's range."""
        axis, step = self.axis, self.axis.step or 1
        first = max(form.constant for form in axis.lower or ())
        end = min(form.constant for form in axis.upper or ())
        before = (axis.trip_count or 0) - self.count if self.last else self.count
        return first, first + before * step, end

    def explain(self) -> str:
        where = "last" if self.last else "first"
        if self.count == 1:
            return f"give the {where} iteration of {self.axis.name} a loop of its own"
        return f"give the {where} {self.count} iterations of {self.axis.name} a loop of their own"


def _set_range(loop: ir.Operation, first: int, end: int) -> None:
    context = loop.context
    rewrite.replace_bounds(
        loop, rewrite.Bound.constant(first, context), rewrite.Bound.constant(end, context)
    )
