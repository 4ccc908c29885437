"""Recognising affine expressions, and the range of values they take.

Affine means: sums of loop variables and integer arguments with constant factors, and floor
division and remainder of such sums by positive constants. Integer types grow with the operations on
them, so that a sum of any integers is the sum of their values.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeVar

from mlir import ir

from hcl_explore.frontend.expression import (
    Argument,
    Binary,
    Compare,
    Constant,
    Convert,
    Expr,
    Logical,
    LoopIndex,
    Named,
    Position,
    Shared,
    Unary,
)
from hcl_explore.lang.types import Index, Int, IntegerType, ScalarType, UInt

Interval = tuple[int, int]
_Variable = TypeVar("_Variable", LoopIndex, Argument)


@dataclass
class AffineOperands:
    """Collects the values that an affine map or set is applied to."""

    dims: list[LoopIndex] = field(default_factory=list)
    symbols: list[Argument] = field(default_factory=list)

    @property
    def values(self) -> list[ir.Value]:
        """The operands in the order MLIR wants them."""
        symbols = [one.value if one.symbol is None else one.symbol() for one in self.symbols]
        return [*(one.value for one in self.dims), *symbols]

    def convert(self, expr: Expr) -> ir.AffineExpr | None:
        """``expr`` over these operands, or None if it is not affine."""
        if isinstance(expr, Constant):
            if isinstance(expr.value, float):
                return None
            return ir.AffineExpr.get_constant(expr.value) if _fits(expr.value) else None
        if isinstance(expr, LoopIndex):
            if not expr.affine:
                return None
            return ir.AffineExpr.get_dim(_position(self.dims, expr))
        if isinstance(expr, Argument):
            if expr.symbol is None and not isinstance(expr.type, Index):
                return None
            return ir.AffineExpr.get_symbol(_position(self.symbols, expr))
        if isinstance(expr, (Shared, Named)):
            return self.convert(expr.operand)
        if isinstance(expr, Convert):
            return self.convert(expr.operand) if fits_in(expr.operand, expr.type) else None
        if isinstance(expr, Unary) and expr.operator == "-":
            operand = self.convert(expr.operand)
            return None if operand is None else ir.AffineExpr.get_mul(operand, -1)
        if isinstance(expr, Binary) and _is_exact(expr):
            return self._convert_binary(expr)
        return None

    def _convert_binary(self, expr: Binary) -> ir.AffineExpr | None:
        if expr.operator not in ("+", "-", "*", "//", "%", "/"):
            return None
        left, right = self.convert(expr.left), self.convert(expr.right)
        if left is None or right is None:
            return None
        if expr.operator == "+":
            return ir.AffineExpr.get_add(left, right)
        if expr.operator == "-":
            return ir.AffineExpr.get_add(left, ir.AffineExpr.get_mul(right, -1))
        if expr.operator == "*":
            if isinstance(expr.left, Constant) or isinstance(expr.right, Constant):
                return ir.AffineExpr.get_mul(left, right)
            return None
        if not isinstance(expr.right, Constant) or expr.right.value <= 0:
            return None
        if expr.operator == "%":
            return ir.AffineExpr.get_mod(left, right)
        if expr.operator == "/" and not is_nonnegative(expr.left):
            return None  # '/' rounds toward zero, affine division down
        return ir.AffineExpr.get_floor_div(left, right)


def _is_exact(expr: Binary) -> bool:
    """Whether the result is the one that integers without a width have."""
    if isinstance(expr.type, UInt) and expr.operator == "-":
        return is_nonnegative(expr)
    return isinstance(expr.type, (Index, IntegerType))


def fits_in(expr: Expr, kind: ScalarType) -> bool:
    """Whether ``expr``, if affine, keeps its value in a variable of type ``kind``."""
    if isinstance(kind, Index):
        return isinstance(expr.type, (Index, IntegerType))
    if not isinstance(kind, IntegerType):
        return False
    bounds = interval(expr)
    return bounds is not None and kind.low <= bounds[0] and bounds[1] <= kind.high


def may_be_symbol(kind: ScalarType) -> bool:
    """Whether an argument of type ``kind`` has the same value as an ``index``."""
    if isinstance(kind, UInt):
        return kind.width < 64
    return isinstance(kind, Index) or (isinstance(kind, Int) and kind.width <= 64)


def _fits(value: int) -> bool:
    return -(1 << 62) < value < (1 << 62)


def _position(values: list[_Variable], expr: _Variable) -> int:
    for position, known in enumerate(values):
        if known.value == expr.value:
            return position
    values.append(expr)
    return len(values) - 1


def is_affine(expr: Expr) -> bool:
    """Whether ``expr`` can stand in an affine map."""
    return AffineOperands().convert(expr) is not None


def interval(expr: Expr) -> Interval | None:
    """The smallest and largest value ``expr`` can take, None where no bound is known."""
    if isinstance(expr, Constant):
        return None if isinstance(expr.value, float) else (expr.value, expr.value)
    if isinstance(expr, LoopIndex):
        if expr.low is None or expr.high is None:
            return None
        return expr.low, expr.high
    if isinstance(expr, Position):
        return 0, expr.extent - 1
    if isinstance(expr, Argument):
        kind = expr.type
        return (kind.low, kind.high) if isinstance(kind, IntegerType) else None
    if isinstance(expr, (Shared, Named)):
        return interval(expr.operand)
    if isinstance(expr, Convert):
        return interval(expr.operand) if fits_in(expr.operand, expr.type) else None
    if isinstance(expr, Unary) and expr.operator == "-":
        inner = interval(expr.operand)
        return None if inner is None else (-inner[1], -inner[0])
    if isinstance(expr, Binary):
        left, right = interval(expr.left), interval(expr.right)
        if left is not None and right is not None:
            return _combine(expr.operator, left, right)
        if expr.operator == "%" and right is not None and right[0] > 0:
            return 0, right[1] - 1
    return None


def _combine(operator: str, left: Interval, right: Interval) -> Interval | None:
    if operator == "+":
        return left[0] + right[0], left[1] + right[1]
    if operator == "-":
        return left[0] - right[1], left[1] - right[0]
    if operator == "*":
        corners = [a * b for a in left for b in right]
        return min(corners), max(corners)
    if operator == "min":
        return min(left[0], right[0]), min(left[1], right[1])
    if operator == "max":
        return max(left[0], right[0]), max(left[1], right[1])
    if operator in ("//", "/") and right[0] == right[1] > 0 and left[0] >= 0:
        return left[0] // right[0], left[1] // right[0]
    if operator == "//" and right[0] == right[1] > 0:
        return left[0] // right[0], left[1] // right[0]
    if operator == "%" and right[0] > 0:
        if left[0] >= 0 and left[1] < right[0]:
            return left
        return 0, right[1] - 1
    return None


def is_nonnegative(expr: Expr) -> bool:
    """Whether ``expr`` is known never to be negative."""
    bounds = interval(expr)
    return bounds is not None and bounds[0] >= 0


@dataclass
class AffineCondition:
    """A conjunction of affine constraints, as an ``affine.if`` takes it."""

    operands: AffineOperands
    constraints: list[ir.AffineExpr]
    equalities: list[bool]


def affine_condition(expr: Expr) -> AffineCondition | None:
    """``expr`` as a conjunction of affine comparisons, or None if it is not one."""
    condition = AffineCondition(AffineOperands(), [], [])
    return condition if _add_constraints(condition, expr) else None


def _add_constraints(condition: AffineCondition, expr: Expr) -> bool:
    if isinstance(expr, Logical) and expr.operator == "and":
        return all(_add_constraints(condition, operand) for operand in expr.operands)
    if not isinstance(expr, Compare) or expr.operator == "!=":
        return False
    left = condition.operands.convert(expr.left)
    right = condition.operands.convert(expr.right)
    if left is None or right is None:
        return False
    if expr.operator in ("<", "<="):
        left, right = right, left
    difference = ir.AffineExpr.get_add(left, ir.AffineExpr.get_mul(right, -1))
    if expr.operator in ("<", ">"):
        difference = ir.AffineExpr.get_add(difference, -1)
    condition.constraints.append(difference)
    condition.equalities.append(expr.operator == "==")
    return True
