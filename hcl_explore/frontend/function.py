"""One function: its arguments, its body, its results."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from mlir import ir

from hcl_explore.errors import KernelShapeError, KernelTypeError
from hcl_explore.frontend.affine import may_be_symbol
from hcl_explore.frontend.assignment import Assigner
from hcl_explore.frontend.bands import BandNames
from hcl_explore.frontend.builder import Builder
from hcl_explore.frontend.emit import Emitter, concrete
from hcl_explore.frontend.expression import (
    Argument,
    ArrayValue,
    Buffer,
    Computed,
    Elementwise,
    Expr,
    Position,
    Signature,
    StreamValue,
    Table,
    TensorCall,
)
from hcl_explore.frontend.filling import Filler
from hcl_explore.frontend.loops import LoopLowering
from hcl_explore.frontend.memory import (
    ConstantTables,
    memory_attributes,
    table_array,
    table_type,
)
from hcl_explore.frontend.reader import ExpressionReader, Value
from hcl_explore.frontend.scope import Scope
from hcl_explore.frontend.signatures import CalleeResolver
from hcl_explore.frontend.statements import StatementLowering
from hcl_explore.frontend.structs import StructValue, parts_of, struct_value
from hcl_explore.frontend.unit import Unit
from hcl_explore.frontend.uses import indexing_names
from hcl_explore.ir import attributes as attrs
from hcl_explore.ir.locations import named
from hcl_explore.lang.dataflow import StreamKind
from hcl_explore.lang.struct import leaves, struct_of
from hcl_explore.lang.types import Index, ScalarType, TensorType, index


class FunctionLowering:
    """Lowers one function into ``op``, a ``func.func`` without a body yet."""

    def __init__(
        self,
        unit: Unit,
        function: ast.FunctionDef,
        signature: Signature,
        op: ir.Operation,
        tables: ConstantTables,
        callees: CalleeResolver,
    ) -> None:
        self.unit = unit
        self.function = function
        self.signature = signature
        self.op = op
        self.tables = tables
        self.scope = Scope(unit)
        self.reader = ExpressionReader(unit, self.scope, callees, self._materialise)
        self._materialised: dict[tuple[str, ScalarType, int], Buffer] = {}
        self._extents: dict[tuple[ir.Value, int], ir.Value] = {}
        self._assigned, handed_on = changed_names(function)
        self.entry = self._make_entry()
        self.builder = Builder(ir.InsertionPoint(self.entry))
        self.emitter = Emitter(self.builder, unit)
        self.loops = LoopLowering(self.builder, self.emitter, self.reader, BandNames())
        self.filler = Filler(self.builder, self.emitter, self.reader, self.loops)
        self.emitter.stager = self.filler
        self.reader.call = self._call
        self.reader.extent = self._extent
        self.assigner = Assigner(
            self.builder,
            self.reader,
            self.filler,
            tables,
            self._assigned | handed_on,
            indexing_names(function),
        )
        self.reader.receive = self.assigner.receive
        self.reader.compute = self._compute
        self.statements = self._make_statements(
            self.builder, self.emitter, self.reader, self.loops, self.assigner
        )

    def _make_statements(self, *parts: Any) -> StatementLowering:
        return StatementLowering(*parts)

    def lower(self) -> None:
        """Fill the function. Raises ``KernelError``."""
        self._bind_arguments()
        body = self.function.body
        returned: ast.Return | None = None
        if isinstance(body[-1], ast.Return):
            returned, body = body[-1], body[:-1]
        self.statements.lower(body)
        values = self._results(returned)
        place = returned or self.function
        self.builder.op("func.return", values, (), self.unit.location(place))
        self.signature.changed = frozenset(self.emitter.changed)

    # --- arguments -------------------------------------------------------------------------------

    def _places(self) -> Sequence[ast.AST]:
        """Where each parameter, or the struct it is a part of, is written."""
        own = [*self.function.args.posonlyargs, *self.function.args.args]
        places: list[ast.AST] = []
        for node, (name, kind) in zip(own, self.signature.declared, strict=False):
            count = 1 if isinstance(kind, StreamKind) else len(list(leaves(name, kind)))
            places += [node] * count
        return places + [self.function] * len(self.signature.subscripts)

    def _make_entry(self) -> ir.Block:
        function_type = ir.FunctionType(ir.TypeAttr(self.op.attributes["function_type"]).value)
        locations = [
            named(name, self.unit.location(node))
            for (name, _), node in zip(self.signature.parameters, self._places(), strict=True)
        ]
        return self.op.regions[0].blocks.append(*function_type.inputs, arg_locs=locations)

    def _bind_arguments(self) -> None:
        pairs = zip(self._places(), self.signature.parameters, strict=True)
        values = dict(zip(dict(self.signature.parameters), self.entry.arguments, strict=True))
        for value, (node, (name, kind)) in zip(self.entry.arguments, pairs, strict=True):
            if name not in self.signature.subscripts and name not in self.signature.handed:
                self._bind(value, node, name, kind)
        self._bind_handed(values)
        for name, declared in self.signature.declared:
            if not isinstance(declared, StreamKind) and struct_of(declared) is not None:
                self.scope.declare(name, self._struct(name, declared), self.function)

    def _bind_handed(self, values: Mapping[str, ir.Value]) -> None:
        """Each FIFO of an array is known by its name: the array, and its subscripts."""
        subscripts = iter(enumerate(self.signature.subscripts.items()))
        declared = dict(self.signature.declared)
        for name, array in self.signature.handed.items():
            kind = declared[name]
            assert isinstance(kind, StreamKind)
            chosen = tuple(
                Position(index, self.function, values[subscript], number, size)
                for number, (subscript, size) in itertools.islice(subscripts, len(array.shape))
            )
            fifo = StreamValue(name, kind, values[name], array, chosen)
            self.scope.declare(name, fifo, self.function)

    def _struct(self, name: str, kind: ScalarType | TensorType) -> StructValue:
        def entity(leaf: str) -> Buffer | Expr:
            binding = self.scope.find(leaf)
            assert binding is not None and isinstance(binding.entity, (Buffer, Expr))
            return binding.entity

        return struct_value(name, kind, entity)

    def _bind(
        self,
        value: ir.Value,
        node: ast.AST,
        name: str,
        kind: ScalarType | TensorType | StreamKind,
    ) -> None:
        entity: Buffer | Expr | StreamValue
        if isinstance(kind, StreamKind):
            entity = StreamValue(name, kind, value)
        elif isinstance(kind, TensorType):
            entity = Buffer(name, kind, value, is_argument=True)
        elif name.partition(".")[0] in self._assigned:
            argument = self._argument(kind, name, node, value)
            entity = self.filler.allocate(name, TensorType(kind, ()), node)
            self.filler.fill(entity, argument, node)
        else:
            entity = self._argument(kind, name, node, value)
        self.scope.declare(name, entity, node)

    def _argument(self, kind: ScalarType, name: str, node: ast.AST, value: ir.Value) -> Argument:
        if isinstance(kind, Index) or not may_be_symbol(kind):
            return Argument(kind, node, value)

        @cache
        def symbol() -> ir.Value:
            """At the head of the function, where affine maps may refer to it."""
            builder = Builder(ir.InsertionPoint.at_block_begin(self.entry))
            return builder.cast(value, kind, index, named(name, self.unit.location(node)))

        return Argument(kind, node, value, symbol=symbol)

    def _materialise(self, table: Table) -> Buffer:
        """A constant buffer of ``table`` at the start of the function, once for each table."""
        values = table_array(self.unit, table)
        element = table_type(self.unit, table, values)
        name = table.name or "table"
        key = (name, element, hash(values.tobytes()))
        if key not in self._materialised:
            builder = Builder(ir.InsertionPoint.at_block_begin(self.entry))
            self._materialised[key] = self.tables.get(
                builder,
                name,
                TensorType(element, values.shape),
                values,
                self.unit.location(table.node),
            )
        return self._materialised[key]

    def _extent(self, buffer: Buffer, axis: int, node: ast.AST) -> Expr:
        """The size of an argument, which is read at the head of the function."""
        if (buffer.value, axis) not in self._extents:
            builder = Builder(ir.InsertionPoint.at_block_begin(self.entry))
            location = named(f"{buffer.name}_size{axis}", self.unit.location(node))
            number = builder.constant(index, axis, location)
            size = builder.value("memref.dim", (buffer.value, number), builder.index, location)
            self._extents[buffer.value, axis] = size
        return Argument(index, node, self._extents[buffer.value, axis])

    def _compute(self, expr: Expr) -> Expr:
        kind = concrete(expr.type)
        return Computed(kind, expr.node, self.emitter.emit(expr, kind))

    def _call(self, call: TensorCall) -> Buffer:
        result = call.signature.results[0]
        assert isinstance(result, TensorType)
        value = self.emitter.emit_call(call).results[0]
        return Buffer(call.signature.symbol, result, value)

    # --- results ---------------------------------------------------------------------------------

    def _results(self, returned: ast.Return | None) -> list[ir.Value]:
        expected = self.signature.results
        nodes = _returned_nodes(returned)
        if self.signature.returned is not None and len(nodes) == 1:
            return self._struct_results(nodes[0], self.signature.returned)
        if len(nodes) == 1 and len(expected) > 1:
            call = self.reader.read_any(nodes[0])
            if isinstance(call, TensorCall) and call.signature.results == expected:
                return list(self.emitter.emit_call(call).results)
        if len(nodes) != len(expected):
            place = returned or self.function
            raise self.reader.error(
                KernelTypeError,
                f"'{self.function.name}' returns {len(nodes) or 'nothing'}"
                f"{' values' if len(nodes) > 1 else ' value' if nodes else ''}, its annotation "
                f"promises {len(expected) or 'none'}",
                place,
                "Annotate the results: def kernel(...) -> float32[16]: ..."
                if len(nodes) > len(expected)
                else "End the kernel with return and what it promises.",
            )
        taken: list[ir.Value] = []
        for node, kind in zip(nodes, expected, strict=True):
            taken.append(self._result(node, kind, taken))
        return taken

    def _struct_results(self, node: ast.expr, kind: ScalarType | TensorType) -> list[ir.Value]:
        """The parts of the struct that is returned."""
        value = self.reader.read_any(node)
        if isinstance(value, TensorCall) and value.signature.returned == kind:
            return list(self.emitter.emit_call(value).results)
        if not isinstance(value, StructValue) or (value.kind, value.shape) != struct_of(kind):
            found = (
                f"'{value.name}' is {value}" if isinstance(value, StructValue) else "this is none"
            )
            raise self.reader.error(KernelTypeError, f"{kind} is promised, and {found}", node)
        taken: list[ir.Value] = []
        for part, leaf in zip(parts_of(value, node), self.signature.results, strict=True):
            if isinstance(leaf, ScalarType):
                taken.append(self.emitter.emit(self.reader.require_scalar(part, node), leaf))
            else:
                taken.append(self._array_result(part, node, leaf, taken))
        return taken

    def _result(
        self, node: ast.expr, kind: ScalarType | TensorType, taken: list[ir.Value]
    ) -> ir.Value:
        if isinstance(kind, ScalarType):
            return self.emitter.emit(self.reader.read(node), kind)
        return self._array_result(self.reader.read_any(node), node, kind, taken)

    def _array_result(
        self, value: Value, node: ast.expr, kind: TensorType, taken: list[ir.Value]
    ) -> ir.Value:
        if isinstance(value, Table):
            value = self.reader.materialise(value)
        if isinstance(value, TensorCall) and len(value.signature.results) == 1:
            result = value.signature.results[0]
            assert isinstance(result, TensorType)
            op = self.emitter.emit_call(value)
            value = Buffer(value.signature.symbol, result, op.results[0])
        if not isinstance(value, ArrayValue):
            raise self.reader.error(
                KernelTypeError, f"a scalar is returned where {kind} is promised", node
            )
        if value.type.shape != kind.shape or (
            isinstance(value, Buffer) and value.type.element != kind.element
        ):
            family = KernelTypeError if value.type.shape == kind.shape else KernelShapeError
            raise self.reader.error(
                family, f"'{value.name}' is {value.type}, the annotation promises {kind}", node
            )
        own = isinstance(value, Buffer) and not (value.is_argument or value.read_only)
        if isinstance(value, Buffer) and own and value.value not in taken:
            return value.value
        # The caller gets an array of its own.
        name = "result" if isinstance(value, Elementwise) else f"{value.name}_result"
        copy = self.filler.allocate(name, kind, node)
        self.filler.fill(copy, value, node)
        return copy.value


def _returned_nodes(returned: ast.Return | None) -> list[ast.expr]:
    if returned is None or returned.value is None:
        return []
    if isinstance(returned.value, ast.Tuple):
        return returned.value.elts
    return [returned.value]


def changed_names(function: ast.FunctionDef) -> tuple[set[str], set[str]]:
    """Names the function assigns to (or to elements of), and names whose arrays another function
    may change: arguments of calls, and results."""
    assigned: set[str] = set()
    handed_on: set[str] = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                parts = target.elts if isinstance(target, (ast.Tuple, ast.List)) else [target]
                assigned.update(map(_base_name, parts))
        elif isinstance(node, ast.AugAssign):
            assigned.add(_base_name(node.target))
        elif isinstance(node, ast.Call):
            handed_on.update(map(_base_name, node.args))
        elif isinstance(node, ast.Return) and node.value is not None:
            parts = node.value.elts if isinstance(node.value, ast.Tuple) else [node.value]
            handed_on.update(map(_base_name, parts))
    return assigned, handed_on


def _base_name(node: ast.expr) -> str:
    """``A`` of ``A``, ``A[i]`` and ``A.T``; an empty string for anything without such a name."""
    while isinstance(node, (ast.Subscript, ast.Attribute)):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def function_attributes(signature: Signature) -> dict[str, ir.Attribute]:
    """The names and types of arguments and results, as the IR carries them."""
    arguments = []
    for name, kind in signature.parameters:
        entries: dict[str, ir.Attribute] = {
            attrs.ARGUMENT_NAME: ir.StringAttr.get(name),
            attrs.DTYPE: ir.StringAttr.get(_element_name(kind)),
        }
        if "." in name:
            entries[attrs.STRUCT_RANK] = _struct_rank(dict(signature.declared)[name.split(".")[0]])
        if name in signature.subscripts:
            number = list(signature.subscripts).index(name)
            i32 = ir.IntegerType.get_signless(32)
            entries[attrs.PID] = ir.IntegerAttr.get(i32, number)
            entries[attrs.EXTENT] = ir.IntegerAttr.get(i32, signature.subscripts[name])
            entries[attrs.FIFO_INDEX] = ir.UnitAttr.get()
        if name in signature.storage:
            entries.update(memory_attributes(signature.storage[name]))
        arguments.append(ir.DictAttr.get(entries))
    results = [
        ir.DictAttr.get({attrs.DTYPE: ir.StringAttr.get(_element_name(kind))})
        for kind in signature.results
    ]
    if signature.returned is not None:
        rank = _struct_rank(signature.returned)
        results = [
            ir.DictAttr.get(
                {
                    attrs.ARGUMENT_NAME: ir.StringAttr.get(leaf),
                    attrs.DTYPE: ir.StringAttr.get(_element_name(kind)),
                    attrs.STRUCT_RANK: rank,
                }
            )
            for leaf, kind in leaves("", signature.returned)
        ]
    attributes = {"arg_attrs": arguments, "res_attrs": results}
    # The lowering to LLVM does not take empty lists.
    return {name: ir.ArrayAttr.get(entries) for name, entries in attributes.items() if entries}


def _struct_rank(kind: ScalarType | TensorType | StreamKind) -> ir.Attribute:
    found = struct_of(kind)
    assert found is not None
    return ir.IntegerAttr.get(ir.IntegerType.get_signless(32), len(found[1]))


def _element_name(kind: ScalarType | TensorType | StreamKind) -> str:
    return str(kind if isinstance(kind, ScalarType) else kind.element)
