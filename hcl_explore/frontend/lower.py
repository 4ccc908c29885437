"""A kernel and all it calls, as one MLIR module."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from functools import cache
from types import FunctionType, MappingProxyType

from mlir import ir

from hcl_explore.errors import (
    KernelRecursionError,
    KernelSyntaxError,
    KernelTypeError,
    SourceSpan,
)
from hcl_explore.frontend.builder import Builder
from hcl_explore.frontend.decorators import is_region
from hcl_explore.frontend.expression import Signature
from hcl_explore.frontend.function import FunctionLowering, function_attributes
from hcl_explore.frontend.generics import open_parameters
from hcl_explore.frontend.memory import ConstantTables
from hcl_explore.frontend.positions import Positions
from hcl_explore.frontend.regions import RegionLowering
from hcl_explore.frontend.scope import LocalFunction
from hcl_explore.frontend.signatures import Callee, hand_over, read_signature
from hcl_explore.frontend.source import KernelSource, read_source
from hcl_explore.frontend.tasks import TaskLowering, TaskPosition
from hcl_explore.frontend.unit import Unit
from hcl_explore.ir import attributes as attrs
from hcl_explore.ir.external import declare
from hcl_explore.ir.fresh_names import fresh_name
from hcl_explore.ir.locations import Sources
from hcl_explore.lang.dataflow import Region, StreamKind
from hcl_explore.lang.external import ExternalFunction
from hcl_explore.lang.library import kernels

_LANGUAGE = ("hcl_explore.lang.ops", "hcl_explore.lang.meta", "hcl_explore.lang.dataflow")


def lower(source: KernelSource, context: ir.Context) -> ir.Module:
    """The verified module of a kernel: its callees, each once, then the kernel itself.

    Follows the conventions of docs/architecture.md. Array shapes and constant subscripts are
    checked; that other subscripts stay in bounds is proved elsewhere.

    Raises ``KernelError`` with the place in the source.
    """
    return lower_with_sources(source, context)[0]


def lower_with_sources(source: KernelSource, context: ir.Context) -> tuple[ir.Module, Sources]:
    """As ``lower``, with the text of every function in the module, for messages about it later."""
    with context, ir.Location.unknown(context):
        try:
            lowering = _ModuleLowering(source)
            module = lowering.lower()
        except RecursionError:
            raise KernelSyntaxError(
                f"'{source.name}' is nested too deeply",
                advice="Split long expressions with variables in between.",
            ) from None
        module.operation.verify()
        return module, lowering.sources()


@cache
def _library_source(function: FunctionType) -> KernelSource:
    """The source of a library kernel, which never changes."""
    return read_source(function)


class _ModuleLowering:
    """Lowers functions as they are first called; knows which are under way."""

    def __init__(self, source: KernelSource) -> None:
        self.source = source
        self.module = ir.Module.create()
        self.tables = ConstantTables(self.module)
        self._done: dict[tuple[int, int], Signature] = {}
        self._active: list[tuple[tuple[int, int], str]] = []
        self._symbols: set[str] = set()
        self._externals: dict[str, tuple[ExternalFunction, Signature]] = {}
        self._units: dict[FunctionType, Unit] = {}
        self._instances: dict[object, Unit] = {}
        self._kept: list[Unit] = []
        """Keeps units alive, since they are told apart by their identity."""

    def lower(self) -> ir.Module:
        unit = Unit(self.source)
        function = unit.functions[self.source.name]
        if self.source.generic is not None:
            # Other functions of the text have type parameters of their own, perhaps of that name.
            open_unit = Unit(self.source.generic)
            function = open_unit.functions[self.source.name]
            names = [one.name for one in open_parameters(function, open_unit.constants)]
            unit = open_unit.bound({name: self.source.namespace[name] for name in names})
        signature = self._lower_function(unit, function)
        attrs.set_text(self.module.operation, attrs.TOP, signature.symbol)
        return self.module

    def sources(self) -> Sources:
        """The text behind each function lowered."""
        sources = Sources()
        for source in (self.source, *(unit.source for unit in self._units.values())):
            indent = " " * source.column_offset
            lines = [indent + line for line in source.text.splitlines()]
            sources = sources.adding(source.filename, source.first_line, lines)
        return sources

    def callee(self, unit: Unit, target: object) -> Callee | None:
        """The kernel that ``target``, named in ``unit``, is; None if it is none."""
        if isinstance(target, LocalFunction):
            return Callee(target.unit, target.function)
        if isinstance(target, ast.FunctionDef):
            return Callee(unit.unbound, target)
        if isinstance(target, Region):
            target = target.function
        if isinstance(target, FunctionType) and target.__module__ not in _LANGUAGE:
            other = self._unit_of(target)
            return Callee(other, other.functions[other.source.name])
        return None

    def external(self, function: ExternalFunction, span: SourceSpan) -> Signature:
        """The signature of a C++ function called at ``span``, which is declared if need be.

        Raises ``KernelTypeError`` where a kernel or another C++ function has its name.
        """
        known = self._externals.get(function.name)
        if known is None:
            if function.name in self._symbols or function.name == self.source.name:
                raise KernelTypeError(
                    f"the kernel and the C++ function have the same name, '{function.name}'",
                    span=span,
                    advice="Rename one of them: both are functions of one C++ program.",
                )
            self._symbols.add(function.name)
            signature = Signature(
                function.name,
                [(port.name, port.type) for port in function.ports],
                [],
                changed=frozenset(p.name for p in function.ports if p.direction != "in"),
            )
            builder = Builder(ir.InsertionPoint(self.module.body))
            inputs = [builder.type(port.type) for port in function.ports]
            self.module.body.append(declare(function, inputs, ir.Location.unknown()))
            known = self._externals[function.name] = (function, signature)
        if known[0] != function:
            raise KernelTypeError(f"two C++ functions are called '{function.name}'", span=span)
        return known[1]

    def signature(
        self,
        callee: Callee,
        bound: Mapping[str, object],
        suffix: str,
        span: SourceSpan,
        copy: str = "",
        handed: Mapping[str, StreamKind] = MappingProxyType({}),
    ) -> Signature:
        """The signature of a kernel called at ``span``, which is lowered first if need be.

        Calls with different ``copy`` or ``handed`` get functions of their own.
        """
        function = callee.function
        unit = callee.unit
        if bound or copy or handed:
            unit = self._instance_of(unit, function, bound, copy, handed)
            suffix += f"_{copy}" if copy else ""
        key = (id(unit), id(function))
        if any(active == key or (copy and active[1] == key[1]) for active, _ in self._active):
            chain = " → ".join([name for _, name in self._active] + [function.name])
            raise KernelRecursionError(
                f"a kernel cannot call itself: {chain}",
                span=span,
                advice="Hardware has no call stack; use a loop.",
            )
        return self._done.get(key) or self._lower_function(unit, function, suffix, handed)

    def _unit_of(self, function: FunctionType) -> Unit:
        if function not in self._units:
            ours = function.__module__ == kernels.__name__
            self._units[function] = Unit(
                _library_source(function) if ours else read_source(function)
            )
        return self._units[function]

    def _instance_of(
        self,
        unit: Unit,
        function: ast.FunctionDef,
        bound: Mapping[str, object],
        copy: str,
        handed: Mapping[str, StreamKind],
    ) -> Unit:
        key = (id(unit), id(function), tuple(bound.values()), copy, tuple(handed.items()))
        if key not in self._instances:
            self._instances[key] = unit.bound(bound)
        return self._instances[key]

    def _lower_function(
        self,
        unit: Unit,
        function: ast.FunctionDef,
        suffix: str = "",
        handed: Mapping[str, StreamKind] = MappingProxyType({}),
    ) -> Signature:
        key = (id(unit), id(function))
        self._kept.append(unit)
        signature = read_signature(unit, function, self._symbol(function.name + suffix))
        hand_over(signature, handed)
        self._active.append((key, function.name))
        op = self._create(unit, function, signature)
        lowering = RegionLowering if is_region(unit, function) else FunctionLowering
        lowering(unit, function, signature, op, self.tables, self).lower()
        # Callees were lowered meanwhile: they stand before their caller.
        self.module.body.append(op)
        self._active.pop()
        self._done[key] = signature
        return signature

    def lower_task(
        self,
        unit: Unit,
        function: ast.FunctionDef,
        signature: Signature,
        position: TaskPosition,
    ) -> tuple[ir.Operation, Positions]:
        """The function of a task, and what was decided by its position. Its name in the module is
        for the caller to give (``name_task``)."""
        self._kept.append(unit)
        self._active.append(((id(unit), id(function)), function.name))
        op = self._create(unit, function, signature)
        lowering = TaskLowering(unit, function, signature, op, self.tables, self, position)
        lowering.lower()
        self.module.body.append(op)
        self._active.pop()
        return op, lowering.positions

    def name_task(self, op: ir.Operation, signature: Signature, name: str, region: str) -> None:
        """Give the function of a task, and its signature, the name in the module."""
        is_taken = name in self._symbols
        signature.symbol = self._symbol(f"{region}_{name}" if is_taken else name)
        op.attributes["sym_name"] = ir.StringAttr.get(signature.symbol)

    def _create(self, unit: Unit, function: ast.FunctionDef, signature: Signature) -> ir.Operation:
        builder = Builder(ir.InsertionPoint(self.module.body))
        inputs = [builder.type(kind) for _, kind in signature.parameters]
        results = [builder.type(kind) for kind in signature.results]
        attributes: dict[str, ir.Attribute] = {
            "sym_name": ir.StringAttr.get(signature.symbol),
            "function_type": ir.TypeAttr.get(ir.FunctionType.get(inputs, results)),
            **function_attributes(signature),
        }
        return ir.Operation.create(
            "func.func", attributes=attributes, regions=1, loc=unit.location(function)
        )

    def _symbol(self, name: str) -> str:
        symbol = fresh_name(re.sub(r"\W", "_", name), self._symbols)
        self._symbols.add(symbol)
        return symbol
