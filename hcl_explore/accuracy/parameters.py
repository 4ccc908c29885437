"""Parameters of a kernel that a point decides, read from its directives."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from hcl_explore.errors import HclError
from hcl_explore.lang import types
from hcl_explore.schedule.pragma_text import parse_pragma

_OPERATORS: Mapping[type[ast.operator], Callable[[int, int], int]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.FloorDiv: operator.floordiv,
}


def evaluated(parameters: Mapping[str, int | str], directives: Sequence[str]) -> dict[str, Any]:
    """The parameters of a kernel for a design.

    A text is the name of a type ("float32") or a formula in ``+ - * //`` of numbers, of parameters
    above it and of ``factor(array, dim)``: into how many banks the design's directives cut that
    array there, 1 where they say nothing.

    Raises:
        HclError: a text is neither, or a directive that it needs gives no number.
    """
    values: dict[str, Any] = {}
    for name, value in parameters.items():
        if isinstance(value, str) and not hasattr(types, value):
            values[name] = _number(value, values, directives)
        else:
            values[name] = getattr(types, value) if isinstance(value, str) else value
    return values


def _number(text: str, values: Mapping[str, Any], directives: Sequence[str]) -> int:
    def of(node: ast.expr) -> int:
        match node:
            case ast.Constant(value=int(number)):
                return number
            case ast.Name(id=name) if isinstance(values.get(name), int):
                return int(values[name])
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
                return _OPERATORS[type(op)](of(left), of(right))
            case ast.Call(
                func=ast.Name(id="factor"),
                args=[ast.Name(id=array), ast.Constant(value=int(dim))],
            ):
                return _factor(array, dim, directives)
        raise HclError(f"PARAMETERS: '{text}' is no type and no formula of known parameters")

    try:
        return of(ast.parse(text, mode="eval").body)
    except (SyntaxError, ZeroDivisionError) as error:
        raise HclError(f"PARAMETERS: '{text}' cannot be evaluated: {error}") from None


def _factor(array: str, dim: int, directives: Sequence[str]) -> int:
    for text in directives:
        pragma = parse_pragma(text)
        if pragma is None or pragma.name != "array_partition":
            continue
        if pragma.options.get("variable") == array and pragma.number("dim", 1, {}) == dim:
            if "complete" in pragma.options or "factor" not in pragma.options:
                raise HclError(f"PARAMETERS: the directive states no factor: {text}")
            return pragma.number("factor", 0, {})
    return 1
