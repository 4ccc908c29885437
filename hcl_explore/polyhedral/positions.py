"""At which positions each function of tasks runs: the constants that its calls hand it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import mlir.ir as ir

from hcl_explore.ir.linear import Symbol
from hcl_explore.ir.program import Call, Function, Program
from hcl_explore.ir.values import defining_operation

Position = Mapping[Symbol, int]
"""The values of the ``index`` arguments that are known."""


def task_positions(program: Program) -> dict[str, Sequence[Position]]:
    """The positions of each function that regions call with constants, each once, in the order of
    the calls. Functions that are not called so are not in it."""
    found: dict[str, dict[tuple[tuple[Symbol, int], ...], Position]] = {}
    plain: set[str] = set()
    for caller in program.functions.values():
        for call in caller.all_calls():
            callee = program.functions.get(call.callee)
            if callee is None or not callee.symbols:
                continue
            position = position_of(call, callee) if caller.dataflow else {}
            if not position:
                plain.add(callee.name)
            found.setdefault(callee.name, {})[tuple(position.items())] = position
    return {name: list(each.values()) for name, each in found.items() if name not in plain}


def region_positions(program: Program) -> dict[str, Sequence[Position]]:
    """The positions of each region that the kernel reaches, also inside tasks of others, each once;
    what is not known of a position is not in it."""
    found: dict[str, dict[tuple[tuple[Symbol, int], ...], Position]] = {}

    def visit(function: Function, position: Position) -> None:
        key = tuple(position.items())
        known = found.setdefault(function.name, {})
        if key in known:
            return
        known[key] = position
        for call in function.all_calls():
            callee = program.functions.get(call.callee)
            if callee is not None:
                visit(callee, position_of(call, callee, position))

    visit(program.kernel, {})
    return {name: list(each.values()) for name, each in found.items()}


_NOWHERE: Position = {}


def position_of(call: Call, callee: Function, caller: Mapping[Any, int] = _NOWHERE) -> Position:
    """The ``index`` arguments of ``callee`` that ``call`` hands a constant, or a number that is
    known where ``caller`` gives values of its arguments, and of its loops if need be."""
    operands = list(call.op.operands)
    values: dict[Symbol, int] = {}
    for symbol in callee.symbols:
        value = constant_of(operands[symbol.number])
        form = call.forms[symbol.number] if 0 <= symbol.number < len(call.forms) else None
        if value is None and form is not None:
            used = form.variables()
            point = {v: caller[v] for v in used if v in caller}
            value = form.value(point) if len(point) == len(used) else None
        if value is not None:
            values[symbol] = value
    return values


def constant_of(value: ir.Value) -> int | None:
    """The value of an ``arith.constant`` that is an integer, or None."""
    op = defining_operation(value)
    if op is None or op.name != "arith.constant":
        return None
    attribute = op.attributes["value"]
    return attribute.value if isinstance(attribute, ir.IntegerAttr) else None
