"""fuse: adjacent loops become one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import ClassVar

import mlir.ir as ir

from hcl_explore.errors import ArgumentError, ScheduleError
from hcl_explore.ir import attributes as attrs
from hcl_explore.ir import rewrite
from hcl_explore.ir.linear import LinearForm, Rounding
from hcl_explore.ir.local_memory import IndexBuilder
from hcl_explore.ir.printing import ModuleLike
from hcl_explore.ir.program import Loop, Program
from hcl_explore.schedule import parameters as param
from hcl_explore.schedule.legality import not_applicable, require_affine
from hcl_explore.schedule.loop_refusals import annotation_refusal
from hcl_explore.schedule.primitive import Outcome, Primitive


@dataclass(frozen=True)
class Fuse(Primitive):
    """Make one loop of adjacent loops of a perfect nest (the inverse of split).

    Before::

        for i in range(4):
            for j in range(8): body(i, j)

    After ``s.fuse("i", "j")``::

        for i_j_fused in range(32): body(i_j_fused // 8, i_j_fused % 8)

    The outermost loop may run a varying number of times (``range(n)``, ``range(k, 32)``); those
    inside it need constant bounds, by which the fused index is divided.
    """

    name: ClassVar[str] = "fuse"
    group: ClassVar[str] = "Loops"
    returns: ClassVar[str] = "LoopHandle"
    law: ClassVar[str] = "Always legal: the iterations run in the same order."

    axes: tuple[Loop, ...] = param.loops("adjacent loops, outermost first", at_least=2)

    def check(self, program: Program, *, reassociate: bool) -> ScheduleError | None:
        if len(set(self.axes)) != len(self.axes):
            return ArgumentError("fuse: a loop is named twice")
        for loop in self.axes:
            refusal = require_affine(program, "fuse", loop) or annotation_refusal(
                program, "fuse", loop
            )
            if refusal is not None:
                return refusal
            if loop.trip_count is None and loop is not self.axes[0]:
                return not_applicable(
                    program,
                    loop,
                    f"fuse: the trip count of '{loop.name}' is not a constant, so that the fused "
                    "index cannot be divided by it",
                    "Only the outermost of the fused loops may run a varying number of times; "
                    "reorder a loop with constant bounds inside.",
                )
        for outer, inner in zip(self.axes, self.axes[1:], strict=False):
            if outer.only_loop is not inner:
                return not_applicable(
                    program,
                    outer,
                    f"fuse: '{inner.name}' is not the only thing in the body of '{outer.name}'",
                    "Fuse adjacent loops of a perfect nest, outermost first.",
                )
        outermost = self.axes[0]
        if outermost.trip_count is None and len(outermost.lower or ()) > 1:
            return not_applicable(
                program,
                outermost,
                f"fuse: '{outermost.name}' starts at the larger of several values",
                f"Skew '{outermost.name}', or fuse only the loops inside it.",
            )
        return None

    def apply(self, module: ModuleLike, program: Program) -> Outcome:
        outermost, innermost = self.axes[0].op, self.axes[-1].op
        trips = [loop.trip_count or 0 for loop in self.axes]
        name = "_".join([*(loop.name for loop in self.axes), "fused"])
        point = ir.InsertionPoint(outermost)
        location = outermost.location
        if self.axes[0].trip_count is None:
            index = IndexBuilder(program.functions[self.axes[0].function])
            extents = [index.form(form) * prod(trips[1:]) for form in self._outermost_trips()]
            zero = rewrite.Bound.constant(0, location.context)
            fused = rewrite.build_loop(name, zero, index.bound(extents), 1, location, point)
        else:
            fused = rewrite.counted_loop(name, prod(trips), location, point)
        rewrite.move_body(innermost, fused)
        for loop in self.axes:
            rewrite.copy_attributes(loop.op, fused, skip=(attrs.LOOP_NAME,))
        # From the inside out: a new value of an outer variable makes the loops anew whose bounds
        # name it.
        for position, loop in reversed(list(enumerate(self.axes))):
            self._replace_variable(loop, fused, prod(trips[position + 1 :]), position)
        if self.axes[0].op_name is not None:
            attrs.set_text(fused, attrs.OP_NAME, self.axes[0].op_name)
        outermost.erase()
        key = f"{self.axes[0].function}:{self.axes[0].band}.{name}"
        return Outcome({loop.key: (key,) for loop in self.axes}, loops=(key,))

    def _outermost_trips(self) -> list[LinearForm]:
        """How often the outermost loop runs: the least of these, or not at all."""
        outermost = self.axes[0]
        (start,) = outermost.lower or ()
        extents = [end.minus(start) for end in outermost.upper or ()]
        step = outermost.step or 1
        if step == 1:
            return extents
        return [LinearForm(roundings=(Rounding("ceildiv", extent, step),)) for extent in extents]

    def _replace_variable(
        self, loop: Loop, fused: ir.Operation, inside: int, position: int
    ) -> None:
        """The old variable from the fused one: divide the inner loops away, then wrap around."""
        lower, _ = rewrite.bounds_of(loop.op)
        varies = position == 0 and loop.trip_count is None
        start = max(form.constant for form in loop.lower or ())
        step = loop.step or 1

        def value(dims: Sequence[ir.AffineExpr]) -> ir.AffineExpr:
            number = dims[0]
            if inside > 1:
                number = ir.AffineExpr.get_floor_div(number, inside)
            if position > 0:
                number = ir.AffineExpr.get_mod(number, loop.trip_count or 1)
            if varies:
                return number * step + lower.map.results[0].shift_dims(lower.map.n_inputs, 1)
            return number * step + start

        rewrite.replace_with_affine(
            rewrite.induction_variable(loop.op),
            [rewrite.induction_variable(fused), *(lower.operands if varies else ())],
            value,
            loop.op.location,
            rewrite.body_start(fused),
        )

    def explain(self) -> str:
        return f"fuse {', '.join(loop.name for loop in self.axes)} into one loop"
