"""What type an operation on two scalars has: one table.

Integers grow so that no result of ``+``, ``-`` and ``*`` is lost; wrapping happens only where a
value is stored in a narrower variable. Below, ``n`` and ``m`` are widths and ``u``/``s`` unsigned
and signed; an unsigned operand that meets a signed one first becomes signed with one bit more.

===============  =======================  ==========================================================
operator         integers                 remark
===============  =======================  ==========================================================
``+``            max(n, m) + 1            signed if one operand is
``-``            max(n, m) + 1            always signed
``*``            n + m                    signed if one operand is
``/``            the left type            rounds toward zero, as C and a hardware divider
``//``           the left type            rounds down, as Python and NumPy
``%``            the wider                the remainder of ``//``: the sign of the divisor
``<<``, ``>>``   the left type            ``>>`` of a signed value keeps its sign
``&  |  ^``      the wider
min, max, ?:     the wider
comparisons      ``uint1``
===============  =======================  ==========================================================

Any float with an integer is that float; of two floats the wider wins (``float16`` with
``bfloat16`` gives ``float32``, the smallest that holds both). ``index`` with ``index`` stays
``index``; with any other type it counts as ``int32``. Widths stop at 512 bits: a sum or product
wraps there, and what no type of 512 bits holds together is not compared, divided or chosen between.

Fixed point beats integers and loses to floats. With an integer it is as with fixed point of no
fraction; below, ``f`` and ``g`` are the fraction bits of the operands, and the bits before the
binary point (``n - f`` and ``m - g``) are what grows.

=======================  =====================  ================================================
operator                 fraction bits          bits before the binary point
=======================  =====================  ================================================
``+``, ``-``             max(f, g)              the more of the two, and one; signs as above
``*``                    f + g                  the sum: n + m bits in all
``/``                    the left type          rounds toward zero to the left type
``//``                   the left type          rounds down to a whole number
``%``                    max(f, g)              the more of the two; the sign of the divisor
``<<``, ``>>``           the left type          its bits are shifted
min, max, ?:             max(f, g)              the more of the two
=======================  =====================  ================================================

A value stored in fixed point with fewer fraction bits is rounded down (truncated); one that is too
large wraps: both as ``ap_fixed`` does by default. Fixed point stored in an integer is rounded down
too. A number with a decimal point is a float: ``Fixed(8, 6)(0.25)`` makes it fixed point.
"""

from __future__ import annotations

from hcl_explore.lang.types import (
    BOOL,
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
    index,
    int32,
)

BITWISE = ("&", "|", "^")
SHIFTS = ("<<", ">>")
COMPARISONS = ("<", "<=", ">", ">=", "==", "!=")


def promote(operator: str, left: ScalarType, right: ScalarType) -> ScalarType:
    """The type of ``left operator right``. Raises ``TypeError`` where it has no meaning."""
    if operator in COMPARISONS:
        common_type(left, right)
        return BOOL
    if isinstance(left, Float) or isinstance(right, Float):
        if operator in BITWISE or operator in SHIFTS:
            raise TypeError(f"'{operator}' works on integers, not on {left} and {right}")
        return common_type(left, right)
    if isinstance(left, Index) and isinstance(right, Index):
        return index
    if operator in SHIFTS:
        if isinstance(right, FixedType):
            raise TypeError(f"the shift distance of '{operator}' must be an integer, not {right}")
        return left
    left, right = _sized(left), _sized(right)
    if isinstance(left, FixedType) or isinstance(right, FixedType):
        return _promote_fixed(operator, left, right)
    assert isinstance(left, IntegerType) and isinstance(right, IntegerType)
    if operator in ("/", "//"):
        return left
    signed = left.signed or right.signed
    widened = signed and left.signed != right.signed
    n = left.width + int(widened and not left.signed)
    m = right.width + int(widened and not right.signed)
    if operator == "+":
        return _integer(signed, max(n, m) + 1)
    if operator == "-":
        return _integer(True, max(n, m) + 1)
    if operator == "*":
        return _integer(signed, left.width + right.width)
    return _integer(signed, max(n, m))


def common_type(left: ScalarType, right: ScalarType) -> ScalarType:
    """The narrowest type that holds every value of both (for floats: the wider float).

    Raises ``TypeError`` where it would have more than ``MAX_WIDTH`` bits.
    """
    if left == right:
        return left
    if isinstance(left, Float) and isinstance(right, Float):
        if left.bits == right.bits:
            return float32
        return left if left.bits > right.bits else right
    if isinstance(left, Float):
        return left
    if isinstance(right, Float):
        return right
    left, right = _sized(left), _sized(right)
    signed, whole, fraction = _parts_holding(left, right)
    if whole + fraction > MAX_WIDTH:
        raise TypeError(
            f"{left} and {right} are held together by {whole + fraction} bits; "
            f"there may be {MAX_WIDTH} at most"
        )
    if isinstance(left, FixedType) or isinstance(right, FixedType):
        return fixed_type(signed, whole + fraction, fraction)
    return _integer(signed, whole)


def _sized(scalar: ScalarType) -> ScalarType:
    return int32 if isinstance(scalar, Index) else scalar


def _integer(signed: bool, width: int) -> Int | UInt:
    width = min(width, MAX_WIDTH)
    return Int(width) if signed else UInt(width)


def _parts(scalar: ScalarType) -> tuple[bool, int, int]:
    """Signedness, integer bits and fraction bits of an integer or fixed-point type."""
    if isinstance(scalar, FixedType):
        return scalar.signed, scalar.width - scalar.fraction, scalar.fraction
    assert isinstance(scalar, IntegerType)
    return scalar.signed, scalar.width, 0


def _parts_holding(left: ScalarType, right: ScalarType) -> tuple[bool, int, int]:
    """As ``_parts``, of what holds every value of both."""
    left_signed, left_whole, left_fraction = _parts(left)
    right_signed, right_whole, right_fraction = _parts(right)
    signed = left_signed or right_signed
    whole = max(
        left_whole + int(signed and not left_signed),
        right_whole + int(signed and not right_signed),
    )
    return signed, whole, max(left_fraction, right_fraction)


def fixed_type(signed: bool, width: int, fraction: int) -> Fixed | UFixed:
    """Fixed point of at most ``MAX_WIDTH`` bits. Raises ``TypeError`` for too large a fraction."""
    width = min(width, MAX_WIDTH)
    if abs(fraction) > MAX_WIDTH:
        raise TypeError(
            f"the result would have {fraction} fraction bits; there may be {MAX_WIDTH} at most"
        )
    return Fixed(width, fraction) if signed else UFixed(width, fraction)


def _promote_fixed(operator: str, left: ScalarType, right: ScalarType) -> ScalarType:
    if operator in BITWISE:
        raise TypeError(f"'{operator}' works on integers, not on {left} and {right}")
    if operator in ("+", "-"):
        signed, whole, fraction = _parts_holding(left, right)
        return fixed_type(signed or operator == "-", whole + 1 + fraction, fraction)
    if operator == "*":
        left_signed, _, left_fraction = _parts(left)
        right_signed, _, right_fraction = _parts(right)
        width = left.bits + right.bits
        return fixed_type(left_signed or right_signed, width, left_fraction + right_fraction)
    if operator in ("/", "//"):
        return left
    return common_type(left, right)
