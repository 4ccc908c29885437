"""split: one loop becomes two."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import mlir.ir as ir

from hcl_explore.errors import ScheduleError
from hcl_explore.ir import attributes as attrs
from hcl_explore.ir import rewrite
from hcl_explore.ir.printing import ModuleLike
from hcl_explore.ir.program import Loop, Program
from hcl_explore.schedule import parameters as param
from hcl_explore.schedule.legality import require_affine
from hcl_explore.schedule.loop_refusals import annotation_refusal, factor_refusal
from hcl_explore.schedule.primitive import Outcome, Primitive


@dataclass(frozen=True)
class Split(Primitive):
    """Cut a loop into an outer loop over chunks of ``factor`` iterations and an inner loop.

    Before::

        for k in range(32): body(k)

    After ``s.split("k", 8)``::

        for k.outer in range(4):
            for k.inner in range(8): body(8 * k.outer + k.inner)

    Where the factor does not divide the trip count, the last chunk is shorter (a min bound on the
    inner loop), so exactly the same iterations run.
    """

    name: ClassVar[str] = "split"
    group: ClassVar[str] = "Loops"
    returns: ClassVar[str] = "tuple[LoopHandle, LoopHandle]"
    law: ClassVar[str] = "Always legal: the iterations run in the same order."

    axis: Loop = param.loop("the loop to split")
    factor: int = param.integer("iterations of the inner loop", minimum=1)

    def check(self, program: Program, *, reassociate: bool) -> ScheduleError | None:
        refusal = require_affine(program, "split", self.axis)
        if refusal is not None:
            return refusal
        return factor_refusal(program, "split", self.axis, self.factor) or annotation_refusal(
            program, "split", self.axis
        )

    def apply(self, module: ModuleLike, program: Program) -> Outcome:
        return split_loop(self.axis, self.factor)

    def explain(self) -> str:
        return f"split {self.axis.name} into chunks of {self.factor} iterations"


def split_loop(loop: Loop, factor: int) -> Outcome:
    """Split ``loop`` in the module that it is part of."""
    op, name = loop.op, loop.name
    location = op.location
    point = ir.InsertionPoint(op)
    lower, upper = rewrite.bounds_of(op)
    step = int(ir.IntegerAttr(op.attributes["step"]).value)
    if len(lower.map.results) == 1:
        outer, inner = _normalised(name, lower, upper, step, factor, location, point)
        start = lower.map.results[0]
        count = lower.map.n_inputs
        operands = [
            rewrite.induction_variable(outer),
            rewrite.induction_variable(inner),
            *lower.operands,
        ]
        shifted = start.shift_dims(count, 2) if count else start
        rewrite.move_body(op, inner)
        rewrite.replace_with_affine(
            rewrite.induction_variable(op),
            operands,
            lambda dims: shifted + (dims[0] * factor + dims[1]) * step,
            location,
            rewrite.body_start(inner),
        )
    else:
        outer, inner = _strip_mined(name, lower, upper, step, factor, location, point)
        rewrite.move_body(op, inner)
        rewrite.induction_variable(op).replace_all_uses_with(rewrite.induction_variable(inner))
    rewrite.copy_attributes(op, outer, skip=(attrs.LOOP_NAME,))
    if attrs.flag(op, attrs.REDUCTION):
        attrs.set_flag(inner, attrs.REDUCTION)
    op.erase()
    prefix = f"{loop.function}:{loop.band}"
    made = (f"{prefix}.{name}.outer", f"{prefix}.{name}.inner")
    return Outcome({loop.key: made}, loops=made)


def _normalised(
    name: str,
    lower: rewrite.Bound,
    upper: rewrite.Bound,
    step: int,
    factor: int,
    location: ir.Location,
    point: ir.InsertionPoint,
) -> tuple[ir.Operation, ir.Operation]:
    """Both loops count from 0; the old variable is ``lower + (outer * factor + inner) * step``."""
    context = location.context
    width = lower.map.n_inputs
    start = lower.map.results[0]
    # Operands: those of the lower bound, then those of the upper one, then the outer variable.
    extents = [end.shift_dims(upper.map.n_inputs, width) - start for end in upper.map.results]
    operands = (*lower.operands, *upper.operands)
    if all(_is_constant(extent) for extent in extents):
        trips = -(-min(_constant(extent) for extent in extents) // step)
        outer = rewrite.counted_loop(f"{name}.outer", -(-trips // factor), location, point)
        if trips % factor == 0:
            inner_point = rewrite.body_start(outer)
            return outer, rewrite.counted_loop(f"{name}.inner", factor, location, inner_point)
        rest = [ir.AffineExpr.get_constant(trips, context)]
        operands = ()
    else:
        chunks = [ir.AffineExpr.get_ceil_div(extent, step * factor) for extent in extents]
        count = len(operands)
        bound = rewrite.Bound(ir.AffineMap.get(count, 0, chunks, context), operands)
        zero = rewrite.Bound.constant(0, context)
        outer = rewrite.build_loop(f"{name}.outer", zero, bound, 1, location, point)
        rest = [ir.AffineExpr.get_ceil_div(extent, step) for extent in extents]
    chunk = ir.AffineExpr.get_dim(len(operands), context)
    limits = [ir.AffineExpr.get_constant(factor, context)]
    limits += [trips_left - chunk * factor for trips_left in rest]
    inner = rewrite.build_loop(
        f"{name}.inner",
        rewrite.Bound.constant(0, context),
        rewrite.Bound(
            ir.AffineMap.get(len(operands) + 1, 0, limits, context),
            (*operands, rewrite.induction_variable(outer)),
        ),
        1,
        location,
        rewrite.body_start(outer),
    )
    return outer, inner


def _strip_mined(
    name: str,
    lower: rewrite.Bound,
    upper: rewrite.Bound,
    step: int,
    factor: int,
    location: ir.Location,
    point: ir.InsertionPoint,
) -> tuple[ir.Operation, ir.Operation]:
    """A lower bound that is a max cannot be subtracted in a map: the loops keep its values."""
    context = location.context
    outer = rewrite.build_loop(f"{name}.outer", lower, upper, step * factor, location, point)
    start = ir.AffineMap.get_identity(1, context)
    count = upper.map.n_inputs
    ends = [*upper.map.results, ir.AffineExpr.get_dim(count, context) + step * factor]
    inner = rewrite.build_loop(
        f"{name}.inner",
        rewrite.Bound(start, (rewrite.induction_variable(outer),)),
        rewrite.Bound(
            ir.AffineMap.get(count + 1, 0, ends, context),
            (*upper.operands, rewrite.induction_variable(outer)),
        ),
        step,
        location,
        rewrite.body_start(outer),
    )
    return outer, inner


def _is_constant(expression: ir.AffineExpr) -> bool:
    return isinstance(expression.maybe_downcast(), ir.AffineConstantExpr)


def _constant(expression: ir.AffineExpr) -> int:
    return int(expression.maybe_downcast().value)
