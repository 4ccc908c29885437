"""Fixed-point arithmetic as integer arithmetic.

A fixed-point value is held as the integer ``value * 2**fraction``. Sums and products need only as
many bits as the place they go to; divisions become integer divisions of aligned operands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlir import ir

from hcl_explore.frontend.expression import Binary, BitCast, Convert, Expr, Raw, Unary
from hcl_explore.ir import attributes as attrs
from hcl_explore.lang.promotion import fixed_type, promote
from hcl_explore.lang.types import (
    MAX_WIDTH,
    Fixed,
    FixedType,
    Float,
    Index,
    Int,
    IntegerType,
    ScalarType,
    UFixed,
    UInt,
    float32,
    float64,
    int32,
    int64,
)

if TYPE_CHECKING:
    from hcl_explore.frontend.builder import Builder
    from hcl_explore.frontend.emit import Emitter

_RING = {"+": "arith.addi", "-": "arith.subi", "*": "arith.muli"}

# A float32 can be scaled by so many powers of two and stay in its range, whatever it is used for.
_SMALL_FRACTION = 64
# What does not fit here after scaling is no number of any fixed-point type in use.
_FROM_FLOAT_BITS = 64


def fraction_of(scalar: ScalarType) -> int:
    """The bits after the binary point: none of an integer."""
    return scalar.fraction if isinstance(scalar, FixedType) else 0


def is_unsigned(scalar: ScalarType) -> bool:
    """Whether an integer or fixed-point type has no negative values."""
    return isinstance(scalar, (UInt, UFixed))


# --- conversions ----------------------------------------------------------------------------------


def cast_fixed(
    builder: Builder, value: ir.Value, source: ScalarType, target: ScalarType, location: ir.Location
) -> ir.Value:
    """``value`` of type ``source`` as ``target``, one of which is a fixed-point type.

    Rounds down and wraps. A float must lie within ±2**63 after scaling (or in the range of a wider
    target).
    """
    if isinstance(target, Float):
        assert isinstance(source, FixedType)
        return _to_float(builder, value, source, target, location)
    if isinstance(source, Float):
        assert isinstance(target, FixedType)
        return _from_float(builder, value, source, target, location)
    if isinstance(target, Index):
        return builder.cast(
            cast_fixed(builder, value, source, int64, location), int64, target, location
        )
    if isinstance(source, Index):
        return cast_fixed(
            builder, builder.cast(value, source, int32, location), int32, target, location
        )
    return _rescale(builder, value, source, target, location)


def _integer(scalar: ScalarType) -> ScalarType:
    return scalar.storage if isinstance(scalar, FixedType) else scalar


def _rescale(
    builder: Builder, value: ir.Value, source: ScalarType, target: ScalarType, location: ir.Location
) -> ir.Value:
    """Move the binary point: the integer times a power of two, rounded down."""
    distance = fraction_of(target) - fraction_of(source)
    held, wanted = _integer(source), _integer(target)
    if distance >= 0:
        value = builder.cast(value, held, wanted, location)
        return _shift(builder, "arith.shli", value, wanted, distance, location)
    name = "arith.shrui" if is_unsigned(source) else "arith.shrsi"
    value = _shift(builder, name, value, held, -distance, location)
    return builder.cast(value, held, wanted, location)


def _shift(
    builder: Builder,
    name: str,
    value: ir.Value,
    held: ScalarType,
    distance: int,
    location: ir.Location,
) -> ir.Value:
    """A shift by a constant, which may be more than all bits."""
    if distance == 0:
        return value
    if distance >= held.bits:
        if name != "arith.shrsi":
            return builder.constant(held, 0, location)
        distance = held.bits - 1
    amount = builder.constant(held, distance, location)
    return builder.value(name, (value, amount), builder.storage(held), location)


def _to_float(
    builder: Builder, value: ir.Value, source: FixedType, target: Float, location: ir.Location
) -> ir.Value:
    work = _working_float(source, target)
    name = "arith.uitofp" if is_unsigned(source) else "arith.sitofp"
    storage = builder.storage(work)
    number = builder.value(name, (value,), storage, location)
    if source.fraction:
        scale = builder.constant(work, 2.0**-source.fraction, location)
        number = builder.value("arith.mulf", (number, scale), storage, location, _note(source))
    return builder.cast(number, work, target, location)


def _from_float(
    builder: Builder, value: ir.Value, source: Float, target: FixedType, location: ir.Location
) -> ir.Value:
    work = _working_float(target, source)
    storage = builder.storage(work)
    number = builder.cast(value, source, work, location)
    if target.fraction:
        scale = builder.constant(work, 2.0**target.fraction, location)
        number = builder.value("arith.mulf", (number, scale), storage, location, _note(target))
    number = builder.value("math.floor", (number,), storage, location, _note(target))
    wide = Int(max(_FROM_FLOAT_BITS, target.bits + is_unsigned(target)))
    storage = builder.storage(wide)
    raw = builder.value("arith.fptosi", (number,), storage, location, _note(target))
    return builder.cast(raw, wide, target.storage, location)


def _note(fixed: FixedType) -> dict[str, ir.Attribute]:
    """What tells a part of a conversion from arithmetic of the kernel's own."""
    return {attrs.DTYPE: ir.StringAttr.get(str(fixed))}


def _working_float(fixed: FixedType, other: Float) -> Float:
    """The float to scale in: the scaled number must neither overflow nor vanish."""
    small = 0 <= fixed.fraction <= _SMALL_FRACTION and fixed.bits <= 2 * _SMALL_FRACTION
    return float32 if other.bits <= 32 and small else float64


# --- operators ------------------------------------------------------------------------------------


def emit_fixed_binary(emitter: Emitter, expr: Binary, wanted: ScalarType) -> ir.Value:
    """``left operator right`` where one side at least is fixed point, as ``wanted``."""
    if expr.operator in ("/", "//", "%"):
        return emitter.emit(divided(expr), wanted)
    kind = expr.type
    assert isinstance(kind, FixedType)
    builder, location = emitter.builder, emitter.locate(expr)
    if expr.operator in _RING:
        work: FixedType = _ring_type(expr.operator, kind, wanted)
        if expr.operator == "*":
            fractions = [fraction_of(expr.left.type), fraction_of(expr.right.type)]
        else:
            fractions = [work.fraction, work.fraction]
        sides = [
            emitter.emit(side, fixed_type(work.signed, work.width, fraction))
            for side, fraction in zip((expr.left, expr.right), fractions, strict=True)
        ]
        name = _RING[expr.operator]
    else:
        work = kind
        is_shift = expr.operator in ("<<", ">>")
        right = work.storage if is_shift else work
        sides = [emitter.emit(expr.left, work), emitter.emit(expr.right, right)]
        sign = "ui" if is_unsigned(work) else "si"
        names = {
            "<<": "arith.shli",
            ">>": f"arith.shr{sign}",
            "min": f"arith.min{sign}",
            "max": f"arith.max{sign}",
        }
        name = names[expr.operator]
    value = builder.value(name, sides, builder.storage(work), location)
    return builder.cast(value, work, wanted, location)


def _ring_type(operator: str, kind: FixedType, wanted: ScalarType) -> Fixed | UFixed:
    """The type to compute a sum, difference or product in. Modulo 2**w a result needs only w bits
    of its operands, and those below the binary point of the place where it goes."""
    width = kind.width
    if isinstance(wanted, (FixedType, IntegerType)):
        needed = wanted.bits + max(0, kind.fraction - fraction_of(wanted))
        width = min(width, needed) if operator == "*" else needed
    return fixed_type(kind.signed, min(width, MAX_WIDTH), kind.fraction)


def emit_fixed_unary(emitter: Emitter, expr: Unary, wanted: ScalarType) -> ir.Value:
    """``-x`` or ``abs(x)`` of fixed point, as ``wanted``."""
    kind = expr.type
    assert isinstance(kind, FixedType)
    builder, location = emitter.builder, emitter.locate(expr)
    if expr.operator == "abs":
        operand = emitter.emit(expr.operand, kind)
        value = builder.value("math.absi", (operand,), builder.storage(kind), location)
        return builder.cast(value, kind, wanted, location)
    work = _ring_type("-", kind, wanted)
    zero = builder.constant(work.storage, 0, location)
    operand = emitter.emit(expr.operand, work)
    value = builder.value("arith.subi", (zero, operand), builder.storage(work), location)
    return builder.cast(value, work, wanted, location)


# --- division -------------------------------------------------------------------------------------


def divided(expr: Binary) -> Expr:
    """A division or remainder in fixed point as one of integers.

    With ``a = A / 2**f`` and ``b = B / 2**g``, the bits of ``a / b`` with ``f`` fraction bits are
    ``A * 2**g / B``; a quotient rounded down to a whole number and a remainder need both operands
    with the same fraction bits.
    """
    left, right, node = expr.left, expr.right, expr.node
    f, g = fraction_of(left.type), fraction_of(right.type)
    if expr.operator == "/":
        extra = max(g, 0)
        quotient = _integer_division(expr, f + extra, extra)
        return _from_bits(quotient, expr.type)
    common = max(f, g, 0)
    whole = _integer_division(expr, common, common)
    if expr.operator == "//":
        return Convert(expr.type, node, whole)
    assert isinstance(expr.type, FixedType)
    if common == expr.type.fraction:
        return _from_bits(whole, expr.type)
    signed = isinstance(whole.type, Int)
    return Convert(
        expr.type, node, BitCast(fixed_type(signed, whole.type.bits, common), node, whole)
    )


def _integer_division(expr: Binary, left_fraction: int, right_fraction: int) -> Expr:
    left = _raw(expr.left, left_fraction)
    right = _raw(expr.right, right_fraction)
    kind = promote(expr.operator, left.type, right.type)
    return Binary(kind, expr.node, expr.operator, left, right)


def _raw(operand: Expr, fraction: int) -> Raw:
    """``operand * 2**fraction`` as an integer."""
    signed = not is_unsigned(operand.type)
    width = operand.type.bits + fraction - fraction_of(operand.type)
    return Raw((Int if signed else UInt)(width), operand.node, operand, fraction)


def _from_bits(whole: Expr, kind: ScalarType) -> Expr:
    """An integer, wrapped, as the bits of ``kind``."""
    if not isinstance(kind, FixedType):
        return Convert(kind, whole.node, whole)
    storage = kind.storage
    bits = whole if whole.type == storage else Convert(storage, whole.node, whole)
    return BitCast(kind, whole.node, bits)


def division_refusal(operator: str, left: ScalarType, right: ScalarType) -> str | None:
    """Why fixed-point numbers cannot be divided: aligned, they would be too wide."""
    kinds = (left, right)
    is_division = operator in ("/", "//", "%") and not any(isinstance(k, Float) for k in kinds)
    if not is_division or not any(isinstance(k, FixedType) for k in kinds):
        return None
    f, g = fraction_of(left), fraction_of(right)
    if operator == "/":
        widths = (left.bits + max(g, 0), right.bits + max(g, 0) - g)
    else:
        common = max(f, g, 0)
        widths = (left.bits + common - f, right.bits + common - g)
    if max(widths) < MAX_WIDTH:
        return None
    return f"'{operator}' of {left} and {right} needs integers of {max(widths)} bits"


def emit_raw(emitter: Emitter, expr: Raw, wanted: ScalarType) -> ir.Value:
    """The integer behind a fixed-point value, as ``wanted``."""
    work = expr.type
    if isinstance(wanted, IntegerType) and wanted.bits <= work.bits:
        work = wanted
    aligned = fixed_type(not is_unsigned(work), work.bits, expr.fraction)
    value = emitter.emit(expr.operand, aligned)
    return emitter.builder.cast(value, work, wanted, emitter.locate(expr))
