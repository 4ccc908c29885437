"""Statements and bounds as a reader would write them: ``C[i, j] += A[i, k] * B[k, j]``."""

from __future__ import annotations

import re
from collections.abc import Sequence

from hcl_explore.analysis.values import ARGUMENT, CONSTANT, LOAD, Statement, Value, Values
from hcl_explore.ir.linear import LinearForm
from hcl_explore.ir.program import Access, Call, Guard, Loop

_BINARY = {
    "arith.addf": ("+", 4),
    "arith.addi": ("+", 4),
    "arith.subf": ("-", 4),
    "arith.subi": ("-", 4),
    "arith.mulf": ("*", 5),
    "arith.muli": ("*", 5),
    "arith.divf": ("/", 5),
    "arith.divsi": ("/", 5),
    "arith.divui": ("/", 5),
    "arith.floordivsi": ("//", 5),
    "arith.remf": ("%", 5),
    "arith.remsi": ("%", 5),
    "arith.remui": ("%", 5),
    "arith.andi": ("&", 2),
    "arith.ori": ("|", 1),
    "arith.xori": ("^", 1),
    "arith.shli": ("<<", 3),
    "arith.shrsi": (">>", 3),
    "arith.shrui": (">>", 3),
}
_COMPARISONS = {"eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
_INTEGER_PREDICATES = ["eq", "ne", "slt", "sle", "sgt", "sge", "ult", "ule", "ugt", "uge"]
_FLOAT_PREDICATES = ["?", "oeq", "ogt", "oge", "olt", "ole", "one", "ord"]
_TRANSPARENT = frozenset(
    {
        "arith.extsi",
        "arith.extui",
        "arith.trunci",
        "arith.index_cast",
        "arith.index_castui",
        "arith.extf",
        "arith.truncf",
        "arith.sitofp",
        "arith.uitofp",
        "arith.fptosi",
        "arith.fptoui",
        "arith.bitcast",
    }
)
_NAMES = {"maximumf": "max", "minimumf": "min", "maxsi": "max", "minsi": "min"}
_NAMES |= {"maxui": "max", "minui": "min", "maxnumf": "max", "minnumf": "min", "absf": "abs"}
_LONGEST = 160
_ATOM = 9


def statement_text(statement: Statement, values: Values) -> str:
    """One statement, shortened with ``…`` where it is very long."""
    if statement.call is not None:
        text, guards = _call(statement, statement.call), statement.call.guards
    else:
        assert statement.access is not None
        text, guards = _assignment(statement, statement.access), statement.access.guards
    for guard in reversed(guards):
        text = f"if {_condition(guard, values)}: {text}"
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _call(statement: Statement, call: Call) -> str:
    scalars = iter(statement.operands)
    inside = ", ".join(
        buffer.name if buffer is not None else _expression(next(scalars))[0]
        for buffer in call.arguments
    )
    results = ", ".join(buffer.name for buffer in call.results)
    return f"{results} = {call.callee}({inside})" if results else f"{call.callee}({inside})"


def _condition(guard: Guard, values: Values) -> str:
    if guard.constraints is not None:
        text = " and ".join(
            f"{form_text(c.form)} {'==' if c.is_equality else '>='} 0" for c in guard.constraints
        )
    else:
        condition = values.conditions.get(guard.op)
        text = _expression(condition)[0] if condition is not None else "…"
    return f"not ({text})" if guard.negated else text


def _assignment(statement: Statement, access: Access) -> str:
    target = element_text(access)
    if statement.block is not None:
        return f"{target}.put({statement.block.name})"
    value = peeled(statement.operands[0])
    if access.buffer.kind == "stream":
        return f"{target}.put({_expression(value)[0]})"
    operator = "="
    shown = _expression(value)[0]
    if value.op in _BINARY and len(value.operands) == 2 and _BINARY[value.op][0] in "+-*&|^":
        left, right = (peeled(operand) for operand in value.operands)
        symbol = _BINARY[value.op][0]
        if _is_load_of(left, access):
            operator, shown = f"{symbol}=", _expression(right)[0]
        elif symbol != "-" and _is_load_of(right, access):
            operator, shown = f"{symbol}=", _expression(left)[0]
    return f"{target} {operator} {shown}"


def element_text(access: Access) -> str:
    """``A[i, k + 1]``; the bare name of a scalar; ``A[…]`` where a subscript is not affine."""
    buffer = access.buffer
    if not buffer.shape:
        return buffer.name
    if access.subscripts is None:
        return f"{buffer.name}[…]"
    return f"{buffer.name}[{', '.join(form_text(form) for form in access.subscripts)}]"


def form_text(form: LinearForm) -> str:
    """A subscript or bound with ``*`` unspaced, as in ``2*i + 1``."""
    return str(form).replace(" * ", "*")


def bounds_text(loop: Loop) -> str:
    """``0 ≤ i < 32``, ``0 ≤ i < 32 step 4``, ``max(0, j) ≤ i < N``; in words where not affine."""
    if loop.lower is None or loop.upper is None:
        return "while …" if loop.kind == "scf.while" else f"{loop.name} over run-time bounds"
    step = f" step {loop.step}" if loop.step not in (None, 1) else ""
    return f"{_bound(loop.lower, 'max')} ≤ {loop.name} < {_bound(loop.upper, 'min')}{step}"


def peeled(value: Value) -> Value:
    """The value under conversions."""
    while value.op in _TRANSPARENT and value.operands:
        value = value.operands[0]
    return value


def _bound(forms: Sequence[LinearForm], combine: str) -> str:
    if len(forms) == 1:
        return form_text(forms[0])
    return f"{combine}({', '.join(form_text(form) for form in forms)})"


def _is_load_of(value: Value, access: Access) -> bool:
    return (
        value.access is not None
        and value.access.buffer is access.buffer
        and access.subscripts is not None
        and value.access.subscripts == access.subscripts
    )


def _expression(value: Value) -> tuple[str, int]:
    """The text of a value and how tightly its outermost operator binds."""
    value = peeled(value)
    if value.op == CONSTANT:
        return _literal(value.literal), _ATOM if (value.literal or 0) >= 0 else 6
    if value.op == LOAD and value.access is not None:
        if value.access.subscripts is None and value.operands:
            inside = ", ".join(_expression(index)[0] for index in value.operands)
            return f"{value.access.buffer.name}[{inside}]", _ATOM
        return element_text(value.access), _ATOM
    if value.op == ARGUMENT or not value.operands:
        return value.name or value.op.split(".")[-1], _ATOM
    if value.op in _BINARY and len(value.operands) == 2:
        symbol, binding = _BINARY[value.op]
        left, right = (_expression(operand) for operand in value.operands)
        if symbol == "-" and left[0] in ("0", "0.0"):
            return f"-{_wrapped(right, 6)}", 6
        return f"{_wrapped(left, binding)} {symbol} {_wrapped(right, binding + 1)}", binding
    if value.op in ("arith.cmpi", "arith.cmpf"):
        left, right = (_expression(operand) for operand in value.operands)
        return f"{_wrapped(left, 1)} {_comparison(value)} {_wrapped(right, 1)}", 0
    if value.op == "arith.select":
        condition, first, second = (_expression(operand) for operand in value.operands)
        return f"{first[0]} if {condition[0]} else {second[0]}", -1
    if value.op == "arith.negf":
        return f"-{_wrapped(_expression(value.operands[0]), 6)}", 6
    if value.op == "affine.apply":
        return _applied(value), 4
    name = value.op.split(".")[-1]
    inside = ", ".join(_expression(operand)[0] for operand in value.operands)
    return f"{_NAMES.get(name, name)}({inside})", _ATOM


def _applied(value: Value) -> str:
    """The result of an affine map with its operands in place of ``d0``, ``d1``, … and ``s0``, …"""
    dims, _, result = value.attribute.removeprefix("affine_map<").removesuffix(">").partition("->")
    count = dims.count("d")

    def operand(match: re.Match[str]) -> str:
        position = int(match[2]) + (count if match[1] == "s" else 0)
        return _expression(value.operands[position])[0]

    return re.sub(r"\b([ds])(\d+)\b", operand, result.strip()[1:-1])


def _comparison(value: Value) -> str:
    number = int(value.attribute)
    if value.op == "arith.cmpi":
        name = _INTEGER_PREDICATES[number]
    else:
        # Ordered comparisons are numbered 1 to 7, their unordered twins 8 to 14.
        name = _FLOAT_PREDICATES[number - 7 if number > 7 else number]
    return _COMPARISONS.get(name[-2:], name)


def _literal(literal: int | float | None) -> str:
    if isinstance(literal, float):
        return f"{literal:g}" if literal != int(literal) or abs(literal) > 1e6 else f"{literal:.1f}"
    return str(literal)


def _wrapped(text: tuple[str, int], binding: int) -> str:
    return f"({text[0]})" if text[1] < binding else text[0]
