"""Loops, conditions, calls and returns."""

from __future__ import annotations

import mlir.ir as ir

from hcl_explore.backend.hls.arithmetic import bits_of, choice
from hcl_explore.backend.hls.dependence import write_independent
from hcl_explore.backend.hls.dialect import LoopMarks
from hcl_explore.backend.hls.expression import NOTHING, PRIMARY, Expr
from hcl_explore.backend.hls.externals import write_external_call
from hcl_explore.backend.hls.function import FunctionEmitter, Handler
from hcl_explore.backend.hls.literals import float_type
from hcl_explore.backend.hls.memory import (
    as_integer,
    element_type,
    write_copy,
    write_memory_pragmas,
)
from hcl_explore.backend.hls.streams import argument_texts
from hcl_explore.backend.hls.trips import varying_trips
from hcl_explore.backend.hls.types import (
    BOOL,
    INT,
    INT32,
    LONG,
    CType,
    exact,
    fixed,
    scalar_of,
    stored_as,
)
from hcl_explore.ir import attributes as attrs

# Operations that never need a statement of their own when their result is used once.
_WITHOUT_STATEMENT = frozenset(
    {"affine.load", "memref.load", "arith.constant", "arith.cmpi", "arith.andi", "arith.ori"}
    | {"arith.index_cast", "arith.extsi", "arith.extui", "arith.trunci", "affine.apply"}
    | {"arith.addi", "arith.subi", "arith.muli", "arith.addf", "arith.subf", "arith.mulf"}
)
_WRITERS = frozenset({"affine.store", "memref.store", "memref.copy", "func.call"})


# --- loops --------------------------------------------------------------------------------------


def emit_affine_for(f: FunctionEmitter, op: ir.Operation) -> None:
    attributes = op.attributes
    lower_map = f.module.affine_map(attributes["lowerBoundMap"])
    upper_map = f.module.affine_map(attributes["upperBoundMap"])
    operands = [f.use(value) for value in op.operands]
    split = lower_map.n_inputs
    lows = f.module.affine.results(lower_map, operands[:split])
    highs = f.module.affine.results(upper_map, operands[split:])
    lower, upper = lows[0], highs[0]
    for other in lows[1:]:
        lower = f.integers.extreme("max", lower, other)
    for other in highs[1:]:
        upper = f.integers.extreme("min", upper, other)
    _write_for(f, op, lower, upper, ir.IntegerAttr(attributes["step"]).value)


def emit_scf_for(f: FunctionEmitter, op: ir.Operation) -> None:
    lower, upper, step = (f.integer(value) for value in list(op.operands)[:3])
    if len(op.operands) > 3:
        raise f.error(op, "a loop with carried values has no counterpart in HLS C++")
    if not step.is_literal:
        raise f.error(op, "the step of a loop must be a constant in HLS C++")
    _write_for(f, op, lower, upper, step.low)


def _write_for(f: FunctionEmitter, op: ir.Operation, lower: Expr, upper: Expr, step: int) -> None:
    block = op.regions[0].blocks[0]
    _flush_written(f, op)
    note = _source_note(f, op)
    name = attrs.text(op, attrs.LOOP_NAME) or "loop"
    if upper.reads:
        upper = f.temporary(upper, f"{name}_end")  # C++ would read it again in every iteration
    with f.inner_scope(), _Band(f, op, name) as label:
        variable = f.new_name(name)
        largest = max(upper.high - 1, lower.low)
        fits = INT32[0] <= lower.low and largest + step <= INT32[1]
        ctype = INT if fits else LONG
        f.values[block.arguments[0]] = Expr(
            variable, PRIMARY, ctype, 64, max(lower.low, ctype.low), min(largest, ctype.high)
        )
        asked = _marks(op, label, varying_trips(block, lower, upper, step))
        marks = f.dialect.loop(asked)
        for line in marks.before:
            f.writer.pragma(line)
        advance = f"++{variable}" if step == 1 else f"{variable} += {step}"
        header = (
            f"for ({f.integers.spell(ctype)} {variable} = {lower.text}; "
            f"{variable} < {upper.inside(10)}; {advance})"
        )
        with f.writer.block(f"{label}: {header}", note):
            for line in marks.inside:
                f.writer.pragma(line)
            if asked.pipeline_ii is not None:
                write_independent(f, op)
            if attrs.flag(op, attrs.PARALLEL):
                f.writer.comment("parallel: the iterations do not depend on each other")
            f.emit_block(block)


def emit_while(f: FunctionEmitter, op: ir.Operation) -> None:
    if len(op.operands):
        raise f.error(op, "a loop with carried values has no counterpart in HLS C++")
    before, after = op.regions[0].blocks[0], op.regions[1].blocks[0]
    _flush_written(f, op)
    note = _source_note(f, op)
    name = attrs.text(op, attrs.LOOP_NAME) or "while"
    with _Band(f, op, name) as label:
        marks = f.dialect.loop(_marks(op, label, None))
        for line in marks.before:
            f.writer.pragma(line)
        with f.inner_scope(), f.writer.aside() as (lines, links):
            f.emit_block(before)
            condition = f.integers.truth(f.use(_terminator(before).operands[0]))
            if lines:
                f.writer.line(f"if (!({condition.text})) break;")
            written = list(lines), list(links)
        header = "while (true)" if written[0] else f"while ({condition.text})"
        with f.inner_scope(), f.writer.block(f"{label}: {header}", note):
            for line in marks.inside:
                f.writer.pragma(line)
            for line, link in zip(*written, strict=True):
                f.writer.insert([line], [link])
            f.emit_block(after)


class _Band:
    """A loop while its body is written: its C++ label, and the band if it is the outermost."""

    def __init__(self, f: FunctionEmitter, op: ir.Operation, name: str) -> None:
        self.f = f
        self.outer = f.band
        if self.outer is None:
            f.band = attrs.text(op, attrs.OP_NAME) or f"S_{name}_{f.bands_seen}"
            f.bands_seen += 1
        wanted = f"{f.band}_{name}" if name in f.repeated_loops else name
        self.label = f.labels.take(wanted)
        f.module.loops.append((self.label, f"{f.name}:{f.band}.{name}"))

    def __enter__(self) -> str:
        return self.label

    def __exit__(self, *error: object) -> None:
        self.f.band = self.outer


def _marks(op: ir.Operation, label: str, trips: tuple[int, int] | None) -> LoopMarks:
    return LoopMarks(
        label,
        attrs.integer(op, attrs.PIPELINE_II),
        attrs.flag(op, attrs.REWIND),
        attrs.integer(op, attrs.UNROLL),
        attrs.flag(op, attrs.DATAFLOW),
        trips,
    )


def _source_note(f: FunctionEmitter, op: ir.Operation) -> str:
    place = f.at(op)
    return f"{f.module.short_name(place.filename)}:{place.line}" if place is not None else ""


def _flush_written(f: FunctionEmitter, op: ir.Operation) -> None:
    """Evaluate what waits to read a buffer that something inside ``op`` writes."""
    if not f.pending:
        return
    written: set[int | None] = set()

    def visit(inner: ir.Operation) -> ir.WalkResult:
        if inner.name in _WRITERS:
            is_store = inner.name != "func.call"
            buffer = f.buffers.get(inner.operands[1]) if is_store else None
            if buffer is not None or not is_store:
                written.add(buffer.number if buffer is not None else None)
        return ir.WalkResult.ADVANCE

    op.walk(visit)
    for number in sorted(written, key=lambda number: -1 if number is None else number):
        f.flush(number)


# --- conditions ---------------------------------------------------------------------------------


def emit_affine_if(f: FunctionEmitter, op: ir.Operation) -> None:
    operands = [f.use(value) for value in op.operands]
    _write_if(f, op, f.module.affine.condition(op, operands))


def emit_scf_if(f: FunctionEmitter, op: ir.Operation) -> None:
    _write_if(f, op, f.integers.truth(f.use(op.operands[0])))


def _write_if(f: FunctionEmitter, op: ir.Operation, condition: Expr, opening: str = "if") -> None:
    if len(op.results):
        _write_if_with_results(f, op, condition)
        return
    _flush_written(f, op)
    f.at(op)
    follows = opening != "if"
    with f.inner_scope(), f.writer.block(f"{opening} ({condition.text})", follows=follows):
        f.emit_block(op.regions[0].blocks[0])
    if not len(op.regions[1].blocks) or len(op.regions[1].blocks[0].operations) < 2:
        return
    block = op.regions[1].blocks[0]
    with f.inner_scope():
        if not _write_else_if(f, block):
            with f.writer.block("else", follows=True):
                f.emit_block(block)


def _write_else_if(f: FunctionEmitter, block: ir.Block) -> bool:
    """Write ``else if`` where ``block`` is one more condition that can be told in place."""
    operations = [opview.operation for opview in block.operations]
    inner = operations[-2]
    if inner.name not in ("affine.if", "scf.if") or len(inner.results):
        return False
    if any(op.name not in _WITHOUT_STATEMENT for op in operations[:-2]):
        return False
    uses = [use for op in operations[:-2] for result in op.results for use in result.uses]
    if len(uses) > len(operations) - 2 or any(use.owner.operation.block != block for use in uses):
        return False  # a value used twice needs a variable, which needs a block
    outer, f.block = f.block, block
    for op in operations[:-2]:
        f.module.handlers[op.name](f, op)
    if inner.name == "affine.if":
        condition = f.module.affine.condition(inner, [f.use(value) for value in inner.operands])
    else:
        condition = f.integers.truth(f.use(inner.operands[0]))
    _write_if(f, inner, condition, "else if")
    f.block = outer
    return True


def _write_if_with_results(f: FunctionEmitter, op: ir.Operation, condition: Expr) -> None:
    """A conditional expression where the arms write nothing, else variables set in both arms."""
    _flush_written(f, op)
    arms: list[list[Expr]] = []
    texts: list[tuple[list[str], list[int | None]]] = []
    with f.inner_scope():
        targets = [f.new_name("chosen") for _ in op.results]  # which the arms may not declare
        for region in op.regions:
            block = region.blocks[0]
            with f.inner_scope(), f.writer.aside(deeper=1) as written:
                f.emit_block(block)
                arms.append([f.number(value) for value in _terminator(block).operands])
            texts.append(written)
    if len(op.results) == 1 and not any(lines for lines, _ in texts):
        f.define(op.results[0], choice(f, condition, arms[0][0], arms[1][0]))
        return
    f.at(op)
    ctypes: dict[str, CType] = {}
    for number, result in enumerate(op.results):
        ctype = _common_type(f, op, result, [arm[number] for arm in arms])
        target = f.new_name(targets[number])
        f.writer.line(f"{f.integers.spell(ctype)} {target};")
        f.values[result] = variable(target, ctype, result)
        ctypes[target] = ctype
    openings = (f"if ({condition.text})", "else")
    for opening, written, values in zip(openings, texts, arms, strict=True):
        with f.writer.block(opening, follows=opening == "else"):
            f.writer.insert(*written)
            for target, value in zip(targets, values, strict=True):
                f.writer.line(f"{target} = {converted(f, value, ctypes[target])};")


def _common_type(
    f: FunctionEmitter, op: ir.Operation, result: ir.Value, values: list[Expr]
) -> CType:
    """The type of a variable that takes one of ``values``."""
    if not isinstance(result.type, (ir.IntegerType, ir.IndexType)):
        return float_type(f, op, result.type)
    if isinstance(result.type, ir.IntegerType):
        fractions = {value.scale for value in values if value.is_fixed and not value.is_literal}
        if len(fractions) == 1:
            return fixed(result.type.width, True, fractions.pop())
        return BOOL if result.type.width == 1 else exact(result.type.width, True)
    fits = all(INT32[0] <= value.low and value.high <= INT32[1] for value in values)
    return INT if fits else LONG


def converted(f: FunctionEmitter, value: Expr, ctype: CType) -> str:
    """The text of ``value`` where it is assigned or passed to a variable of its MLIR type, held in
    ``ctype``."""
    if ctype.kind == "fixed":
        return f.fixed.stored(value, ctype)
    if value.is_fixed:
        value = as_integer(f, value)
    if value.bits == 1:
        return f.integers.truth(value).text
    return f.integers.rendered(value).text if value.ctype.is_integer else value.text


def variable(name: str, ctype: CType, value: ir.Value, reads: frozenset[int] = NOTHING) -> Expr:
    """The text ``name``, of type ``ctype``, as what ``value`` stands for."""
    if not ctype.is_integer:
        return Expr(name, PRIMARY, ctype, reads=reads)
    low, high, scale = ctype.low, ctype.high, ctype.fraction
    return Expr(name, PRIMARY, ctype, bits_of(value), low, high, reads, scale=scale)


def _terminator(block: ir.Block) -> ir.Operation:
    return block.operations[len(block.operations) - 1].operation


# --- calls and returns --------------------------------------------------------------------------


def emit_call(f: FunctionEmitter, op: ir.Operation) -> None:
    callee = f.module.functions[ir.FlatSymbolRefAttr(op.attributes["callee"]).value]
    if callee.external is not None:
        write_external_call(f, op, callee.external)
        return
    arguments: list[str] = []
    template: list[str] = []
    reads: set[int] = set()
    written = []
    for position, value in enumerate(op.operands):
        if position in callee.streams:
            arguments += argument_texts(f, op, position, callee.streams[position])
        elif position in callee.subscripts:
            continue
        elif position in callee.positions:
            template.append(f.number(value).text)
        elif isinstance(value.type, ir.MemRefType):
            buffer = f.buffers[value]
            arguments.append(buffer.name)
            reads.add(buffer.number)
            if position in callee.written:
                written.append(buffer.number)
        else:
            expr = f.number(value)
            arguments.append(converted(f, expr, _argument_type(callee.op, position, value)))
            reads |= expr.reads
    for number in written:
        f.flush(number)
    f.at(op)
    if callee.returned_type is not None:
        text = f"{callee.cpp_name}({', '.join(arguments)})"
        result = op.results[0]
        call = variable(text, callee.returned_type, result, frozenset(reads))
        if written:
            f.values[result] = f.temporary(call, "result")
        else:
            f.define(result, call, hint="result")
        return
    for number, (result, ctype) in enumerate(zip(op.results, callee.result_types, strict=True)):
        dtype = attrs.result_dtype(callee.op, number)
        arguments.append(_declare_result(f, op, number, result, ctype, dtype))
    chosen = f"<{', '.join(template)}>" if template else ""
    text = f"{callee.cpp_name}{chosen}({', '.join(arguments)})"
    is_thread = f.module.threads and f.name in f.module.task_orders
    f.writer.line(f"TASK({text})" if is_thread else f"{text};")


def _argument_type(callee: ir.Operation, position: int, value: ir.Value) -> CType:
    """The type of a scalar parameter."""
    fields = attrs.argument_attributes(callee, position)
    has_type = fields is not None and attrs.DTYPE in fields
    dtype = ir.StringAttr(fields[attrs.DTYPE]).value if fields is not None and has_type else None
    scalar = scalar_of(dtype, value.type)
    assert scalar is not None  # the function's own text has its parameters
    return stored_as(scalar)


def _declare_result(
    f: FunctionEmitter,
    op: ir.Operation,
    number: int,
    result: ir.Value,
    ctype: CType,
    dtype: str | None,
) -> str:
    """A variable for a result that the callee writes through a parameter; its name."""
    names = attrs.result_names(op) or [attrs.text(op, attrs.BUFFER_NAME) or "result"]
    wanted = names[min(number, len(names) - 1)]
    if not isinstance(result.type, ir.MemRefType):
        name = f.new_name(wanted)
        f.writer.line(f"{f.integers.spell(ctype)} {name};")
        f.values[result] = variable(name, ctype, result)
        return name
    kind = ir.MemRefType(result.type)
    scalar = element_type(f, op, dtype, kind)
    output = f.outputs.get(result)
    name = output if output is not None else f.new_name(wanted)
    buffer = f.new_buffer(result, name, wanted, scalar, tuple(kind.shape))
    if output is None:
        f.writer.line(f"{f.declaration(buffer)};")
        partition = op.attributes.get(attrs.of_result(attrs.PARTITION, number))
        storage = attrs.text(op, attrs.of_result(attrs.STORAGE, number))
        write_memory_pragmas(f, buffer, partition, storage)
    return name


def emit_return(f: FunctionEmitter, op: ir.Operation) -> None:
    f.at(op)
    text = None
    for value, target in zip(op.operands, f.targets, strict=True):
        if isinstance(value.type, ir.MemRefType):
            if target is not None and f.buffers[value] is not target:
                write_copy(f, f"return_{target.name}", target, f.buffers[value])
        elif target is None:
            returned = f.module.functions[f.name].returned_type
            assert returned is not None
            text = converted(f, f.number(value), returned)
        else:
            text_of_value = converted(f, f.number(value), target.ctype)
            f.writer.line(f"{target.name} = {text_of_value};")
    for label, port, buffer in f.written_back:
        write_copy(f, label, port, buffer)
    if text is not None:
        f.writer.line(f"return {text};")


def emit_apply(f: FunctionEmitter, op: ir.Operation) -> None:
    operands = [f.use(value) for value in op.operands]
    affine_map = f.module.affine_map(op.attributes["map"])
    f.define(op.results[0], f.module.affine.results(affine_map, operands)[0])


def _affine_extreme(function: str) -> Handler:
    def emit(f: FunctionEmitter, op: ir.Operation) -> None:
        operands = [f.use(value) for value in op.operands]
        results = f.module.affine.results(f.module.affine_map(op.attributes["map"]), operands)
        whole = results[0]
        for other in results[1:]:
            whole = f.integers.extreme(function, whole, other)
        f.define(op.results[0], whole)

    return emit


def emit_assert(f: FunctionEmitter, op: ir.Operation) -> None:
    """A comment: the tool would take ``assert`` as a promise and optimise by it."""
    f.at(op)
    text = attrs.text(op, attrs.SOURCE) or attrs.text(op, "msg") or ""
    f.writer.line(f"// {f.module.comment_text(text)}")


def emit_print(f: FunctionEmitter, op: ir.Operation) -> None:
    """Hardware has nowhere to print to: the statement is left as a comment."""
    f.at(op)
    f.writer.line(f"// {f.module.comment_text(attrs.text(op, attrs.SOURCE) or 'print')}")


def emit_terminator(f: FunctionEmitter, op: ir.Operation) -> None:
    """Read by the operation around it."""
    del f, op


HANDLERS: dict[str, Handler] = {
    "affine.for": emit_affine_for,
    "scf.for": emit_scf_for,
    "scf.while": emit_while,
    "affine.if": emit_affine_if,
    "scf.if": emit_scf_if,
    "affine.yield": emit_terminator,
    "scf.yield": emit_terminator,
    "scf.condition": emit_terminator,
    "affine.apply": emit_apply,
    "affine.min": _affine_extreme("min"),
    "affine.max": _affine_extreme("max"),
    "cf.assert": emit_assert,
    "gpu.printf": emit_print,
    "memref.extract_aligned_pointer_as_index": emit_terminator,
    "func.call": emit_call,
    "func.return": emit_return,
}
