"""Affine maps and conditions as C++ index expressions."""

from __future__ import annotations

from collections.abc import Sequence

import mlir.ir as ir

from hcl_explore.backend.hls.expression import AND, EQUALITY, ORDER, Expr, Integers, literal
from hcl_explore.backend.hls.types import BOOL
from hcl_explore.ir.affine import condition_of

INDEX_BITS = 64


class AffineWriter:
    """Turns affine expressions over given operands into C++. ``helpers`` collects the names of
    the functions from ``prelude`` that the text calls."""

    def __init__(self, integers: Integers, helpers: set[str]) -> None:
        self.integers = integers
        self.helpers = helpers

    def results(self, affine_map: ir.AffineMap, operands: Sequence[Expr]) -> list[Expr]:
        """The results of ``affine_map`` applied to ``operands``."""
        n_dims = affine_map.n_dims
        return [self._write(result, n_dims, operands) for result in affine_map.results]

    def _write(self, expression: ir.AffineExpr, n_dims: int, operands: Sequence[Expr]) -> Expr:
        """A sum with its positive terms first and the constant last, as people write it."""
        integers = self.integers
        constant = 0
        total: Expr | None = None
        subtracted = []
        for term, factor in _terms(expression, 1):
            if term is None:
                constant += factor
                continue
            value = self._term(term, abs(factor), n_dims, operands)
            if factor < 0:
                subtracted.append(value)
            else:
                total = value if total is None else integers.add(total, value)
        if total is None and constant > 0:
            total, constant = literal(constant, INDEX_BITS), 0  # 31 - i, not -i + 31
        for value in subtracted:
            total = integers.negate(value) if total is None else integers.subtract(total, value)
        if total is None:
            return literal(constant, INDEX_BITS)
        return integers.add(total, literal(constant, INDEX_BITS)) if constant else total

    def _term(
        self, term: ir.AffineExpr, factor: int, n_dims: int, operands: Sequence[Expr]
    ) -> Expr:
        """``term * factor``, where ``term`` is a variable or a division."""
        if isinstance(term, ir.AffineDimExpr):
            value = operands[term.position]
        elif isinstance(term, ir.AffineSymbolExpr):
            value = operands[n_dims + term.position]
        else:
            left = self._write(term.lhs, n_dims, operands)
            right = self._write(term.rhs, n_dims, operands)
            if isinstance(term, ir.AffineMulExpr):
                value = self.integers.multiply(left, right)
            elif isinstance(term, ir.AffineFloorDivExpr):
                value = self.floor_division(left, right)
            elif isinstance(term, ir.AffineModExpr):
                value = self.floor_remainder(left, right)
            else:
                assert isinstance(term, ir.AffineCeilDivExpr)
                below = self.integers.subtract(right, literal(1, INDEX_BITS))
                if right.is_literal:
                    below = literal(right.low - 1, INDEX_BITS)
                value = self.floor_division(self.integers.add(left, below), right)
        return value if factor == 1 else self.integers.multiply(value, literal(factor, INDEX_BITS))

    def floor_division(self, left: Expr, right: Expr) -> Expr:
        """``left / right`` rounded down; ``right`` is positive. Both have the value meant."""
        if left.low >= 0:
            return self.integers.divide(left, right)
        if right.is_literal and right.low & (right.low - 1) == 0:
            shift = literal(right.low.bit_length() - 1, left.bits)
            return self.integers.shift_right(left, shift)
        return self._helper("floor_div", left, right, left.low // right.low, left.high)

    def floor_remainder(self, left: Expr, right: Expr) -> Expr:
        """``left % right`` with the sign of ``right``, which is positive."""
        if left.low >= 0:
            return self.integers.remainder(left, right)
        if right.is_literal and right.low & (right.low - 1) == 0:
            return self.integers.bitwise(left, "&", literal(right.low - 1, left.bits))
        return self._helper("floor_mod", left, right, 0, right.high - 1)

    def _helper(self, name: str, left: Expr, right: Expr, low: int, high: int) -> Expr:
        """``name<T>(left, right)`` with the type of ``left`` as T."""
        self.helpers.add(name)
        spelled = self.integers.spell(left.ctype)
        text = f"{name}<{spelled} >({left.text}, {right.text})"
        reads = left.reads | right.reads
        return Expr(text, 16, left.ctype, left.bits, low, high, reads)

    # --- conditions -----------------------------------------------------------------------------

    def condition(self, if_op: ir.Operation, operands: Sequence[Expr]) -> Expr:
        """The condition of an ``affine.if``."""
        condition = condition_of(if_op)
        whole: Expr | None = None
        for constraint in condition.constraints:
            part = self._constraint(
                constraint.expression, constraint.is_equality, condition.n_dims, operands
            )
            if whole is None:
                whole = part
            else:
                text = f"{whole.inside(AND - 1)} && {part.inside(AND - 1)}"
                whole = Expr(text, AND, BOOL, 1, 0, 1, whole.reads | part.reads)
        assert whole is not None
        return whole

    def _constraint(
        self, expression: ir.AffineExpr, is_equality: bool, n_dims: int, operands: Sequence[Expr]
    ) -> Expr:
        """``expression >= 0`` (or ``== 0``) with the negative terms on the other side."""
        positive: Expr | None = None
        negative: Expr | None = None
        constant = 0
        for term, factor in _terms(expression, 1):
            if term is None:
                constant += factor
                continue
            value = self._term(term, abs(factor), n_dims, operands)
            if factor > 0:
                positive = value if positive is None else self.integers.add(positive, value)
            else:
                negative = value if negative is None else self.integers.add(negative, value)
        return self._relation(positive, negative, constant, is_equality)

    def _relation(
        self, positive: Expr | None, negative: Expr | None, constant: int, is_equality: bool
    ) -> Expr:
        """``positive + constant >= negative``, in the form a person would choose."""
        if negative is None:
            left = positive if positive is not None else literal(0, INDEX_BITS)
            return self._compare(left, "==" if is_equality else ">=", -constant)
        if positive is None:
            if is_equality:
                return self._compare(negative, "==", constant)
            return self._compare(negative, "<", constant + 1)
        if is_equality:
            return self._compare_both(self._plus(positive, constant), "==", negative)
        if constant < 0:
            return self._compare_both(negative, "<", self._plus(positive, constant + 1))
        return self._compare_both(negative, "<=", self._plus(positive, constant))

    def _plus(self, value: Expr, constant: int) -> Expr:
        return self.integers.add(value, literal(constant, INDEX_BITS)) if constant else value

    def _compare(self, left: Expr, operator: str, constant: int) -> Expr:
        return self._compare_both(left, operator, literal(constant, INDEX_BITS))

    def _compare_both(self, left: Expr, operator: str, right: Expr) -> Expr:
        precedence = EQUALITY if operator == "==" else ORDER
        text = f"{left.inside(precedence - 1)} {operator} {right.inside(precedence)}"
        return Expr(text, precedence, BOOL, 1, 0, 1, left.reads | right.reads)


def _terms(expression: ir.AffineExpr, factor: int) -> list[tuple[ir.AffineExpr | None, int]]:
    """``expression`` as a sum of factors times terms; None stands for the constant term."""
    expression = expression.maybe_downcast()
    if isinstance(expression, ir.AffineAddExpr):
        return [*_terms(expression.lhs, factor), *_terms(expression.rhs, factor)]
    if isinstance(expression, ir.AffineConstantExpr):
        return [(None, factor * expression.value)]
    if isinstance(expression, ir.AffineMulExpr):
        right = expression.rhs.maybe_downcast()
        if isinstance(right, ir.AffineConstantExpr):
            return _terms(expression.lhs, factor * right.value)
    return [(expression, factor)]
