"""``x in (0, N - 1)``, ``x not in EDGES``, ``x in range(1, N)``: as the comparisons it means."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import TYPE_CHECKING

from hcl_explore.errors import KernelSyntaxError, KernelTypeError
from hcl_explore.frontend.constants import is_number, plain_number
from hcl_explore.frontend.expression import (
    Constant,
    Expr,
    KernelCall,
    Logical,
    operands_of,
)
from hcl_explore.frontend.operators import shared
from hcl_explore.frontend.streams import Get, Test
from hcl_explore.lang.types import BOOL

if TYPE_CHECKING:
    from hcl_explore.frontend.reader import ExpressionReader

_MOST_MEMBERS = 256


def read_membership(reader: ExpressionReader, node: ast.Compare) -> Expr:
    """Whether a number is one of those listed, or lies in a ``range``.

    Raises ``KernelError`` unless ``node`` is one comparison with a tuple, list or set of numbers, a
    constant table of one dimension, or a range.
    """
    if len(node.ops) != 1:
        raise reader.error(
            KernelSyntaxError,
            "'in' cannot stand in a chain of comparisons",
            node,
            "Write two conditions, joined by 'and'.",
        )
    (container,) = node.comparators
    value = shared(reader.read(node.left))
    if _is_range(container):
        inside = _in_range(reader, value, container, node)
    else:
        members = _members(reader, container)
        equal = [reader.operators.compare("==", value, member, node) for member in members]
        inside = _joined(reader, "or", equal, node)
    if isinstance(node.ops[0], ast.In):
        return inside
    return reader.operators.unary(ast.copy_location(ast.UnaryOp(ast.Not(), node), node), inside)


def _is_range(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "range"
    )


def _in_range(reader: ExpressionReader, value: Expr, node: ast.expr, whole: ast.Compare) -> Expr:
    assert isinstance(node, ast.Call)
    if node.keywords or len(node.args) not in (1, 2):
        raise reader.error(
            KernelTypeError,
            "a range behind 'in' has an end, or a beginning and an end",
            node,
            "Ask for the remainder in a condition of its own.",
        )
    *lower, upper = [reader.read(argument) for argument in node.args]
    low = lower[0] if lower else reader.number(0, node)
    compare = reader.operators.compare
    bounds = [compare(">=", value, low, whole), compare("<", value, upper, whole)]
    return _joined(reader, "and", bounds, whole)


def _members(reader: ExpressionReader, node: ast.expr) -> list[Expr]:
    if isinstance(node, (ast.Tuple, ast.List, ast.Set)):
        members = [_member(reader, element) for element in node.elts]
    else:
        members = _constants(reader, node)
    if len(members) > _MOST_MEMBERS:
        raise reader.error(
            KernelTypeError,
            f"'in' takes at most {_MOST_MEMBERS} numbers, these are {len(members):,}",
            node,
            "Look it up in a table of yes and no.",
        )
    return members


def _member(reader: ExpressionReader, node: ast.expr) -> Expr:
    """A number of the list, which is compared only if none before it was equal."""
    with reader.without_calls():
        member = reader.read(node)
    if _is_event(member):
        raise reader.error(
            KernelSyntaxError,
            f"{ast.unparse(node)} does something each time it is evaluated",
            node,
            "Put its value into a variable first.",
        )
    return member


def _is_event(expr: Expr) -> bool:
    return isinstance(expr, (KernelCall, Get, Test)) or any(map(_is_event, operands_of(expr)))


def _constants(reader: ExpressionReader, node: ast.expr) -> list[Expr]:
    """The numbers of a constant table."""
    known = reader.constants.namespace.get(node.id) if isinstance(node, ast.Name) else None
    numbers = list(known) if isinstance(known, (tuple, list, set, frozenset)) else None
    if numbers is None or not all(is_number(number) for number in numbers):
        raise reader.error(
            KernelSyntaxError,
            f"{ast.unparse(node)} is not a list of numbers, nor a range",
            node,
            "Write x in (0, 3), x in range(1, N), or name a constant tuple of numbers.",
        )
    return [reader.number(plain_number(number), node) for number in numbers]


def _joined(
    reader: ExpressionReader, operator: str, conditions: Sequence[Expr], node: ast.AST
) -> Expr:
    """``conditions`` joined by ``and`` or ``or``; those that are constants are folded."""
    decides = operator == "or"
    left = [one for one in conditions if not isinstance(one, Constant)]
    if any(isinstance(one, Constant) and bool(one.value) == decides for one in conditions):
        return reader.number(int(decides), node)
    if not left:
        return reader.number(int(not decides), node)
    return left[0] if len(left) == 1 else Logical(BOOL, node, operator, left)
