"""Editing loops and affine operations in place: what every schedule primitive is built from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import mlir.ir as ir
from mlir.dialects import affine

from hcl_explore.ir import attributes as attrs
from hcl_explore.ir.affine import (
    AffineConstraint,
    MapInputs,
    condition_of,
    make_condition,
    substitute,
)
from hcl_explore.ir.locations import named

_BOUND_ATTRIBUTES = frozenset({"lowerBoundMap", "upperBoundMap", "step", "operandSegmentSizes"})


@dataclass(frozen=True)
class Bound:
    """One bound of an ``affine.for``: a map (several results mean max or min) and its operands."""

    map: ir.AffineMap
    operands: tuple[ir.Value, ...] = ()

    @staticmethod
    def constant(value: int, context: ir.Context) -> Bound:
        return Bound(ir.AffineMap.get_constant(value, context))


def bounds_of(loop: ir.Operation) -> tuple[Bound, Bound]:
    """Lower and upper bound of an ``affine.for``; symbols are dimensions of their maps."""
    lower = loop.attributes["lowerBoundMap"].value
    upper = loop.attributes["upperBoundMap"].value
    operands = list(loop.operands)
    return (
        Bound(_without_symbols(lower), tuple(operands[: lower.n_inputs])),
        Bound(
            _without_symbols(upper),
            tuple(operands[lower.n_inputs : lower.n_inputs + upper.n_inputs]),
        ),
    )


def _without_symbols(affine_map: ir.AffineMap) -> ir.AffineMap:
    if affine_map.n_symbols == 0:
        return affine_map
    context = affine_map.context
    results = [
        substitute(
            expression,
            lambda position: ir.AffineExpr.get_dim(position, context),
            lambda position: ir.AffineExpr.get_dim(affine_map.n_dims + position, context),
        )
        for expression in affine_map.results
    ]
    return ir.AffineMap.get(affine_map.n_inputs, 0, results, context)


def induction_variable(loop: ir.Operation) -> ir.Value:
    return loop.regions[0].blocks[0].arguments[0]


def build_loop(
    name: str,
    lower: Bound,
    upper: Bound,
    step: int,
    location: ir.Location,
    point: ir.InsertionPoint,
) -> ir.Operation:
    """An empty ``affine.for`` called ``name``; its block ends with a yield."""
    with location.context, location, point:
        loop = affine.AffineForOp(
            lower.map,
            upper.map,
            step,
            lower_bound_operands=list(lower.operands),
            upper_bound_operands=list(upper.operands),
        )
        with ir.InsertionPoint(loop.body):
            affine.AffineYieldOp([])
    operation = loop.operation
    attrs.set_text(operation, attrs.LOOP_NAME, name)
    induction_variable(operation).set_location(named(name, location))
    return operation


def counted_loop(
    name: str, trip_count: int, location: ir.Location, point: ir.InsertionPoint
) -> ir.Operation:
    """``for name in range(trip_count)``."""
    context = location.context
    return build_loop(
        name,
        Bound.constant(0, context),
        Bound.constant(trip_count, context),
        1,
        location,
        point,
    )


def body_start(loop: ir.Operation) -> ir.InsertionPoint:
    return ir.InsertionPoint.at_block_begin(loop.regions[0].blocks[0])


def body_end(loop: ir.Operation) -> ir.InsertionPoint:
    """Before the terminator."""
    return ir.InsertionPoint.at_block_terminator(loop.regions[0].blocks[0])


def item_in_body(op: ir.Operation, loop: ir.Operation) -> ir.Operation:
    """The operation directly in the body of ``loop`` that is, or holds, ``op``."""
    while (parent := op.parent.operation) != loop:
        op = parent
    return op


def replace_uses_in(root: ir.Operation, old: ir.Value, new: ir.Value) -> None:
    """Let ``root`` and everything inside it use ``new`` for ``old``."""

    def visit(op: ir.Operation) -> ir.WalkResult:
        for position, operand in enumerate(op.operands):
            if operand == old:
                op.operands[position] = new
        return ir.WalkResult.ADVANCE

    root.walk(visit)


def move_body(source: ir.Operation, target: ir.Operation) -> None:
    """Move what ``source`` repeats to the end of what ``target`` repeats."""
    terminator = list(target.regions[0].blocks[0].operations)[-1]
    for operation in list(source.regions[0].blocks[0].operations)[:-1]:
        operation.move_before(terminator)


def copy_attributes(source: ir.Operation, target: ir.Operation, skip: Sequence[str] = ()) -> None:
    """Copy the discardable attributes of a loop."""
    for name in source.attributes:
        if name not in _BOUND_ATTRIBUTES and name not in skip:
            target.attributes[name] = source.attributes[name]


def replace_with_affine(
    value: ir.Value,
    operands: Sequence[ir.Value],
    expression: Callable[[Sequence[ir.AffineExpr]], ir.AffineExpr],
    location: ir.Location,
    point: ir.InsertionPoint,
) -> None:
    """Replace every use of ``value`` by an affine expression of ``operands``, folded into maps.

    Where a use is not affine, an ``affine.apply`` at ``point`` computes it.
    """
    context = location.context
    dims = [ir.AffineExpr.get_dim(position, context) for position in range(len(operands))]
    affine_map = ir.AffineMap.get(len(operands), 0, [expression(dims)], context)
    with context, location, point:
        apply_op = affine.AffineApplyOp(affine_map, list(operands))
    value.replace_all_uses_with(apply_op.result)
    fold_apply(apply_op.operation)


def fold_apply(apply_op: ir.Operation) -> None:
    """Fold an ``affine.apply`` into the maps that use it; erase it once nothing does.

    What has no map gets it computed in its own block: a nest around that block stays perfect.
    """
    result = apply_op.results[0]
    refold_users(result)
    affine_map, operands = apply_op.attributes["map"], list(apply_op.operands)
    local: dict[ir.Block, ir.Value] = {}
    for use in list(result.uses):
        user = use.owner.operation
        if user.block == apply_op.block:
            continue
        if user.block not in local:
            with user.context, user.location, ir.InsertionPoint.at_block_begin(user.block):
                local[user.block] = affine.AffineApplyOp(affine_map, operands).result
        user.operands[use.operand_number] = local[user.block]
    if not list(result.uses):
        apply_op.erase()


def refold_users(value: ir.Value, except_for: Sequence[ir.Operation] = ()) -> None:
    """Fold what makes ``value`` (an ``affine.apply``, a constant) into the maps that use it, but
    not into those of ``except_for``. A loop whose bounds are refolded is built anew."""
    for user in dict.fromkeys(use.owner.operation for use in value.uses):
        refold = _REFOLD.get(user.name)
        if refold is not None and user not in except_for:
            refold(user)


def _refold_load(op: ir.Operation) -> None:
    operands = list(op.operands)
    inputs = MapInputs()
    affine_map = _refolded_map(op.attributes["map"].value, operands[1:], inputs)
    with op.context, op.location, ir.InsertionPoint(op):
        new = affine.AffineLoadOp(
            op.results[0].type, operands[0], inputs.values, ir.AffineMapAttr.get(affine_map)
        )
    op.results[0].replace_all_uses_with(new.result)
    op.erase()


def _refold_store(op: ir.Operation) -> None:
    operands = list(op.operands)
    inputs = MapInputs()
    affine_map = _refolded_map(op.attributes["map"].value, operands[2:], inputs)
    with op.context, op.location, ir.InsertionPoint(op):
        affine.AffineStoreOp(
            operands[0], operands[1], inputs.values, map=ir.AffineMapAttr.get(affine_map)
        )
    op.erase()


def _refold_apply(op: ir.Operation) -> None:
    inputs = MapInputs()
    affine_map = _refolded_map(op.attributes["map"].value, list(op.operands), inputs)
    with op.context, op.location, ir.InsertionPoint(op):
        new = affine.AffineApplyOp(affine_map, inputs.values)
    op.results[0].replace_all_uses_with(new.result)
    op.erase()
    fold_apply(new.operation)


def _refold_loop(op: ir.Operation) -> None:
    lower, upper = (_refolded_bound(bound) for bound in bounds_of(op))
    replace_bounds(op, lower, upper)


def _refolded_bound(bound: Bound) -> Bound:
    inputs = MapInputs()
    affine_map = _refolded_map(bound.map, bound.operands, inputs)
    return Bound(affine_map, tuple(inputs.values))


def replace_bounds(loop: ir.Operation, lower: Bound, upper: Bound) -> ir.Operation:
    """The same loop over other bounds; the old operation is erased."""
    new = build_loop(
        attrs.text(loop, attrs.LOOP_NAME) or "",
        lower,
        upper,
        ir.IntegerAttr(loop.attributes["step"]).value,
        loop.location,
        ir.InsertionPoint(loop),
    )
    copy_attributes(loop, new)
    move_body(loop, new)
    old_variable = induction_variable(loop)
    induction_variable(new).set_location(old_variable.location)
    old_variable.replace_all_uses_with(induction_variable(new))
    loop.erase()
    return new


def _refold_if(op: ir.Operation) -> None:
    condition = condition_of(op)
    operands = list(op.operands)
    inputs = MapInputs()
    as_map = ir.AffineMap.get(
        condition.n_dims,
        len(operands) - condition.n_dims,
        [constraint.expression for constraint in condition.constraints],
        op.context,
    )
    folded = _refolded_map(as_map, operands, inputs)
    constraints = [
        AffineConstraint(expression, constraint.is_equality)
        for expression, constraint in zip(folded.results, condition.constraints, strict=True)
    ]
    with op.context, op.location, ir.InsertionPoint(op):
        new = ir.Operation.create(
            "affine.if",
            results=[result.type for result in op.results],
            operands=inputs.values,
            attributes={"condition": make_condition(len(inputs.values), constraints, op.context)},
            regions=2,
        )
    for before, after in zip(op.results, new.results, strict=True):
        before.replace_all_uses_with(after)
    for source, target in zip(op.regions, new.regions, strict=True):
        for block in list(source.blocks):
            block.append_to(target)
    op.erase()


def _refolded_map(
    affine_map: ir.AffineMap, operands: Sequence[ir.Value], inputs: MapInputs
) -> ir.AffineMap:
    expressions = [
        inputs.inline(expression, affine_map, operands) for expression in affine_map.results
    ]
    return ir.AffineMap.get(len(inputs.values), 0, expressions, affine_map.context)


_REFOLD: dict[str, Callable[[ir.Operation], None]] = {
    "affine.load": _refold_load,
    "affine.store": _refold_store,
    "affine.apply": _refold_apply,
    "affine.for": _refold_loop,
    "affine.if": _refold_if,
}
