"""Which end of which FIFO a task holds, as far as its code tells before it runs.

A run that is stuck must say who should have read from a FIFO, also when that task never got so far.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import mlir.ir as ir

from hcl_explore.ir.dialect import GET, GET_BLOCK, MAKE_STREAM, PUT, is_stream, stream_type
from hcl_explore.ir.linear import LinearForm, linear_form

_INDICES_FROM = {PUT: 2, GET: 1, GET_BLOCK: 2}
_FOLDED = {
    "arith.addi": lambda a, b: a + b,
    "arith.subi": lambda a, b: a - b,
    "arith.muli": lambda a, b: a * b,
}


@dataclass(frozen=True)
class Endpoint:
    """A put or get of a task. ``origin`` tells where the function that starts the task has the
    stream from: the site where it makes it, or ``-1 - n`` for its own argument n. ``number`` is
    None where any of an array may be meant."""

    is_put: bool
    origin: int
    number: int | None


class EndpointFinder:
    """``sites`` are the numbers of the ``hcl.make_stream`` operations of the module."""

    def __init__(
        self, functions: Mapping[str, ir.Operation], sites: Mapping[ir.Operation, int]
    ) -> None:
        self._functions = functions
        self._sites = sites
        self._bodies: dict[str, _FunctionBody | None] = {}

    def of(self, call: ir.Operation) -> list[Endpoint]:
        """The ends that the task started by ``call`` holds."""
        found = []
        for is_put, stream, number in self._accesses(call, {}):
            found.append(Endpoint(is_put, self._origin(stream), number))
        return list(dict.fromkeys(found))

    def streams(self, call: ir.Operation) -> list[tuple[int, int]]:
        """(position, origin) of the streams among the arguments of ``call``."""
        return [
            (position, self._origin(operand))
            for position, operand in enumerate(call.operands)
            if is_stream(operand.type)
        ]

    def _origin(self, stream: ir.Value) -> int:
        owner = stream.owner
        if isinstance(owner, ir.Block):
            return -1 - int(ir.BlockArgument(stream).arg_number)
        return self._sites[owner.operation]

    def _accesses(
        self, call: ir.Operation, known: Mapping[ir.Value, int]
    ) -> list[tuple[bool, ir.Value, int | None]]:
        """Each put and get that ``call`` leads to: (is it a put, the stream among the operands of
        the call, its number). ``known`` are the arguments of the caller that are constants."""
        if not any(is_stream(each.type) for each in call.operands):
            return []
        body = self._body(ir.FlatSymbolRefAttr(call.attributes["callee"]).value)
        if body is None:
            return []
        passed = dict(zip(body.arguments, call.operands, strict=True))
        constants = {
            argument: value
            for argument, operand in passed.items()
            if (value := _value(operand, known)) is not None
        }
        found: list[tuple[bool, ir.Value, int | None]] = []
        for is_put, stream, extents, indices in body.accesses:
            if stream in passed:
                found.append((is_put, passed[stream], _number(extents, indices, constants)))
        for inner in body.calls:
            found += [
                (is_put, passed[stream], number)
                for is_put, stream, number in self._accesses(inner, constants)
                if stream in passed
            ]
        return found

    def _body(self, name: str) -> _FunctionBody | None:
        if name not in self._bodies:
            function = self._functions.get(name)
            self._bodies[name] = None if function is None else _FunctionBody(function)
        return self._bodies[name]


class _FunctionBody:
    """What a function does with streams, read once for all tasks that share it."""

    def __init__(self, function: ir.Operation) -> None:
        self.arguments = list(function.regions[0].blocks[0].arguments)
        self.accesses: list[tuple[bool, ir.Value, tuple[int, ...], list[ir.Value]]] = []
        """Each put and get: (is it a put, the stream, the shape of its array, its subscripts)."""
        self.calls: list[ir.Operation] = []
        function.walk(self._visit)

    def _visit(self, op: ir.Operation) -> ir.WalkResult:
        if op.name in _INDICES_FROM:
            kind = stream_type(op.operands[0].type)
            assert kind is not None
            indices = list(op.operands)[_INDICES_FROM[op.name] :]
            self.accesses.append((op.name == PUT, op.operands[0], kind.shape, indices))
        elif op.name == "func.call":
            self.calls.append(op)
        return ir.WalkResult.ADVANCE


def number_streams(functions: Mapping[str, ir.Operation]) -> dict[ir.Operation, int]:
    """A number for each ``hcl.make_stream``."""
    numbers: dict[ir.Operation, int] = {}

    def visit(op: ir.Operation) -> ir.WalkResult:
        if op.name == MAKE_STREAM:
            numbers[op] = len(numbers)
        return ir.WalkResult.ADVANCE

    for function in functions.values():
        function.walk(visit)
    return numbers


def _number(
    extents: Sequence[int], indices: Sequence[ir.Value], constants: Mapping[ir.Value, int]
) -> int | None:
    number = 0
    for index, extent in zip(indices, extents, strict=True):
        value = _value(index, constants)
        if value is None:
            return None
        number = number * extent + value
    return number


def _value(value: ir.Value, known: Mapping[ir.Value, int]) -> int | None:
    """The constant that an index is, given the values of some block arguments."""
    if value in known:
        return known[value]
    owner = value.owner
    if isinstance(owner, ir.Block):
        return None
    op = owner.operation
    if op.name == "arith.constant":
        constant = op.attributes["value"]
        return ir.IntegerAttr(constant).value if isinstance(constant, ir.IntegerAttr) else None
    operands = [_value(operand, known) for operand in op.operands]
    if any(operand is None for operand in operands):
        return None
    values = [operand for operand in operands if operand is not None]
    if op.name in _FOLDED:
        return int(_FOLDED[op.name](*values))
    if op.name == "affine.apply":
        map_ = op.attributes["map"].value
        dims, symbols = values[: map_.n_dims], values[map_.n_dims :]
        form = linear_form(
            map_.results[0],
            lambda position: LinearForm(constant=dims[position]),
            lambda position: LinearForm(constant=symbols[position]),
        )
        return form.constant
    return values[0] if op.name == "arith.index_cast" else None
