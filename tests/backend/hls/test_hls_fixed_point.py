"""Fixed point in HLS C++: the text, and the same bits as on the CPU in both dialects."""

from __future__ import annotations

import random
import shutil
from fractions import Fraction

import numpy as np
import pytest

import hcl_explore as hcl
from hcl_explore.lang.types import FixedType
from tests.frontend.fixed_model import OPERATORS, random_kind, raws, spelled

NEEDS_COMPILER = pytest.mark.skipif(shutil.which("g++") is None, reason="needs a C++ compiler")
PAIRS = 12


def emitted(body: str, dialect: str = "vhls") -> list[str]:
    """The lines of C++ in the loop over ``body``."""
    lines = "\n        ".join(body.strip().split("\n"))
    text = f"""
TABLE = [0.5, -1.25]
def f(A: Fixed(16, 8)[4], B: Fixed(12, 4)[4], C: Fixed(16, 8)[4], u: UFixed(8, 8)[4],
      F: float32[4], n: int32[4], s: Fixed(16, 8)):
    T: Fixed(8, 4)[2] = TABLE
    for i in range(2):
        {lines}
"""
    code = hcl.customize(text).build(dialect).hls_code.split("\n")
    start = next(number for number, line in enumerate(code) if line.startswith("  i:"))
    inside = code[start + 1 : code.index("  }", start)]
    return [line.strip() for line in inside if "#pragma" not in line]


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        ("C[i] += A[i] * B[i]", ["C[i] += A[i] * B[i];"]),
        ("C[i] = A[i] + B[i] - u[i]", ["C[i] = A[i] + B[i] - u[i];"]),
        ("C[i] = A[i] / B[i]", ["C[i] = A[i] / B[i];"]),
        ("C[i] = A[i] / 3", ["C[i] = A[i] / 3;"]),
        ("C[i] = 0.75", ["C[i] = 0.75;"]),
        ("C[i] = A[i] * 3 + 1", ["C[i] = A[i] * 3 + 1;"]),
        ("C[i] = T[i] * s", ["C[i] = T[i] * s;"]),
        ("C[i] = F[i]", ["C[i] = F[i];"]),
        ("F[i] = A[i]", ["F[i] = A[i].to_float();"]),
        ("n[i] = A[i]", ["n[i] = ap_fixed<8, 8>(A[i]);"]),
        ("C[i] = n[i]", ["C[i] = n[i];"]),
        ("C[i] = -A[i]", ["C[i] = -A[i];"]),
        (
            "C[i] = hcl.relu(A[i])",
            ["C[i] = std::max<ap_fixed<16, 8> >(A[i], ap_fixed<16, 8>(0));"],
        ),
        ("if A[i] > B[i]:\n    C[i] = 1", ["if (A[i] > B[i]) {", "C[i] = 1;", "}"]),
        ("n[i] = A[i].bitcast()", ["n[i] = ap_uint<16>(ap_ufixed<16, 8>(A[i]).range());"]),
        ("t: Fixed(10, 5) = A[i]\nC[i] = t", ["ap_fixed<10, 5> t = A[i];", "C[i] = t;"]),
    ],
)
def test_it_reads_as_written(body: str, lines: list[str]) -> None:
    assert emitted(body) == lines


def test_catapult_spells_its_own_types() -> None:
    code = hcl.customize(
        "def f(A: Fixed(16, 8)[4], u: UFixed(8, 3)[4], n: int32[4]):\n"
        "    for i in range(4):\n        A[i] += u[i]\n        n[i] = A[i]\n"
    ).build("catapult")
    assert "#include <ac_fixed.h>" in code.hls_code
    assert "ac_fixed<16, 8, true> A[4], const ac_fixed<8, 5, false> u[4]" in code.hls_code
    assert "n[i] = ac_fixed<8, 8, true>(A[i]).to_ac_int();" in code.hls_code


def operators_kernel(random_: random.Random) -> tuple[str, list[np.ndarray]]:
    """A kernel with every operator on random types, some of them nested, and its arguments."""
    parameters, arguments, body, results = [], [], [], []
    for number in range(6):
        kind = random_kind(random_, random_.randint(2, 20))
        bits = raws(kind, random_, PAIRS, zero=False)
        held = [kind.value_of(raw) for raw in bits] if isinstance(kind, FixedType) else bits
        parameters.append(f"x{number}: {spelled(kind)}[{PAIRS}]")
        arguments.append(np.array(held, kind.numpy_dtype))

    parameters.append(f"n: uint8[{PAIRS}]")
    arguments.append(np.arange(PAIRS, dtype=np.uint8)[::-1].copy())

    def operand(depth: int) -> str:
        if depth == 0 or random_.random() < 0.3:
            return random_.choice([f"x{random_.randrange(6)}[i]", "2", "Fixed(6, 3)(0.625)"])
        operator = random_.choice(["+", "-", "*", "*", "+", "-", "<", "=="])
        inner = f"({operand(depth - 1)} {operator} {operand(depth - 1)})"
        return random_.choice([inner, inner, f"abs{inner}", f"(-{inner})", f"max({inner}, x1[i])"])

    expressions = [f"x{a}[i] {op} x{b}[i]" for a, b in ((0, 1), (2, 3)) for op in OPERATORS]
    expressions += [operand(3) for _ in range(12)]
    expressions += ["x0[i] if x1[i] > x2[i] else -x3[i]", "float32(x4[i]) * 0.3", "x5[i] >> 1"]
    expressions += ["x0[i] / 3", "x4[i] / -5", "x0[n[i]] - x1[n[i]] if x2[n[i]] > x3[n[i]] else 1"]
    for number, expression in enumerate(expressions):
        kind = random_kind(random_, random_.randint(4, 24))
        results.append(f"{spelled(kind)}[{PAIRS}]")
        body.append(f"    r{number}: {spelled(kind)}[{PAIRS}]")
    body.append(f"    for i in range({PAIRS}):")
    body += [f"        r{number}[i] = {text}" for number, text in enumerate(expressions)]
    names = ", ".join(f"r{number}" for number in range(len(expressions)))
    head = f"def f({', '.join(parameters)}) -> ({', '.join(results)}):\n"
    return head + "\n".join(body) + f"\n    return {names}\n", arguments


@pytest.mark.slow
@NEEDS_COMPILER
@pytest.mark.parametrize("seed", range(4))
def test_csim_gives_the_same_bits(seed: int) -> None:
    text, arguments = operators_kernel(random.Random(seed))
    schedule = hcl.customize(text)
    expected = schedule.build()(*arguments)
    for target in ("vhls", "catapult"):
        found = schedule.build(target, mode="csim")(*arguments)
        for number, (one, other) in enumerate(zip(found, expected, strict=True)):
            np.testing.assert_array_equal(one, other, err_msg=f"{target} r{number}")


@NEEDS_COMPILER
def test_csim_of_scalars_calls_and_wide_types() -> None:
    schedule = hcl.customize("""
def g(x: Fixed(70, 40), y: UFixed(6, 3)) -> Fixed(70, 40):
    z: Fixed(70, 40) = 0.5
    if y > 1:
        z = x * y
    return z

def f(x: Fixed(70, 40), y: UFixed(6, 3), out: Fixed(9, 2)[2]) -> Fixed(70, 40):
    out[0] = y
    z = g(x, y)
    out[1] = z
    return z + Fixed(4, 3)(0.25)
""")
    for x, y in ((Fraction(10, 3), 2.5), (-7, 0.5), (Fraction(-1, 3), 7.875)):
        outcomes = []
        for options in ({}, {"target": "vhls", "mode": "csim"}):
            out = np.zeros(2)
            outcomes.append((schedule.build(**options)(x, y, out), out.tolist()))
        assert outcomes[0] == outcomes[1]


def test_a_converted_value_is_kept_where_its_source_changes_first() -> None:
    assert emitted("F[i], C[i] = A[i], F[i]") == [
        "const ap_fixed<16, 8> tmp = ap_fixed<16, 8>(F[i]);",
        "F[i] = A[i].to_float();",
        "C[i] = tmp;",
    ]


def test_catapult_inverts_unsigned_integers_to_negative_ones() -> None:
    schedule = hcl.customize("""
def f(x: UInt(5)) -> int32:
    return (~x) >> 1
""")
    assert "ac_int<5, false>(~x) >> 1" in schedule.build("catapult").hls_code
    assert "return ~x >> 1;" in schedule.build("vhls").hls_code


def test_a_constant_beside_the_bits_of_fixed_point_is_its_bits() -> None:
    text = (
        hcl.customize("""
def f(x: UFixed(24, 21), n: uint8, y: uint8) -> UFixed(24, 21):
    return y % ((x << n) if n > 2 else 1)
""")
        .build("vhls")
        .hls_code
    )
    assert "ap_uint<24>(2097152)" in text  # 2**21


def test_powers_of_two_of_the_kernels_own_stay() -> None:
    assert emitted("F[i] = F[i] * 2.0 * 0.5") == ["F[i] = F[i] * 2.0f * 0.5f;"]
