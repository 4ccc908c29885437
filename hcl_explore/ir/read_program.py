"""Module -> Program."""

from __future__ import annotations

from collections.abc import Mapping

import mlir.ir as ir

from hcl_explore.ir import attributes as attrs
from hcl_explore.ir import dialect
from hcl_explore.ir.external import read_external
from hcl_explore.ir.forms import Forms, constant_trip_count
from hcl_explore.ir.linear import LinearForm, Symbol
from hcl_explore.ir.locations import SourcePlace, Sources, place_of
from hcl_explore.ir.printing import ModuleLike
from hcl_explore.ir.program import (
    Access,
    Buffer,
    Call,
    Function,
    Guard,
    Loop,
    Program,
)

_VIEWS = frozenset(
    {
        "memref.subview",
        "memref.cast",
        "memref.reinterpret_cast",
        "memref.collapse_shape",
        "memref.expand_shape",
        "memref.transpose",
        "memref.view",
    }
)
_ALLOCATIONS = frozenset({"memref.alloc", "memref.alloca", "memref.get_global"})
_CASTS = frozenset({"arith.index_cast", "arith.index_castui"})
_MOST_DIMENSIONS = 64
_UNTOUCHING = frozenset({"memref.dealloc", "memref.dim"})
# An array that is printed is handed over by its address.
_READING = "memref.extract_aligned_pointer_as_index"


def read_program(module: ModuleLike, sources: Sources | None = None) -> Program:
    """The Program of a verified module that follows docs/architecture.md."""
    top = attrs.text(module.operation, attrs.TOP)
    functions: dict[str, Function] = {}
    for opview in module.body.operations:
        op = opview.operation
        if op.name == "func.func" and len(op.regions[0].blocks) > 0:
            function = _FunctionReader(op, functions).read()
            functions[function.name] = function
    kernel = top if top is not None else next(reversed(functions))
    return Program(kernel, functions, sources or Sources(), module)


class _FunctionReader:
    """Reads one function; holds what the values seen so far stand for."""

    def __init__(self, op: ir.Operation, callees: Mapping[str, Function]) -> None:
        self.callees = callees
        name = ir.StringAttr(op.attributes["sym_name"]).value
        self.function = Function(op, name, place_of(op.location), attrs.flag(op, attrs.DATAFLOW))
        self.buffers: dict[ir.Value, Buffer] = {}
        self.views: set[ir.Value] = set()
        self.forms = Forms()
        self.positions: dict[Loop | None, int] = {}
        self.arguments: dict[ir.Value, int] = {}

    def read(self) -> Function:
        block = self.function.op.regions[0].blocks[0]
        for position, argument in enumerate(block.arguments):
            if isinstance(argument.type, ir.MemRefType):
                self._read_argument(argument, position)
            elif dialect.is_stream(argument.type):
                self._read_stream_argument(argument, position)
            elif isinstance(argument.type, ir.IndexType):
                self._read_symbol(argument, position)
            elif isinstance(argument.type, ir.IntegerType):
                self.arguments[argument] = position
        self._read_block(block, None, ())
        self._read_external()
        return self.function

    def _read_external(self) -> None:
        """A C++ function may touch every element of its arrays, as far as its ports say."""
        external = read_external(self.function.op)
        self.function.external = external
        if external is None:
            return
        block = self.function.op.regions[0].blocks[0]
        terminator = block.operations[len(block.operations) - 1].operation
        for argument, port in zip(block.arguments, external.ports, strict=True):
            buffer = self.buffers.get(argument)
            if buffer is not None:
                # Only callers ask for them: the function has no statements of its own.
                buffer.accesses += [
                    Access(terminator, buffer, is_write, None, None, (), 0, None)
                    for is_write in (False, True)
                    if port.direction in ("inout", "out" if is_write else "in")
                ]

    def _read_argument(self, argument: ir.Value, position: int) -> None:
        fields = attrs.argument_attributes(self.function.op, position)
        partition = fields[attrs.PARTITION] if fields and attrs.PARTITION in fields else None
        self._add_buffer(
            Buffer(
                value=argument,
                function=self.function.name,
                name=_field(fields, attrs.ARGUMENT_NAME) or f"arg{position}",
                kind="argument",
                dtype=_field(fields, attrs.DTYPE) or str(argument.type.element_type),
                shape=tuple(argument.type.shape),
                bits=bits_of(argument.type.element_type),
                partition=attrs.read_partition(partition),
                storage=_field(fields, attrs.STORAGE),
                home=(),
                place=place_of(argument.location),
                argument_position=position,
                bank=attrs.bank_name(fields[attrs.BANK])
                if fields and attrs.BANK in fields
                else None,
            )
        )

    def _add_buffer(self, buffer: Buffer) -> None:
        self.buffers[buffer.value] = buffer
        self.function.buffers.append(buffer)

    # --- blocks ---------------------------------------------------------------------------

    def _read_block(self, block: ir.Block, loop: Loop | None, guards: tuple[Guard, ...]) -> None:
        owner = loop if loop is not None else self.function
        for opview in block.operations:
            op = opview.operation
            name = op.name
            if name in attrs.LOOP_OPS:
                self._read_loop(op, name, loop, guards)
                continue
            owner.operations.append(op)
            if name in ("affine.load", "affine.store"):
                self._read_affine_access(op, name == "affine.store", loop, guards)
            elif name in ("memref.load", "memref.store"):
                target = op.operands[1 if name == "memref.store" else 0]
                self._read_plain_access(op, target, name == "memref.store", loop, guards)
            elif name in ("affine.if", "scf.if"):
                self._read_if(op, name, loop, guards)
            elif name == "affine.apply":
                forms = self.forms.of_map(op.attributes["map"], list(op.operands))
                if forms is not None:
                    self.forms.note(op.results[0], forms[0])
            elif name == "arith.constant":
                if isinstance(op.results[0].type, ir.IndexType):
                    value = ir.IntegerAttr(op.attributes["value"]).value
                    self.forms.note(op.results[0], LinearForm(constant=value))
            elif name in _CASTS:
                self._read_cast(op)
            elif name == "memref.dim":
                self._read_size(op)
            elif name in _ALLOCATIONS:
                self._read_allocation(op, name, loop)
            elif name == "func.call":
                self._read_call(op, loop, guards)
            elif name in dialect.STREAM_OPS:
                self._read_stream_operation(op, name, loop, guards)
            elif name == dialect.MAKE_STREAM:
                self._read_stream(op, loop)
            elif name == "func.return":
                self._read_return(op)
            elif name in _VIEWS:
                self._read_view(op)
            elif name not in _UNTOUCHING:
                self._read_other(op, loop, guards)

    def _read_cast(self, op: ir.Operation) -> None:
        """An integer argument as ``index`` is constant while the function runs."""
        operand = op.operands[0]
        if isinstance(op.results[0].type, ir.IndexType) and operand in self.arguments:
            self._read_symbol(op.results[0], self.arguments[operand])

    def _read_size(self, op: ir.Operation) -> None:
        """The size of an argument is constant while the function runs."""
        buffer = self.buffers.get(op.operands[0])
        axis = self.forms.of(op.operands[1])
        if buffer is None or buffer.argument_position is None or axis is None:
            return
        # Arguments have the numbers from 0 on.
        number = -1 - (buffer.argument_position * _MOST_DIMENSIONS + axis.constant)
        symbol = Symbol(f"{buffer.name}.shape[{axis.constant}]", number)
        self.forms.note(op.results[0], LinearForm(((symbol, 1),)))
        self.function.symbols.setdefault(symbol, op.results[0])

    def _read_symbol(self, value: ir.Value, position: int) -> None:
        fields = attrs.argument_attributes(self.function.op, position)
        symbol = Symbol(_field(fields, attrs.ARGUMENT_NAME) or f"arg{position}", position)
        self.forms.note(value, LinearForm(((symbol, 1),)))
        self.function.symbols.setdefault(symbol, value)

    def _read_if(
        self, op: ir.Operation, name: str, loop: Loop | None, guards: tuple[Guard, ...]
    ) -> None:
        constraints = self.forms.conditions(op) if name == "affine.if" else None
        for number, region in enumerate(op.regions):
            for block in region.blocks:
                guard = Guard(op, constraints, negated=number == 1)
                self._read_block(block, loop, (*guards, guard))

    # --- loops ----------------------------------------------------------------------------

    def _read_loop(
        self, op: ir.Operation, kind: str, parent: Loop | None, guards: tuple[Guard, ...]
    ) -> None:
        lower, upper, step = self.forms.bounds(op, kind)
        siblings = parent.loops if parent is not None else self.function.loops
        op_name = attrs.text(op, attrs.OP_NAME)
        name = attrs.text(op, attrs.LOOP_NAME) or f"loop_{len(siblings)}"
        loop = Loop(
            op=op,
            function=self.function.name,
            band=parent.band if parent else op_name or f"S_{name}_{len(siblings)}",
            name=name,
            op_name=op_name,
            parent=parent,
            depth=parent.depth + 1 if parent else 0,
            kind=kind,
            position=self._next_position(parent),
            lower=lower,
            upper=upper,
            step=step,
            trip_count=constant_trip_count(lower, upper, step),
            place=place_of(op.location),
            pipeline_ii=attrs.integer(op, attrs.PIPELINE_II),
            rewind=attrs.flag(op, attrs.REWIND),
            unroll=attrs.integer(op, attrs.UNROLL),
            parallel=attrs.flag(op, attrs.PARALLEL),
            vectorize=attrs.integer(op, attrs.VECTORIZE),
            dataflow=attrs.flag(op, attrs.DATAFLOW),
            reduction=attrs.flag(op, attrs.REDUCTION),
            guards=guards,
        )
        siblings.append(loop)
        for region in op.regions:
            block = region.blocks[0]
            if kind != "scf.while":
                self.forms.note(block.arguments[0], LinearForm(((loop, 1),)))
            self._read_block(block, loop, ())

    def _next_position(self, loop: Loop | None) -> int:
        position = self.positions.get(loop, 0)
        self.positions[loop] = position + 1
        return position

    # --- streams --------------------------------------------------------------------------

    def _read_stream_argument(self, argument: ir.Value, position: int) -> None:
        fields = attrs.argument_attributes(self.function.op, position)
        name = _field(fields, attrs.ARGUMENT_NAME) or f"arg{position}"
        dtype = _field(fields, attrs.DTYPE)
        place = place_of(argument.location)
        self._add_stream(argument, name, dtype, (), place, position, None)

    def _read_stream(self, op: ir.Operation, loop: Loop | None) -> None:
        name = attrs.text(op, attrs.BUFFER_NAME) or f"stream_{len(self.buffers)}"
        dtype, depth = attrs.text(op, attrs.DTYPE), attrs.integer(op, attrs.DEPTH)
        home = loop.chain if loop else ()
        self._add_stream(op.results[0], name, dtype, home, place_of(op.location), None, depth)

    def _add_stream(
        self,
        value: ir.Value,
        name: str,
        dtype: str | None,
        home: tuple[Loop, ...],
        place: SourcePlace | None,
        argument_position: int | None,
        depth: int | None,
    ) -> None:
        kind = dialect.stream_type(value.type)
        assert kind is not None
        is_block = isinstance(kind.token, ir.RankedTensorType)
        element = kind.token.element_type if is_block else kind.token
        self._add_buffer(
            Buffer(
                value=value,
                function=self.function.name,
                name=name,
                kind="stream",
                dtype=dtype or str(element),
                shape=kind.shape,
                bits=bits_of(element),
                partition=(),
                storage=None,
                home=home,
                place=place,
                argument_position=argument_position,
                block=tuple(kind.token.shape) if is_block else (),
                depth=depth,
            )
        )

    def _read_stream_operation(
        self, op: ir.Operation, name: str, loop: Loop | None, guards: tuple[Guard, ...]
    ) -> None:
        """An operation on a FIFO reads and writes it: their order is part of the meaning."""
        operands = list(op.operands)
        carried = 2 if name in (dialect.PUT, dialect.GET_BLOCK) else 1
        subscripts = self.forms.of_all(operands[carried:])
        if carried == 2 and isinstance(operands[1].type, ir.MemRefType):
            self._add_access(op, operands[1], name == dialect.GET_BLOCK, None, loop, guards)
        if name in (dialect.EMPTY, dialect.FULL):
            kinds: tuple[bool, ...] = (False,)
        else:
            kinds = (True, False) if name == dialect.PUT else (False, True)
        for is_write in kinds:
            self._add_access(op, operands[0], is_write, subscripts, loop, guards)

    # --- memory ---------------------------------------------------------------------------

    def _read_affine_access(
        self, op: ir.Operation, is_write: bool, loop: Loop | None, guards: tuple[Guard, ...]
    ) -> None:
        operands = list(op.operands)
        first = 1 if is_write else 0
        subscripts = self.forms.of_map(op.attributes["map"], operands[first + 1 :])
        self._add_access(op, operands[first], is_write, subscripts, loop, guards)

    def _read_plain_access(
        self,
        op: ir.Operation,
        target: ir.Value,
        is_write: bool,
        loop: Loop | None,
        guards: tuple[Guard, ...],
    ) -> None:
        indices = list(op.operands)[2 if is_write else 1 :]
        self._add_access(op, target, is_write, self.forms.of_all(indices), loop, guards)

    def _add_access(
        self,
        op: ir.Operation,
        target: ir.Value,
        is_write: bool,
        subscripts: tuple[LinearForm, ...] | None,
        loop: Loop | None,
        guards: tuple[Guard, ...],
    ) -> None:
        buffer = self.buffers.get(target)
        if buffer is None:
            return
        if target in self.views:
            subscripts = None
        position = self._next_position(loop)
        access = Access(
            op, buffer, is_write, subscripts, loop, guards, position, place_of(op.location)
        )
        buffer.accesses.append(access)
        (loop if loop is not None else self.function).accesses.append(access)

    def _read_allocation(self, op: ir.Operation, name: str, loop: Loop | None) -> None:
        value = op.results[0]
        self._add_buffer(
            Buffer(
                value=value,
                function=self.function.name,
                name=attrs.text(op, attrs.BUFFER_NAME) or f"buffer_{len(self.buffers)}",
                kind=_kind(op, name),
                dtype=attrs.text(op, attrs.DTYPE) or str(value.type.element_type),
                shape=tuple(value.type.shape),
                bits=bits_of(value.type.element_type),
                partition=attrs.read_partition(op.attributes.get(attrs.PARTITION)),
                storage=attrs.text(op, attrs.STORAGE),
                home=loop.chain if loop else (),
                place=place_of(op.location),
            )
        )

    def _read_view(self, op: ir.Operation) -> None:
        buffer = self.buffers.get(op.operands[0])
        if buffer is not None:
            self.buffers[op.results[0]] = buffer
            self.views.add(op.results[0])

    def _read_call(self, op: ir.Operation, loop: Loop | None, guards: tuple[Guard, ...]) -> None:
        place = place_of(op.location)
        results = []
        for number, result in enumerate(op.results):
            if isinstance(result.type, ir.MemRefType):
                name = attrs.text(op, attrs.BUFFER_NAME)
                names = attrs.result_names(op) or [name or "result"]
                buffer = Buffer(
                    value=result,
                    function=self.function.name,
                    name=names[number] if number < len(names) else f"{names[0]}_{number}",
                    kind="local",
                    dtype=self._result_dtype(op, number) or str(result.type.element_type),
                    shape=tuple(result.type.shape),
                    bits=bits_of(result.type.element_type),
                    partition=attrs.read_partition(
                        op.attributes.get(attrs.of_result(attrs.PARTITION, number))
                    ),
                    storage=attrs.text(op, attrs.of_result(attrs.STORAGE, number)),
                    home=loop.chain if loop else (),
                    place=place,
                )
                self._add_buffer(buffer)
                results.append(buffer)
        call = Call(
            op=op,
            callee=ir.FlatSymbolRefAttr(op.attributes["callee"]).value,
            arguments=tuple(self.buffers.get(value) for value in op.operands),
            results=tuple(results),
            loop=loop,
            guards=guards,
            position=self._next_position(loop),
            place=place,
            forms=tuple(
                self.forms.of(value) if isinstance(value.type, ir.IndexType) else None
                for value in op.operands
            ),
        )
        (loop if loop is not None else self.function).calls.append(call)
        for touched in dict.fromkeys((*call.arguments, *results)):
            if touched is not None:
                touched.calls.append(call)
        self._add_call_effects(call)

    def _result_dtype(self, call: ir.Operation, number: int) -> str | None:
        """The user's type of a result, as the callee has it."""
        callee = self.callees.get(ir.FlatSymbolRefAttr(call.attributes["callee"]).value)
        if callee is None:
            return attrs.text(call, attrs.DTYPE) if number == 0 else None
        return attrs.result_dtype(callee.op, number)

    def _add_call_effects(self, call: Call) -> None:
        """A call may touch any element of an array that its callee touches."""
        callee = self.callees.get(call.callee)
        for position, (buffer, value) in enumerate(
            zip(call.arguments, call.op.operands, strict=True)
        ):
            if buffer is None:
                continue
            for is_write in (False, True):
                if callee is None or _touches(callee, position, is_write):
                    self._add_access(call.op, value, is_write, None, call.loop, call.guards)
        for buffer in call.results:
            self._add_access(call.op, buffer.value, True, None, call.loop, call.guards)

    def _read_return(self, op: ir.Operation) -> None:
        for value in op.operands:
            buffer = self.buffers.get(value)
            if buffer is not None and buffer.kind == "local":
                buffer.kind = "result"

    def _read_other(self, op: ir.Operation, loop: Loop | None, guards: tuple[Guard, ...]) -> None:
        """Any other operation on an array may read and write all of it."""
        for value in op.operands:
            if isinstance(value.type, ir.MemRefType):
                self._add_access(op, value, False, None, loop, guards)
                if op.name != _READING:
                    self._add_access(op, value, True, None, loop, guards)


def bits_of(element: ir.Type) -> int:
    """Width in bits of a scalar type; ``index`` counts as 64."""
    if isinstance(element, ir.IndexType):
        return 64
    return int(element.width)


def _kind(op: ir.Operation, name: str) -> str:
    if name != "memref.get_global":
        return "local"
    return "state" if attrs.flag(op, attrs.STATEFUL) else "constant"


def _touches(function: Function, position: int, is_write: bool) -> bool:
    """Whether ``function`` reads (or writes) its array argument at ``position``."""
    return any(
        access.is_write == is_write
        for buffer in function.buffers
        if buffer.argument_position == position
        for access in buffer.accesses
    )


def _field(fields: ir.DictAttr | None, name: str) -> str | None:
    return ir.StringAttr(fields[name]).value if fields is not None and name in fields else None
