"""Operators on typed expressions: result types, constant folding, what does not go together."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from hcl_explore.errors import KernelTypeError
from hcl_explore.frontend.affine import is_affine
from hcl_explore.frontend.constants import fold
from hcl_explore.frontend.expression import (
    Binary,
    Compare,
    Computed,
    Constant,
    Expr,
    Shared,
    Unary,
    type_name,
)
from hcl_explore.frontend.fixed_point import division_refusal
from hcl_explore.lang.promotion import common_type, promote
from hcl_explore.lang.types import (
    BOOL,
    Fixed,
    FixedType,
    Float,
    Index,
    Int,
    IntegerType,
    ScalarType,
    index,
    int32,
)

if TYPE_CHECKING:
    from hcl_explore.frontend.reader import ExpressionReader

BINARY_OPERATORS: dict[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.LShift: "<<",
    ast.RShift: ">>",
    ast.BitAnd: "&",
    ast.BitOr: "|",
    ast.BitXor: "^",
}
MAX_POWER = 64


class Operators:
    """Builds typed expressions; raises ``KernelTypeError`` at the node it is told."""

    def __init__(self, reader: ExpressionReader) -> None:
        self.reader = reader

    def binary(self, op: ast.operator, left: Expr, right: Expr, node: ast.AST) -> Expr:
        """``left op right`` with its type; constants are folded as Python does."""
        if isinstance(left, Constant) and isinstance(right, Constant):
            try:
                return self.reader.number(fold(type(op), left.value, right.value), node)
            except ValueError as error:
                raise self.reader.error(KernelTypeError, str(error), node) from None
        if isinstance(op, ast.Pow):
            return self._power(left, right, node)
        operator = BINARY_OPERATORS[type(op)]
        self._check_constant_operand(operator, left, right, node)
        return Binary(self._result_type(operator, left, right, node), node, operator, left, right)

    def _result_type(self, operator: str, left: Expr, right: Expr, node: ast.AST) -> ScalarType:
        if _index_arithmetic(left, right):
            return index
        left_type = left.type
        decides_alone = operator in ("/", "//", "<<", ">>")
        if decides_alone and isinstance(left, Constant) and isinstance(left_type, IntegerType):
            left_type = common_type(left_type, int32)
        try:
            result = promote(operator, left_type, right.type)
            if operator in ("/", "//", "%") and isinstance(result, IntegerType):
                common_type(left_type, right.type)  # what the division is computed in
        except TypeError as error:
            raise self.reader.error(KernelTypeError, str(error), node) from None
        refusal = division_refusal(operator, left.type, right.type)
        if refusal is not None:
            advice = "Convert an operand to fixed point of fewer bits first."
            raise self.reader.error(KernelTypeError, refusal, node, advice)
        return result

    def _check_constant_operand(
        self, operator: str, left: Expr, right: Expr, node: ast.AST
    ) -> None:
        if not isinstance(right, Constant):
            return
        both_integers = not isinstance(left.type, Float) and not isinstance(right.value, float)
        if operator in ("/", "//", "%") and right.value == 0 and both_integers:
            raise self.reader.error(KernelTypeError, "division by zero", node)
        if operator in ("<<", ">>") and not 0 <= right.value < left.type.bits:
            raise self.reader.error(
                KernelTypeError,
                f"a shift of {type_name(left.type)} by {right.value} leaves nothing of it",
                node,
                f"The distance must be between 0 and {left.type.bits - 1}; widen the value first.",
            )

    def _power(self, base: Expr, exponent: Expr, node: ast.AST) -> Expr:
        whole = isinstance(exponent, Constant) and isinstance(exponent.value, int)
        if isinstance(exponent, Constant) and whole and 0 <= exponent.value <= MAX_POWER:
            return self._repeated_product(shared(base), int(exponent.value), node)
        if isinstance(base.type, Float) or isinstance(exponent.type, Float):
            return self.reader.calls.math("powf", [base, exponent], node)
        raise self.reader.error(
            KernelTypeError,
            "an integer can only be raised to a constant power between 0 and "
            f"{MAX_POWER}, not to {ast.unparse(exponent.node)}",
            node,
            "Convert the base: float(x) ** n.",
        )

    def _repeated_product(self, base: Expr, exponent: int, node: ast.AST) -> Expr:
        """base ** exponent by squaring, so that x ** 8 takes three multiplications."""
        if exponent == 0:
            return self.reader.number(1, node)
        if exponent == 1:
            return base
        half = shared(self._repeated_product(base, exponent // 2, node))
        product = self.binary(ast.Mult(), half, half, node)
        return self.binary(ast.Mult(), product, base, node) if exponent % 2 else product

    def unary(self, node: ast.UnaryOp, operand: Expr) -> Expr:
        """``-operand``, ``~operand``, ``not operand`` with its type."""
        if isinstance(node.op, ast.Not):
            if isinstance(operand, Constant):
                return self.reader.number(int(not operand.value), node)
            return Unary(BOOL, node, "not", operand)
        if isinstance(node.op, ast.UAdd):
            return operand
        if isinstance(node.op, ast.USub):
            return self.negate(operand, node)
        if isinstance(operand.type, (Float, FixedType)):
            raise self.reader.error(
                KernelTypeError, f"'~' works on integers, not on {type_name(operand.type)}", node
            )
        if isinstance(operand, Constant):
            return self.reader.number(~int(operand.value), node)
        return Unary(operand.type, node, "~", operand)

    def negate(self, operand: Expr, node: ast.AST) -> Expr:
        """``-operand``; one bit wider for integers and fixed point, so that it is exact."""
        if isinstance(operand, Constant):
            return self.reader.number(-operand.value, node)
        negated = operand.type
        if isinstance(negated, IntegerType):
            negated = Int(min(negated.width + 1, 512))
        elif isinstance(negated, FixedType):
            negated = Fixed(min(negated.width + 1, 512), negated.fraction)
        return Unary(negated, node, "-", operand)

    def compare(self, operator: str, left: Expr, right: Expr, node: ast.AST) -> Expr:
        """``left operator right``, folded if both are constants."""
        if isinstance(left, Constant) and isinstance(right, Constant):
            a, b = left.value, right.value
            outcomes = {"<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b, "==": a == b}
            return self.reader.number(int(outcomes.get(operator, a != b)), node)
        self.common(left, right, node)
        return Compare(BOOL, node, operator, left, right)

    def common(self, left: Expr, right: Expr, node: ast.AST) -> ScalarType:
        """The type that holds both; two constants make at least an ``int32``."""
        if _index_arithmetic(left, right):
            return index
        try:
            common = common_type(left.type, right.type)
        except TypeError as error:
            advice = "Convert one of them to the type of the other."
            raise self.reader.error(KernelTypeError, str(error), node, advice) from None
        constants = isinstance(left, Constant) and isinstance(right, Constant)
        if constants and isinstance(common, IntegerType) and common != BOOL:
            return common_type(common, int32)
        return common


def shared(expr: Expr) -> Expr:
    """``expr`` for use in several places of one expression, where it is worth computing once."""
    if isinstance(expr, (Constant, Computed, Shared)) or is_affine(expr):
        return expr
    return Shared(expr.type, expr.node, expr)


def _index_arithmetic(left: Expr, right: Expr) -> bool:
    """Whether the operands stay in ``index``: both are, or one is and the other an int constant."""
    if isinstance(left.type, Index):
        return isinstance(right.type, Index) or _integer_constant(right)
    return isinstance(right.type, Index) and _integer_constant(left)


def _integer_constant(expr: Expr) -> bool:
    return isinstance(expr, Constant) and isinstance(expr.value, int)
