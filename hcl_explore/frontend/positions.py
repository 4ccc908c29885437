"""The position of a task in its mapping, and what is decided by it when the kernel is compiled.

A mapped kernel is lowered once for all positions at which its compile-time conditions fall out
alike. So what was decided is recorded, and other positions are held against the record.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from hcl_explore.frontend.expression import (
    Binary,
    Compare,
    Constant,
    Expr,
    Logical,
    Position,
    Shared,
    Unary,
)

Number = int | float

_BINARY: Mapping[str, Callable[[Number, Number], Number]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "//": operator.floordiv,
    "%": operator.mod,
    "min": min,
    "max": max,
}
_COMPARISONS: Mapping[str, Callable[[Number, Number], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


class _NotDecidedError(Exception):
    """Internal: an expression depends on more than constants and the position."""


@dataclass
class Positions:
    """The position of the task being lowered: its variables, and their values at the first task
    that the function stands for."""

    variables: Sequence[Position]
    values: Sequence[int]
    decisions: list[tuple[Expr, Number]] = field(default_factory=list)

    def decide(self, expr: Expr) -> Constant | None:
        """``expr`` as a constant, if it is made of constants and the position; recorded."""
        try:
            value = _value(expr, self.values)
        except (_NotDecidedError, ZeroDivisionError):
            return None
        self.decisions.append((expr, value))
        return Constant(expr.type, expr.node, value)

    def agree(self, values: Sequence[int]) -> bool:
        """Whether everything decided so far is the same at the position ``values``."""
        return all(_value(expr, values) == decided for expr, decided in self.decisions)


def _value(expr: Expr, position: Sequence[int]) -> Number:
    if isinstance(expr, Constant):
        return expr.value
    if isinstance(expr, Position):
        return position[expr.dim]
    if isinstance(expr, Shared):
        return _value(expr.operand, position)
    if isinstance(expr, Logical):
        values = (_value(operand, position) for operand in expr.operands)
        return int(all(values) if expr.operator == "and" else any(values))
    if isinstance(expr, Compare):
        compare = _COMPARISONS[expr.operator]
        return int(compare(_value(expr.left, position), _value(expr.right, position)))
    if isinstance(expr, Binary) and expr.operator in _BINARY:
        return _BINARY[expr.operator](_value(expr.left, position), _value(expr.right, position))
    if isinstance(expr, Unary) and expr.operator in ("-", "not"):
        value = _value(expr.operand, position)
        return -value if expr.operator == "-" else int(not value)
    raise _NotDecidedError
