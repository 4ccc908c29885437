"""Random typed expressions with their values, for tests: the rules of the language in fractions.

An expression is drawn with the type that ``lang.promotion`` gives it and a function that computes
it exactly. Points at which a value leaves the numbers (an infinity) are not judged.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from hcl_explore.lang import Fixed, Int, UFixed, UInt, bfloat16, float16, float32, float64
from hcl_explore.lang.promotion import common_type, promote
from hcl_explore.lang.types import BOOL, FixedType, Float, IntegerType, ScalarType

Point = Mapping[str, Fraction]

FLOATS = (float16, bfloat16, float32, float64)
WIDTHS = (1, 2, 3, 5, 7, 8, 9, 13, 16, 17, 24, 31, 32, 33, 48, 63, 64)
WIDE = (65, 100, 128, 200, 300, 500)

_EXPONENTS = {"float16": -14, "bfloat16": -126, "float32": -126, "float64": -1022}
"""The exponent of the smallest normal number."""
_LARGEST = {"float16": 15, "bfloat16": 127, "float32": 127, "float64": 1023}


class NoNumberError(Exception):
    """An infinity, or a result that the language leaves undefined."""


@dataclass(frozen=True)
class Term:
    """An expression: its text, its type and its value at a point."""

    text: str
    kind: ScalarType
    at: Callable[[Point], Fraction]
    depth: int = 0
    is_constant: bool = False


def spelled(kind: ScalarType) -> str:
    """The type as a kernel writes it."""
    if isinstance(kind, FixedType):
        return f"{type(kind).__name__}({kind.width}, {kind.fraction})"
    if isinstance(kind, IntegerType):
        return f"{type(kind).__name__}({kind.bits})"
    return str(kind)


def rounded(kind: Float, number: Fraction) -> Fraction:
    """``number`` in ``kind``, to the nearest, ties to even. What does not fit in 16 bits is
    rounded to float32 first, as every result of 16 bits is."""
    if kind.bits == 16:
        number = _rounded(float32, number)
    return _rounded(kind, number)


def _rounded(kind: Float, number: Fraction) -> Fraction:
    if number == 0:
        return number
    exponent = math.floor(math.log2(abs(number))) if number else 0
    while Fraction(2) ** exponent > abs(number):
        exponent -= 1
    while Fraction(2) ** (exponent + 1) <= abs(number):
        exponent += 1
    unit = Fraction(2) ** (max(exponent, _EXPONENTS[kind.name]) - kind.mantissa)
    result = round(number / unit) * unit
    if abs(result) >= Fraction(2) ** (_LARGEST[kind.name] + 1):
        raise NoNumberError
    return result


def converted(number: Fraction, source: ScalarType, target: ScalarType) -> Fraction:
    """``number`` of ``source`` stored in ``target``."""
    if isinstance(target, Float):
        return rounded(target, number)
    if isinstance(target, FixedType):
        scale = Fraction(2) ** target.fraction
        return Fraction(target.storage.wrap(math.floor(number * scale))) / scale
    assert isinstance(target, IntegerType)
    whole = math.trunc(number) if isinstance(source, Float) else math.floor(number)
    return Fraction(target.wrap(whole))


def _divided(kind: ScalarType, a: Fraction, b: Fraction) -> Fraction:
    if isinstance(kind, Float):
        return a / b
    unit = Fraction(1, 2) ** (kind.fraction if isinstance(kind, FixedType) else 0)
    return math.trunc(a / b / unit) * unit


_MODEL: dict[str, Callable[[Fraction, Fraction], Fraction | int | bool]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "&": lambda a, b: int(a) & int(b),
    "|": lambda a, b: int(a) | int(b),
    "^": lambda a, b: int(a) ^ int(b),
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
}
RING, BITWISE, COMPARISONS = ("+", "-", "*"), ("&", "|", "^"), ("<", "<=", ">", ">=", "==", "!=")


def operation(operator: str, left: Term, right: Term) -> Term:
    """``(left operator right)``."""
    kind = promote(operator, left.kind, right.kind)
    work = kind
    if operator in COMPARISONS:
        work = common_type(left.kind, right.kind)

    def at(point: Point) -> Fraction:
        a, b = left.at(point), right.at(point)
        if isinstance(work, Float):
            a, b = rounded(work, a), rounded(work, b)
        if operator == "/":
            value = _divided(kind, a, b)
        elif operator == "//":
            value = a // b
            if isinstance(work, Float):
                value = Fraction(math.floor(rounded(work, a / b)))
        elif operator == "%":
            value = a % b
            if isinstance(work, Float):  # the remainder of C, and the divisor where signs differ
                value = a - b * math.trunc(a / b)
                if value and (value < 0) != (b < 0):
                    value = rounded(work, value + b)
        elif operator in ("<<", ">>"):
            value = _shifted(kind, operator, a, int(b))
        else:
            value = Fraction(_MODEL[operator](a, b))
        return converted(Fraction(value), work, kind)

    return Term(f"({left.text} {operator} {right.text})", kind, at, _above(left, right))


def _shifted(kind: ScalarType, operator: str, value: Fraction, distance: int) -> Fraction:
    """A distance has as many bits as the value; by all bits or more, nothing of it is left."""
    distance %= 1 << kind.bits
    scale = Fraction(2) ** (kind.fraction if isinstance(kind, FixedType) else 0)
    raw = int(value * scale)
    if distance >= kind.bits:
        raw = -1 if raw < 0 and operator == ">>" else 0
    else:
        raw = raw << distance if operator == "<<" else raw >> distance
    return Fraction(raw) / scale


def _above(*operands: Term) -> int:
    return 1 + max(operand.depth for operand in operands)


def choice(condition: Term, first: Term, second: Term) -> Term:
    """``(first if condition else second)``."""
    kind = common_type(first.kind, second.kind)

    def at(point: Point) -> Fraction:
        taken = first if condition.at(point) else second
        return converted(taken.at(point), taken.kind, kind)

    text = f"({first.text} if {condition.text} else {second.text})"
    return Term(text, kind, at, _above(condition, first, second))


def extreme(function: str, left: Term, right: Term) -> Term:
    """``min(left, right)`` or ``max``."""
    kind = common_type(left.kind, right.kind)
    pick = min if function == "min" else max

    def at(point: Point) -> Fraction:
        return pick(converted(side.at(point), side.kind, kind) for side in (left, right))

    return Term(f"{function}({left.text}, {right.text})", kind, at, _above(left, right))


def conversion(operand: Term, kind: ScalarType) -> Term:
    """``kind(operand)``; ``operand`` has a value that ``kind`` holds, if it is a float."""
    text = f"{spelled(kind)}({operand.text})"
    return Term(text, kind, lambda p: converted(operand.at(p), operand.kind, kind), _above(operand))


def unary(operator: str, operand: Term) -> Term:
    """``-operand``, ``~operand``, ``abs(operand)`` or ``not operand``."""
    kind = operand.kind
    if operator == "not":
        kind = BOOL
    elif operator == "-" and isinstance(kind, FixedType):
        kind = Fixed(min(kind.width + 1, 512), kind.fraction)
    elif operator == "-" and isinstance(kind, IntegerType):
        kind = Int(min(kind.bits + 1, 512))
    model: dict[str, Callable[[Fraction], Fraction | int]] = {
        "-": lambda a: -a,
        "~": lambda a: ~int(a),
        "abs": abs,
        "not": lambda a: int(a == 0),
    }
    text = f"abs({operand.text})" if operator == "abs" else f"({operator} {operand.text})"

    def at(point: Point) -> Fraction:
        return converted(Fraction(model[operator](operand.at(point))), kind, kind)

    return Term(text, kind, at, _above(operand))


def bits(operand: Term, low: int, high: int) -> Term:
    """``operand[low:high]`` of an integer variable: ``high - low`` bits, unsigned."""
    kind = UInt(high - low)
    text = f"{operand.text}[{low}]" if high == low + 1 else f"{operand.text}[{low}:{high}]"
    return Term(text, kind, lambda p: Fraction(kind.wrap(int(operand.at(p)) >> low)))


class Generator:
    """Draws expressions over ``variables``, with divisions where it ``divides``."""

    def __init__(
        self, random_: random.Random, variables: Mapping[str, ScalarType], *, divides: bool
    ) -> None:
        self.random = random_
        self.variables = variables
        self.divides = divides

    def term(self, depth: int) -> Term:
        """An expression of at most ``depth`` operators above one another."""
        if depth == 0 or self.random.random() < 0.1:
            return self.leaf()
        kind = self.random.choices(
            ["ring", "divide", "bits", "shift", "compare", "unary", "choice", "extreme", "convert"],
            [6, 3 * self.divides, 2, 2, 2, 2, 2, 2, 2],
        )[0]
        left = self.term(depth - 1)
        if kind == "unary":
            return self.unary(left)
        if kind == "convert":
            return self.converted(left, self.kind())
        if kind == "shift":
            if isinstance(left.kind, Float) or left.is_constant:
                left = self.integer()
            return operation(self.random.choice(["<<", ">>"]), left, self.distance())
        right = self.term(depth - 1)
        if left.is_constant and right.is_constant:
            right = self.variable()
        if kind == "divide":
            return self.division(left, right)
        if kind == "bits":
            sides = (self.as_integer(side) for side in (left, right))
            return operation(self.random.choice(BITWISE), *sides)
        if kind == "compare":
            return operation(self.random.choice(COMPARISONS), left, right)
        if kind == "choice":
            return choice(self.condition(depth - 1), left, right)
        if kind == "extreme":
            return extreme(self.random.choice(["min", "max"]), left, right)
        return operation(self.random.choice(RING), left, right)

    def leaf(self) -> Term:
        draw = self.random.random()
        if draw < 0.15:
            number = self.random.choice([0, 1, 2, 3, 7, -1, -5, 100, 1 << 31, (1 << 40) + 1])
            kind = UInt(max(number.bit_length(), 1))
            if number < 0:
                kind = Int((~number).bit_length() + 1)
            return Term(str(number), kind, lambda _: Fraction(number), is_constant=True)
        if draw < 0.25:
            operand = self.integer()
            low = self.random.randrange(operand.kind.bits)
            return bits(operand, low, self.random.randint(low + 1, operand.kind.bits))
        return self.variable()

    def variable(self, of: tuple[type, ...] = (Int, UInt, Fixed, UFixed, Float)) -> Term:
        names = [name for name, kind in self.variables.items() if isinstance(kind, of)]
        name = self.random.choice(names)
        return Term(f"{name}[i]", self.variables[name], lambda p: p[name])

    def integer(self) -> Term:
        return self.variable((Int, UInt))

    def kind(self) -> ScalarType:
        return self.random.choice(list(self.variables.values()))

    def distance(self) -> Term:
        distance = self.variable((UInt,))
        return (
            operation("&", distance, Term("7", UInt(3), lambda _: Fraction(7)))
            if (self.random.random() < 0.6)
            else distance
        )

    def condition(self, depth: int) -> Term:
        if self.random.random() < 0.3:
            first, second = (self.condition(0) for _ in range(2))
            word = self.random.choice(["and", "or"])
            either = any if word == "or" else all
            text = f"({first.text} {word} {second.text})"
            return Term(text, BOOL, lambda p: Fraction(either((first.at(p), second.at(p)))), 2)
        left, right = self.variable(), self.term(depth)
        return operation(self.random.choice(COMPARISONS), left, right)

    def as_integer(self, term: Term) -> Term:
        if isinstance(term.kind, IntegerType):
            return term
        return self.converted(term, self.integer().kind)

    def unary(self, operand: Term) -> Term:
        if operand.is_constant:
            operand = self.variable()
        operators = ["-", "abs", "not"]
        if isinstance(operand.kind, IntegerType):
            operators.append("~")
        return unary(self.random.choice(operators), operand)

    def converted(self, operand: Term, kind: ScalarType) -> Term:
        """A conversion whose result the language defines: floats must fit in the target."""
        if operand.is_constant:
            operand = self.variable()
        if isinstance(operand.kind, Float) and not isinstance(kind, Float):
            unsigned = isinstance(kind, UInt)
            low, high = (0, 1) if unsigned or kind.bits < 8 else (-100, 100)
            if unsigned and kind.bits >= 8:
                high = 200
            operand = self.within(operand, low, high)
        return conversion(operand, kind)

    def within(self, operand: Term, low: int, high: int) -> Term:
        """``operand`` where it lies between two numbers, else ``low``."""
        below, above = (
            Term(f"{n}.0", operand.kind, lambda _, n=n: Fraction(n)) for n in (low, high)
        )
        inside = operation(">", operand, below), operation("<", operand, above)
        text = f"({inside[0].text} and {inside[1].text})"
        both = Term(text, BOOL, lambda p: Fraction(all(side.at(p) for side in inside)), 1)
        return choice(both, operand, below)

    def division(self, left: Term, right: Term) -> Term:
        """A division by what is not 0."""
        operator = self.random.choice(["/", "//", "%"])
        if left.is_constant:
            left = self.variable()
        divisor = right if not right.is_constant else self.variable()
        if divisor.depth > 1:
            divisor = self.variable()
        one = Term("1", UInt(1), lambda _: Fraction(1), is_constant=True)
        zero = Term("0", UInt(1), lambda _: Fraction(0), is_constant=True)
        return operation(operator, left, choice(operation("!=", divisor, zero), divisor, one))
