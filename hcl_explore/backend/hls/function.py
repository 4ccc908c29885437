"""The state of one function while its C++ is written: names, buffers, expressions in waiting.

An operation without effect writes nothing: its expression waits until a statement uses it, so
one source statement becomes one C++ statement. What keeps that exact is ``flush``: before a
buffer is written, every waiting expression that reads it becomes a temporary.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeAlias

import mlir.ir as ir

from hcl_explore.backend.hls.expression import PRIMARY, Expr
from hcl_explore.backend.hls.names import Names
from hcl_explore.backend.hls.types import (
    BOOL,
    HALF,
    INT,
    INT32,
    LONG,
    CType,
    exact,
    fixed,
    stored_as,
)
from hcl_explore.errors import EmitError
from hcl_explore.ir.linear import LinearForm
from hcl_explore.ir.locations import SourcePlace, place_of
from hcl_explore.lang.types import ScalarType

if TYPE_CHECKING:
    from hcl_explore.backend.hls.module import ModuleEmitter

Handler: TypeAlias = "Callable[[FunctionEmitter, ir.Operation], None]"

# How long an index expression may be for each of its uses to spell it out.
_SHORT = 24


@dataclass(eq=False)
class HlsBuffer:
    """An array or scalar variable in the C++ text."""

    number: int
    name: str
    source_name: str
    scalar: ScalarType
    ctype: CType
    bits: int
    shape: tuple[int, ...]

    def element(self, subscripts: list[str]) -> Expr:
        """The element at ``subscripts`` as an expression that reads this buffer."""
        text = self.name + "".join(f"[{subscript}]" for subscript in subscripts)
        reads = frozenset((self.number,))
        if not self.ctype.is_integer:
            return Expr(text, PRIMARY, self.ctype, reads=reads)
        low, high, scale = self.ctype.low, self.ctype.high, self.ctype.fraction
        return Expr(text, PRIMARY, self.ctype, self.bits, low, high, reads, scale=scale)


@dataclass
class FunctionEmitter:
    """Writes one function. The handlers of operations (``control``, ``memory``, ``arithmetic``)
    work through it."""

    module: ModuleEmitter
    name: str
    cpp_name: str
    op: ir.Operation
    may_alias: bool
    names: Names = field(default_factory=Names)
    labels: Names = field(default_factory=Names)
    buffers: dict[ir.Value, HlsBuffer] = field(default_factory=dict)
    values: dict[ir.Value, Expr] = field(default_factory=dict)
    pending: dict[ir.Value, None] = field(default_factory=dict)
    outputs: dict[ir.Value, str] = field(default_factory=dict)
    """Arrays that are results: their storage is the caller's, under this C++ name."""
    initialised_by: dict[ir.Operation, HlsBuffer] = field(default_factory=dict)
    """Scalar variables declared by their first store."""
    targets: list[HlsBuffer | None] = field(default_factory=list)
    """For each result the parameter that takes it, or None where it is the return value."""
    written_back: list[tuple[str, HlsBuffer, HlsBuffer]] = field(default_factory=list)
    """Label, port and on-chip buffer of each copy at the end."""
    parameter_banks: list[tuple[HlsBuffer, ir.Attribute | None]] = field(default_factory=list)
    """The partition of each array parameter of a function that is not the top."""
    template: list[str] = field(default_factory=list)
    """The template parameters: the position of a task in its mapping."""
    fifos: dict[tuple[ir.Value, tuple[LinearForm, ...]], str] = field(default_factory=dict)
    """The parameter for each FIFO of an array of streams that is handed over by itself."""
    bounds: list[tuple[str, tuple[int, ...], int]] = field(default_factory=list)
    """Name, shape and depth of the streams declared here."""
    repeated_loops: frozenset[str] = frozenset()
    bands_seen: int = 0
    band: str | None = None
    block: ir.Block | None = None
    _order: dict[ir.Operation, int] | None = None
    scope: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.writer = self.module.writer
        self.integers = self.module.integers
        self.fixed = self.module.fixed
        self.dialect = self.module.dialect

    # --- blocks -------------------------------------------------------------------------------

    def emit_block(self, block: ir.Block) -> None:
        """Every operation of ``block`` but its terminator."""
        handlers = self.module.handlers
        outer, outer_order = self.block, self._order
        self.block, self._order = block, None
        for opview in block.operations:
            op = opview.operation
            handler = handlers.get(op.name)
            if handler is None:
                raise self.error(op, f"{op.name} has no counterpart in HLS C++")
            handler(self, op)
        self.block, self._order = outer, outer_order

    @property
    def order_in_block(self) -> dict[ir.Operation, int]:
        """The place of each operation in the block that is being written."""
        assert self.block is not None
        if self._order is None:
            self._order = {op.operation: n for n, op in enumerate(self.block.operations)}
        return self._order

    @contextmanager
    def inner_scope(self) -> Iterator[None]:
        """Names taken meanwhile are free again afterwards."""
        outer, self.scope = self.scope, []
        yield
        for name in self.scope:
            self.names.release(name)
        self.scope = outer

    def new_name(self, wanted: str) -> str:
        """A free variable name, until the current scope ends."""
        name = self.names.take(wanted)
        self.scope.append(name)
        return name

    def at(self, op: ir.Operation) -> SourcePlace | None:
        """Note that what is written now comes from ``op``; its source place."""
        place = place_of(op.location)
        # Links are lines of the kernel's own file; a callee may stand in another.
        is_here = place is not None and place.filename == self.module.filename
        self.writer.place = place.line if is_here and place is not None else None
        return place

    def error(self, op: ir.Operation, message: str, advice: str | None = None) -> EmitError:
        """An error at the source line of ``op``."""
        return EmitError(
            f"{self.name}: {message}",
            span=self.module.sources.span(place_of(op.location)),
            advice=advice,
        )

    # --- values -------------------------------------------------------------------------------

    def use(self, value: ir.Value) -> Expr:
        """The expression of ``value``, for one of its uses; of fixed point its bits."""
        expr = self.number(value)
        if expr.is_literal:
            return replace(expr, scale=0)
        return self.fixed.raw(expr) if expr.is_fixed else expr

    def number(self, value: ir.Value) -> Expr:
        """As ``use``, for users who understand fixed point."""
        self.pending.pop(value, None)
        return self.values[value]

    def integer(self, value: ir.Value) -> Expr:
        """As ``use``, with the text that literals beyond 64 bits get late."""
        return self.integers.rendered(self.use(value))

    def define(self, value: ir.Value, expr: Expr, *, hint: str | None = None) -> None:
        """``value`` is ``expr``: kept for its one use, or a temporary where there are several."""
        if expr.is_simple and not expr.reads:
            self.values[value] = expr
            return
        count = 0
        for use in value.uses:
            count += 1
            if count > 1:
                break
            is_local = use.owner.operation.block == self.block
        if count == 0:
            return
        is_short = expr.bits == 64 and not expr.reads and len(expr.text) <= _SHORT
        if (count == 1 and is_local) or is_short:
            self.values[value] = expr
            if expr.reads:
                self.pending[value] = None
        else:
            self.values[value] = self.temporary(expr, hint or self.hint(value))

    def temporary(self, expr: Expr, hint: str = "tmp") -> Expr:
        """A new constant that holds ``expr``, which is evaluated here."""
        if expr.ctype.is_integer:
            return self._integer_temporary(expr, hint)
        name = self.new_name(hint)
        self.writer.line(f"const {self.integers.spell(expr.ctype)} {name} = {expr.text};")
        return Expr(name, PRIMARY, expr.ctype)

    def _integer_temporary(self, expr: Expr, hint: str) -> Expr:
        expr = self.integers.rendered(expr)
        if expr.is_fixed:
            expr = self.fixed.exactly(expr)
        ctype = holding(expr)
        if ctype == BOOL:
            expr = self.integers.truth(expr)
        name = self.new_name(hint)
        self.writer.line(f"const {self.integers.spell(ctype)} {name} = {expr.text};")
        low, high = expr.low, expr.high
        least, largest = self.fixed.range_of(ctype, expr.scale)
        if low < least or high > largest:
            low, high = least, largest
        return Expr(name, PRIMARY, ctype, expr.bits, low, high, scale=expr.scale)

    def simple(self, expr: Expr, hint: str = "tmp") -> Expr:
        """``expr`` in a form that may be repeated."""
        return expr if expr.is_simple else self.temporary(expr, hint)

    def flush(self, written: int | None) -> None:
        """Before the buffer ``written`` changes (None: any may): evaluate what waits to read it."""
        for value in list(self.pending):
            expr = self.values[value]
            if written is None or self.may_alias or written in expr.reads:
                del self.pending[value]
                self.values[value] = self.temporary(expr, self.hint(value))

    def hint(self, value: ir.Value) -> str:
        """What a variable that keeps ``value`` may be called."""
        owner = value.owner
        if not isinstance(owner, ir.Block) and owner.operation.name.endswith(".load"):
            buffer = self.buffers.get(owner.operation.operands[0])
            if buffer is not None:
                return f"{buffer.name}_value"
        return "idx" if isinstance(value.type, ir.IndexType) else "tmp"

    # --- buffers ------------------------------------------------------------------------------

    def new_buffer(
        self,
        value: ir.Value,
        name: str,
        source_name: str,
        scalar: ScalarType,
        shape: tuple[int, ...],
    ) -> HlsBuffer:
        """Know ``value`` as the C++ variable ``name``."""
        ctype = stored_as(scalar)
        if ctype == HALF and self.dialect.half is None:
            raise self.error(self.op, f"{self.dialect.name} has no type for float16")
        buffer = HlsBuffer(
            self.module.next_buffer(), name, source_name, scalar, ctype, scalar.bits, shape
        )
        self.buffers[value] = buffer
        return buffer

    def declaration(self, buffer: HlsBuffer) -> str:
        """``float A[32][32]``."""
        extents = "".join(f"[{extent}]" for extent in buffer.shape)
        return f"{self.integers.spell(buffer.ctype)} {buffer.name}{extents}"


def holding(expr: Expr) -> CType:
    """The type of a variable that keeps an integer expression: its own range where that is known
    to be exact, else its N bits."""
    if expr.bits == 1:
        return BOOL
    if expr.is_fixed:
        signed = expr.low < 0 or expr.high >= 1 << expr.bits
        kept = expr.ctype.kind == "fixed" and expr.ctype.width <= expr.bits
        return expr.ctype if kept else fixed(expr.bits, signed, expr.scale)
    fits = expr.ctype.low <= expr.low and expr.high <= expr.ctype.high
    if expr.ctype.kind == "exact" and expr.ctype.width <= expr.bits and fits:
        return expr.ctype
    if expr.ctype.kind == "native" or expr.ctype == BOOL:
        return INT if INT32[0] <= expr.low and expr.high <= INT32[1] else LONG
    signed = expr.low < 0 or expr.high >= 1 << expr.bits
    return exact(expr.bits, signed)


def with_bits(expr: Expr, bits: int) -> Expr:
    """The same number, meant as a value of ``bits`` bits."""
    return replace(expr, bits=bits)
