"""Declarations and assignments."""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import partial

from mlir import ir

from hcl_explore.errors import (
    KernelScopeError,
    KernelShapeError,
    KernelSyntaxError,
    KernelTypeError,
)
from hcl_explore.frontend.affine import fits_in, is_affine
from hcl_explore.frontend.builder import Builder
from hcl_explore.frontend.constant_declarations import declared_constant
from hcl_explore.frontend.emit import concrete
from hcl_explore.frontend.expression import (
    ArrayValue,
    Buffer,
    Computed,
    Copied,
    Expr,
    KernelCall,
    Load,
    Named,
    Position,
    PositionTuple,
    Table,
    TensorCall,
)
from hcl_explore.frontend.filling import Filler
from hcl_explore.frontend.memory import ConstantTables, memory_attributes, table_array
from hcl_explore.frontend.places import PlaceReader
from hcl_explore.frontend.reader import ExpressionReader, Value
from hcl_explore.frontend.signatures import annotation
from hcl_explore.frontend.state import initial_values
from hcl_explore.frontend.streams import (
    Get,
    GetBlock,
    StreamThing,
    make_stream,
    misplaced,
)
from hcl_explore.frontend.structs import StructStore, StructValue, parts_of, struct_value
from hcl_explore.ir import attributes as attrs
from hcl_explore.ir.locations import named
from hcl_explore.lang.dataflow import StreamKind
from hcl_explore.lang.memory import PlacedType
from hcl_explore.lang.struct import struct_of
from hcl_explore.lang.types import Float, ScalarType, TensorType


class Assigner:
    """Lowers declarations and assignments of one function.

    ``written`` are the names whose arrays the function changes or hands on: a table assigned to
    any other name stays a constant. ``indexing`` are those that decide where it reads and writes.
    """

    def __init__(
        self,
        builder: Builder,
        reader: ExpressionReader,
        filler: Filler,
        tables: ConstantTables,
        written: set[str],
        indexing: set[str],
    ) -> None:
        self.builder = builder
        self.reader = reader
        self.filler = filler
        self.emitter = filler.emitter
        self.places = PlaceReader(reader, filler)
        self.structs = StructStore(reader, self.places, filler)
        self.tables = tables
        self.written = written
        self.indexing = indexing

    # --- declarations ----------------------------------------------------------------------------

    def declare(self, statement: ast.AnnAssign) -> None:
        """``name: type`` or ``name: type = value``."""
        target = statement.target
        if not isinstance(target, ast.Name):
            raise self.reader.error(
                KernelSyntaxError, "only a plain name can be declared with a type", target
            )
        constant = declared_constant(self.reader, statement, target)
        if constant is not None:
            self.reader.scope.declare(target.id, constant, target)
            return
        kind, place = annotation(self.reader.unit, statement.annotation, self.reader.constants)
        if isinstance(kind, StreamKind):
            self._declare_stream(target, kind, statement)
            return
        if isinstance(kind, TensorType) and not kind.is_sized:
            raise self.reader.error(
                KernelShapeError,
                f"the size of '{target.id}' ({kind}) is not known",
                statement.annotation,
                "Only parameters may leave a size open.",
            )
        if place is not None and place.stateful:
            self._declare_state(target, kind, place, statement)
            return
        if struct_of(kind) is not None:
            self._declare_struct(target, kind, place, statement)
            return
        value = None if statement.value is None else self.reader.read_any(statement.value)
        if isinstance(kind, ScalarType):
            if place is None and isinstance(value, Expr) and self._keeps(target.id, kind, value):
                self.reader.scope.declare(target.id, Named(kind, target, value), target)
                return
            kind = TensorType(kind, ())
        buffer = self._initialised(target, kind, value, statement)
        self._place(buffer, place)
        self.reader.scope.declare(target.id, buffer, target)

    def _place(self, buffer: Buffer, place: PlacedType | None) -> None:
        """Note the memory that ``buffer`` is to be kept in."""
        if place is not None and place.memory is not None:
            for name, attribute in memory_attributes(place.memory).items():
                buffer.value.owner.attributes[name] = attribute

    def _declare_state(
        self,
        target: ast.Name,
        kind: ScalarType | TensorType,
        place: PlacedType,
        statement: ast.AnnAssign,
    ) -> None:
        """A variable that keeps its value between calls: its initial one is a constant."""
        location = self.reader.unit.location(target)
        entities: dict[str, Buffer | Expr] = {}
        parts = initial_values(self.reader, target.id, kind, statement.value, statement)
        for leaf, tensor, values in parts:
            buffer = self.tables.state(self.builder, leaf, tensor, values, location)
            self._place(buffer, place)
            entities[leaf] = buffer
        entity: Buffer | Expr | StructValue
        if struct_of(kind) is not None:
            entity = struct_value(target.id, kind, entities.__getitem__)
        else:
            entity = entities[target.id]
        self.reader.scope.declare(target.id, entity, target)

    def _declare_struct(
        self,
        target: ast.Name,
        kind: ScalarType | TensorType,
        place: PlacedType | None,
        statement: ast.AnnAssign,
    ) -> None:
        struct = self.structs.allocate(target.id, kind, target)
        if statement.value is not None:
            self.structs.store(struct, self._struct_or_value(statement.value), statement)
        for part in parts_of(struct, target):
            buffer = part.buffer if isinstance(part, Load) else part
            assert isinstance(buffer, Buffer)
            self._place(buffer, place)
        self.reader.scope.declare(target.id, struct, target)

    def _struct_or_value(self, node: ast.expr) -> Value | ast.Tuple:
        """What is stored in a struct: the syntax of a tuple, or what ``node`` is."""
        if isinstance(node, ast.Tuple):
            return node
        value = self.reader.read_any(node)
        if not isinstance(value, TensorCall) or value.signature.returned is None:
            return value
        op = self.emitter.emit_call(value)
        return self.structs.result(value.signature, op, node)

    def _declare_stream(self, target: ast.Name, kind: StreamKind, statement: ast.AnnAssign) -> None:
        if statement.value is not None:
            raise self.reader.error(
                KernelSyntaxError, "a stream starts empty", statement.value, "Put values into it."
            )
        location = self.reader.unit.location(target)
        stream = make_stream(self.builder, target.id, kind, location)
        self.reader.scope.declare(target.id, stream, target)

    def _keeps(self, name: str, kind: ScalarType, value: Expr) -> bool:
        """Whether a variable is only a name for an affine value, which subscripts see through."""
        if name in self.written or name not in self.indexing:
            return False
        return is_affine(value) and fits_in(value, kind)

    def _initialised(
        self, target: ast.Name, kind: TensorType, value: Value | None, statement: ast.AnnAssign
    ) -> Buffer:
        name = target.id
        if isinstance(value, TensorCall):
            return self._bind_result(name, kind, value, statement)
        if isinstance(value, Table):
            return self._initialised_from_table(name, kind, value, statement)
        self.reader.streams.check_declared(value, kind, statement, name)
        if isinstance(value, GetBlock):
            buffer = self.filler.allocate(name, kind, target)
            self.emitter.streams.get_block(value, buffer)
            return buffer
        if isinstance(value, (StreamThing, PositionTuple, StructValue)):
            value = self.reader.require_scalar(value, statement.value or statement)
        if value is not None:
            self.filler.check_shape(kind, value, statement)
        buffer = self.filler.allocate(name, kind, target)
        if value is not None:
            self.filler.fill(buffer, value, statement)
        return buffer

    def _initialised_from_table(
        self, name: str, kind: TensorType, table: Table, statement: ast.AnnAssign
    ) -> Buffer:
        values = table_array(self.reader.unit, table)
        if values.shape != kind.shape:
            wanted = str(kind) if kind.shape else f"the scalar {kind.element}"
            raise self.reader.error(
                KernelShapeError,
                f"a table of shape {list(values.shape)} does not fit {wanted}",
                table.node,
            )
        location = self.reader.unit.location(table.node)
        if name not in self.written:
            return self.tables.get(self.builder, name, kind, values, location)
        constant = self.tables.get(self.builder, f"{name}_init", kind, values, location)
        buffer = self.filler.allocate(name, kind, statement.target)
        self.filler.fill(buffer, constant, statement)
        return buffer

    # --- results of calls ------------------------------------------------------------------------

    def single_result(self, call: TensorCall) -> TensorType:
        """The type of the one array that ``call`` returns. Raises ``KernelTypeError`` otherwise."""
        results = call.signature.results
        if len(results) != 1:
            raise self.reader.error(
                KernelTypeError,
                f"'{call.signature.symbol}' returns {len(results) or 'no'} values, not one",
                call.node,
            )
        assert isinstance(results[0], TensorType)
        return results[0]

    def _bind_result(self, name: str, kind: TensorType, call: TensorCall, node: ast.AST) -> Buffer:
        result = self.single_result(call)
        if result != kind:
            family = KernelTypeError if result.element != kind.element else KernelShapeError
            wanted = kind if kind.shape else kind.element
            raise self.reader.error(
                family, f"'{call.signature.symbol}' returns {result}, not {wanted}", node
            )
        return self._name_result(self.emitter.emit_call(call), 0, name, result)

    def _name_result(self, op: ir.Operation, number: int, name: str, kind: TensorType) -> Buffer:
        names = attrs.result_names(op)
        if names:
            names[number] = name
            attrs.set_result_names(op, names)
        if number == 0:
            op.location = named(name, op.location)
            attrs.set_text(op, attrs.BUFFER_NAME, name)
            attrs.set_text(op, attrs.DTYPE, str(kind.element))
        return Buffer(name, kind, op.results[number])

    def receive(self, value: GetBlock) -> Buffer:
        """The next block of a stream, in an array of its own."""
        buffer = self.filler.allocate(f"{value.fifo.name}_block", value.type, value.node)
        self.emitter.streams.get_block(value, buffer)
        return buffer

    # --- assignments -----------------------------------------------------------------------------

    def assign(self, statement: ast.Assign) -> None:
        """``target = value``, also to several targets."""
        for target in statement.targets:
            struct = self.reader.structs.named(target)
            if struct is not None:
                self.structs.store(struct, self._struct_or_value(statement.value), statement)
            elif isinstance(target, (ast.Tuple, ast.List)):
                self._assign_several(target.elts, statement)
            else:
                self._assign_one(target, self.reader.read_any(statement.value), statement)

    def augment(self, statement: ast.AugAssign) -> None:
        """``target += value`` and the like."""
        place = self.places.fix_subscripts(self.places.read(statement.target))
        value = self.reader.operand(statement.value)
        result = self.reader.combine(statement.op, place, value, statement)
        self.places.store(place, result, statement)

    def _assign_several(self, targets: list[ast.expr], statement: ast.Assign) -> None:
        node = statement.value
        if isinstance(node, ast.Tuple):
            if len(node.elts) != len(targets):
                raise self.reader.error(
                    KernelTypeError,
                    f"{len(node.elts)} values for {len(targets)} targets",
                    statement,
                )
            self._assign_together(targets, node.elts)
            return
        call = self.reader.read_any(node)
        if isinstance(call, (Position, PositionTuple)):
            self._unpack_position(targets, call, statement)
            return
        if not isinstance(call, TensorCall) or len(call.signature.results) != len(targets):
            count = len(call.signature.results) if isinstance(call, TensorCall) else 1
            raise self.reader.error(
                KernelTypeError,
                f"{len(targets)} targets for {count} value{'s' if count != 1 else ''}",
                statement,
            )
        op = self.emitter.emit_call(call)
        attrs.set_result_names(op, [_written_name(target) for target in targets])
        for number, (target, result) in enumerate(
            zip(targets, call.signature.results, strict=True)
        ):
            value: Expr | Buffer
            if isinstance(result, ScalarType):
                value = Computed(result, node, op.results[number])
            elif isinstance(target, ast.Name) and self.reader.scope.find(target.id) is None:
                buffer = self._name_result(op, number, target.id, result)
                self.reader.scope.declare(target.id, buffer, target)
                continue
            else:
                value = Buffer(ast.unparse(target), result, op.results[number])
            self._assign_one(target, value, statement, from_call=True)

    def _unpack_position(
        self, targets: list[ast.expr], value: Position | PositionTuple, statement: ast.Assign
    ) -> None:
        """``i, j = df.get_pid()``: names for the position, which are no variables."""
        positions = value.positions if isinstance(value, PositionTuple) else [value]
        if len(targets) != len(positions):
            raise self.reader.error(
                KernelTypeError,
                f"the mapping of this task has {len(positions)} "
                f"dimension{'s' if len(positions) != 1 else ''}, and its position is unpacked "
                f"into {len(targets)} name{'s' if len(targets) != 1 else ''}",
                statement,
                "Give the mapping as many sizes as get_pid() has targets.",
            )
        for target, position in zip(targets, positions, strict=True):
            if not isinstance(target, ast.Name):
                raise self.reader.error(KernelSyntaxError, "a position gets a plain name", target)
            if target.id != "_":
                self.reader.scope.declare(target.id, position, target)

    def _assign_together(self, targets: list[ast.expr], nodes: list[ast.expr]) -> None:
        """``a, b = b, a``: all values are computed before the first is stored."""
        stores: list[Callable[[], None]] = []
        for target, node in zip(targets, nodes, strict=True):
            struct = self.reader.structs.named(target)
            if struct is not None:
                copy = self.structs.allocate(
                    _written_name(target), struct.type if struct.shape else struct.kind, node
                )
                self.structs.store(copy, self._struct_or_value(node), node)
                stores.append(partial(self.structs.store, struct, copy, node))
                continue
            value, place = self.reader.read(node), self.places.read(target)
            scalar = place.type.element if isinstance(place, ArrayValue) else place.type
            result = Computed(scalar, node, self.emitter.emit(value, scalar))
            stores.append(partial(self.places.store, place, result, node))
        for store in stores:
            store()

    def _assign_one(
        self, target: ast.expr, value: Value, statement: ast.Assign, *, from_call: bool = False
    ) -> None:
        if isinstance(target, ast.Name):
            binding = self.reader.scope.find(target.id)
            if binding is None:
                self._declare_inferred(target, value, statement, from_call=from_call)
                return
            if isinstance(binding.entity, Buffer) and binding.entity.type.shape:
                self._refuse_replacing(binding.entity, statement)
        place = self.places.read(target)
        if isinstance(value, TensorCall):
            result = self.single_result(value)
            op = self.emitter.emit_call(value)
            value = Buffer(value.signature.symbol, result, op.results[0])
        if isinstance(value, Table):
            value = self.reader.materialise(value)
        if isinstance(value, GetBlock):
            value = self.receive(value)
        if isinstance(value, (StreamThing, PositionTuple, StructValue)):
            value = self.reader.require_scalar(value, statement.value)
        self.places.store(place, value, statement)

    def _refuse_replacing(self, buffer: Buffer, statement: ast.Assign) -> None:
        if buffer.is_argument:
            raise self.reader.error(
                KernelTypeError,
                f"the argument '{buffer.name}' cannot be replaced as a whole",
                statement,
                f"Assign to its elements, or to all of them: {buffer.name}[:] = ...; "
                "the caller then sees the change.",
            )

    def _declare_inferred(
        self, target: ast.Name, value: Value, statement: ast.Assign, *, from_call: bool
    ) -> None:
        """The first assignment of a call's result needs no annotation: the callee has one."""
        name = target.id
        buffer: Buffer | Position | StructValue
        if isinstance(value, Position):
            buffer = value
        elif isinstance(value, PositionTuple):
            self._unpack_position([target], value, statement)
            return
        elif isinstance(value, GetBlock):
            buffer = self.filler.allocate(name, value.type, target)
            self.emitter.streams.get_block(value, buffer)
        elif isinstance(value, StreamThing):
            raise misplaced(self.reader, value, statement.value)
        elif isinstance(value, TensorCall) and value.signature.returned is not None:
            op = self.emitter.emit_call(value)
            buffer = self.structs.result(value.signature, op, target)
        elif isinstance(value, TensorCall):
            buffer = self._bind_result(name, self.single_result(value), value, statement)
        elif isinstance(value, StructValue) and not value.shape:
            buffer = self.structs.allocate(name, value.kind, target)
            self.structs.store(buffer, value, statement)
        elif isinstance(value, Copied):
            buffer = self.filler.allocate(name, value.type, target)
            self.filler.fill(buffer, value, statement)
        elif isinstance(value, Expr) and (from_call or isinstance(value, (KernelCall, Get))):
            buffer = self.filler.allocate(name, TensorType(value.type, ()), target)
            self.filler.fill(buffer, value, statement)
        elif name in self.reader.unit.namespace:
            raise self.reader.error(
                KernelScopeError,
                f"'{name}' is a constant from outside the kernel and cannot be changed",
                target,
                f"Declare a variable of its own: {name}_local: {_likely_type(value)} = ...",
            )
        else:
            raise self.reader.error(
                KernelTypeError,
                f"'{name}' has no type yet",
                target,
                f"Declare it at its first assignment: {name}: {_likely_type(value)} = ...",
            )
        self.reader.scope.declare(name, buffer, target)


def _written_name(target: ast.expr) -> str:
    """``A`` of ``A``, ``A[i]`` and ``A.x``."""
    while isinstance(target, (ast.Subscript, ast.Attribute, ast.Starred)):
        target = target.value
    return target.id if isinstance(target, ast.Name) else "result"


def _likely_type(value: Value) -> str:
    """A type to propose for a variable with that first value."""
    if isinstance(value, ArrayValue):
        return str(value.type)
    if isinstance(value, Expr) and isinstance(value.type, Float):
        return str(concrete(value.type))
    return "int32"
