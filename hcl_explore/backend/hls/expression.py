"""C++ expressions under construction, and the integer arithmetic on them.

An MLIR integer of N bits has no sign and wraps; a C++ expression has a type and, here, the range
of values it can take. An ``Expr`` stands for an N-bit value when it equals it modulo 2**N, so
sums, differences and products need no casts: ``ap_int`` arithmetic loses nothing, and a store
wraps. Where an operation reads a sign (a comparison, a division, a right shift, a widening), the
range tells whether the expression already has the value that is meant, or must be cut to N bits.
Plain ``int`` arithmetic is used only where the range proves that it cannot overflow, which
would be undefined.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from hcl_explore.backend.hls.dialect import Dialect
from hcl_explore.backend.hls.types import BOOL, HALF, INT, INT32, INT64, LONG, CType, exact

if TYPE_CHECKING:
    from hcl_explore.backend.hls.fixed_point import Scaled

# Operator precedences of C++ (ISO/IEC 14882, [expr]); a higher number binds tighter.
PRIMARY, UNARY, PRODUCT, SUM, SHIFT, ORDER, EQUALITY = 16, 15, 13, 12, 11, 10, 9
BIT_AND, BIT_XOR, BIT_OR, AND, OR, TERNARY = 8, 7, 6, 5, 4, 3

_PRECEDENCE = {
    "*": PRODUCT, "/": PRODUCT, "%": PRODUCT, "+": SUM, "-": SUM, "<<": SHIFT, ">>": SHIFT,
    "<": ORDER, "<=": ORDER, ">": ORDER, ">=": ORDER, "==": EQUALITY, "!=": EQUALITY,
    "&": BIT_AND, "^": BIT_XOR, "|": BIT_OR, "&&": AND, "||": OR,
}  # fmt: skip

NOTHING: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Expr:
    """C++ text with its precedence and type.

    ``bits`` is the width N of the MLIR value (64 for ``index``, 0 for floats); an integer lies
    between ``low`` and ``high``. ``reads`` are the buffers whose contents it depends on.
    ``head`` is, for a binary operation, its operator and the texts of its operands.
    """

    text: str
    precedence: int
    ctype: CType
    bits: int = 0
    low: int = 0
    high: int = 0
    reads: frozenset[int] = NOTHING
    is_literal: bool = False
    head: tuple[str, str, str] | None = None
    number: float | None = None
    """The value of a floating-point constant."""
    scale: int = 0
    """The MLIR integer is the value of the text times two to this power (see ``fixed_point``)."""
    scaled: Scaled | None = None
    """What is known of how a float or an integer was made from fixed point, or is to become it."""

    @property
    def is_fixed(self) -> bool:
        """Whether C++ calculates with it in fixed point."""
        return self.ctype.kind == "fixed" or self.scale != 0

    @property
    def is_simple(self) -> bool:
        """Whether repeating it costs neither hardware nor legibility."""
        return self.is_literal or (self.precedence == PRIMARY and self.text.isidentifier())

    def inside(self, precedence: int) -> str:
        """The text, in parentheses where an operator of ``precedence`` binds at least as tight."""
        return self.text if self.precedence > precedence else f"({self.text})"


def join(left: Expr, operator: str, right: Expr) -> str:
    """``left operator right`` with no more parentheses than needed (and those around the
    operators whose precedence few remember)."""
    precedence = _PRECEDENCE[operator]
    if precedence <= SHIFT and precedence not in (ORDER, EQUALITY, AND, OR):
        return f"{left.inside(PRODUCT)} {operator} {right.inside(PRODUCT)}"
    if operator == "||":
        return f"{_around_and(left)} || {_around_and(right)}"
    if operator == "&&":
        return f"{left.inside(AND - 1)} && {right.inside(AND - 1)}"
    return f"{left.inside(precedence - 1)} {operator} {right.inside(precedence)}"


def _around_and(operand: Expr) -> str:
    return f"({operand.text})" if operand.precedence == AND else operand.inside(OR - 1)


def binary(left: Expr, operator: str, right: Expr, ctype: CType) -> Expr:
    """``left operator right`` as an expression of ``ctype`` that is no integer (or a truth)."""
    return Expr(
        join(left, operator, right),
        _PRECEDENCE[operator],
        ctype,
        bits=1 if ctype == BOOL else 0,
        high=1,
        reads=left.reads | right.reads,
        head=(operator, left.text, right.text),
    )


def literal(value: int, bits: int) -> Expr:
    """An integer constant."""
    if INT32[0] < value <= INT32[1]:
        text, ctype = str(value), INT
    elif INT64[0] < value <= INT64[1]:
        text, ctype = f"{value}LL", LONG
    elif value in (INT32[0], INT64[0]):
        ctype = INT if value == INT32[0] else LONG
        text = f"({value + 1}{'' if ctype is INT else 'LL'} - 1)"  # -2**31 is no C++ literal
    elif 0 <= value < 1 << 64:
        text, ctype = f"{value}ULL", exact(64, False)
    else:
        return Expr("", PRIMARY, exact(bits, value < 0), bits, value, value, is_literal=True)
    precedence = UNARY if text.startswith("-") else PRIMARY
    return Expr(text, precedence, ctype, bits, value, value, is_literal=True)


class Integers:
    """Arithmetic on integer expressions in one dialect. ``used`` collects the features of the
    headers that the text comes to need."""

    def __init__(self, dialect: Dialect, used: set[str]) -> None:
        self.dialect = dialect
        self.used = used

    # --- types --------------------------------------------------------------------------------

    def spell(self, ctype: CType) -> str:
        """The C++ name of a type; notes the header it needs."""
        if ctype.kind in ("exact", "fixed"):
            self.used.add(ctype.kind)
        elif ctype == LONG:
            self.used.add("cstdint")
        elif ctype.is_half:
            self.used.add("half" if ctype == HALF else "bfloat16")
        return self.dialect.type_name(ctype)

    def cast(self, value: Expr, ctype: CType) -> Expr:
        """``value`` converted to ``ctype``, wrapping."""
        if value.is_literal:
            wrapped = ctype.wrap(value.low)
            text = self.constant(wrapped, ctype)
        else:
            text = f"{self.spell(ctype)}({value.text})"
        low, high = (value.low, value.high)
        if low < ctype.low or high > ctype.high:
            low, high = ctype.low, ctype.high
        if value.is_literal:
            low = high = wrapped
        return Expr(text, PRIMARY, ctype, value.bits, low, high, value.reads)

    def constant(self, value: int, ctype: CType) -> str:
        """The text of ``value`` as a constant of exactly ``ctype``."""
        if ctype == BOOL:
            return "true" if value else "false"
        if ctype == INT and INT32[0] <= value <= INT32[1]:
            return literal(value, 32).text
        if -(1 << 63) <= value < 1 << 64:
            return f"{self.spell(ctype)}({literal(value, 64).text})"
        # No literal is wider than 64 bits: shift the words together.
        words = []
        rest = value & ((1 << ctype.width) - 1)
        while rest:
            words.append(rest & ((1 << 64) - 1))
            rest >>= 64
        name = self.spell(ctype)
        parts = [
            f"({name}({word}ULL) << {64 * position})" if position else f"{name}({word}ULL)"
            for position, word in enumerate(words)
            if word
        ]
        return f"({' | '.join(reversed(parts))})"

    def rendered(self, value: Expr) -> Expr:
        """``value`` with a text: literals beyond 64 bits get theirs late, when it is known
        whether they are wanted as they are."""
        if value.text:
            return value
        return replace(value, text=self.constant(value.low, value.ctype))

    # --- signs --------------------------------------------------------------------------------

    def signed(self, value: Expr) -> Expr:
        """An expression whose value is the N bits read as a signed number."""
        return self._read_as(value, exact(value.bits, True), -(1 << (value.bits - 1)))

    def unsigned(self, value: Expr) -> Expr:
        """An expression whose value is the N bits read as an unsigned number."""
        return self._read_as(value, exact(value.bits, False), 0)

    def _read_as(self, value: Expr, target: CType, low: int) -> Expr:
        if low <= value.low and value.high < low + (1 << value.bits):
            return self.rendered(value)
        if value.is_literal:
            return self.rendered(literal(target.wrap(value.low), value.bits))
        return self.cast(value, target)

    def same_sign(self, left: Expr, right: Expr) -> tuple[Expr, Expr]:
        """Both, so that C++ compares their values: it compares the bits when the wider one of a
        signed and an unsigned operand is unsigned."""
        ctypes = (left.ctype, right.ctype)
        if ctypes[0].signed == ctypes[1].signed or "exact" not in (t.kind for t in ctypes):
            return left, right
        if left.ctype.signed:
            right, left = self.same_sign(right, left)
            return left, right
        if right.low >= 0 or left.ctype.width < right.ctype.width:
            return left, right
        return self.cast(left, exact(left.ctype.width + 1, True)), right

    def fit(self, value: Expr, ctype: CType) -> Expr:
        """``value`` as an operand that must have exactly ``ctype``, wrapping."""
        if value.ctype == ctype and value.precedence == PRIMARY and not value.is_literal:
            return value
        if ctype == BOOL:
            return self.truth(value)
        return self.cast(value, ctype)

    def truth(self, value: Expr) -> Expr:
        """The one bit of an ``i1`` as a condition. C++ asks whether a number is not 0, so every
        other bit must be cut first."""
        if value.is_literal:
            bit = value.low & 1
            return Expr(self.constant(bit, BOOL), PRIMARY, BOOL, 1, bit, bit, is_literal=True)
        if value.ctype == BOOL:
            return value
        if value.low < 0 or value.high > 1:
            value = self.bitwise(value, "&", literal(1, value.bits))
        text = f"{value.inside(ORDER)} != 0"
        return Expr(text, EQUALITY, BOOL, 1, 0, 1, value.reads, head=("!=", text[:-5], "0"))

    # --- arithmetic ---------------------------------------------------------------------------

    def add(self, left: Expr, right: Expr) -> Expr:
        if right.is_literal and right.low < 0 and right.ctype.kind == "native":
            return self.subtract(left, literal(-right.low, right.bits))
        return self._ring(left, "+", right, left.low + right.low, left.high + right.high)

    def subtract(self, left: Expr, right: Expr) -> Expr:
        if left.is_literal and left.low == 0:
            return self.negate(right)
        return self._ring(left, "-", right, left.low - right.high, left.high - right.low)

    def multiply(self, left: Expr, right: Expr) -> Expr:
        corners = [a * b for a in (left.low, left.high) for b in (right.low, right.high)]
        return self._ring(left, "*", right, min(corners), max(corners))

    def negate(self, value: Expr) -> Expr:
        """``-value``."""
        zero = literal(0, value.bits)
        whole = self._ring(zero, "-", value, -value.high, -value.low)
        text = whole.head[2] if whole.head is not None else value.text
        operand = replace(self.rendered(value), text=text)
        spelled = f"-{operand.inside(UNARY)}" if text == value.text else f"-{text}"
        return replace(whole, text=spelled, precedence=UNARY, head=None)

    def _ring(self, left: Expr, operator: str, right: Expr, low: int, high: int) -> Expr:
        """A sum, difference or product, whose exact value lies between ``low`` and ``high``."""
        left, right = self._narrowed(left, operator, right)
        left, right = self.rendered(left), self.rendered(right)
        bits = left.bits
        ctype = self._ring_type(left.ctype, operator, right.ctype)
        if ctype.kind == "native" and not (ctype.low <= low and high <= ctype.high):
            # int would overflow: one operand of a wider type makes the operation exact.
            wide = LONG if bits == 64 and ctype == INT else exact(bits, True)
            if left.is_literal:
                right = self.cast(right, wide)
            else:
                left = self.cast(left, wide)
            ctype = self._ring_type(left.ctype, operator, right.ctype)
        return Expr(
            join(left, operator, right),
            _PRECEDENCE[operator],
            ctype,
            bits,
            low,
            high,
            left.reads | right.reads,
            head=(operator, left.text, right.text),
        )

    def _narrowed(self, left: Expr, operator: str, right: Expr) -> tuple[Expr, Expr]:
        """The operands, cut to N bits where the result would become needlessly wide."""
        bits = left.bits
        limit = min(self.dialect.widest, max(4 * bits, 64))
        widths = (left.ctype.width, right.ctype.width)
        result = sum(widths) if operator == "*" else max(widths) + 2
        if result <= limit:
            return left, right
        narrow = [
            self.signed(operand) if operand.ctype.width > bits else operand
            for operand in (left, right)
        ]
        return narrow[0], narrow[1]

    @staticmethod
    def _ring_type(left: CType, operator: str, right: CType) -> CType:
        if left.kind != "exact" and right.kind != "exact":
            return LONG if LONG in (left, right) else INT
        signed = left.signed or right.signed
        if operator == "*":
            return exact(left.width + right.width, signed)
        widths = [t.width + int(signed and not t.signed) for t in (left, right)]
        return exact(max(widths) + 1, signed or operator == "-")

    def divide(self, left: Expr, right: Expr) -> Expr:
        """``left / right`` rounded toward zero; both have the values that are meant."""
        left, right = self._divisible(left, right)
        bound = max(abs(left.low), abs(left.high))
        low = 0 if left.low >= 0 and right.low >= 0 else -bound
        high = bound
        if right.is_literal and right.low > 0:
            low, high = _toward_zero(left.low, right.low), _toward_zero(left.high, right.low)
        return self._quotient(left, "/", right, low, high)

    def remainder(self, left: Expr, right: Expr) -> Expr:
        """``left % right`` with the sign of ``left``; both have the values that are meant."""
        left, right = self._divisible(left, right)
        bound = max(abs(right.low), abs(right.high)) - 1
        low = 0 if left.low >= 0 else max(left.low, -bound)
        return self._quotient(left, "%", right, low, min(bound, max(left.high, 0)))

    def _divisible(self, left: Expr, right: Expr) -> tuple[Expr, Expr]:
        """Both, so that C++ divides their values: it takes the type of an unsigned dividend for
        the remainder even where the divisor is negative."""
        if left.ctype.kind == "exact" and not left.ctype.signed and right.low < 0:
            left = self.cast(left, exact(left.ctype.width + 1, True))
        return self.same_sign(left, right)

    def _quotient(self, left: Expr, operator: str, right: Expr, low: int, high: int) -> Expr:
        ctypes = (left.ctype, right.ctype)
        if all(ctype.kind != "exact" for ctype in ctypes):
            ctype = LONG if LONG in ctypes else INT
        else:
            width = max(ctype.width for ctype in ctypes) + 1
            ctype = exact(width, left.ctype.signed or right.ctype.signed)
        text = join(left, operator, right)
        head = (operator, left.text, right.text)
        reads = left.reads | right.reads
        return Expr(text, PRODUCT, ctype, left.bits, low, high, reads, head=head)

    # --- bits ---------------------------------------------------------------------------------

    def bitwise(self, left: Expr, operator: str, right: Expr) -> Expr:
        """``&``, ``|`` or ``^``; modulo 2**N it does not matter how the operands are extended."""
        left, right = self.rendered(left), self.rendered(right)
        ctypes = (left.ctype, right.ctype)
        signed = left.low < 0 or right.low < 0
        width = max(_width(left), _width(right))
        low, high = (-(1 << width), (1 << width) - 1) if signed else (0, (1 << width) - 1)
        if operator == "&":
            # A mask that is not negative bounds the result whatever the other operand is.
            masks = [operand.high for operand in (left, right) if operand.low >= 0]
            if masks:
                low, high = 0, min(masks)
        if all(ctype.kind != "exact" for ctype in ctypes):
            ctype = LONG if LONG in ctypes else INT
        else:
            either = any(ctype.signed for ctype in ctypes)
            widths = [t.width + int(either and not t.signed) for t in ctypes]
            ctype = exact(max(widths), either)
        return Expr(
            join(left, operator, right),
            _PRECEDENCE[operator],
            ctype,
            left.bits,
            low,
            high,
            left.reads | right.reads,
            head=(operator, left.text, right.text),
        )

    def invert(self, value: Expr) -> Expr:
        """``~value``."""
        if value.ctype.kind == "exact" and value.ctype.width != value.bits:
            value = self.cast(value, exact(value.bits, value.ctype.signed))
        ctype = INT if value.ctype == BOOL else value.ctype
        if self.dialect.inverts_to_signed and not ctype.signed:
            ctype = exact(ctype.width + 1, True)
        low, high = ctype.low, ctype.high
        if ctype.signed:
            low, high = -value.high - 1, -value.low - 1
        text = f"~{value.inside(UNARY - 1)}"
        return Expr(text, UNARY, ctype, value.bits, low, high, value.reads)

    def shift_left(self, value: Expr, distance: Expr) -> Expr:
        """``value << distance``; C++ keeps the type of ``value``, so it must have N bits."""
        if value.ctype != exact(value.bits, value.ctype.signed):
            value = self.cast(value, exact(value.bits, True))
        ctype = value.ctype
        return Expr(
            f"{value.inside(PRODUCT)} << {self.distance(distance)}",
            SHIFT,
            ctype,
            value.bits,
            ctype.low,
            ctype.high,
            value.reads | distance.reads,
        )

    def shift_right(self, value: Expr, distance: Expr) -> Expr:
        """``value >> distance``; ``value`` has the sign that is meant."""
        if distance.is_literal and distance.low == 0:
            return value
        low, high = min(value.low, 0), max(value.high, 0)
        if distance.is_literal and 0 <= distance.low < 1024:
            low, high = value.low >> distance.low, value.high >> distance.low
        text = f"{value.inside(PRODUCT)} >> {self.distance(distance)}"
        ctype = INT if value.ctype == BOOL else value.ctype
        reads = value.reads | distance.reads
        return Expr(text, SHIFT, ctype, value.bits, low, high, reads)

    def distance(self, value: Expr) -> str:
        """The text of a shift distance: it must not be negative, which would shift back."""
        return self.unsigned(value).inside(PRODUCT)

    # --- affine rounding ------------------------------------------------------------------------

    def extreme(self, function: str, left: Expr, right: Expr) -> Expr:
        """``std::min`` or ``std::max``; both have the values that are meant."""
        self.used.add("algorithm")
        pick = min if function == "min" else max
        low, high = pick(left.low, right.low), pick(left.high, right.high)
        ctypes = (left.ctype, right.ctype)
        if ctypes == (INT, INT):
            name = f"std::{function}"
            ctype = INT
        else:
            if all(ctype.kind != "exact" for ctype in ctypes):
                ctype = LONG
            else:
                signed = left.low < 0 or right.low < 0
                width = max(_width(left), _width(right)) + int(signed)
                widths = [t.width for t in ctypes if t.kind == "exact" and t.signed == signed]
                ctype = exact(max([width, *widths]), signed)
            name = f"std::{function}<{self.spell(ctype)} >"
        text = f"{name}({left.text}, {right.text})"
        reads = left.reads | right.reads
        return Expr(text, PRIMARY, ctype, left.bits, low, high, reads)


def _width(value: Expr) -> int:
    """Bits that the magnitude of ``value`` needs."""
    return max(value.high.bit_length(), (-value.low - 1).bit_length() if value.low < 0 else 0, 1)


def _toward_zero(value: int, divisor: int) -> int:
    return -(-value // divisor) if value < 0 else value // divisor
