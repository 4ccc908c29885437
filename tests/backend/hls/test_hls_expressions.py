"""Random expressions over all types: the JIT and compiled C++ give the same bits, and these are
what the rules of the language give in exact fractions."""

from __future__ import annotations

import random
import re
import struct
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from expression_model import (
    FLOATS,
    WIDE,
    WIDTHS,
    Generator,
    NoNumberError,
    Point,
    Term,
    converted,
    rounded,
    spelled,
)

import hcl_explore as hcl
from hcl_explore.backend.cpu.marshal import codec
from hcl_explore.errors import EmitError, KernelTypeError
from hcl_explore.lang import Fixed, Int, UFixed, UInt, bfloat16, float16, float64
from hcl_explore.lang.types import FixedType, Float, IntegerType, ScalarType

POINTS = 12
EXPRESSIONS = 20
DEPTH = 4


def draw_kinds(random_: random.Random, *, wide: bool, halves: bool) -> dict[str, ScalarType]:
    """The types of the variables. Of more than 64 bits there are integers and fixed point only,
    which no tool converts to floats."""
    widths = WIDE if wide else WIDTHS
    kinds: list[ScalarType] = []
    for _ in range(4):
        kinds += [Int(random_.choice(widths)), UInt(random_.choice(widths))]
    kinds += [Int(random_.choice(WIDTHS)), UInt(random_.choice(range(1, 9)))]
    for _ in range(2):
        for kind in (Fixed, UFixed):
            width = random_.choice((70, 100, 150) if wide else (4, 8, 12, 16, 20, 24))
            kinds.append(kind(width, random_.randint(-2, width + 2)))
    if not wide:
        kinds += [kind for kind in FLOATS if halves or kind != float16]
    return {f"v{number}": kind for number, kind in enumerate(kinds)}


def draw_numbers(random_: random.Random, kind: ScalarType) -> list[Fraction]:
    """Values of ``kind``: its ends, those around 0, small ones and any."""
    if isinstance(kind, Float):
        numbers = [Fraction(random_.uniform(-50, 50)) for _ in range(POINTS - 3)]
        numbers += [Fraction(0), Fraction(1), Fraction(-3, 2)]
        return [rounded(kind, number) for number in numbers]
    held = kind.storage if isinstance(kind, FixedType) else kind
    assert isinstance(held, IntegerType)
    scale = Fraction(2) ** (kind.fraction if isinstance(kind, FixedType) else 0)
    raws = [held.low, held.high, held.low + 1, 0, held.wrap(1), held.wrap(-1)]
    raws += [held.wrap(random_.randint(-20, 20)) for _ in range(2)]
    raws += [random_.randint(held.low, held.high) for _ in range(POINTS - len(raws))]
    random_.shuffle(raws)
    return [raw / scale for raw in raws]


def bfloat16_bits(number: float) -> int:
    return int(struct.unpack("<I", struct.pack("<f", number))[0]) >> 16


def array_of(kind: ScalarType, numbers: Sequence[Fraction]) -> np.ndarray[Any, Any]:
    """``numbers`` as a kernel takes them."""
    coding = codec(str(kind))
    if kind == bfloat16:
        bits = np.array([bfloat16_bits(float(n)) for n in numbers], np.uint16)
        return bits.view(coding.dtype)
    if isinstance(kind, IntegerType):
        return np.array([int(number) for number in numbers], coding.dtype)
    exact = coding.dtype == object
    return np.array([n if exact else float(n) for n in numbers], coding.dtype)


def numbers_of(kind: ScalarType, array: np.ndarray[Any, Any]) -> list[Any]:
    """The elements of an array that a kernel gave: fractions, or None for what is no number."""
    if kind == bfloat16:
        array = (array.view(np.uint16).astype(np.uint32) << 16).view(np.float32)
    if isinstance(kind, Float):
        return [Fraction(float(n)) if np.isfinite(n) else None for n in array]
    return [Fraction(n if isinstance(n, Fraction) else n.item() if hasattr(n, "item") else n)
            for n in array]  # fmt: skip


def expected(term: Term, kind: ScalarType, points: Sequence[Point]) -> list[Fraction | None]:
    """The value of ``term``, stored in ``kind``, at each point; None where it is not judged."""
    values: list[Fraction | None] = []
    for point in points:
        try:
            values.append(converted(term.at(point), term.kind, kind))
        except NoNumberError:
            values.append(None)
    return values


def draw_target(random_: random.Random, kind: ScalarType, kinds: Sequence[ScalarType]) -> Any:
    """Where a value of ``kind`` is stored: mostly in its own type. Floats stay floats, since what
    does not fit in an integer is undefined."""
    if isinstance(kind, Float):
        return kind if random_.random() < 0.7 else float64
    if random_.random() < 0.6:
        return kind
    return random_.choice([other for other in kinds if not isinstance(other, Float)])


def draw_expressions(
    random_: random.Random, kinds: dict[str, ScalarType], count: int, *, divides: bool
) -> list[tuple[Term, ScalarType]]:
    """Expressions that the language accepts, with where they are stored."""
    generator = Generator(random_, kinds, divides=divides)
    found: list[tuple[Term, ScalarType]] = []
    while len(found) < count:
        try:
            term = generator.term(random_.randint(1, DEPTH))
        except TypeError:  # operands that no type of 512 bits holds together
            continue
        if len(term.text) > 600:
            continue
        found.append((term, draw_target(random_, term.kind, list(kinds.values()))))
    return found


def kernel_text(
    kinds: dict[str, ScalarType], expressions: Sequence[tuple[Term, ScalarType]]
) -> str:
    parameters = ", ".join(f"{name}: {spelled(kind)}[{POINTS}]" for name, kind in kinds.items())
    results = ", ".join(f"{spelled(kind)}[{POINTS}]" for _, kind in expressions)
    names = [f"r{number}" for number in range(len(expressions))]
    lines = [f"def f({parameters}) -> ({results}):"]
    for name, (_, kind) in zip(names, expressions, strict=True):
        lines.append(f"    {name}: {spelled(kind)}[{POINTS}] = 0")
    lines.append(f"    for i in range({POINTS}):")
    for name, (term, _) in zip(names, expressions, strict=True):
        lines.append(f"        {name}[i] = {term.text}")
    return "\n".join([*lines, f"    return {', '.join(names)}", ""])


def check(seed: int, target: str, *, wide: bool) -> list[str]:
    """What differs, a line for each expression and side."""
    random_ = random.Random(f"{seed} {target} {wide}")
    kinds = draw_kinds(random_, wide=wide, halves=target == "vhls")
    values = {name: draw_numbers(random_, kind) for name, kind in kinds.items()}
    points = [{name: values[name][i] for name in kinds} for i in range(POINTS)]
    accepted = []
    # The vendor's header divides rare integers of more than 64 bits wrongly:
    # (2**200 - 2**127) / (2**127 - 1).
    for pair in draw_expressions(random_, kinds, EXPRESSIONS, divides=not wide):
        try:
            hcl.customize(kernel_text(kinds, [pair, pair])).build(target)
        except (KernelTypeError, EmitError) as error:
            # Of so many bits there is no comparison, division, or conversion to a float.
            assert re.search("there may be 512|needs integers of|converted to a float", str(error))
            continue
        accepted.append(pair)
    schedule = hcl.customize(kernel_text(kinds, accepted))
    arguments = [array_of(kind, values[name]) for name, kind in kinds.items()]
    compiled = schedule.build()(*arguments)
    simulated = schedule.build(target, mode="csim")(*arguments)
    wrong = []
    for (term, kind), one, other in zip(accepted, compiled, simulated, strict=True):
        found = numbers_of(kind, one)
        if found != numbers_of(kind, other):
            wrong.append(_difference("csim", term, kind, kinds, points, found,
                                     numbers_of(kind, other)))  # fmt: skip
        model = expected(term, kind, points)
        judged = [m if m is not None else f for m, f in zip(model, found, strict=True)]
        if found != judged:
            wrong.append(_difference("model", term, kind, kinds, points, found, judged))
    return wrong


def _difference(
    side: str,
    term: Term,
    kind: ScalarType,
    kinds: dict[str, ScalarType],
    points: Sequence[Point],
    found: Sequence[Any],
    other: Sequence[Any],
) -> str:
    place = next(i for i in range(POINTS) if found[i] != other[i])
    used = {
        n: f"{spelled(k)} = {points[place][n]}" for n, k in kinds.items() if f"{n}[" in term.text
    }
    return (
        f"{side}: {spelled(kind)} <- {term.text}: JIT {found[place]}, {side} {other[place]}; {used}"
    )


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("target,wide", [("vhls", False), ("catapult", False)])
def test_random_expressions(seed: int, target: str, wide: bool) -> None:
    assert check(seed, target, wide=wide) == []


@pytest.mark.slow
@pytest.mark.parametrize("target", ["vhls", "catapult"])
def test_random_expressions_of_many_bits(target: str) -> None:
    assert check(0, target, wide=True) == []
