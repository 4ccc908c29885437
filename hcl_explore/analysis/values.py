"""What a program computes: a value graph per function, read once and shared by the analyses.

MLIR objects are slow to ask from Python, so the operations are turned into small Python objects in
one pass; the loop tree prints them, the cost model schedules them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

import mlir.ir as ir

from hcl_explore.ir import attributes as attrs
from hcl_explore.ir.dialect import PUT, STREAM_OPS
from hcl_explore.ir.program import Access, Buffer, Call, Function, Loop, Program

CONSTANT = "constant"
ARGUMENT = "argument"
LOOP_VARIABLE = "loop"
LOAD = "load"
# Parts of a conversion between fixed point and a float, which is one operator of the device.
_SCALINGS = ("arith.mulf", "math.floor")

_FLOAT_BITS = {"f16": 16, "bf16": 16, "f32": 32, "f64": 64}


@dataclass(eq=False, slots=True)
class Value:
    """An SSA value. ``op`` is the operation's MLIR name, or one of the names above.

    ``bits`` is its width (64 for ``index``). ``home`` is the loop whose body computes it, None in
    the function's own body. ``literal`` holds a constant, ``name`` an argument's or loop's name,
    ``attribute`` the comparison predicate or the text of an ``affine.apply``, ``uses`` how many
    operations use it.
    """

    op: str
    operands: tuple[Value, ...]
    bits: int
    is_float: bool
    home: Loop | None
    access: Access | None = None
    literal: int | float | None = None
    name: str = ""
    attribute: str = ""
    uses: int = 0


@dataclass(eq=False, slots=True)
class Statement:
    """A store and the value it stores, or a call with its scalar operands in their order. A put of
    a whole array has no operand: ``block`` is that array."""

    access: Access | None
    operands: tuple[Value, ...]
    call: Call | None = None
    block: Buffer | None = None


@dataclass(eq=False)
class Values:
    """The statements of each loop body (None: the function's own), and the ``if`` conditions that
    are no affine constraints."""

    statements: dict[tuple[str, Loop | None], list[Statement]] = field(default_factory=dict)
    conditions: dict[ir.Operation, Value] = field(default_factory=dict)
    loads: dict[Access, Value] = field(default_factory=dict)
    indices: dict[Access, tuple[Value, ...]] = field(default_factory=dict)
    """The subscripts of the stores that are not affine."""

    def of(self, function: Function, loop: Loop | None) -> list[Statement]:
        return self.statements.get((function.name, loop), [])


_read: WeakKeyDictionary[Program, Values] = WeakKeyDictionary()


def values_of(program: Program) -> Values:
    """The value graph of a program; read on the first call, kept while the program is."""
    values = _read.get(program)
    if values is None:
        values = Values()
        for function in program.functions.values():
            _Reader(function, values).read()
        _read[program] = values
    return values


class _Reader:
    def __init__(self, function: Function, values: Values) -> None:
        self.function = function
        self.values = values
        self.known: dict[ir.Value, Value] = {}
        self.accesses: dict[ir.Operation, Access] = {}

    def read(self) -> None:
        block = self.function.op.regions[0].blocks[0]
        names = {b.argument_position: b.name for b in self.function.buffers}
        for position, argument in enumerate(block.arguments):
            if position not in names:
                self.known[argument] = self._leaf(argument, ARGUMENT, None, _name(argument))
        self._read_body(None, self.function)
        for loop in self.function.loops:
            self._read_loop(loop)

    def _read_loop(self, loop: Loop) -> None:
        if loop.kind != "scf.while":
            variable = loop.op.regions[0].blocks[0].arguments[0]
            self.known[variable] = self._leaf(variable, LOOP_VARIABLE, loop, loop.name)
        self._read_body(loop, loop)
        for inner in loop.loops:
            self._read_loop(inner)

    def _leaf(self, value: ir.Value, kind: str, home: Loop | None, name: str) -> Value:
        bits, is_float = _type_of(value)
        return Value(kind, (), bits, is_float, home, name=name)

    def _read_body(self, home: Loop | None, body: Loop | Function) -> None:
        touched = {access.op: access for access in body.accesses if not access.is_call}
        calls = {call.op: call for call in body.calls}
        statements: list[Statement] = []
        for op in body.operations:
            name = op.name
            access = touched.get(op)
            if name in STREAM_OPS:
                self._read_stream_operation(op, home, body, statements)
            elif access is not None:
                operands = list(op.operands)
                if access.is_write:
                    statements.append(Statement(access, (self._value(operands[0], home),)))
                    if name == "memref.store":
                        indices = tuple(self._value(o, home) for o in operands[2:])
                        self.values.indices[access] = indices
                else:
                    result = op.results[0]
                    bits, is_float = _type_of(result)
                    indices = (
                        tuple(self._value(o, home) for o in operands[1:])
                        if name == "memref.load"
                        else ()
                    )
                    load = Value(LOAD, indices, bits, is_float, home, access)
                    self.known[result] = self.values.loads[access] = load
            elif name == "arith.constant":
                self._read_constant(op, home)
            elif name == "scf.if":
                self.values.conditions[op] = self._value(op.operands[0], home)
            elif name == "scf.yield":
                self._read_yield(op, home)
            elif name == "func.call":
                scalars = [o for o in op.operands if not isinstance(o.type, ir.MemRefType)]
                arguments = tuple(self._value(o, home) for o in scalars)
                statements.append(Statement(None, arguments, calls[op]))
                self._read_results(op, name, arguments, home)
            elif not name.startswith(("memref.", "affine.if", "func.", "affine.yield", "hcl.")):
                self._read_results(op, name, tuple(self._value(o, home) for o in op.operands), home)
        self.values.statements[(self.function.name, home)] = statements

    def _read_stream_operation(
        self,
        op: ir.Operation,
        home: Loop | None,
        body: Loop | Function,
        statements: list[Statement],
    ) -> None:
        """A put stores a token, everything else loads one. Which FIFO is meant costs nothing."""
        own = [a for a in body.accesses if a.op == op]
        access = next(a for a in own if a.buffer.kind == "stream")
        if op.name == PUT:
            block = next((a.buffer for a in own if a.buffer.kind != "stream"), None)
            operands = () if block else (self._value(op.operands[1], home),)
            statements.append(Statement(access, operands, block=block))
            return
        if op.results:
            bits, is_float = _type_of(op.results[0])
        else:
            bits, is_float = access.buffer.bits, access.buffer.dtype.startswith("float")
        load = Value(LOAD, (), bits, is_float, home, access)
        self.values.loads[access] = load
        for result in op.results:
            self.known[result] = load

    def _read_results(
        self, op: ir.Operation, name: str, operands: tuple[Value, ...], home: Loop | None
    ) -> None:
        if name in _SCALINGS and attrs.DTYPE in op.attributes:
            self.known[op.results[0]] = operands[0]
            return
        attribute = ""
        if name in ("arith.cmpi", "arith.cmpf"):
            attribute = str(op.attributes["predicate"].value)
        elif name == "affine.apply":
            attribute = str(op.attributes["map"].value)
        for result in op.results:
            if not isinstance(result.type, ir.MemRefType):
                bits, is_float = _type_of(result)
                self.known[result] = Value(
                    name, operands, bits, is_float, home, attribute=attribute
                )

    def _read_constant(self, op: ir.Operation, home: Loop | None) -> None:
        attribute = op.attributes["value"]
        literal: int | float
        if isinstance(attribute, ir.IntegerAttr):
            literal = int(attribute.value)
        elif isinstance(attribute, ir.FloatAttr):
            literal = float(attribute.value)
        else:
            literal = int(bool(attribute))
        bits, is_float = _type_of(op.results[0])
        self.known[op.results[0]] = Value(CONSTANT, (), bits, is_float, home, literal=literal)

    def _read_yield(self, op: ir.Operation, home: Loop | None) -> None:
        """The results of an ``scf.if`` are selections between what its branches yield."""
        parent = op.parent
        if parent is None or parent.name != "scf.if":
            return
        condition = self.values.conditions[parent]
        for result, operand in zip(parent.results, op.operands, strict=True):
            value = self._value(operand, home)
            before = self.known.get(result)
            if before is None:
                self.known[result] = value
            else:
                self.known[result] = Value(
                    "arith.select",
                    (condition, before, value),
                    value.bits,
                    value.is_float,
                    home,
                )

    def _value(self, value: ir.Value, home: Loop | None) -> Value:
        known = self.known.get(value)
        if known is None:
            known = self.known[value] = self._leaf(value, ARGUMENT, home, _name(value))
        known.uses += 1
        return known


def _type_of(value: ir.Value) -> tuple[int, bool]:
    text = str(value.type)
    if text in _FLOAT_BITS:
        return _FLOAT_BITS[text], True
    if text[0] == "i" and text[1:].isdigit():
        return int(text[1:]), False
    return 64, False


def _name(value: ir.Value) -> str:
    location = value.location if hasattr(value, "location") else None
    if location is not None and location.is_a_name():
        return str(location.name_str)
    return str(value.get_name()).lstrip("%")
