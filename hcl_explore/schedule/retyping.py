"""Giving arrays another element type: their declarations, and conversions where they are used."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

import mlir.ir as ir

from hcl_explore.errors import ArgumentError, NotApplicableError, ScheduleError
from hcl_explore.frontend.builder import Builder
from hcl_explore.ir import attributes as attrs
from hcl_explore.ir.printing import ModuleLike
from hcl_explore.ir.program import Buffer, Program
from hcl_explore.lang.types import FixedType, Float, Index, IntegerType, ScalarType, parse_type
from hcl_explore.schedule.fixed_arithmetic import erase_unused, use_fixed_arithmetic

_LOADS = ("affine.load", "memref.load")
_STORES = ("affine.store", "memref.store")
_HANDED_ON = ("func.call", "func.return", "memref.dealloc")


def refusal(
    primitive: str, program: Program, target: Buffer, buffers: Sequence[Buffer], dtype: ScalarType
) -> ScheduleError | None:
    """Why the element type of ``buffers`` (``target`` and what calls make the same storage as it)
    cannot become ``dtype``."""
    span = program.sources.span(target.place)
    if not isinstance(dtype, (FixedType, Float, IntegerType)) or dtype.bits == 0:
        return ArgumentError(
            f"{primitive}: {dtype} is not a type of array elements",
            span=span,
            advice="Name an integer, fixed-point or floating-point type.",
        )
    if dtype == parse_type(target.dtype):
        return ArgumentError(
            f"{primitive}: '{target.name}' already is {dtype}",
            span=span,
            advice="Leave this step out.",
        )
    for buffer in buffers:
        if buffer.kind in ("stream", "constant", "state"):
            what = {"stream": "a stream", "state": "kept from one call to the next"}.get(
                buffer.kind, "a table of constants"
            )
            return NotApplicableError(
                f"{primitive}: '{buffer.name}' is {what}",
                span=program.sources.span(buffer.place),
                advice="Give it another type where it is declared.",
            )
        if isinstance(parse_type(buffer.dtype), Index):
            return NotApplicableError(
                f"{primitive}: '{buffer.name}' holds subscripts (index)",
                span=program.sources.span(buffer.place),
                advice="Declare it as int32 to give it another type.",
            )
        for use in buffer.value.uses:
            op = use.owner.operation
            if op.name not in (*_LOADS, *_STORES, *_HANDED_ON):
                return NotApplicableError(
                    f"{primitive}: '{buffer.name}' is used by {op.name}, which cannot convert",
                    span=span,
                    advice="Apply it before the step that brought this in.",
                )
    for function in program.functions.values():
        if function.external is not None and any(b.function == function.name for b in buffers):
            return NotApplicableError(
                f"{primitive}: '{target.name}' is handed to {function.name}, whose C++ has types "
                "of its own",
                span=span,
            )
    return None


def retype(
    module: ModuleLike, program: Program, buffers: Sequence[Buffer], dtype: ScalarType
) -> None:
    """Give the elements of ``buffers`` the type ``dtype``; reads convert back to the old type,
    writes to the new one, by the rules of assignment in the kernel language."""
    with module.operation.context, ir.Location.unknown():
        for buffer in buffers:
            _retype(program, buffer, dtype)
        touched = {buffer.function for buffer in buffers}
        _use_fixed_arithmetic(program, touched, {buffer.value: dtype for buffer in buffers})
        for function in program.functions.values():
            refresh_signature(function.op)


def _retype(program: Program, buffer: Buffer, dtype: ScalarType) -> None:
    old = parse_type(buffer.dtype)
    kind = ir.MemRefType(buffer.value.type)
    element = Builder(ir.InsertionPoint(program.functions[buffer.function].op)).storage(dtype)
    uses = [(use.owner.operation, use.operand_number) for use in buffer.value.uses]
    buffer.value.set_type(ir.MemRefType.get(kind.shape, element, kind.layout, kind.memory_space))
    _note_type(program, buffer, dtype)
    for op, _ in uses:
        if op.name in _LOADS:
            _convert_load(op, old, dtype, element)
        elif op.name in _STORES:
            builder = Builder(ir.InsertionPoint(op))
            stored = op.operands[0]
            op.operands[0] = _converted(builder, stored, old, dtype, op.location)
            erase_unused(stored)


def _use_fixed_arithmetic(
    program: Program, functions: set[str], changed: dict[ir.Value, ScalarType]
) -> None:
    for name in functions:
        known = {b.value: parse_type(b.dtype) for b in program.functions[name].buffers} | changed
        for value, kind in known.items():
            if isinstance(kind, FixedType):
                stores = [use.owner.operation for use in value.uses]
                for op in stores:
                    if op.name in _STORES:
                        use_fixed_arithmetic(op, known.get)


def _converted(
    builder: Builder, value: ir.Value, old: ScalarType, dtype: ScalarType, location: ir.Location
) -> ir.Value:
    """``value`` as ``dtype``; a constant is converted here and now."""
    owner = value.owner
    if isinstance(owner, ir.Block) or owner.operation.name != "arith.constant":
        return builder.cast(value, old, dtype, location)
    attribute = owner.operation.attributes["value"]
    if isinstance(old, Float):
        number = ir.FloatAttr(attribute).value
        if not math.isfinite(number) or isinstance(dtype, Float):
            return builder.cast(value, old, dtype, location)
        return builder.constant(dtype, number, location)
    raw = int(str(attribute).split(" : ")[0]) if old.bits > 1 else int(str(attribute) == "true")
    held = old.storage if isinstance(old, FixedType) else old
    assert isinstance(held, IntegerType)
    exact = Fraction(held.wrap(raw)) / Fraction(2) ** getattr(old, "fraction", 0)
    if isinstance(dtype, (Float, FixedType)) and Fraction(float(exact)) == exact:
        return builder.constant(dtype, float(exact), location)
    if isinstance(dtype, IntegerType):
        return builder.constant(dtype, math.floor(exact), location)
    return builder.cast(value, old, dtype, location)


def _convert_load(op: ir.Operation, old: ScalarType, dtype: ScalarType, element: ir.Type) -> None:
    result = op.results[0]
    users = [(use.owner.operation, use.operand_number) for use in result.uses]
    result.set_type(element)
    builder = Builder(ir.InsertionPoint.after(op))
    value = builder.cast(result, dtype, old, op.location)
    for user, number in users:
        user.operands[number] = value


def _note_type(program: Program, buffer: Buffer, dtype: ScalarType) -> None:
    name = ir.StringAttr.get(str(dtype))
    function = program.functions[buffer.function]
    if buffer.argument_position is not None:
        attrs.set_argument_attribute(function.op, buffer.argument_position, attrs.DTYPE, name)
    elif buffer.value.owner.operation.name == "func.call":
        number = ir.OpResult(buffer.value).result_number
        key = attrs.DTYPE if number == 0 else attrs.of_result(attrs.DTYPE, number)
        buffer.value.owner.operation.attributes[key] = name
    else:
        buffer.value.owner.operation.attributes[attrs.DTYPE] = name
    if buffer.kind == "result":
        _note_result(function.op, buffer.value, name)


def _note_result(function: ir.Operation, value: ir.Value, name: ir.StringAttr) -> None:
    returned = _return_of(function)
    fields = [ir.DictAttr(each) for each in ir.ArrayAttr(function.attributes["res_attrs"])]
    for position, operand in enumerate(returned.operands):
        if operand == value:
            entries = {named.name: named.attr for named in fields[position]}
            fields[position] = ir.DictAttr.get({**entries, attrs.DTYPE: name})
    function.attributes["res_attrs"] = ir.ArrayAttr.get(fields)


def _return_of(function: ir.Operation) -> ir.Operation:
    operations = function.regions[0].blocks[0].operations
    return operations[len(operations) - 1].operation


def refresh_signature(function: ir.Operation) -> None:
    """The function's type from those of its arguments and of what it returns."""
    if not function.regions[0].blocks:
        return
    block = function.regions[0].blocks[0]
    inputs = [argument.type for argument in block.arguments]
    results = [operand.type for operand in _return_of(function).operands]
    function.attributes["function_type"] = ir.TypeAttr.get(ir.FunctionType.get(inputs, results))
