"""A dataflow region: streams, arrays and tasks that all run at the same time."""

from __future__ import annotations

import ast
import copy
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from mlir import ir

from hcl_explore.errors import (
    KernelError,
    KernelScopeError,
    KernelSyntaxError,
    KernelTypeError,
)
from hcl_explore.frontend.decorators import TaskDecorator, read_task
from hcl_explore.frontend.expression import (
    Argument,
    Buffer,
    Constant,
    Expr,
    KernelCall,
    Signature,
    StreamValue,
    TensorCall,
)
from hcl_explore.frontend.function import FunctionLowering
from hcl_explore.frontend.memory import ConstantTables
from hcl_explore.frontend.positions import Positions
from hcl_explore.frontend.scope import LocalFunction
from hcl_explore.frontend.signatures import CalleeResolver, read_signature
from hcl_explore.frontend.statements import StatementLowering
from hcl_explore.frontend.tasks import TaskPosition, position_names
from hcl_explore.frontend.unit import Unit
from hcl_explore.ir import attributes as attrs
from hcl_explore.ir.fresh_names import fresh_name
from hcl_explore.lang.types import index

_Argument: TypeAlias = Buffer | StreamValue | Constant | Argument


class TaskResolver(CalleeResolver, Protocol):
    """Knows the kernels of a module, and makes the functions of tasks."""

    def lower_task(
        self, unit: Unit, function: ast.FunctionDef, signature: Signature, position: TaskPosition
    ) -> tuple[ir.Operation, Positions]:
        """The function of a task, and what was decided by its position."""

    def name_task(self, op: ir.Operation, signature: Signature, name: str, region: str) -> None:
        """Give the function of a task, and its signature, the name in the module: ``name``, or
        where that is taken, with the region's before it."""


@dataclass(eq=False)
class _TaskGroup:
    """The tasks that share a function: ``members`` are their positions."""

    op: ir.Operation
    signature: Signature
    positions: Positions
    members: list[tuple[int, ...]]


class RegionLowering(FunctionLowering):
    """Lowers a function decorated with ``df.region()``."""

    def __init__(
        self,
        unit: Unit,
        function: ast.FunctionDef,
        signature: Signature,
        op: ir.Operation,
        tables: ConstantTables,
        callees: TaskResolver,
    ) -> None:
        super().__init__(unit, function, signature, op, tables, callees)
        self._assigned = set()
        self.reader.in_region = True
        self.callees = callees
        self._indices: dict[int, ir.Value] = {}
        self._instances: set[str] = set()

    def _make_statements(self, *parts: Any) -> StatementLowering:
        return _RegionStatements(self, *parts)

    def lower(self) -> None:
        """Fill the function. Raises ``KernelError``."""
        if self.signature.results:
            raise self.reader.error(
                KernelTypeError,
                f"the region '{self.function.name}' cannot return anything",
                self.function.returns or self.function,
                "Tasks write their results into array arguments of the region.",
            )
        super().lower()
        attrs.set_flag(self.op, attrs.DATAFLOW)

    # --- tasks ---------------------------------------------------------------------------------

    def task(self, statement: ast.FunctionDef, decorator: TaskDecorator) -> None:
        """The calls for one ``df.kernel``: one for each point of its mapping."""
        scope = self.reader.scope
        functions = {**scope.local_functions(), statement.name: statement}
        unit = self.reader.unit.with_names(scope.constants(), functions)
        scope.declare(statement.name, LocalFunction(unit, statement), statement)
        function = copy.copy(statement)
        function.decorator_list = []
        streams = self._streams_of(function)
        arguments = self._arguments(statement, decorator)
        names = position_names(function)
        mapping = decorator.mapping if names is not None else ()
        points = list(itertools.product(*map(range, decorator.mapping)))
        groups: list[_TaskGroup] = []
        for point in points:
            group = next((one for one in groups if one.positions.agree(point)), None)
            if group is None:
                own = read_signature(unit, function, function.name)
                self._check_signature(statement, own, arguments, decorator)
                leading = [(name, index) for name in _distinct(names or [], len(mapping))]
                trailing = [(stream.name, stream.type) for stream in streams]
                signature = Signature(
                    function.name, [*leading, *own.parameters, *trailing], [], own.storage
                )
                position = TaskPosition(mapping, point)
                op, decided = self.callees.lower_task(unit, function, signature, position)
                group = _TaskGroup(op, signature, decided, [])
                groups.append(group)
                self._note_changes(signature, own, arguments, decorator)
            group.members.append(point)
        for group in groups:
            name = _function_name(statement.name, group, len(groups), len(points))
            self.callees.name_task(group.op, group.signature, name, self.signature.symbol)
        location = self.unit.location(statement)
        values = [self._operand(argument) for argument in arguments]
        values += [stream.value for stream in streams]
        owners = {point: group for group in groups for point in group.members}
        for point in points:
            pids = [self._constant(number, location) for number in point[: len(mapping)]]
            symbol = ir.FlatSymbolRefAttr.get(owners[point].signature.symbol)
            attributes = {"callee": symbol}
            op = self.builder.op("func.call", [*pids, *values], (), location, attributes)
            name = statement.name if len(points) == 1 else _at(statement.name, point)
            self.name_instance(op, name)

    def name_instance(self, op: ir.Operation, name: str) -> None:
        """Give a call the name of its task, unique in the region."""
        unique = fresh_name(name, self._instances)
        self._instances.add(unique)
        attrs.set_text(op, attrs.BUFFER_NAME, unique)

    def _streams_of(self, function: ast.FunctionDef) -> list[StreamValue]:
        """The streams of the region that a kernel names, in the order in which it does.

        Raises ``KernelScopeError`` for an array of the region that it is not handed.
        """
        named = {parameter.arg for parameter in function.args.args}
        named |= {
            node.id
            for node in ast.walk(function)
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        }
        found: dict[str, StreamValue] = {}
        for node in ast.walk(function):
            if isinstance(node, ast.Name) and node.id not in named:
                stream = self.reader.streams.stream(node)
                if stream is not None:
                    found[node.id] = stream
                binding = self.scope.find(node.id)
                if binding is not None and isinstance(binding.entity, Buffer):
                    raise self.reader.error(
                        KernelScopeError,
                        f"'{node.id}' is an array of the region, and '{function.name}' is not "
                        "handed it",
                        node,
                        f"Add a parameter, and hand it over: args=[{node.id}].",
                    )
        return list(found.values())

    def _arguments(self, statement: ast.FunctionDef, decorator: TaskDecorator) -> list[_Argument]:
        count = len(statement.args.args) + len(statement.args.posonlyargs)
        given = decorator.args
        if given is None and count:
            raise self.reader.error(
                KernelTypeError,
                f"'{statement.name}' has parameters, but is handed nothing",
                statement,
                "Hand over the region's arrays: @df.kernel(mapping=[...], args=[...]).",
            )
        if given is not None and len(given) != count:
            raise self.reader.error(
                KernelTypeError,
                f"'{statement.name}' has {count} parameter{'s' if count != 1 else ''}, and args "
                f"hands over {len(given)}",
                decorator.node,
            )
        return [self._handed(node) for node in given or ()]

    def _handed(self, node: ast.expr) -> _Argument:
        """What one task is handed: an array or stream of the region, a scalar parameter of it, or
        a number."""
        stream = self.reader.streams.stream(node)
        value = stream if stream is not None else self.reader.operand(node)
        return self.plain(value, node)

    def plain(self, value: object, node: ast.AST) -> _Argument:
        """``value``, if handing it over computes nothing. Raises ``KernelError`` otherwise."""
        if isinstance(value, (Buffer, StreamValue, Constant, Argument)):
            return value
        raise self.reader.error(
            KernelSyntaxError,
            f"{ast.unparse(node)} would be computed by the region itself",
            node,
            "Hand over whole arrays, and compute in a task.",
        )

    def _check_signature(
        self,
        statement: ast.FunctionDef,
        own: Signature,
        arguments: Sequence[_Argument],
        decorator: TaskDecorator,
    ) -> None:
        if own.results:
            raise self.reader.error(
                KernelTypeError,
                f"the task '{statement.name}' cannot return anything",
                statement.returns or statement,
                "It writes its results into streams, or into arrays that it is handed.",
            )
        pairs = zip(own.parameters, arguments, decorator.args or (), strict=True)
        for (name, kind), value, node in pairs:
            self.reader.calls.kernels.check(own, name, kind, value, node)

    def _note_changes(
        self,
        signature: Signature,
        own: Signature,
        arguments: Sequence[_Argument],
        decorator: TaskDecorator,
    ) -> None:
        """Remember which arrays of the region its tasks change."""
        pairs = zip(own.parameters, arguments, decorator.args or (), strict=True)
        for (name, kind), value, node in pairs:
            if name in signature.changed and isinstance(value, Buffer):
                self.reader.calls.kernels.check(signature, name, kind, value, node)
                self.emitter.note_change(value)

    def _operand(self, argument: _Argument) -> ir.Value:
        if isinstance(argument, Expr):
            return self.emitter.emit(argument)
        return argument.value

    def _constant(self, value: int, location: ir.Location) -> ir.Value:
        if value not in self._indices:
            self._indices[value] = self.builder.constant(index, value, location)
        return self._indices[value]


class _RegionStatements(StatementLowering):
    """The statements of a region: declarations and tasks."""

    def __init__(self, region: RegionLowering, *parts: Any) -> None:
        super().__init__(*parts)
        self.region = region
        self._methods = {
            ast.AnnAssign: self._declaration,
            ast.Expr: self._call,
            ast.FunctionDef: self._kernel,
            ast.Pass: self._pass,
        }

    def _unsupported(self, statement: ast.stmt) -> KernelError:
        return self.reader.error(
            KernelSyntaxError,
            "a region computes nothing itself: it declares streams, arrays and tasks",
            statement,
            "Move this into a df.kernel.",
        )

    def _declaration(self, statement: ast.AnnAssign) -> None:
        declares_constant = "ConstExpr" in ast.unparse(statement.annotation)
        is_table = isinstance(statement.value, (ast.List, ast.Name))
        if statement.value is not None and not (declares_constant or is_table):
            raise self._unsupported(statement)
        self.assigner.declare(statement)

    def _kernel(self, statement: ast.FunctionDef) -> None:
        decorator = read_task(self.reader.unit, statement, self.reader.constants)
        if decorator is None:
            self._function(statement)
        else:
            self.region.task(statement, decorator)

    def _call(self, statement: ast.Expr) -> None:
        """A call of a kernel, or of another region: a task."""
        if isinstance(statement.value, ast.Constant):  # a docstring, or ...
            return
        value = self.reader.read_any(statement.value)
        if isinstance(value, KernelCall):
            value = value.call
        if not isinstance(value, TensorCall):
            raise self._unsupported(statement)
        if value.signature.results:
            raise self.reader.error(
                KernelTypeError,
                f"the task '{value.signature.symbol}' cannot return anything",
                statement,
                "It writes its results into streams, or into arrays that it is handed.",
            )
        places = statement.value.args if isinstance(statement.value, ast.Call) else []
        for number, argument in enumerate(value.arguments):
            # Structs are in their parts, and subscripts of FIFOs come last.
            is_written = len(value.signature.declared) == len(value.arguments)
            self.region.plain(argument, places[number] if is_written else statement.value)
        op = self.emitter.emit_call(value)
        self.region.name_instance(op, value.signature.symbol)


def _distinct(names: Sequence[str], count: int) -> list[str]:
    """A name for each dimension of a position: the kernel's own where it gives one."""
    result: list[str] = []
    for dim in range(count):
        name = names[dim] if dim < len(names) else "_"
        result.append(f"pid{dim}" if name == "_" or name in result else name)
    return result


def _at(name: str, point: Sequence[int]) -> str:
    return "_".join([name, *map(str, point)])


def _function_name(name: str, group: _TaskGroup, groups: int, tasks: int) -> str:
    """``gemm`` if all tasks share one function; else ``gemm_0_1`` for a task that has its own, and
    ``gemm_at_1_1`` after the first of several."""
    if groups == 1 or tasks == 1:
        return name
    first = group.members[0]
    return _at(name, first) if len(group.members) == 1 else _at(f"{name}_at", first)
