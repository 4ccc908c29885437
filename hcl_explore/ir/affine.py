"""Affine maps and sets: reading them as linear forms, and folding index arithmetic into them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

import mlir.ir as ir


def substitute(
    expression: ir.AffineExpr,
    dim: Callable[[int], ir.AffineExpr],
    symbol: Callable[[int], ir.AffineExpr],
) -> ir.AffineExpr:
    """``expression`` with every dimension and symbol replaced; folds constants on the way."""
    expression = expression.maybe_downcast()
    if isinstance(expression, ir.AffineDimExpr):
        return dim(expression.position)
    if isinstance(expression, ir.AffineSymbolExpr):
        return symbol(expression.position)
    if isinstance(expression, ir.AffineConstantExpr):
        return expression
    build = _BINARY[type(expression)]
    left = substitute(expression.lhs, dim, symbol)
    right = substitute(expression.rhs, dim, symbol)
    return build(left, right)


def _multiply(left: ir.AffineExpr, right: ir.AffineExpr) -> ir.AffineExpr:
    """The product, spread over a sum (``i * 4 - 4``, not ``(i - 1) * 4``): constants then meet."""
    total = left.maybe_downcast()
    if isinstance(total, ir.AffineAddExpr):
        return _multiply(total.lhs, right) + _multiply(total.rhs, right)
    return ir.AffineExpr.get_mul(left, right)


_BINARY: dict[type, Callable[[ir.AffineExpr, ir.AffineExpr], ir.AffineExpr]] = {
    ir.AffineAddExpr: ir.AffineExpr.get_add,
    ir.AffineMulExpr: _multiply,
    ir.AffineModExpr: ir.AffineExpr.get_mod,
    ir.AffineFloorDivExpr: ir.AffineExpr.get_floor_div,
    ir.AffineCeilDivExpr: ir.AffineExpr.get_ceil_div,
}


def collect_terms(expression: ir.AffineExpr) -> ir.AffineExpr:
    """Add up the multiples of a dimension that occurs several times: ``i * 2`` for ``i + i``."""
    factors: dict[ir.AffineExpr, int] = {}
    parts = 0
    pending = [expression]
    while pending:
        part = pending.pop().maybe_downcast()
        if isinstance(part, ir.AffineAddExpr):
            pending += [part.rhs, part.lhs]
            continue
        parts += 1
        factor = 1
        if isinstance(part, ir.AffineMulExpr):
            scale = part.rhs.maybe_downcast()
            if isinstance(scale, ir.AffineConstantExpr):
                part, factor = part.lhs.maybe_downcast(), scale.value
        factors[part] = factors.get(part, 0) + factor
    if len(factors) == parts:
        return expression
    total = ir.AffineExpr.get_constant(0, expression.context)
    for part, factor in factors.items():
        total = total + part * factor
    return total


class MapInputs:
    """Collects the operands of a map under construction; equal values share a dimension."""

    def __init__(self) -> None:
        self.values: list[ir.Value] = []
        self._positions: dict[ir.Value, int] = {}

    def dim(self, value: ir.Value) -> ir.AffineExpr:
        """The expression that stands for ``value``, folding an ``affine.apply`` that makes it."""
        apply_op = _producer(value, "affine.apply")
        if apply_op is not None:
            affine_map = apply_op.attributes["map"].value
            return self.inline(affine_map.results[0], affine_map, list(apply_op.operands))
        constant = _constant(value)
        if constant is not None:
            return ir.AffineExpr.get_constant(constant, value.context)
        if value not in self._positions:
            self._positions[value] = len(self.values)
            self.values.append(value)
        return ir.AffineExpr.get_dim(self._positions[value], value.context)

    def inline(
        self, expression: ir.AffineExpr, affine_map: ir.AffineMap, operands: Sequence[ir.Value]
    ) -> ir.AffineExpr:
        """``expression`` of ``affine_map`` over ``operands``, rewritten over these inputs."""
        dims = affine_map.n_dims
        return collect_terms(
            substitute(
                expression,
                lambda position: self.dim(operands[position]),
                lambda position: self.dim(operands[dims + position]),
            )
        )


def _producer(value: ir.Value, name: str) -> ir.Operation | None:
    owner = value.owner
    if isinstance(owner, ir.Block):
        return None
    operation = owner.operation
    return operation if operation.name == name else None


def _constant(value: ir.Value) -> int | None:
    operation = _producer(value, "arith.constant")
    if operation is None:
        return None
    return int(ir.IntegerAttr(operation.attributes["value"]).value)


# --- integer sets ---------------------------------------------------------------------------


class AffineConstraint:
    """``expression >= 0``, or ``expression == 0`` where ``is_equality``."""

    __slots__ = ("expression", "is_equality")

    def __init__(self, expression: ir.AffineExpr, is_equality: bool) -> None:
        self.expression = expression
        self.is_equality = is_equality


class ConditionSet:
    """The condition of an ``affine.if``: a conjunction over ``n_dims`` + symbols inputs."""

    __slots__ = ("constraints", "n_dims")

    def __init__(self, n_dims: int, constraints: tuple[AffineConstraint, ...]) -> None:
        self.n_dims = n_dims
        self.constraints = constraints


def condition_of(if_op: ir.Operation) -> ConditionSet:
    """The condition of an ``affine.if``.

    The bindings cannot read an IntegerSetAttr, so its printed form goes through an affine map with
    the same expressions.
    """
    return read_set(str(if_op.attributes["condition"]), if_op.context)


_SET = re.compile(r"affine_set<(\([^)]*\)(?:\[[^\]]*\])?) : \((.*)\)>$")


def read_set(text: str, context: ir.Context) -> ConditionSet:
    """The constraints of a printed ``affine_set<...>``."""
    inputs, relations = _split_set(text)
    expressions = [re.sub(r"\s*(==|>=)\s*0$", "", relation) for relation in relations]
    joined = ", ".join(expressions)
    affine_map = ir.AffineMapAttr(
        ir.Attribute.parse(f"affine_map<{inputs} -> ({joined})>", context)
    ).value
    constraints = tuple(
        AffineConstraint(expression, "==" in relation)
        for expression, relation in zip(affine_map.results, relations, strict=True)
    )
    return ConditionSet(affine_map.n_dims, constraints)


@lru_cache(maxsize=1024)
def _split_set(text: str) -> tuple[str, tuple[str, ...]]:
    match = _SET.match(text)
    if match is None:
        raise ValueError(f"not an integer set: {text}")
    return match.group(1), tuple(part.strip() for part in match.group(2).split(","))


def make_condition(
    n_inputs: int, constraints: Sequence[AffineConstraint], context: ir.Context
) -> ir.Attribute:
    """The ``condition`` attribute of an ``affine.if``."""
    integer_set = ir.IntegerSet.get(
        n_inputs,
        0,
        [constraint.expression for constraint in constraints],
        [constraint.is_equality for constraint in constraints],
        context,
    )
    return ir.IntegerSetAttr.get(integer_set)
