"""Fixed-point and integer arithmetic in exact fractions: what kernels are held against."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from fractions import Fraction

from hcl_explore.lang import Fixed, Int, UFixed, UInt
from hcl_explore.lang.promotion import promote
from hcl_explore.lang.types import FixedType, IntegerType, ScalarType

OPERATORS = ["+", "-", "*", "/", "//", "%", "<", "<=", "==", "!="]


def spelled(kind: ScalarType) -> str:
    """The type as a kernel writes it."""
    if isinstance(kind, FixedType):
        return f"{type(kind).__name__}({kind.width}, {kind.fraction})"
    return f"{type(kind).__name__}({kind.bits})"


def storage(kind: ScalarType) -> Int | UInt:
    if isinstance(kind, FixedType):
        return kind.storage
    assert isinstance(kind, (Int, UInt))
    return kind


def value_of(kind: ScalarType, raw: int) -> Fraction:
    """The number behind the bits."""
    fraction = kind.fraction if isinstance(kind, FixedType) else 0
    return Fraction(raw) / Fraction(2) ** fraction


def stored(kind: ScalarType, number: Fraction) -> int:
    """The bits after an assignment: rounded down, wrapped."""
    fraction = kind.fraction if isinstance(kind, FixedType) else 0
    return storage(kind).wrap(math.floor(number * Fraction(2) ** fraction))


def _quotient(left: ScalarType, a: Fraction, b: Fraction) -> Fraction:
    """Rounded toward zero to the left type."""
    fraction = left.fraction if isinstance(left, FixedType) else 0
    unit = Fraction(1, 2) ** fraction
    return math.trunc(a / b / unit) * unit


_MODEL: dict[str, Callable[[Fraction, Fraction], Fraction | int | bool]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "//": lambda a, b: a // b,
    "%": lambda a, b: a % b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
}


def result(
    operator: str, left: ScalarType, right: ScalarType, a: Fraction, b: Fraction
) -> tuple[ScalarType, int]:
    """The type and the bits of ``a operator b``."""
    kind = promote(operator, left, right)
    exact = _quotient(left, a, b) if operator == "/" else Fraction(_MODEL[operator](a, b))
    return kind, stored(kind, exact)


def raws(kind: ScalarType, random_: random.Random, count: int, *, zero: bool) -> list[int]:
    """Bits: the ends of the range, the numbers around 0, and random ones."""
    held = storage(kind)
    edges = [v for v in (held.low, held.high, 0, 1, -1) if held.low <= v <= held.high]
    edges += [random_.randint(held.low, held.high) for _ in range(count)]
    random_.shuffle(edges)
    return [v if zero or v else held.high or held.low for v in edges[:count]]


def random_fixed(random_: random.Random, width: int, spread: int = 3) -> FixedType:
    fraction = random_.randint(-spread, width + spread)
    return random_.choice([Fixed, UFixed])(width, fraction)


def random_kind(random_: random.Random, width: int) -> FixedType | IntegerType:
    """Fixed point mostly, an integer at times."""
    if random_.random() < 0.25:
        return random_.choice([Int, UInt])(width)
    return random_fixed(random_, width)
