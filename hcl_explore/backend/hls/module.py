"""The state of one module while its C++ is written: what its functions share."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePath

import mlir.ir as ir

from hcl_explore.backend.hls import arithmetic, control, floats, memory, streams
from hcl_explore.backend.hls.affine import AffineWriter
from hcl_explore.backend.hls.code import HlsOptions
from hcl_explore.backend.hls.dialect import Dialect
from hcl_explore.backend.hls.expression import Integers
from hcl_explore.backend.hls.fixed_point import FixedPoint
from hcl_explore.backend.hls.function import FunctionEmitter, Handler
from hcl_explore.backend.hls.names import LIBRARY_FUNCTIONS, Names, cpp_name
from hcl_explore.backend.hls.regions import Order, task_orders
from hcl_explore.backend.hls.streams import FifoParameters
from hcl_explore.backend.hls.tables import table_lines
from hcl_explore.backend.hls.types import CType, scalar_of, stored_as
from hcl_explore.backend.hls.writer import Writer
from hcl_explore.errors import EmitError
from hcl_explore.ir import attributes as attrs
from hcl_explore.ir import dialect as dialect_ops
from hcl_explore.ir.external import is_external, is_written, read_external
from hcl_explore.ir.locations import Sources, place_of
from hcl_explore.ir.printing import ModuleLike
from hcl_explore.ir.program import Loop, Program
from hcl_explore.ir.read_program import read_program
from hcl_explore.lang.external import ExternalFunction
from hcl_explore.lang.types import ScalarType

HANDLERS: dict[str, Handler] = {
    **arithmetic.HANDLERS,
    **floats.HANDLERS,
    **memory.HANDLERS,
    **control.HANDLERS,
    **streams.HANDLERS,
}


@dataclass
class FunctionInfo:
    """What callers must know of a function. ``written`` are the positions of the array arguments
    that it may store to; ``returned_type`` is that of its C++ return value, if it has one."""

    op: ir.Operation
    name: str
    cpp_name: str
    callees: tuple[str, ...]
    result_types: list[CType]
    returned_type: CType | None
    written: frozenset[int] = frozenset()
    may_alias: bool = False
    external: ExternalFunction | None = None
    streams: Mapping[int, FifoParameters] = field(default_factory=dict)
    """How it takes its stream arguments, by position."""
    positions: Sequence[int] = ()
    """Which arguments are its position in a mapping: template parameters."""
    subscripts: Sequence[int] = ()
    """Which arguments only say which FIFO of an array it is handed: they are not in C++."""


class ModuleEmitter:
    """Holds what is common to the functions of a module and reads it once."""

    def __init__(
        self,
        module: ModuleLike,
        dialect: Dialect,
        options: HlsOptions,
        sources: Sources,
        program: Program | None = None,
    ) -> None:
        self.module = module
        self._program = program
        self.shared_ports: set[str] = set()
        """The C++ names of arrays whose AXI bundle serves others too."""
        self.dialect = dialect
        self.options = options
        self.sources = sources
        self.writer = Writer()
        self.used: set[str] = set()
        self.helpers: set[str] = set()
        self.integers = Integers(dialect, self.used)
        self.fixed = FixedPoint(self.integers, self.helpers)
        self.affine = AffineWriter(self.integers, self.helpers)
        self.handlers = HANDLERS
        self.loops: list[tuple[str, str]] = []
        self.globals = Names(LIBRARY_FUNCTIONS)
        self.tables: list[str] = []
        self.state: list[str] = []
        self._table_names: dict[tuple[str, ScalarType], str] = {}
        self._tables: dict[str, ir.Operation] = {}
        self._maps: dict[ir.Attribute, ir.AffineMap] = {}
        self._files: dict[str, str] = {}
        self._buffer_count = 0
        found: dict[str, ir.Operation] = {}
        for opview in module.body.operations:
            op = opview.operation
            if op.name == "func.func" and len(op.regions[0].blocks):
                found[ir.StringAttr(op.attributes["sym_name"]).value] = op
            elif op.name == "memref.global":
                self._tables[ir.StringAttr(op.attributes["sym_name"]).value] = op
        top = attrs.text(module.operation, attrs.TOP) or (next(reversed(found)) if found else None)
        if top is None or top not in found:
            raise EmitError(f"the module has no kernel {top or ''}".rstrip())
        self.top = top
        place = place_of(found[top].location)
        self.filename = place.filename if place is not None else None
        self.functions: dict[str, FunctionInfo] = {}
        for name, op in found.items():
            if is_external(op):
                self.globals.take(name)
        self.task_orders: Mapping[str, Order] = {}
        self.in_a_circle = False
        """Whether tasks wait for one another in a circle, so that no order runs them one by one."""
        if any(attrs.flag(op, attrs.DATAFLOW) for op in found.values()):
            self.task_orders, self.in_a_circle = task_orders(self.program)
        self.threads = self.in_a_circle and dialect.threaded_streams
        self._read_functions(found)

    # --- functions ------------------------------------------------------------------------------

    def _read_functions(self, found: dict[str, ir.Operation]) -> None:
        """The functions that the kernel reaches, callees first."""
        self._visit(self.top, found, [])
        callers = list(self.functions.values())
        for info in callers:
            info.written = self._written_arguments(info.op)
        for info in reversed(callers):
            self._note_aliases(info)

    def _visit(self, name: str, found: dict[str, ir.Operation], path: list[str]) -> None:
        if name in path:
            raise EmitError(
                f"{name} calls itself ({' -> '.join([*path, name])}); hardware has no recursion"
            )
        if name in self.functions:
            return
        if name not in found:
            raise EmitError(f"{path[-1]} calls {name}, which has no body")
        op = found[name]
        callees: dict[str, None] = {}

        def visit(inner: ir.Operation) -> ir.WalkResult:
            if inner.name == "func.call":
                callees[ir.FlatSymbolRefAttr(inner.attributes["callee"]).value] = None
            return ir.WalkResult.ADVANCE

        op.walk(visit)
        for callee in callees:
            self._visit(callee, found, [*path, name])
        self.functions[name] = self._read_function(op, name, tuple(callees))

    def _read_function(self, op: ir.Operation, name: str, callees: tuple[str, ...]) -> FunctionInfo:
        results = ir.FunctionType(ir.TypeAttr(op.attributes["function_type"]).value).results
        ctypes = []
        for position, result in enumerate(results):
            element = result.element_type if isinstance(result, ir.MemRefType) else result
            scalar = scalar_of(result_dtype(op, position), element)
            if scalar is None:
                raise EmitError(
                    f"{name}: HLS C++ has no type for its result {element}",
                    span=self.sources.span(place_of(op.location)),
                    advice="Use float32 instead.",
                )
            ctypes.append(stored_as(scalar))
        single = len(results) == 1 and not isinstance(results[0], ir.MemRefType)
        external = read_external(op)
        taken = streams.stream_parameters(op, self._taken)
        subscripts = streams.handed_subscripts(op, taken)
        return FunctionInfo(
            op,
            name,
            self.globals.take(name) if external is None else name,
            callees,
            ctypes,
            ctypes[0] if single else None,
            streams=taken,
            positions=[n for n in streams.position_arguments(op) if n not in subscripts],
            subscripts=subscripts,
            external=external,
        )

    def _taken(self, call: ir.Operation, position: int) -> FifoParameters:
        """How the callee of ``call`` takes its operand at ``position``, a stream."""
        name = ir.FlatSymbolRefAttr(call.attributes["callee"]).value
        return self.functions[name].streams[position]

    def _written_arguments(self, op: ir.Operation) -> frozenset[int]:
        arguments = op.regions[0].blocks[0].arguments
        return frozenset(
            position
            for position, argument in enumerate(arguments)
            if isinstance(argument.type, ir.MemRefType)
            and (is_written(op, position) if is_external(op) else self._is_written(argument))
        )

    def _is_written(self, value: ir.Value) -> bool:
        for use in value.uses:
            user = use.owner.operation
            name = user.name
            if name in ("affine.store", "memref.store", "memref.copy"):
                if use.operand_number == 1:
                    return True
            elif name == "func.call":
                callee = ir.FlatSymbolRefAttr(user.attributes["callee"]).value
                if use.operand_number in self.functions[callee].written:
                    return True
            elif name == "memref.cast":
                if self._is_written(user.results[0]):
                    return True
            elif name == dialect_ops.GET_BLOCK:
                return True
        return False

    def _note_aliases(self, info: FunctionInfo) -> None:
        """Note the callees that may be given one array twice."""

        def visit(inner: ir.Operation) -> ir.WalkResult:
            if inner.name == "func.call":
                callee = self.functions[ir.FlatSymbolRefAttr(inner.attributes["callee"]).value]
                arrays = [v for v in inner.operands if isinstance(v.type, ir.MemRefType)]
                if len(set(arrays)) < len(arrays) or (info.may_alias and len(arrays) > 1):
                    callee.may_alias = True
            return ir.WalkResult.ADVANCE

        if info.callees:
            info.op.walk(visit)

    # --- the program ------------------------------------------------------------------------------

    @cached_property
    def program(self) -> Program:
        """The module read as a whole, for what is proved of it; most text needs none of it."""
        return self._program or read_program(self.module, self.sources)

    @cached_property
    def _loops_by_op(self) -> dict[ir.Operation, Loop]:
        return {loop.op: loop for loop in self.program.all_loops()}

    def loop_of(self, op: ir.Operation) -> Loop | None:
        """The loop ``op`` as the program knows it."""
        return self._loops_by_op.get(op)

    # --- shared things ----------------------------------------------------------------------------

    def next_buffer(self) -> int:
        self._buffer_count += 1
        return self._buffer_count

    def affine_map(self, attribute: ir.Attribute) -> ir.AffineMap:
        """The map inside an attribute; reading it costs more than finding it again."""
        found = self._maps.get(attribute)
        if found is None:
            found = self._maps[attribute] = attribute.value
        return found

    def table(self, f: FunctionEmitter, op: ir.Operation, symbol: str, scalar: ScalarType) -> str:
        """The C++ name of the constant table, or the variable that outlives calls, ``symbol``: it
        is written at its first use."""
        key = (symbol, scalar)
        name = self._table_names.get(key)
        if name is None:
            if symbol not in self._tables or "initial_value" not in self._tables[symbol].attributes:
                raise f.error(op, f"the table {symbol} has no values")
            name = self.globals.take(symbol)
            self._table_names[key] = name
            attribute = self._tables[symbol].attributes["initial_value"]
            is_state = attrs.flag(self._tables[symbol], attrs.STATEFUL)
            self.tables += table_lines(self.fixed, name, attribute, scalar, is_state=is_state)
            if is_state:
                self.state.append(name)
        return name

    def short_name(self, filename: str) -> str:
        """A file's name for comments, without its folders."""
        found = self._files.get(filename)
        if found is None:
            base = PurePath(filename.replace("\\", "/")).name
            found = self._files[filename] = self.comment_text(base)
        return found

    def comment_text(self, text: str) -> str:
        """A user's text in a ``//`` comment: a line end or a backslash would end or continue it."""
        return re.sub(r"[^\w.,:;<>()\[\]=+*/%&|!'\" -]", "_", text)

    def function_emitter(self, info: FunctionInfo) -> FunctionEmitter:
        counts: dict[str, int] = {}

        def visit(inner: ir.Operation) -> ir.WalkResult:
            if inner.name in attrs.LOOP_OPS:
                name = attrs.text(inner, attrs.LOOP_NAME) or "loop"
                counts[cpp_name(name)] = counts.get(cpp_name(name), 0) + 1
            return ir.WalkResult.ADVANCE

        info.op.walk(visit)
        repeated = frozenset(name for name, count in counts.items() if count > 1)
        return FunctionEmitter(
            self, info.name, info.cpp_name, info.op, info.may_alias, repeated_loops=repeated
        )


def result_dtype(op: ir.Operation, position: int) -> str | None:
    """The ``hcl.dtype`` of a result of a function."""
    if "res_attrs" not in op.attributes:
        return None
    fields = ir.DictAttr(ir.ArrayAttr(op.attributes["res_attrs"])[position])
    return ir.StringAttr(fields[attrs.DTYPE]).value if attrs.DTYPE in fields else None
