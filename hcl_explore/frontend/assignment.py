"""Declarations and assignments."""

from __future__ import annotations

import ast

from mlir import ir

from hcl_explore.errors import (
    KernelScopeError,
    KernelShapeError,
    KernelSyntaxError,
    KernelTypeError,
)
from hcl_explore.frontend.builder import Builder
from hcl_explore.frontend.emit import Emitter
from hcl_explore.frontend.expression import (
    Buffer,
    Computed,
    Constant,
    Expr,
    KernelCall,
    Load,
    Table,
    TensorCall,
)
from hcl_explore.frontend.loops import LoopLowering, LoopRange, OpenLoop
from hcl_explore.frontend.memory import ConstantTables, allocate, table_array
from hcl_explore.frontend.reader import ExpressionReader, Value
from hcl_explore.frontend.signatures import annotated_type
from hcl_explore.ir import attributes as attrs
from hcl_explore.ir.locations import named
from hcl_explore.lang.types import ScalarType, TensorType


class Assigner:
    """Lowers declarations and assignments of one function.

    ``written`` are the names whose arrays the function changes or hands on: a table assigned to
    any other name stays a constant.
    """

    def __init__(
        self,
        builder: Builder,
        emitter: Emitter,
        reader: ExpressionReader,
        loops: LoopLowering,
        tables: ConstantTables,
        written: set[str],
    ) -> None:
        self.builder = builder
        self.emitter = emitter
        self.reader = reader
        self.loops = loops
        self.tables = tables
        self.written = written

    # --- declarations ----------------------------------------------------------------------------

    def declare(self, statement: ast.AnnAssign) -> None:
        """``name: type`` or ``name: type = value``."""
        target = statement.target
        if not isinstance(target, ast.Name):
            raise self.reader.error(
                KernelSyntaxError, "only a plain name can be declared with a type", target
            )
        kind = annotated_type(self.reader.unit, statement.annotation)
        if isinstance(kind, ScalarType):
            kind = TensorType(kind, ())
        value = None if statement.value is None else self.reader.read_any(statement.value)
        buffer = self._initialised(target, kind, value, statement)
        self.reader.scope.declare(target.id, buffer, target)

    def _initialised(
        self, target: ast.Name, kind: TensorType, value: Value | None, statement: ast.AnnAssign
    ) -> Buffer:
        name = target.id
        if isinstance(value, TensorCall):
            return self._bind_result(name, kind, value, statement)
        if isinstance(value, Table):
            return self._initialised_from_table(name, kind, value, statement)
        if isinstance(value, Buffer):
            self._check_shape(kind, value, statement)
        buffer = self.allocate(name, kind, target)
        if value is not None:
            self.fill(buffer, value, f"init_{name}", statement)
        return buffer

    def allocate(self, name: str, kind: TensorType, node: ast.AST) -> Buffer:
        """A new buffer at the current place."""
        return allocate(self.builder, name, kind, self.reader.unit.location(node))

    def _bind_result(self, name: str, kind: TensorType, call: TensorCall, node: ast.AST) -> Buffer:
        results = call.signature.results
        if len(results) != 1:
            raise self.reader.error(
                KernelTypeError,
                f"'{call.signature.symbol}' returns {len(results) or 'no'} values, not one",
                call.node,
            )
        result = results[0]
        assert isinstance(result, TensorType)
        if result != kind:
            family = KernelTypeError if result.element != kind.element else KernelShapeError
            wanted = kind if kind.shape else kind.element
            raise self.reader.error(
                family, f"'{call.signature.symbol}' returns {result}, not {wanted}", node
            )
        op = self.emitter.emit_call(call)
        return self._name_result(op, 0, name, result)

    def _name_result(self, op: ir.Operation, number: int, name: str, kind: TensorType) -> Buffer:
        if number == 0:
            op.location = named(name, op.location)
            attrs.set_text(op, attrs.BUFFER_NAME, name)
            attrs.set_text(op, attrs.DTYPE, str(kind.element))
        return Buffer(name, kind, op.results[number])

    def _initialised_from_table(
        self, name: str, kind: TensorType, table: Table, statement: ast.AnnAssign
    ) -> Buffer:
        values = table_array(self.reader.unit, table)
        if values.shape != kind.shape:
            wanted = f"{kind}" if kind.shape else f"the scalar {kind.element}"
            raise self.reader.error(
                KernelShapeError,
                f"a table of shape {list(values.shape)} does not fit {wanted}",
                table.node,
            )
        location = self.reader.unit.location(table.node)
        if name not in self.written:
            return self.tables.get(self.builder, name, kind, values, location)
        constant = self.tables.get(self.builder, f"{name}_init", kind, values, location)
        buffer = self.allocate(name, kind, statement.target)
        self.fill(buffer, constant, f"init_{name}", statement)
        return buffer

    def _check_shape(self, kind: TensorType, value: Buffer, node: ast.AST) -> None:
        if value.type.shape != kind.shape:
            wanted = f"{kind}" if kind.shape else f"the scalar {kind.element}"
            raise self.reader.error(
                KernelShapeError, f"'{value.name}' is {value.type} and does not fit {wanted}", node
            )

    def fill(self, buffer: Buffer, value: Expr | Buffer, band: str, node: ast.AST) -> None:
        """Give all of ``buffer`` the value of a scalar, or the elements of another buffer."""
        if isinstance(value, Buffer) and not value.read_only:
            band = f"copy_{buffer.name}"
        if isinstance(value, Expr) and not isinstance(value, Constant) and buffer.type.shape:
            emitted = self.emitter.emit(value, buffer.type.element)
            value = Computed(buffer.type.element, value.node, emitted)
        subscripts: list[Expr] = []
        opened: list[OpenLoop] = []
        for position, extent in enumerate(buffer.type.shape):
            zero, stop = self.reader.number(0, node), self.reader.number(extent, node)
            loop = self.loops.open(
                LoopRange(zero, stop, 1, node),
                f"{buffer.name}_d{position}",
                node,
                None if opened else band,
                reduction=False,
            )
            opened.append(loop)
            subscripts.append(loop.variable)
        element = buffer.type.element
        if isinstance(value, Buffer):
            value = Load(value.type.element, node, value, subscripts)
        self.emitter.emit_store(
            Load(element, node, buffer, subscripts), self.emitter.emit(value, element)
        )
        for loop in reversed(opened):
            self.loops.close(loop)

    # --- assignments -----------------------------------------------------------------------------

    def assign(self, statement: ast.Assign) -> None:
        """``target = value``, also of several targets at once."""
        for target in statement.targets:
            if isinstance(target, (ast.Tuple, ast.List)):
                self._assign_several(target.elts, statement)
            else:
                self._assign_one(target, self.reader.read_any(statement.value), statement)

    def _assign_several(self, targets: list[ast.expr], statement: ast.Assign) -> None:
        node = statement.value
        if isinstance(node, ast.Tuple):
            if len(node.elts) != len(targets):
                raise self.reader.error(
                    KernelTypeError,
                    f"{len(node.elts)} values for {len(targets)} targets",
                    statement,
                )
            self._assign_together(targets, [self.reader.read(part) for part in node.elts])
            return
        call = self.reader.read_any(node)
        if not isinstance(call, TensorCall) or len(call.signature.results) != len(targets):
            count = len(call.signature.results) if isinstance(call, TensorCall) else 1
            raise self.reader.error(
                KernelTypeError,
                f"{len(targets)} targets for {count} value{'s' if count != 1 else ''}",
                statement,
            )
        op = self.emitter.emit_call(call)
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

    def _assign_together(self, targets: list[ast.expr], values: list[Expr]) -> None:
        """``a, b = b, a``: all values are computed before the first is stored."""
        places = [self.target(target) for target in targets]
        computed = [
            Computed(
                place.buffer.type.element,
                value.node,
                self.emitter.emit(value, place.buffer.type.element),
            )
            for place, value in zip(places, values, strict=True)
        ]
        for place, value in zip(places, computed, strict=True):
            self.store(place, value)

    def _assign_one(
        self, target: ast.expr, value: Value, statement: ast.Assign, *, from_call: bool = False
    ) -> None:
        if isinstance(target, ast.Name):
            binding = self.reader.scope.find(target.id)
            if binding is None:
                self._declare_inferred(target, value, statement, from_call=from_call)
                return
            if isinstance(binding.entity, Buffer) and binding.entity.type.shape:
                self._assign_array(binding.entity, value, statement)
                return
        place = self.target(target)
        if not isinstance(value, Expr):
            value = self.reader.read(statement.value)
        self.store(place, value)

    def _declare_inferred(
        self, target: ast.Name, value: Value, statement: ast.Assign, *, from_call: bool
    ) -> None:
        """The first assignment of a call's result needs no annotation: the callee has one."""
        name = target.id
        if isinstance(value, TensorCall) and len(value.signature.results) == 1:
            kind = value.signature.results[0]
            assert isinstance(kind, TensorType)
            buffer = self._bind_result(name, kind, value, statement)
        elif isinstance(value, Expr) and (from_call or isinstance(value, KernelCall)):
            buffer = self.allocate(name, TensorType(value.type, ()), target)
            self.fill(buffer, value, "", statement)
        else:
            raise self.reader.error(
                KernelTypeError,
                f"'{name}' has no type yet",
                target,
                f"Declare it at its first assignment: {name}: int32 = ...",
            )
        self.reader.scope.declare(name, buffer, target)

    def _assign_array(self, buffer: Buffer, value: Value, statement: ast.Assign) -> None:
        if buffer.is_argument:
            raise self.reader.error(
                KernelTypeError,
                f"the argument '{buffer.name}' cannot be replaced as a whole",
                statement,
                "Assign to its elements; the caller then sees the change.",
            )
        if buffer.read_only:
            raise self._constant_target(buffer, statement)
        if isinstance(value, TensorCall) and len(value.signature.results) == 1:
            op = self.emitter.emit_call(value)
            result = value.signature.results[0]
            assert isinstance(result, TensorType)
            value = Buffer(value.signature.symbol, result, op.results[0])
        if isinstance(value, Table):
            value = self.reader.materialise(value)
        if isinstance(value, TensorCall):
            value = self.reader.read(statement.value)
        if isinstance(value, Buffer):
            self._check_shape(buffer.type, value, statement)
        self.fill(buffer, value, f"init_{buffer.name}", statement)

    def target(self, node: ast.expr) -> Load:
        """The element or scalar variable that ``node`` names as the target of an assignment."""
        if isinstance(node, ast.Name):
            binding = self.reader.scope.find(node.id)
            if binding is not None and binding.is_loop:
                raise self.reader.error(
                    KernelScopeError,
                    f"the loop variable '{node.id}' cannot be assigned",
                    node,
                    "Use a variable of its own, or a while loop.",
                )
            place = self.reader.read_any(ast.copy_location(ast.Name(node.id, ast.Load()), node))
            if isinstance(place, Buffer):
                raise self.reader.error(
                    KernelShapeError,
                    f"'{node.id}' is an array ({place.type}); an element is needed here",
                    node,
                    "Loop over its elements.",
                )
        elif isinstance(node, ast.Subscript):
            place = self.reader.read_any(node)
        else:
            raise self.reader.error(
                KernelSyntaxError, f"{ast.unparse(node)} cannot be assigned to", node
            )
        if not isinstance(place, Load):
            raise self.reader.error(
                KernelScopeError,
                f"{ast.unparse(node)} is a constant from outside the kernel and cannot be changed",
                node,
                "Copy it into a local variable first.",
            )
        if place.buffer.read_only:
            raise self._constant_target(place.buffer, node)
        return place

    def _constant_target(self, buffer: Buffer, node: ast.AST) -> Exception:
        return self.reader.error(
            KernelScopeError,
            f"'{buffer.name}' is a table of constants and cannot be changed",
            node,
            "Copy it into a local array first.",
        )

    def store(self, place: Load, value: Expr) -> None:
        """Store ``value``, converted to the type of ``place``."""
        self.emitter.emit_store(place, self.emitter.emit(value, place.buffer.type.element))
