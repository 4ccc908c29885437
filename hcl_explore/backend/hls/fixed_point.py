"""Fixed-point expressions: where the IR aligns and cuts integers, C++ has ``ap_fixed``.

In the IR a fixed-point value is an integer, and moving its binary point a shift. An expression of
fixed point stands for the integer ``text * 2**scale``: so a shift by a constant is no C++ at all,
only another scale, and sums and products of aligned operands are those of ``ap_fixed``, which
lose nothing. An expression whose type has more fraction bits than its scale stands for its value
rounded down: an assignment to a type with ``scale`` fraction bits does that.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from hcl_explore.backend.hls.expression import (
    PRIMARY,
    PRODUCT,
    SUM,
    TERNARY,
    UNARY,
    Expr,
    Integers,
    join,
    literal,
)
from hcl_explore.backend.hls.types import INT32, CType, exact, fixed

# Bits of the significand: numbers of so many bits are exact in a float of that width.
_SIGNIFICAND = {32: 24, 64: 53}


@dataclass(frozen=True)
class Scaled:
    """An expression as ``inner * 2**exponent``, rounded down if ``floored``."""

    inner: Expr
    exponent: int
    floored: bool = False


class FixedPoint:
    """Arithmetic on fixed-point expressions, in the dialect of ``integers``. ``helpers`` collects
    the functions of ``prelude`` that are needed."""

    def __init__(self, integers: Integers, helpers: set[str]) -> None:
        self.integers = integers
        self.dialect = integers.dialect
        self.helpers = helpers

    # --- other forms ----------------------------------------------------------------------------

    def cast(self, value: Expr, ctype: CType) -> Expr:
        """``value`` converted to a fixed-point type: rounded down, wrapped."""
        text = f"{self.integers.spell(ctype)}({value.text})"
        low, high = self.range_of(ctype, value.scale)
        if low <= value.low and value.high <= high:
            low, high = value.low, value.high
        return Expr(text, PRIMARY, ctype, value.bits, low, high, value.reads, scale=value.scale)

    @staticmethod
    def range_of(ctype: CType, scale: int) -> tuple[int, int]:
        """The integers that a type can stand for, scaled and rounded down."""
        distance = scale - ctype.fraction
        if distance >= 0:
            return ctype.low << distance, ctype.high << distance
        return ctype.low >> -distance, ctype.high >> -distance

    def exactly(self, value: Expr) -> Expr:
        """``value`` with what it is to be rounded down to written out."""
        if value.ctype.fraction <= value.scale:
            return value
        dropped = value.ctype.fraction - value.scale
        width = max(value.ctype.width - dropped, 1)
        return self.cast(value, fixed(width, value.ctype.signed, value.scale))

    def cut(self, value: Expr, *, signed: bool) -> Expr:
        """The value whose N bits ``value`` stands for, read with a sign or without."""
        low = -(1 << (value.bits - 1)) if signed else 0
        if low <= value.low and value.high < low + (1 << value.bits):
            return value
        return self.cast(value, fixed(value.bits, signed, value.scale))

    def raw(self, value: Expr) -> Expr:
        """The integer itself: the bits of ``value``."""
        if value.is_literal:
            return literal(value.low, value.bits)
        ctype = value.ctype
        plain = value.precedence == PRIMARY and ctype.kind == "fixed"
        if not plain or ctype.fraction != value.scale:
            ctype = fixed(value.bits, True, value.scale)
            value = self.cast(value, ctype)
        text = self.dialect.raw_bits.format(value.text, ctype.width)
        integer = exact(ctype.width, ctype.signed)
        text = f"{self.integers.spell(integer)}({text})"
        return Expr(text, PRIMARY, integer, value.bits, integer.low, integer.high, value.reads)

    def whole(self, value: Expr) -> Expr:
        """``value``, of scale 0, where an integer is wanted."""
        value = self.exactly(value)
        text = self.dialect.whole_number.format(value.inside(PRIMARY - 1))
        if value.ctype.kind != "fixed" or text == value.text:
            return value
        integer = exact(value.ctype.width, value.ctype.signed)
        return replace(value, text=text, precedence=PRIMARY, ctype=integer)

    def at_scale(self, value: Expr, scale: int) -> Expr | None:
        """``value`` as a fixed-point expression of ``scale``; None if only its bits are known."""
        if value.is_literal:
            return self.constant(value.low, scale, value.bits)
        if value.is_fixed or scale == 0:
            return value if value.scale == scale else None
        if value.scaled is not None and value.scaled.exponent == scale:
            inner = value.scaled.inner
            if inner.ctype.is_integer:
                low, high = inner.low << scale, inner.high << scale
                return replace(inner, bits=value.bits, low=low, high=high, scale=scale, head=None)
        return None

    def constant(self, raw: int, scale: int, bits: int) -> Expr:
        """The number ``raw / 2**scale``: a decimal, which is exact."""
        number = Fraction(raw) / Fraction(2) ** scale
        if number.denominator == 1 and INT32[0] < number < INT32[1]:
            return replace(literal(int(number), bits), low=raw, high=raw, scale=scale)
        ctype = fixed(_width(raw), raw < 0, scale)
        text = f"{self.integers.spell(ctype)}({self._constant_text(raw, ctype)})"
        return Expr(text, PRIMARY, ctype, bits, raw, raw, is_literal=True, scale=scale)

    def _constant_text(self, raw: int, ctype: CType) -> str:
        number = Fraction(raw) / Fraction(2) ** ctype.fraction
        if number.denominator == 1 and INT32[0] < number < INT32[1]:
            return str(int(number))
        if Fraction(float(number)) == number:
            return repr(float(number))
        return self._from_bits(self.integers.constant(raw, exact(ctype.width, ctype.signed)), ctype)

    def _from_bits(self, text: str, ctype: CType) -> str:
        self.helpers.add("from_bits")
        return f"from_bits<{self.integers.spell(ctype)} >({text})"

    # --- assignment -----------------------------------------------------------------------------

    def stored(self, value: Expr, ctype: CType) -> str:
        """``value`` so that assigning it to a variable of ``ctype`` gives its bits."""
        if value.is_literal:
            return self.constant_text(value.low, ctype)
        if value.is_fixed and value.scale != ctype.fraction:
            value = self.raw(value)
        aligned = self.at_scale(value, ctype.fraction)
        if aligned is not None:
            made = aligned.scaled  # a float rounds down in the assignment too
            is_float = made is not None and made.floored and made.exponent == ctype.fraction
            return made.inner.text if made is not None and is_float else aligned.text
        integer = exact(ctype.width, ctype.signed)
        return self._from_bits(
            self.integers.fit(self.integers.rendered(value), integer).text, ctype
        )

    def constant_text(self, raw: int, ctype: CType) -> str:
        """``raw``, wrapped, as a number that converts to exactly this value of ``ctype``."""
        return self._constant_text(ctype.wrap(raw), ctype)

    # --- arithmetic -----------------------------------------------------------------------------

    def aligned(self, left: Expr, right: Expr) -> tuple[Expr, Expr] | None:
        """Both at the scale of the one that is fixed point; None if they have no common one."""
        scale = left.scale if left.is_fixed and not left.is_literal else right.scale
        first, second = self.at_scale(left, scale), self.at_scale(right, scale)
        return None if first is None or second is None else (first, second)

    def ring(self, operator: str, left: Expr, right: Expr) -> Expr | None:
        """A sum, difference or product in fixed point; None if the operands are not aligned."""
        if operator == "*":
            low, high = _product_range(left, right)
            operands = self._factor(left), self._factor(right)
            scale = left.scale + right.scale
        else:
            pair = self.aligned(left, right)
            if pair is None:
                return None
            operands, scale = pair, pair[0].scale
            low, high = left.low + right.low, left.high + right.high
            if operator == "-":
                low, high = left.low - right.high, left.high - right.low
        first, second = (self.exactly(operand) for operand in operands)
        if operator == "-" and first.is_literal and first.low == 0:
            return self.negate(second)
        ctype = _ring_type(operator, first.ctype, second.ctype)
        if ctype.width > min(self.dialect.widest, max(4 * left.bits, 64)):
            first, second = (self._narrow(operand) for operand in (first, second))
            ctype = _ring_type(operator, first.ctype, second.ctype)
        return Expr(
            join(first, operator, second),
            PRODUCT if operator == "*" else SUM,
            ctype,
            left.bits,
            low,
            high,
            left.reads | right.reads,
            head=(operator, first.text, second.text),
            scale=scale,
        )

    def _factor(self, value: Expr) -> Expr:
        if value.is_literal and value.scale:
            return self.constant(value.low, value.scale, value.bits)
        return self.integers.rendered(value)

    def _narrow(self, value: Expr) -> Expr:
        return self.cut(value, signed=True) if value.ctype.width > value.bits else value

    def divide(self, left: Expr, right: Expr) -> Expr | None:
        """``left / right`` rounded toward zero, both with the values that are meant; None where the
        quotient in fixed point has not the fraction bits that are meant."""
        left, right = self.exactly(left), self.exactly(right)
        scale = left.scale - right.scale
        if not (left.ctype.is_integer and right.ctype.is_integer):
            return None
        if right.ctype.fraction != right.scale or left.ctype.fraction != scale or right.scale < 0:
            return None
        if left.ctype.signed != right.ctype.signed:
            left, right = self._signed_type(left), self._signed_type(right)
        width = left.ctype.width + right.scale + int(right.ctype.signed)
        ctype = fixed(width, left.ctype.signed, scale)
        bound = max(abs(left.low), abs(left.high))
        low, high = (0 if left.low >= 0 and right.low >= 0 else -bound), bound
        if right.is_literal and right.low > 0:
            low, high = -(-left.low // right.low) if left.low < 0 else 0, max(left.high, 0)
            high //= right.low
        return Expr(
            join(left, "/", right),
            PRODUCT,
            ctype,
            left.bits,
            low,
            high,
            left.reads | right.reads,
            head=("/", left.text, right.text),
            scale=scale,
        )

    def negate(self, value: Expr) -> Expr:
        """``-value``."""
        value = self.exactly(value)
        ctype = fixed(value.ctype.width + 1, True, value.ctype.fraction)
        text = f"-{value.inside(UNARY)}"
        return Expr(
            text, UNARY, ctype, value.bits, -value.high, -value.low, value.reads, scale=value.scale
        )

    def shifted(self, value: Expr, distance: int) -> Expr:
        """``value * 2**distance``, rounded down: the same text, with another scale. To the right,
        ``value`` must have the sign that is meant."""
        if distance >= 0:
            value = self.exactly(value)
            low, high = value.low << distance, value.high << distance
        else:
            low, high = value.low >> -distance, value.high >> -distance
        return replace(value, scale=value.scale + distance, low=low, high=high, scaled=None)

    def same_type(self, left: Expr, right: Expr) -> tuple[Expr, Expr] | None:
        """Both in one type that holds their N bits; None if they are not aligned."""
        pair = self.aligned(left, right)
        if pair is None:
            return None
        unsigned = pair[0].low >= 0 and pair[1].low >= 0
        ctype = fixed(left.bits, not unsigned, pair[0].scale)
        first, second = (
            one if one.ctype == ctype and one.precedence == PRIMARY else self.cast(one, ctype)
            for one in pair
        )
        return first, second

    def comparable(
        self, left: Expr, right: Expr, *, signed: bool | None
    ) -> tuple[Expr, Expr] | None:
        """Both so that C++ compares the values that are meant; None if they are not aligned. With
        ``signed`` None the comparison is for equality."""
        if signed is None:
            signed = not (_is_within_unsigned(left) and _is_within_unsigned(right))
        left, right = self._read(left, signed), self._read(right, signed)
        pair = self.aligned(left, right)
        if pair is None:
            return None
        first, second = (self.exactly(one) for one in pair)
        if first.ctype.signed != second.ctype.signed:
            first, second = self._signed_type(first), self._signed_type(second)
        return first, second

    def _read(self, value: Expr, signed: bool) -> Expr:
        if value.is_fixed and not value.is_literal:
            return self.cut(value, signed=signed)
        read = self.integers.signed if signed else self.integers.unsigned
        return replace(read(value), scaled=value.scaled)

    def _signed_type(self, value: Expr) -> Expr:
        if value.ctype.signed:
            return value
        ctype = fixed(value.ctype.width + 1, True, value.ctype.fraction)
        return self.cast(value, ctype)

    def absolute(self, value: Expr) -> Expr:
        """``value < 0 ? -value : value`` of an expression that may be repeated."""
        ctype = fixed(value.bits, True, value.scale)
        negative = self.cast(self.negate(value), ctype)
        same = value if value.ctype == ctype else self.cast(value, ctype)
        text = f"{value.text} < 0 ? {negative.text} : {same.text}"
        high = max(-value.low, value.high)
        low = ctype.low if high > ctype.high else 0
        return Expr(
            text, TERNARY, ctype, value.bits, low, min(high, ctype.high), value.reads,
            scale=value.scale,
        )  # fmt: skip

    # --- floats ---------------------------------------------------------------------------------

    def to_float(self, value: Expr, ctype: CType, scale_text: str) -> Expr | None:
        """The integer that ``value`` stands for as a float, which the scaling that follows in the
        IR takes back; None if the tool might round it. ``scale_text`` is ``2**scale``."""
        value = self.exactly(value)
        largest = _SIGNIFICAND.get(ctype.width, 0)
        if value.ctype.width > largest >= value.bits:
            value = self.cast(value, fixed(value.bits, value.low < 0, value.scale))
        if value.ctype.kind != "fixed" or value.ctype.width > largest:
            return None
        pattern = self.dialect.fixed_to_float[0 if ctype.width == 32 else 1]
        text = pattern.format(value.inside(PRIMARY - 1))
        inner = Expr(text, PRIMARY, ctype, reads=value.reads)
        if value.scale == 0:
            return inner
        return Expr(
            f"{text} * {scale_text}",
            PRODUCT,
            ctype,
            reads=value.reads,
            scaled=Scaled(inner, value.scale),
        )

    def from_float(self, inner: Expr, scale: int, bits: int) -> Expr:
        """``inner``, a float, rounded down to fixed point of ``bits`` bits."""
        ctype = fixed(bits, True, scale)
        text = f"{self.integers.spell(ctype)}({inner.text})"
        return Expr(
            text, PRIMARY, ctype, bits, ctype.low, ctype.high, inner.reads, scale=scale,
            scaled=Scaled(inner, scale, floored=True),
        )  # fmt: skip


def _ring_type(operator: str, left: CType, right: CType) -> CType:
    signed = left.signed or right.signed
    fraction = max(left.fraction, right.fraction)
    if operator == "*":
        fraction = left.fraction + right.fraction
        return fixed(left.width + right.width, signed, fraction)
    whole = max(t.width - t.fraction + int(signed and not t.signed) for t in (left, right))
    return fixed(whole + 1 + fraction, signed or operator == "-", fraction)


def _product_range(left: Expr, right: Expr) -> tuple[int, int]:
    corners = [a * b for a in (left.low, left.high) for b in (right.low, right.high)]
    return min(corners), max(corners)


def _is_within_unsigned(value: Expr) -> bool:
    return value.low >= 0 and value.high < 1 << value.bits


def _width(raw: int) -> int:
    return max(1, raw.bit_length() if raw >= 0 else (-raw - 1).bit_length() + 1)
