"""Fixed-point arithmetic bit for bit against exact fractions, over widths, fractions and signs."""

from __future__ import annotations

import random
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from hcl_explore.errors import CallError, KernelBoundsError, KernelTypeError
from hcl_explore.lang import Fixed, UFixed
from hcl_explore.lang.promotion import promote
from hcl_explore.lang.types import FixedType, ScalarType
from tests.frontend.fixed_model import (
    OPERATORS,
    random_fixed,
    random_kind,
    raws,
    result,
    spelled,
    storage,
    stored,
    value_of,
)

Run = Callable[..., Any]

PAIRS = 6


def array(kind: ScalarType, numbers: list[int]) -> np.ndarray[Any, Any]:
    if isinstance(kind, FixedType):
        return np.array([kind.value_of(raw) for raw in numbers], kind.numpy_dtype)
    return np.array(numbers, kind.numpy_dtype)


@pytest.mark.slow
@pytest.mark.parametrize("width", range(1, 17))
def test_all_widths_up_to_16(run: Run, width: int) -> None:
    """Each operator with its result in full and stored in a random narrower type."""
    random_ = random.Random(width)
    left = random_fixed(random_, width)
    x = raws(left, random_, PAIRS, zero=True)
    parameters = [f"x: {spelled(left)}[{PAIRS}]"]
    body, arguments, expected = [], [], []
    for number, right_width in enumerate(range(1, 17)):
        right = random_kind(random_, right_width)
        y = raws(right, random_, PAIRS, zero=False)
        parameters.append(f"y{number}: {spelled(right)}[{PAIRS}]")
        arguments.append(array(right, y))
        pairs = [(value_of(left, a), value_of(right, b)) for a, b in zip(x, y, strict=True)]
        for row, operator in enumerate(OPERATORS):
            kind = promote(operator, left, right)
            target = random_kind(random_, random_.randint(1, 20))
            name = f"t{number}_{row}"
            body += [
                f"full_{name}: {spelled(kind)} = x[i] {operator} y{number}[i]",
                f"{name}: {spelled(target)} = x[i] {operator} y{number}[i]",
                f"out[{len(expected)}, i] = {bits(kind, f'full_{name}')}",
                f"out[{len(expected) + 1}, i] = {bits(target, name)}",
            ]
            outcomes = [result(operator, left, right, a, b) for a, b in pairs]
            expected.append([raw for _, raw in outcomes])
            expected.append([stored(target, value_of(kind, raw)) for kind, raw in outcomes])
    parameters.append(f"out: int64[{len(expected)}, {PAIRS}]")
    lines = "\n        ".join(body)
    text = f"def f({', '.join(parameters)}):\n    for i in range({PAIRS}):\n        {lines}\n"
    out = np.zeros((len(expected), PAIRS), np.int64)
    run(text, array(left, x), *arguments, out)
    np.testing.assert_array_equal(out, expected)


def bits(kind: ScalarType, name: str) -> str:
    """An expression for the bits of a variable, with their sign."""
    held = spelled(storage(kind))
    return f"{name}.bitcast({held})" if isinstance(kind, FixedType) else name


@pytest.mark.parametrize("seed", range(8))
def test_random_wide_operands(run: Run, seed: int) -> None:
    random_ = random.Random(seed)
    left = random_fixed(random_, random_.randint(17, 150), spread=30)
    right = random_kind(random_, random_.randint(17, 60))
    target = random_fixed(random_, random_.randint(17, 200), spread=30)
    x, y = raws(left, random_, PAIRS, zero=True), raws(right, random_, PAIRS, zero=False)
    lines = [f"out[{row}, i] = x[i] {op} y[i]" for row, op in enumerate(OPERATORS)]
    text = (
        f"def f(x: {spelled(left)}[{PAIRS}], y: {spelled(right)}[{PAIRS}], "
        f"out: {spelled(target)}[{len(OPERATORS)}, {PAIRS}]):\n"
        f"    for i in range({PAIRS}):\n        " + "\n        ".join(lines) + "\n"
    )
    out = np.zeros((len(OPERATORS), PAIRS), target.numpy_dtype)
    run(text, array(left, x), array(right, y), out)
    for row, operator in enumerate(OPERATORS):
        for i, (a, b) in enumerate(zip(x, y, strict=True)):
            kind, raw = result(operator, left, right, value_of(left, a), value_of(right, b))
            wanted = target.value_of(stored(target, value_of(kind, raw)))
            assert out[row, i] == wanted, (operator, left, right, target, a, b)


@pytest.mark.parametrize(
    "kind", [Fixed(7, 3), UFixed(7, 9), Fixed(32, -4), UFixed(16, 16)], ids=str
)
def test_shifts_negation_and_extremes(run: Run, kind: FixedType) -> None:
    random_ = random.Random(str(kind))
    name, other = spelled(kind), Fixed(12, 5)
    wide = Fixed(80, 20)
    text = f"""
        def f(x: {name}[{PAIRS}], y: {spelled(other)}[{PAIRS}], s: uint8[{PAIRS}],
              out: {spelled(wide)}[8, {PAIRS}]):
            for i in range({PAIRS}):
                out[0, i] = x[i] << s[i]
                out[1, i] = x[i] >> s[i]
                out[2, i] = min(x[i], y[i])
                out[3, i] = max(x[i], y[i], 1)
                out[4, i] = abs(x[i])
                out[5, i] = -x[i]
                out[6, i] = x[i] if x[i] > y[i] else -y[i]
                out[7, i] = 1 if x[i] else 0
        """
    x, y = raws(kind, random_, PAIRS, zero=True), raws(other, random_, PAIRS, zero=True)
    s = [random_.randrange(kind.width) for _ in range(PAIRS)]
    out = np.zeros((8, PAIRS), object)
    run(text, array(kind, x), array(other, y), np.array(s, np.uint8), out)
    a, b = [value_of(kind, raw) for raw in x], [value_of(other, raw) for raw in y]
    held = kind.storage
    expected = [
        [value_of(kind, held.wrap(raw << d)) for raw, d in zip(x, s, strict=True)],
        [value_of(kind, raw >> d) for raw, d in zip(x, s, strict=True)],
        [min(p, q) for p, q in zip(a, b, strict=True)],
        [max(p, q, 1) for p, q in zip(a, b, strict=True)],
        [value_of(kind, held.wrap(abs(raw))) for raw in x],
        [-p for p in a],
        [p if p > q else -q for p, q in zip(a, b, strict=True)],
        [int(p != 0) for p in a],
    ]
    for row, values in enumerate(expected):
        assert [Fraction(v) for v in out[row]] == [
            value_of(wide, stored(wide, Fraction(v))) for v in values
        ], row


@pytest.mark.parametrize("source", ["float16", "float32", "float64", "int32", "index"])
@pytest.mark.parametrize(
    "kind", [Fixed(16, 8), UFixed(12, 14), Fixed(40, -3), Fixed(20, 70)], ids=str
)
def test_conversions_both_ways(run: Run, source: str, kind: FixedType) -> None:
    is_float = source.startswith("float")
    scale = 2.0 ** -max(0, kind.fraction - 50)  # a float is in range below 2**63 after scaling
    numbers = [0.0, 1.5, -1.5, 0.1, -0.1, 127.99, -128.0, 300.7, -300.7, 2.0**-9, -(2.0**-14)]
    numbers = [number * scale for number in numbers]
    dtype = np.dtype(source if source != "index" else "int64")
    x = np.array(numbers, np.float64).astype(dtype)
    text = f"""
        def f(x: {source}[11], there: {spelled(kind)}[11], back: {source}[11], whole: int32[11]):
            for i in range(11):
                there[i] = x[i]
                back[i] = there[i]
                whole[i] = there[i]
        """
    there, back, whole = np.zeros(11), np.zeros(11, dtype), np.zeros(11, np.int32)
    run(text, x, there, back, whole)
    raw = [stored(kind, Fraction(number)) for number in x.tolist()]
    exact = [value_of(kind, r) for r in raw]
    assert there.tolist() == [float(v) for v in exact]
    if is_float:
        with np.errstate(over="ignore"):
            rounded = np.array([float(v) for v in exact]).astype(
                np.float32 if source != "float64" else np.float64
            )
            np.testing.assert_array_equal(back, rounded.astype(dtype))
    else:
        assert back.tolist() == [(v // 1 + 2**31) % 2**32 - 2**31 for v in exact]
    assert whole.tolist() == [(v // 1 + 2**31) % 2**32 - 2**31 for v in exact]


def test_literals_tables_and_constants(run: Run) -> None:
    text = """
        TABLE = [0.3, -0.3, 100.0]

        def f(x: Fixed(8, 4), out: Fixed(12, 6)[9]):
            T: Fixed(8, 4)[3] = TABLE
            C: ConstExpr[Fixed(4, 2)] = 0.8
            y: Fixed(8, 4) = 0.3
            for i in range(3):
                out[i] = T[i]
            out[3] = y
            out[4] = C
            out[5] = Fixed(8, 6)(0.3) * x
            out[6] = 0.3 if x > 1 else -0.3
            out[7] = x * 0.5
            y += 1
            out[8] = y ** 2
        """
    out = np.zeros(9)
    run(text, 1.5, out)
    expected = [0.25, -0.3125, 4.0, 0.25, 0.75, 0.4375, 0.296875, 0.75, 1.5625]
    assert out.tolist() == expected


def test_bits(run: Run) -> None:
    text = """
        def f(x: Fixed(8, 4), out: Fixed(8, 4)[2], n: uint8[4]):
            n[0] = x[4]
            n[1] = x[4:8]
            n[2] = x.bitcast()
            y: Fixed(8, 4) = x
            y[0] = 1
            y[4:6] = 2
            out[0] = y
            out[1] = n[3].bitcast(Fixed(8, 4))
        """
    out, n = np.zeros(2), np.array([0, 0, 0, 0x9C], np.uint8)
    run(text, -2.5, out, n)
    assert n[:3].tolist() == [1, 0xD, 0xD8]
    assert out.tolist() == [(0xE9 - 256) / 16, (0x9C - 256) / 16]


def test_library_functions(run: Run) -> None:
    text = """
        T = Fixed(16, 8)

        def f(A: T[3, 4], B: T[4, 2]) -> (T[3, 2], T[3, 4]):
            C = A @ B
            D: T[3, 4] = hcl.relu(hcl.sub(hcl.mul(A, 2), A[0]))
            return C, D
        """
    rng = np.random.default_rng(0)
    a, b = np.floor(rng.uniform(-4, 4, (3, 4)) * 256) / 256, rng.uniform(-4, 4, (4, 2))
    b = np.floor(b * 256) / 256
    c, d = run(text, a, b)
    steps = np.zeros((3, 2))
    for k in range(4):  # the sum is truncated each time that it is stored
        steps = np.floor((steps + a[:, k : k + 1] * b[k]) * 256) / 256
    np.testing.assert_array_equal(c, steps)
    np.testing.assert_array_equal(d, np.maximum(2 * a - a[0], 0))


def test_calls_and_scalar_results(run: Run) -> None:
    text = """
        def g(x: Fixed(8, 4), v: UFixed(8, 6)[2]) -> Fixed(10, 5):
            v[1] = x
            return x * v[0]

        def f(x: Fixed(16, 8), v: UFixed(8, 6)[2]) -> Fixed(10, 5):
            y = g(x, v)
            return y + 1
        """
    v = np.array([0.75, 0.0])
    assert run(text, 1.3, v) == 1.25 * 0.75 // (1 / 32) / 32 + 1
    assert v.tolist() == [0.75, 1.25]


def test_arguments_are_rounded_down_and_wrapped(run: Run) -> None:
    text = "def f(x: Fixed(8, 4)[6]) -> Fixed(8, 4)[6]:\n    y: Fixed(8, 4)[6] = x\n    return y\n"
    given = np.array([0.1, -0.1, 8.0, -8.5, 1e18, 3.99])
    assert run(text, given).tolist() == [Fixed(8, 4)(number) for number in given]
    assert run(text, given.astype(np.float32))[0] == 0.0625
    assert run(text, np.arange(6)).tolist() == [0, 1, 2, 3, 4, 5]
    np.testing.assert_array_equal(run(text, given), Fixed(8, 4)(given))


def test_above_53_bits_values_are_fractions(run: Run) -> None:
    text = """
        def f(x: Fixed(70, 60)[2]) -> Fixed(70, 60)[2]:
            y: Fixed(70, 60)[2] = x
            return y
        """
    third = Fixed(70, 60)(Fraction(1, 3))
    found = run(text, np.array([Fraction(1, 3), 0.5], object))
    assert found.dtype == object and found.tolist() == [third, Fraction(1, 2)]
    assert run(text, np.array([0.25, 1e9])).tolist()[0] == Fraction(1, 4)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (np.array([np.nan, 0]), "NaN or infinity"),
        (np.array([np.inf, 0]), "NaN or infinity"),
        (np.array([0, 1], np.float32), r"must be fixed\(8, 4\)\[2\] held in float64"),
        (np.zeros(2, complex), "complex"),
        ([0.0, 1.0], "must be an array"),
        (np.zeros(3), r"found float64\[3\]"),
    ],
)
def test_refused_arguments(run: Run, given: Any, message: str) -> None:
    text = "def f(x: Fixed(8, 4)[2]):\n    x[0] = 1\n"
    with pytest.raises(CallError, match=message):
        run(text, given)


@pytest.mark.parametrize("given", [float("nan"), "1", True, 1j])
def test_refused_scalars(run: Run, given: Any) -> None:
    with pytest.raises(CallError, match=r"x must be fixed\(8, 4\)"):
        run("def f(x: Fixed(8, 4), y: int8[1]):\n    y[0] = x\n", given, np.zeros(1, np.int8))


@pytest.mark.parametrize(
    ("line", "column", "message"),
    [
        ("y = x & 1", 9, "'&' works on integers, not on fixed\\(8, 4\\)"),
        ("y = ~x", 9, "'~' works on integers, not on fixed\\(8, 4\\)"),
        ("y = 1 << x", 9, "the shift distance of '<<' must be an integer"),
        ("y = A[x]", 11, "a subscript must be an integer, not fixed\\(8, 4\\)"),
        ("y = x[8]", 11, "fixed\\(8, 4\\) has|uint8 has the bits 0 to 7 only"),
        ("y = x / 0", 9, "division by zero"),
        ("y = x << 8", 9, "a shift of fixed\\(8, 4\\) by 8 leaves nothing"),
        ("y = x.bitcast(int32)", 9, "bitcast\\(\\) keeps the bits"),
        ("y = x.bitcast(3)", 19, "bitcast\\(\\) takes a type of as many bits"),
        ("y = x.reverse()", 9, "reverse\\(\\) works on integers"),
        (
            "y = w / x",
            9,
            "'/' of fixed\\(510, 500\\) and fixed\\(8, 4\\) needs integers of 514 bits",
        ),
        ("y = w * w", 9, "would have 1000 fraction bits; there may be 512 at most"),
        ("y = hcl.gelu(A)", 5, "'hcl.gelu\\(A\\)' is"),
    ],
)
def test_refused_programs(ir_of: Callable[..., str], line: str, column: int, message: str) -> None:
    text = (
        f"def f(x: Fixed(8, 4), w: Fixed(510, 500), A: int8[4]):\n    y: Fixed(8, 4)\n    {line}\n"
    )
    with pytest.raises((KernelTypeError, KernelBoundsError, Exception), match=message) as caught:
        ir_of(text)
    assert (caught.value.span.line, caught.value.span.column) == (3, column)


def test_types_refuse_bad_sizes() -> None:
    for width, fraction in ((0, 0), (513, 0), (8, 600), (8, 1.5), ("8", 4)):
        with pytest.raises((TypeError, ValueError)):
            Fixed(width, fraction)  # type: ignore[arg-type]
