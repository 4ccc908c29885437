"""Integer arithmetic bit for bit against Python's integers, over widths and signs."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from hcl_explore.lang import Int, UInt
from hcl_explore.lang.promotion import promote

Run = Callable[..., Any]
Integer = Int | UInt

PAIRS = 12
OPERATORS = ["+", "-", "*", "/", "//", "%", "&", "|", "^", "<", "<=", "==", "!="]


def truncated(a: int, b: int) -> int:
    return abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)


MODEL: dict[str, Callable[[int, int], int]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": truncated,
    "//": lambda a, b: a // b,
    "%": lambda a, b: a % b,
    "&": lambda a, b: a & b,
    "|": lambda a, b: a | b,
    "^": lambda a, b: a ^ b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
}


def values(kind: Integer, random_: random.Random, *, zero: bool) -> list[int]:
    """The ends of the range, the numbers around 0, and random ones."""
    edges = [v for v in (kind.low, kind.high, 0, 1, -1) if kind.low <= v <= kind.high]
    edges += [random_.randint(kind.low, kind.high) for _ in range(PAIRS)]
    random_.shuffle(edges)
    chosen = edges[:PAIRS]
    return chosen if zero else [v or kind.high or kind.low for v in chosen]


def array(kind: Integer, numbers: list[int]) -> np.ndarray[Any, Any]:
    return np.array(numbers, kind.numpy_dtype)


WIDTHS = range(1, 17)
KINDS = [kind(width) for kind in (Int, UInt) for width in WIDTHS]


@pytest.mark.slow
@pytest.mark.parametrize("left", KINDS, ids=str)
def test_all_widths_up_to_16(run: Run, left: Integer) -> None:
    random_ = random.Random(str(left))
    parameters = [
        f"x: {left!r}[{PAIRS}]".replace(repr(left), f"{type(left).__name__}({left.width})")
    ]
    body = []
    arguments = []
    expected = np.zeros((len(KINDS), len(OPERATORS), PAIRS), np.int64)
    x = values(left, random_, zero=True)
    for number, right in enumerate(KINDS):
        y = values(right, random_, zero=False)
        parameters.append(f"y{number}: {type(right).__name__}({right.width})[{PAIRS}]")
        arguments.append(array(right, y))
        for row, operator in enumerate(OPERATORS):
            result = promote(operator, left, right)
            assert isinstance(result, (Int, UInt))
            body.append(f"out[{number}, {row}, i] = x[i] {operator} y{number}[i]")
            expected[number, row] = [
                result.wrap(int(MODEL[operator](a, b))) for a, b in zip(x, y, strict=True)
            ]
    parameters.append(f"out: int64[{len(KINDS)}, {len(OPERATORS)}, {PAIRS}]")
    lines = "\n        ".join(body)
    text = f"def f({', '.join(parameters)}):\n    for i in range({PAIRS}):\n        {lines}\n"
    out = np.zeros_like(expected)
    run(text, array(left, x), *arguments, out)
    np.testing.assert_array_equal(out, expected)


@pytest.mark.parametrize("kind", [Int(7), UInt(7), Int(32), UInt(16), Int(64)], ids=str)
def test_shifts_negation_and_extremes(run: Run, kind: Integer) -> None:
    random_ = random.Random(str(kind))
    name = f"{type(kind).__name__}({kind.width})"
    text = f"""
        def f(x: {name}[{PAIRS}], y: {name}[{PAIRS}], s: uint8[{PAIRS}], out: int64[8, {PAIRS}]):
            for i in range({PAIRS}):
                out[0, i] = x[i] << s[i]
                out[1, i] = x[i] >> s[i]
                out[2, i] = ~x[i]
                out[3, i] = min(x[i], y[i])
                out[4, i] = max(x[i], y[i])
                out[5, i] = abs(x[i])
                out[6, i] = -x[i]
                out[7, i] = x[i] if x[i] > y[i] else -y[i]
        """
    x, y = values(kind, random_, zero=True), values(kind, random_, zero=True)
    s = [random_.randrange(2 * kind.width) for _ in range(PAIRS)]  # also more than all bits
    out = np.zeros((8, PAIRS), np.int64)
    run(text, array(kind, x), array(kind, y), array(UInt(8), s), out)
    wide = Int(64)
    expected = [
        [kind.wrap(a << d) for a, d in zip(x, s, strict=True)],
        [a >> d for a, d in zip(x, s, strict=True)],
        [kind.wrap(~a) for a in x],
        [min(a, b) for a, b in zip(x, y, strict=True)],
        [max(a, b) for a, b in zip(x, y, strict=True)],
        [kind.wrap(abs(a)) for a in x],
        [-a for a in x],
        [a if a > b else -b for a, b in zip(x, y, strict=True)],
    ]
    np.testing.assert_array_equal(out, [[wide.wrap(v) for v in row] for row in expected])


@pytest.mark.parametrize("seed", range(6))
def test_random_wide_integers(run: Run, seed: int) -> None:
    """Operands are put together from 32-bit words, and results taken apart."""
    random_ = random.Random(seed)
    left = random_.choice([Int, UInt])(random_.randint(17, 300))
    right = random_.choice([Int, UInt])(random_.randint(17, 200))
    operators = ["+", "-", "*", "&", "^", "<", "/", "//", "%"]
    kinds = [promote(operator, left, right) for operator in operators]
    words = [-(-kind.bits // 32) for kind in kinds]
    lines = []
    for row, (operator, kind, count) in enumerate(zip(operators, kinds, words, strict=True)):
        lines.append(f"z{row}: {type(kind).__name__}({kind.bits}) = x {operator} y")
        for word in range(count):
            high = min(32 * word + 32, kind.bits)
            lines.append(f"out[{row}, {word}] = z{row}[{32 * word}:{high}]")
    text = f"""
        def f(a: uint32[10], b: uint32[10], out: uint32[{len(operators)}, 16]):
            x: {type(left).__name__}({left.width}) = 0
            y: {type(right).__name__}({right.width}) = 0
            for k in range(9, -1, -1):
                x = (x << 16 << 16) | a[k]
                y = (y << 16 << 16) | b[k]
            {(chr(10) + " " * 12).join(lines)}
        """
    for _ in range(4):
        x = random_.choice([random_.randint(left.low, left.high), left.low, left.high])
        y = random_.choice([random_.randint(right.low, right.high), right.low or 1, -1])
        y = right.wrap(y) or 1
        a, b = ([v >> 32 * k & 0xFFFFFFFF for k in range(10)] for v in (x, y))
        out = np.zeros((len(operators), 16), np.uint32)
        run(text, array(UInt(32), a), array(UInt(32), b), out)
        for row, (operator, kind, count) in enumerate(zip(operators, kinds, words, strict=True)):
            wanted = int(MODEL[operator](x, y)) & ((1 << kind.bits) - 1)
            found = sum(int(out[row, word]) << 32 * word for word in range(count))
            assert found == wanted, (operator, left, right, x, y)
