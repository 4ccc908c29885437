"""Arrays and scalar variables: declarations, loads, stores, copies, constant tables."""

from __future__ import annotations

from dataclasses import replace

import mlir.ir as ir

from hcl_explore.backend.hls.expression import Expr
from hcl_explore.backend.hls.function import FunctionEmitter, Handler, HlsBuffer
from hcl_explore.backend.hls.types import scalar_of
from hcl_explore.ir import attributes as attrs
from hcl_explore.lang.types import ScalarType

# Which operators have a compound assignment that rounds and wraps as the plain one does (of
# bitwise ones between different widths, the tools' headers warn while they run).
_COMPOUND = frozenset({"+", "-", "*", "/"})
_EXACT_COMPOUND = frozenset({"+", "-", "*"})


def element_type(
    f: FunctionEmitter, op: ir.Operation, dtype: str | None, kind: ir.Type
) -> ScalarType:
    """The kernel type of the elements of a memref. Raises ``EmitError`` where it has no shape or
    no C++ element type."""
    if not kind.has_static_shape:
        raise f.error(
            op,
            f"an array of run-time size ({kind}) has no counterpart in HLS C++",
            "Hardware needs the sizes: make them type parameters, A: float32[N], and give them "
            "with customize(kernel, instantiate=[...]).",
        )
    scalar = scalar_of(dtype, kind.element_type)
    if scalar is None:
        raise f.error(
            op, f"HLS C++ has no type for {dtype or kind.element_type}", "Use float32 instead."
        )
    return scalar


# --- declarations -------------------------------------------------------------------------------


def emit_allocation(f: FunctionEmitter, op: ir.Operation) -> None:
    value = op.results[0]
    kind = ir.MemRefType(value.type)
    scalar = element_type(f, op, attrs.text(op, attrs.DTYPE), kind)
    source_name = attrs.text(op, attrs.BUFFER_NAME) or "buffer"
    shape = tuple(kind.shape)
    f.at(op)
    output = f.outputs.get(value)
    if output is not None:
        f.new_buffer(value, output, source_name, scalar, shape)
        return
    buffer = f.new_buffer(value, f.new_name(source_name), source_name, scalar, shape)
    if not shape:
        first = _first_toucher(f, op)
        if first is not None and _is_store_to(first, value):
            f.initialised_by[first] = buffer
            return
    f.writer.line(f"{f.declaration(buffer)};")
    write_memory_pragmas(
        f, buffer, op.attributes.get(attrs.PARTITION), attrs.text(op, attrs.STORAGE)
    )


def write_memory_pragmas(
    f: FunctionEmitter,
    buffer: HlsBuffer,
    partition: ir.Attribute | None,
    storage: str | None,
    *,
    is_constant: bool = False,
    is_parameter: bool = False,
) -> None:
    """The pragmas for the banks and the kind of memory of ``buffer``."""
    entries = attrs.read_partition(partition)
    path = f.cpp_name if is_parameter else f"{f.cpp_name}/core"
    lines = []
    if entries:
        lines += f.dialect.partition(path, buffer.name, buffer.shape, entries)
    if storage is not None:
        lines += f.dialect.storage(path, buffer.name, storage, is_constant)
    for line in dict.fromkeys(lines):
        f.writer.pragma(line)


def _first_toucher(f: FunctionEmitter, op: ir.Operation) -> ir.Operation | None:
    """The first operation of the block of ``op`` that uses its result, also inside a region."""
    assert f.block is not None
    first: ir.Operation | None = None
    order = f.order_in_block
    for use in op.results[0].uses:
        user = use.owner.operation
        while user.block != f.block:
            user = user.parent.operation
        if first is None or order[user] < order[first]:
            first = user
    return first


def _is_store_to(op: ir.Operation, target: ir.Value) -> bool:
    is_store = op.name in ("affine.store", "memref.store")
    return is_store and op.operands[1] == target and op.operands[0] != target


def emit_global_reference(f: FunctionEmitter, op: ir.Operation) -> None:
    value = op.results[0]
    kind = ir.MemRefType(value.type)
    symbol = ir.FlatSymbolRefAttr(op.attributes["name"]).value
    scalar = element_type(f, op, attrs.text(op, attrs.DTYPE), kind)
    name = f.module.table(f, op, symbol, scalar)
    buffer = f.new_buffer(value, name, symbol, scalar, tuple(kind.shape))
    partition = op.attributes.get(attrs.PARTITION)
    is_constant = not attrs.flag(op, attrs.STATEFUL)
    storage = attrs.text(op, attrs.STORAGE)
    write_memory_pragmas(f, buffer, partition, storage, is_constant=is_constant)


# --- loads and stores ---------------------------------------------------------------------------


def emit_affine_load(f: FunctionEmitter, op: ir.Operation) -> None:
    operands = list(op.operands)
    _define_load(f, op, operands[0], _affine_subscripts(f, op, operands[1:]))


def emit_plain_load(f: FunctionEmitter, op: ir.Operation) -> None:
    operands = list(op.operands)
    _define_load(f, op, operands[0], [f.integer(value) for value in operands[1:]])


def emit_affine_store(f: FunctionEmitter, op: ir.Operation) -> None:
    operands = list(op.operands)
    _write_store(f, op, operands[1], operands[0], _affine_subscripts(f, op, operands[2:]))


def emit_plain_store(f: FunctionEmitter, op: ir.Operation) -> None:
    operands = list(op.operands)
    _write_store(f, op, operands[1], operands[0], [f.integer(value) for value in operands[2:]])


def _affine_subscripts(
    f: FunctionEmitter, op: ir.Operation, operands: list[ir.Value]
) -> list[Expr]:
    if not operands and not f.module.affine_map(op.attributes["map"]).results:
        return []
    used = [f.use(value) for value in operands]
    return f.module.affine.results(f.module.affine_map(op.attributes["map"]), used)


def _define_load(
    f: FunctionEmitter, op: ir.Operation, array: ir.Value, subscripts: list[Expr]
) -> None:
    buffer = f.buffers[array]
    element = _element(buffer, subscripts)
    f.define(op.results[0], element)


def _element(buffer: HlsBuffer, subscripts: list[Expr]) -> Expr:
    element = buffer.element([subscript.text for subscript in subscripts])
    reads = element.reads.union(*(subscript.reads for subscript in subscripts))
    return element if len(reads) == 1 else replace(element, reads=reads)


def _write_store(
    f: FunctionEmitter,
    op: ir.Operation,
    array: ir.Value,
    stored: ir.Value,
    subscripts: list[Expr],
) -> None:
    buffer = f.buffers[array]
    value = f.number(stored)
    f.flush(buffer.number)
    f.at(op)
    target = _element(buffer, subscripts)
    declared = f.initialised_by.pop(op, None)
    if declared is not None:
        f.writer.line(f"{f.declaration(declared)} = {stored_text(f, value, buffer)};")
        return
    f.writer.line(assignment(f, target.text, value, buffer))


def assignment(f: FunctionEmitter, target: str, value: Expr, buffer: HlsBuffer) -> str:
    """``target = value;``, or ``target += rest;`` where ``value`` begins with ``target``."""
    compound = _COMPOUND if not buffer.ctype.is_integer else _EXACT_COMPOUND
    exact_elements = buffer.ctype.kind not in ("bool", "native")
    if value.is_fixed and (buffer.ctype.kind != "fixed" or value.scale != buffer.ctype.fraction):
        exact_elements = False
    if value.head is not None and exact_elements:
        operator, left, right = value.head
        if left == target and operator in compound:
            return f"{target} {operator}= {right};"
    return f"{target} = {stored_text(f, value, buffer)};"


def stored_text(f: FunctionEmitter, value: Expr, buffer: HlsBuffer) -> str:
    """``value`` so that the assignment converts it: integers wrap by themselves, conditions
    must be cut to their one bit."""
    if buffer.ctype.kind == "fixed":
        return f.fixed.stored(value, buffer.ctype)
    if value.is_fixed:
        value = as_integer(f, value)
    if buffer.ctype.kind == "bool":
        return f.integers.truth(value).text
    return f.integers.rendered(value).text if buffer.ctype.is_integer else value.text


def as_integer(f: FunctionEmitter, value: Expr) -> Expr:
    """An expression of fixed point as an integer; a whole number needs no more than its type."""
    if value.is_literal:
        return replace(value, scale=0)
    return f.fixed.whole(value) if value.scale == 0 else f.fixed.raw(value)


def emit_copy(f: FunctionEmitter, op: ir.Operation) -> None:
    source, target = f.buffers[op.operands[0]], f.buffers[op.operands[1]]
    f.flush(target.number)
    f.at(op)
    write_copy(f, f"copy_{target.name}", target, source)


def write_copy(f: FunctionEmitter, label: str, target: HlsBuffer, source: HlsBuffer) -> None:
    """Pipelined loops that copy every element of ``source`` to ``target``."""
    _copy_loops(f, label, target, source, [])


def _copy_loops(
    f: FunctionEmitter, label: str, target: HlsBuffer, source: HlsBuffer, subscripts: list[str]
) -> None:
    depth = len(subscripts)
    if depth == len(target.shape):
        ends = "".join(f"[{subscript}]" for subscript in subscripts)
        f.writer.line(f"{target.name}{ends} = {source.name}{ends};")
        return
    from hcl_explore.backend.hls.dialect import LoopMarks

    with f.inner_scope():
        variable = f.new_name(f"d{depth}")
        name = f.labels.take(label if depth == 0 else f"{label}_{depth}")
        is_innermost = depth == len(target.shape) - 1
        marks = f.dialect.loop(LoopMarks(name, pipeline_ii=1 if is_innermost else None))
        for line in marks.before:
            f.writer.pragma(line)
        extent = target.shape[depth]
        with f.writer.block(
            f"{name}: for (int {variable} = 0; {variable} < {extent}; ++{variable})"
        ):
            for line in marks.inside:
                f.writer.pragma(line)
            _copy_loops(f, label, target, source, [*subscripts, variable])


def emit_cast(f: FunctionEmitter, op: ir.Operation) -> None:
    """``memref.cast`` between static shapes changes nothing."""
    f.buffers[op.results[0]] = f.buffers[op.operands[0]]


def emit_nothing(f: FunctionEmitter, op: ir.Operation) -> None:
    """``memref.dealloc``: a C++ array ends with its scope."""
    del f, op


HANDLERS: dict[str, Handler] = {
    "memref.alloc": emit_allocation,
    "memref.alloca": emit_allocation,
    "memref.dealloc": emit_nothing,
    "memref.get_global": emit_global_reference,
    "affine.load": emit_affine_load,
    "affine.store": emit_affine_store,
    "memref.load": emit_plain_load,
    "memref.store": emit_plain_store,
    "memref.copy": emit_copy,
    "memref.cast": emit_cast,
}
