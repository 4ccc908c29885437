"""The small functions that emitted text may call, written once at its head."""

from __future__ import annotations

from collections.abc import Collection

_INLINE = "#pragma HLS INLINE"

_TEXTS: dict[str, str] = {
    "bit_cast": """
// The same bits as a value of another type of the same width.
template <typename T, typename U> static T bit_cast(U value) {
{inline}
  union {
    U from;
    T to;
  } bits;
  bits.from = value;
  return bits.to;
}
""",
    "bfloat16": """
// The upper half of a float. Each operation computes in float and rounds to the nearest, ties to
// even.
struct bfloat16 {
  uint16_t bits;

  bfloat16() = default;
  explicit bfloat16(float value) {
{inline}
    uint32_t word = bit_cast<uint32_t>(value);
    bool is_nan = (word & 0x7fffffff) > 0x7f800000;
    bits = is_nan ? 0x7fc0 : (word + 0x7fff + ((word >> 16) & 1)) >> 16;
  }
  operator float() const {
{inline}
    return bit_cast<float>(uint32_t(bits) << 16);
  }
  bfloat16 operator-() const { return bfloat16(-float(*this)); }
  bfloat16 operator+(bfloat16 b) const { return bfloat16(float(*this) + float(b)); }
  bfloat16 operator-(bfloat16 b) const { return bfloat16(float(*this) - float(b)); }
  bfloat16 operator*(bfloat16 b) const { return bfloat16(float(*this) * float(b)); }
  bfloat16 operator/(bfloat16 b) const { return bfloat16(float(*this) / float(b)); }
  bfloat16 &operator+=(bfloat16 b) { return *this = *this + b; }
  bfloat16 &operator-=(bfloat16 b) { return *this = *this - b; }
  bfloat16 &operator*=(bfloat16 b) { return *this = *this * b; }
  bfloat16 &operator/=(bfloat16 b) { return *this = *this / b; }
};
""",
    "block": """
// A token of a stream that carries several values.
template <typename T, int N> struct Block {
  T data[N];
};
""",
    "from_bits": """
// The fixed-point value with these bits.
template <typename T, typename U> static T from_bits(U bits) {
{inline}
  T value;
  {set_bits}
  return value;
}
""",
    "floor_div": """
// Division rounded down; C++ rounds toward zero.
template <typename T, typename U> static T floor_div(T a, U b) {
{inline}
  T quotient = a / b;
  T remainder = a % b;
  if (remainder != 0 && (remainder < 0) != (b < 0)) quotient = quotient - 1;
  return quotient;
}
""",
    "floor_mod": """
// Remainder with the sign of the divisor; C++ gives that of the dividend.
template <typename T, typename U> static T floor_mod(T a, U b) {
{inline}
  T remainder = a % b;
  if (remainder != 0 && (remainder < 0) != (b < 0)) remainder = remainder + b;
  return remainder;
}
""",
    "minimum": """
// The smaller value; NaN if either is NaN, and -0 below +0.
template <typename T> static T minimum(T a, T b) {
{inline}
  if (a != a || a < b || (a == b && std::signbit(a))) return a;
  return b;
}
""",
    "maximum": """
// The larger value; NaN if either is NaN, and +0 above -0.
template <typename T> static T maximum(T a, T b) {
{inline}
  if (a != a || a > b || (a == b && std::signbit(b))) return a;
  return b;
}
""",
}

_SET_BITS = {"vitis": "value.range() = bits;", "catapult": "value.set_slc(0, bits);"}

BFLOAT16_HELPERS = frozenset({"bit_cast", "bfloat16"})
NEEDS_CMATH = frozenset({"minimum", "maximum"})


def helper_lines(helpers: Collection[str], dialect: str) -> list[str]:
    """The definitions of ``helpers``, in a fixed order."""
    lines: list[str] = []
    for name, text in _TEXTS.items():
        if name in helpers:
            body = text.strip("\n").split("\n")
            inline = [_INLINE] if dialect == "vitis" else []
            for line in body:
                written = line.replace("{set_bits}", _SET_BITS[dialect])
                lines += inline if line == "{inline}" else [written]
            lines.append("")
    return lines
