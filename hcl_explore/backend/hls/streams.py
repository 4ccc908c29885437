"""FIFO streams: their declarations, parameters and operations.

A FIFO of an array of streams that a task chooses by its position alone is a parameter of its own,
since each FIFO may have only one producer and one consumer; other arrays are handed on whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod

import mlir.ir as ir

from hcl_explore.backend.hls.expression import PRIMARY, Expr
from hcl_explore.backend.hls.function import FunctionEmitter, Handler, HlsBuffer
from hcl_explore.backend.hls.memory import stored_text
from hcl_explore.backend.hls.types import BOOL, scalar_of
from hcl_explore.ir import attributes as attrs
from hcl_explore.ir import dialect
from hcl_explore.ir.linear import LinearForm, NonAffineError, Symbol, linear_form

# A token taken from a FIFO may stand inside the statement that uses it, if nothing but these comes
# between: they evaluate each operand once and always.
_PLAIN = frozenset(
    f"arith.{name}"
    for name in ("addf", "subf", "mulf", "divf", "addi", "subi", "muli", "constant", "xori")
)
_STATEMENTS = frozenset({"affine.store", "memref.store", "scf.condition", "scf.if", dialect.PUT})

_ROLES = {dialect.PUT: "out", dialect.GET: "in", dialect.GET_BLOCK: "in"}
_BOTH = "fifo"

Subscripts = tuple[LinearForm, ...]


@dataclass(frozen=True)
class FifoParameters:
    """How a function takes a stream argument: the FIFOs of the array that it works on, in terms of
    its position, with a word for what it does to each; None if it takes the whole."""

    fifos: Mapping[Subscripts, str] | None


Callees = Callable[[ir.Operation, int], FifoParameters]
"""How the function that a call calls takes the operand at a position, a stream."""


def stream_parameters(op: ir.Operation, callees: Callees) -> dict[int, FifoParameters]:
    """How the function ``op`` takes each of its stream arguments, by position."""
    arguments = op.regions[0].blocks[0].arguments
    return {
        position: FifoParameters(_own_fifos(op, argument, callees))
        for position, argument in enumerate(arguments)
        if dialect.is_stream(argument.type)
    }


def makes_streams(op: ir.Operation) -> bool:
    """Whether the body of a function declares streams: its stages then run beside one another."""
    return any(view.operation.name == dialect.MAKE_STREAM for view in op.regions[0].blocks[0])


def position_arguments(op: ir.Operation) -> list[int]:
    """Which arguments of the function ``op`` are its position in a mapping."""
    count = len(op.regions[0].blocks[0].arguments)
    found = []
    for number in range(count):
        fields = attrs.argument_attributes(op, number)
        if fields is not None and attrs.PID in fields:
            found.append(number)
    return found


def handed_subscripts(op: ir.Operation, streams: Mapping[int, FifoParameters]) -> list[int]:
    """Which arguments of ``op`` say only which FIFO of an array it is handed: C++ hands over that
    FIFO instead."""
    arguments = op.regions[0].blocks[0].arguments
    for number, taken in streams.items():
        kind = dialect.stream_type(arguments[number].type)
        if taken.fifos is None and kind is not None and kind.shape:
            return []
    fields = {number: attrs.argument_attributes(op, number) for number in position_arguments(op)}
    return [n for n, found in fields.items() if found is not None and attrs.FIFO_INDEX in found]


def _own_fifos(
    op: ir.Operation, stream: ir.Value, callees: Callees
) -> Mapping[Subscripts, str] | None:
    kind = dialect.stream_type(stream.type)
    assert kind is not None
    if not kind.shape:
        return None
    roles: dict[Subscripts, set[str]] = {}
    for use in reversed(list(stream.uses)):  # in the order of the text
        user = use.owner.operation
        if user.name == "func.call":
            handed = _handed_on(op, user, callees(user, use.operand_number))
            if handed is None:
                return None
            for subscripts, role in handed.items():
                roles.setdefault(subscripts, set()).add(role)
            continue
        forms = [_position_form(op, index) for index in index_operands(user)]
        known = tuple(form for form in forms if form is not None)
        if len(known) < len(forms):
            return None
        roles.setdefault(known, set()).add(_ROLES.get(user.name, _BOTH))
    return {s: role.pop() if len(role) == 1 else _BOTH for s, role in roles.items()}


def _handed_on(
    op: ir.Operation, call: ir.Operation, parameters: FifoParameters
) -> dict[Subscripts, str] | None:
    """The FIFOs that a callee takes, in terms of the position of its caller ``op``."""
    if parameters.fifos is None:
        return None
    operands = [_position_form(op, operand) for operand in call.operands]
    handed = {}
    for subscripts, role in parameters.fifos.items():
        forms = [_in_caller(form, operands) for form in subscripts]
        known = tuple(form for form in forms if form is not None)
        if len(known) < len(forms):
            return None
        handed[known] = role
    return handed


def _in_caller(form: LinearForm, operands: Sequence[LinearForm | None]) -> LinearForm | None:
    """A form over a callee's arguments, in terms of the operands of its call."""
    result = LinearForm(constant=form.constant)
    for variable, factor in form.terms:
        operand = operands[variable.number] if isinstance(variable, Symbol) else None
        if operand is None:
            return None
        result = result.plus(operand.times(factor))
    for rounding in form.roundings:
        inner = _in_caller(rounding.form, operands)
        if inner is None:
            return None
        whole = replace(rounding, form=inner)
        part = (
            LinearForm(constant=whole.value({}))
            if inner.is_constant
            else LinearForm(roundings=(whole,))
        )
        result = result.plus(part)
    return result


def index_operands(op: ir.Operation) -> list[ir.Value]:
    """The subscripts of an operation on a stream."""
    first = 2 if op.name in (dialect.PUT, dialect.GET_BLOCK) else 1
    return list(op.operands)[first:]


def _position_form(op: ir.Operation, value: ir.Value) -> LinearForm | None:
    """``value`` in terms of the position arguments of the function ``op``, or None."""
    owner = value.owner
    if isinstance(owner, ir.Block):
        if owner != op.regions[0].blocks[0]:
            return None
        number = ir.BlockArgument(value).arg_number
        is_position = number in position_arguments(op)
        return LinearForm(((Symbol("", number), 1),)) if is_position else None
    made = owner.operation
    if made.name == "arith.constant":
        return LinearForm(constant=ir.IntegerAttr(made.attributes["value"]).value)
    if made.name != "affine.apply":
        return None
    forms = [_position_form(op, operand) for operand in made.operands]
    known = [form for form in forms if form is not None]
    if len(known) < len(forms):
        return None
    affine_map = made.attributes["map"].value
    dims = affine_map.n_dims
    try:
        return linear_form(
            affine_map.results[0], lambda dim: known[dim], lambda symbol: known[dims + symbol]
        )
    except NonAffineError:
        return None


# --- parameters and arguments ---------------------------------------------------------------------


def token_type(f: FunctionEmitter, buffer: HlsBuffer, block: tuple[int, ...]) -> str:
    """The C++ type of a token: the element's, or a block of them."""
    element = f.integers.spell(buffer.ctype)
    if not block:
        return element
    f.module.helpers.add("block")
    return f"Block<{element}, {prod(block)}>"


def known_stream(
    f: FunctionEmitter,
    op: ir.Operation,
    value: ir.Value,
    names: tuple[str, str],
    dtype: str | None,
) -> tuple[HlsBuffer, str]:
    """Know ``value`` by ``names``, in C++ and the user's; its buffer, and the C++ type of the
    stream."""
    kind = dialect.stream_type(value.type)
    assert kind is not None
    is_block = isinstance(kind.token, ir.RankedTensorType)
    scalar = scalar_of(dtype, kind.token.element_type if is_block else kind.token)
    if scalar is None:
        raise f.error(op, f"HLS C++ has no type for {dtype or kind.token}", "Use float32 instead.")
    buffer = f.new_buffer(value, *names, scalar, kind.shape)
    f.integers.used.add("stream")
    token = token_type(f, buffer, tuple(kind.token.shape) if is_block else ())
    return buffer, f.dialect.stream.format(token)


def parameter_text(
    f: FunctionEmitter, op: ir.Operation, position: int, argument: ir.Value, name: str
) -> str:
    """The parameters that stand for one stream argument; makes them known to ``f``."""
    fields = attrs.argument_attributes(op, position)
    dtype = None
    if fields is not None and attrs.DTYPE in fields:
        dtype = ir.StringAttr(fields[attrs.DTYPE]).value
    taken = f.module.functions[f.name].streams[position].fifos
    if taken is None:
        buffer, kind = known_stream(f, op, argument, (f.new_name(name), name), dtype)
        if not buffer.shape:
            return f"{kind} &{buffer.name}"
        return f"{kind} {buffer.name}{''.join(f'[{size}]' for size in buffer.shape)}"
    parameters = []
    for subscripts, role in taken.items():
        own = f.new_name(f"{name}_{role}")
        _, kind = known_stream(f, op, argument, (own, name), dtype)
        f.fifos[argument, subscripts] = own
        parameters.append(f"{kind} &{own}")
    return ", ".join(parameters)


def _is_handed_on(subscripts: Subscripts) -> bool:
    """Whether these are arguments of the function as they are."""
    return all(form == LinearForm(form.terms) and len(form.terms) == 1 for form in subscripts)


def argument_texts(
    f: FunctionEmitter, op: ir.Operation, position: int, parameters: FifoParameters
) -> Iterator[str]:
    """What the call ``op`` hands over for its operand ``position``, a stream."""
    stream = op.operands[position]
    name = f.buffers[stream].name
    if parameters.fifos is None:
        yield name
        return
    handed = _handed_on(f.op, op, parameters)
    if handed is None and all(map(_is_handed_on, parameters.fifos)):
        for subscripts in parameters.fifos:
            used = [variable for form in subscripts for variable in form.variables()]
            chosen = [f.use(op.operands[v.number]).text for v in used if isinstance(v, Symbol)]
            yield name + "".join(f"[{text}]" for text in chosen)
        return
    for subscripts in handed or ():
        own = f.fifos.get((stream, subscripts))
        if own is not None:
            yield own
        elif all(form.is_constant for form in subscripts):
            yield name + "".join(f"[{form.constant}]" for form in subscripts)
        else:
            raise f.error(op, f"which FIFOs of '{name}' this call works on is not a constant")
    if handed is None:
        raise f.error(op, f"which FIFOs of '{name}' this call works on is chosen at run time")


# --- operations -----------------------------------------------------------------------------------


def emit_make_stream(f: FunctionEmitter, op: ir.Operation) -> None:
    source_name = attrs.text(op, attrs.BUFFER_NAME) or "stream"
    name = f.new_name(source_name)
    dtype = attrs.text(op, attrs.DTYPE)
    buffer, kind = known_stream(f, op, op.results[0], (name, source_name), dtype)
    depth = attrs.integer(op, attrs.DEPTH) or 1
    f.at(op)
    sizes = "".join(f"[{size}]" for size in buffer.shape)
    static = "static " if f.dialect.static_streams else ""
    f.writer.line(f"{static}{kind} {name}{sizes};")
    for line in f.dialect.stream_depth(f.cpp_name, name, depth):
        f.writer.pragma(line)
    f.bounds.append((name, buffer.shape, depth))


def _fifo(f: FunctionEmitter, op: ir.Operation) -> str:
    """The FIFO that an operation works on, as C++."""
    stream = op.operands[0]
    indices = index_operands(op)
    if indices:
        forms = [_position_form(f.op, index) for index in indices]
        known = tuple(form for form in forms if form is not None)
        own = f.fifos.get((stream, known)) if len(known) == len(forms) else None
        if own is not None:
            return own
    subscripts = [f.use(index).text for index in indices]
    return f.buffers[stream].name + "".join(f"[{subscript}]" for subscript in subscripts)


def emit_put(f: FunctionEmitter, op: ir.Operation) -> None:
    value = op.operands[1]
    buffer = f.buffers[op.operands[0]]
    if isinstance(value.type, ir.MemRefType):
        _put_block(f, op, f.buffers[value])
        return
    text = stored_text(f, f.number(value), buffer)
    fifo = _fifo(f, op)
    f.at(op)
    f.writer.line(f"{fifo}.write({text});")


def emit_get(f: FunctionEmitter, op: ir.Operation) -> None:
    buffer = f.buffers[op.operands[0]]
    fifo = _fifo(f, op)
    token = replace(buffer.element([]), text=f"{fifo}.read()", reads=frozenset())
    _answer(f, op, token, f"{buffer.source_name}_token")


def _answer(f: FunctionEmitter, op: ir.Operation, expr: Expr, hint: str) -> None:
    """``expr``, which must be evaluated once and here, as the result of ``op``."""
    f.at(op)
    result = op.results[0]
    if not any(True for _ in result.uses):
        f.writer.line(f"{expr.text};")
    elif _used_at_once(f, op):
        f.values[result] = expr
    else:
        f.values[result] = f.temporary(expr, hint)


def _used_at_once(f: FunctionEmitter, op: ir.Operation) -> bool:
    """Whether the result of ``op`` goes into the next statement, once, and nothing lies between."""
    assert f.block is not None
    if sum(1 for _ in op.results[0].uses) != 1:
        return False
    inside = {op.results[0]}
    follows = False
    for opview in f.block.operations:
        other = opview.operation
        if not follows:
            follows = other == op
            continue
        uses = any(operand in inside for operand in other.operands)
        if other.name in _STATEMENTS:
            return uses
        if other.name not in _PLAIN:
            return False
        if uses:
            if sum(1 for _ in other.results[0].uses) != 1:
                return False
            inside.add(other.results[0])
    return False


def _test(method: str) -> Handler:
    def emit(f: FunctionEmitter, op: ir.Operation) -> None:
        pattern = f.dialect.stream_tests.get(method)
        if pattern is None:
            raise f.error(op, f"{f.dialect.name} cannot ask whether a stream is {method}")
        text = pattern.format(_fifo(f, op))
        _answer(f, op, Expr(text, PRIMARY, BOOL, 1, 0, 1), method)

    return emit


def _put_block(f: FunctionEmitter, op: ir.Operation, block: HlsBuffer) -> None:
    fifo = _fifo(f, op)
    f.at(op)
    stream = f.buffers[op.operands[0]]
    name = f.new_name(f"{stream.source_name}_token")
    f.writer.line(f"{token_type(f, stream, block.shape)} {name};")
    _for_each(f, name, block, "{token} = {element};")
    f.writer.line(f"{fifo}.write({name});")


def emit_get_block(f: FunctionEmitter, op: ir.Operation) -> None:
    stream, block = f.buffers[op.operands[0]], f.buffers[op.operands[1]]
    fifo = _fifo(f, op)
    f.flush(block.number)
    f.at(op)
    name = f.new_name(f"{stream.source_name}_token")
    kind = token_type(f, stream, block.shape)
    f.writer.line(f"const {kind} {name} = {fifo}.read();")
    _for_each(f, name, block, "{element} = {token};")


def _for_each(f: FunctionEmitter, token: str, block: HlsBuffer, statement: str) -> None:
    """``statement`` for every element of a block: a loop, unrolled."""
    from hcl_explore.backend.hls.dialect import LoopMarks

    with f.inner_scope():
        variable = f.new_name("e")
        label = f.labels.take(f"{token}_elements")
        marks = f.dialect.loop(LoopMarks(label, unroll=0))
        for line in marks.before:
            f.writer.pragma(line)
        count = prod(block.shape)
        head = f"{label}: for (int {variable} = 0; {variable} < {count}; ++{variable})"
        with f.writer.block(head):
            for line in marks.inside:
                f.writer.pragma(line)
            subscripts, inner = [], count
            for position, size in enumerate(block.shape):
                inner //= size
                part = variable if inner == 1 else f"{variable} / {inner}"
                if position and inner == 1:
                    part = f"{variable} % {size}"
                elif position:
                    part = f"{variable} / {inner} % {size}"
                subscripts.append(part)
            element = block.element(subscripts).text
            f.writer.line(statement.format(element=element, token=f"{token}.data[{variable}]"))


HANDLERS: dict[str, Handler] = {
    dialect.MAKE_STREAM: emit_make_stream,
    dialect.PUT: emit_put,
    dialect.GET: emit_get,
    dialect.GET_BLOCK: emit_get_block,
    dialect.EMPTY: _test("empty"),
    dialect.FULL: _test("full"),
}
