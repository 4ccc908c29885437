"""Schedule calls as data and as text, read back without executing anything."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass

from hcl_explore.errors import ArgumentError
from hcl_explore.schedule.primitive import PrimitiveInfo, info

_MARKS = ("reassociate", "unchecked")


@dataclass(frozen=True)
class ScheduleCall:
    """One call: the primitive, its arguments as plain data (defaults left out), and its marks."""

    declared: PrimitiveInfo
    arguments: Mapping[str, object]
    reassociate: bool = False
    unchecked: bool = False

    @property
    def text(self) -> str:
        """The call in Python: ``s.split("k", 8)``."""
        marks = {mark: True for mark in _MARKS if getattr(self, mark)}
        return self.declared.call_text(self.arguments, **marks)


def parse_call(text: str) -> ScheduleCall:
    """The call that ``text`` writes: what ``repr`` of a step gives, or a person would type.

    Raises:
        ArgumentError: it is no call of a primitive with plain arguments.
    """
    try:
        node = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError):
        raise _not_a_call(text) from None
    if not isinstance(node, ast.Call) or any(keyword.arg is None for keyword in node.keywords):
        raise _not_a_call(text)
    function = node.func
    if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name):
        declared = info(function.attr)
    elif isinstance(function, ast.Name):
        declared = info(function.id)
    else:
        raise _not_a_call(text)
    keywords = {keyword.arg or "": _value(keyword.value, text) for keyword in node.keywords}
    marks = {mark: bool(keywords.pop(mark, False)) for mark in _MARKS}
    bound = declared.bind(tuple(_value(part, text) for part in node.args), keywords)
    defaults = {p.name: p.default for p in declared.parameters if p.is_optional}
    arguments = {
        name: value
        for name, value in bound.items()
        if not (name in defaults and value == defaults[name])
    }
    return ScheduleCall(declared, arguments, **marks)


def _value(node: ast.expr, text: str) -> object:
    """A literal; ``s.A`` and ``hcl.Partition.Cyclic`` stand for their last name, and a type such as
    ``hcl.Fixed(16, 8)`` for its text."""
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Call) and not node.keywords:
        sizes = [_value(part, text) for part in node.args]
        if isinstance(node.func, ast.Attribute) and all(isinstance(size, int) for size in sizes):
            return f"{node.func.attr}({', '.join(map(str, sizes))})"
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, RecursionError):
        raise _not_a_call(text) from None


def _not_a_call(text: str) -> ArgumentError:
    return ArgumentError(
        f"this is not a call of a schedule primitive: {text!r}",
        advice='Write it as a method call with plain arguments: s.split("k", 8).',
    )
