"""Which variables of a function decide where it reads and writes."""

from __future__ import annotations

import ast


def indexing_names(function: ast.FunctionDef) -> set[str]:
    """Names in subscripts, loop bounds and conditions, and those that their declarations use.

    Only such a variable gains from standing for its value: any other stays in memory, where
    schedules can address it.
    """
    used: set[str] = set()
    declared: dict[str, set[str]] = {}
    for node in ast.walk(function):
        if isinstance(node, ast.Subscript):
            used |= _names(node.slice)
        elif isinstance(node, ast.For):
            used |= _names(node.iter)
        elif isinstance(node, (ast.If, ast.IfExp)):
            used |= _names(node.test)
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
            declared.setdefault(node.target.id, set()).update(_names(node.value))
    waiting = [*used]
    while waiting:
        more = declared.get(waiting.pop(), set()) - used
        used |= more
        waiting.extend(more)
    return used


def _names(node: ast.AST) -> set[str]:
    return {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}
