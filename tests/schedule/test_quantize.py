"""quantize and downsize: new element types, conversions, fixed-point arithmetic, the error."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

import hcl_explore as hcl
from hcl_explore.errors import ArgumentError, NotApplicableError, UnknownNameError
from hcl_explore.lang import bfloat16, float16, float32, float64, index, int8, int32

DOT = """
def dot(X: float32[16], Y: float32[16]) -> float32[16]:
    C: float32[16] = 0.0
    for i in range(16):
        for j in range(4):
            C[i] += X[i] * Y[i] * 0.25
    return C
"""

CALLS = """
def scale(A: float32[8], B: float32[8]) -> float32[8]:
    for i in range(8):
        B[i] = A[i] * 3.0
    R: float32[8]
    for i2 in range(8):
        R[i2] = A[i2] + B[i2]
    return R

def kernel(V: float32[8], f: float32, n: int32[8]) -> float32[8]:
    T: float32[8]
    S = scale(V, T)
    best: float32 = 0.0
    for i in range(8):
        best = max(best, T[i] * f)
        n[i] = n[i] * 2 + 1
    for i in range(8):
        S[i] = S[i] + best
    return S
"""


def arrays(seed: int, count: int, size: int) -> list[np.ndarray[Any, Any]]:
    rng = np.random.default_rng(seed)
    return [np.floor(rng.uniform(-2, 2, size) * 256) / 256 for _ in range(count)]


def test_the_interface_takes_the_new_type() -> None:
    s = hcl.customize(DOT)
    s.quantize(s.X, hcl.Fixed(16, 8))
    x, y = arrays(0, 2, 16)
    found = s.build()(x, y.astype(np.float32))
    plain = hcl.customize(DOT).build()(x.astype(np.float32), y.astype(np.float32))
    np.testing.assert_array_equal(found, plain)  # x is exact in Fixed(16, 8)


def test_results_are_rounded_down_where_they_are_stored() -> None:
    s = hcl.customize(DOT)
    s.quantize(s.C, hcl.Fixed(12, 4))
    x, y = (a.astype(np.float32) for a in arrays(1, 2, 16))
    expected = np.zeros(16, np.float32)
    for _ in range(4):
        expected = np.floor((expected + x * y * np.float32(0.25)) * 16) / 16
    np.testing.assert_array_equal(s.build()(x, y), expected)


def test_arithmetic_of_fixed_point_is_fixed_point() -> None:
    s = hcl.customize(DOT)
    for name in "XYC":
        s.quantize(name, hcl.Fixed(16, 8))
    assert "f32" not in s.ir
    assert "C[i] += X[i] * Y[i] * ap_ufixed<1, -1>(0.25);" in s.build("vhls").hls_code
    x, y = arrays(2, 2, 16)
    expected = np.zeros(16)
    for _ in range(4):
        expected = np.floor((expected + x * y * 0.25) * 256) / 256
    np.testing.assert_array_equal(s.build()(x, y), expected)


def test_a_constant_that_fixed_point_does_not_hold_keeps_the_float() -> None:
    s = hcl.customize(DOT.replace("0.25", "0.1"))
    for name in "XYC":
        s.quantize(name, hcl.Fixed(16, 8))
    assert "arith.mulf" in s.ir


def test_every_function_on_the_way_changes() -> None:
    s = hcl.customize(CALLS)
    s.quantize("T", hcl.Fixed(16, 8))
    s.quantize("S", hcl.Fixed(20, 8))
    s.quantize("best", hcl.UFixed(16, 8))
    s.downsize("n", int8)
    scale = s.program.functions["scale"]
    assert {b.name: b.dtype for b in scale.buffers} == {
        "A": "float32",
        "B": "fixed(16, 8)",
        "R": "fixed(20, 8)",
    }
    v = np.linspace(-1, 3, 8, dtype=np.float32)
    n = np.arange(8, dtype=np.int8)
    b = np.floor(v * 3 * 256) / 256
    best = np.floor(max(0, *(b * 0.5)) * 256) / 256
    r = np.floor((v + b.astype(np.float32)) * 256) / 256
    np.testing.assert_array_equal(s.build()(v, 0.5, n), r + best)
    np.testing.assert_array_equal(n, np.arange(8) * 2 + 1)


@pytest.mark.parametrize("kind", [float16, bfloat16, float64, hcl.Int(20), hcl.UFixed(60, 30)])
def test_other_types_run_on_the_cpu(kind: Any) -> None:
    s = hcl.customize("""
def f(A: float32[8]) -> float32[8]:
    B: float32[8]
    C: float32[8]
    for i in range(8):
        B[i] = A[i]
    for i2 in range(8):
        C[i2] = B[i2]
    return C
""")
    s.quantize("B", kind, tolerance=1.0)
    a = np.array([0.0, 1.0, 2.5, 3.14159, 100.0, 1e-3, 7.0, 255.25], np.float32)
    expected = {
        "float16": a.astype(np.float16),
        "bfloat16": np.array([bfloat16(v) for v in a]),
        "float64": a,
        "int20": np.trunc(a),
        "ufixed(60, 30)": np.floor(a * 2.0**30) / 2.0**30,
    }[str(kind)]
    np.testing.assert_array_equal(s.build()(a), expected.astype(np.float32))


def test_the_error_is_measured_and_shown() -> None:
    s = hcl.customize(DOT)
    s.quantize(s.C, hcl.Fixed(24, 12))
    verdict = s.verify()
    assert verdict.status == "verified"
    assert 0 < verdict.max_rel_error < 0.05 and 0 < verdict.max_abs_error < 4 / 4096 + 1e-6
    assert re.search(r"Largest error .* on 2 random inputs, at C\[\d+\], which is", verdict.detail)
    assert "up to 0.05 is allowed" in verdict.detail
    assert s.history[0].allowed_error == 0.05 and not s.is_exact


def test_too_large_an_error_fails() -> None:
    s = hcl.customize(DOT)
    s.quantize(s.C, hcl.Fixed(4, 3))
    verdict = s.verify()
    assert verdict.status == "failed" and "only 0.05 is allowed" in verdict.detail
    generous = hcl.customize(DOT)
    generous.quantize(generous.C, hcl.Fixed(24, 8), tolerance=0.5)
    assert generous.verify().status == "verified"
    assert repr(generous.history[0]) == "s.quantize(s.C, hcl.Fixed(24, 8), tolerance=0.5)"


def test_downsized_arguments_are_drawn_so_that_they_fit() -> None:
    s = hcl.customize("""
def f(a: int32[8]) -> int32[8]:
    b: int32[8]
    for i in range(8):
        b[i] = a[i] * 2
    return b
""")
    s.downsize(s.a, hcl.Int(9))
    verdict = s.verify()
    assert verdict.status == "verified" and verdict.max_abs_error == 0
    s.downsize(s.b, hcl.Int(9))
    assert s.verify().status == "failed"  # a * 2 needs ten bits


@pytest.mark.parametrize("kind", ["float16", "int8", "fixed(12, 4)", "bfloat16"])
def test_subscripts_are_drawn_so_that_they_fit(kind: str) -> None:
    s = hcl.customize("""
def f(at: int32[16], x: int32[16]) -> int32[16]:
    y: int32[16]
    for i in range(16):
        y[i] = x[at[i]]
    return y
""")
    s.quantize(s.at, kind)
    verdict = s.verify()
    assert (verdict.status, verdict.max_abs_error) == ("verified", 0)


def test_the_errors_of_several_steps_add_up() -> None:
    s = hcl.customize(DOT)
    s.quantize(s.X, hcl.Fixed(16, 8), tolerance=0.25)
    s.quantize(s.C, hcl.Fixed(16, 8), tolerance=0.5)
    assert s.allowed_error == 0.75 and s.reference(2)[2] == 0.75
    assert "up to 0.75 is allowed" in s.verify().detail


def test_later_steps_are_exact_again() -> None:
    s = hcl.customize(DOT)
    s.quantize(s.C, hcl.Fixed(16, 8))
    s.reorder("j", "i", unchecked=True)
    program, exact, allowed = s.reference(2)
    assert program is s.history[0].after and exact and allowed is None
    program, exact, allowed = s.reference(1)
    assert program is s.initial and not exact and allowed == 0.05


def test_hcl_verify_compares_types_that_differ() -> None:
    plain, narrow = hcl.customize(DOT), hcl.customize(DOT)
    narrow.quantize(narrow.X, hcl.Fixed(16, 10))
    verdict = hcl.verify(plain, narrow)
    assert verdict.status == "verified" and verdict.max_rel_error < 0.01


def test_it_composes_with_other_steps() -> None:
    s = hcl.customize(DOT)
    s.split("i", 4)
    s.partition(s.C, factor=4, partition_type=hcl.Partition.Cyclic)
    s.quantize(s.C, "Fixed(18, 9)")
    s.buffer_at(s.C, "i.outer")
    s.pipeline("i.inner")
    assert s.verify().status == "verified"
    assert "ap_fixed<18, 9> C_buf[" in s.build("vhls").hls_code
    assert s.program.buffer("dot:C").partition


def test_the_session_saves_and_loads_it() -> None:
    session = hcl.Session(DOT)
    session.apply("quantize", {"target": "C", "dtype": "fixed(16, 8)"})
    again = hcl.Session.from_json(session.to_json())
    assert again.schedule.ir == session.schedule.ir
    assert "s.quantize(s.C, hcl.Fixed(16, 8))" in session.to_script()


@pytest.mark.parametrize(
    ("primitive", "target", "dtype", "kind", "message"),
    [
        ("quantize", "C", float32, ArgumentError, "'C' already is float32"),
        ("quantize", "C", index, ArgumentError, "index is not a type of array elements"),
        ("quantize", "C", "fixd(3)", ArgumentError, "must be a type: hcl.Fixed"),
        ("quantize", "C", 7, ArgumentError, "must be a type: hcl.Fixed"),
        ("quantize", "Q", int8, UnknownNameError, "Q"),
        ("quantize", "p", int8, NotApplicableError, "'p' holds subscripts"),
        ("quantize", "T", int8, NotApplicableError, "'T' is a table of constants"),
        ("downsize", "C", int8, NotApplicableError, "'C' is float32, neither integer"),
        ("downsize", "n", int32, ArgumentError, "'n' has 32 bits, and int32 has 32"),
        ("downsize", "n", hcl.Int(40), ArgumentError, "'n' has 32 bits, and int40 has 40"),
        ("downsize", "n", hcl.Fixed(8, 4), ArgumentError, "of another family"),
        ("downsize", "n", float16, ArgumentError, "of another family"),
    ],
)
def test_refusals(primitive: str, target: str, dtype: Any, kind: Any, message: str) -> None:
    s = hcl.customize("""
def f(p: index[4], n: int32[4]) -> float32[4]:
    T: float32[4] = [1.0, 2.0, 3.0, 4.0]
    C: float32[4]
    for i in range(4):
        C[i] = T[i] + n[i]
    return C
""")
    before = s.ir
    with pytest.raises(kind, match=message):
        getattr(s, primitive)(target, dtype)
    assert s.ir == before and not s.history


@pytest.mark.parametrize("tolerance", [0, -1, "x", True, float("nan"), float("inf")])
def test_the_tolerance_is_a_positive_number(tolerance: Any) -> None:
    s = hcl.customize(DOT)
    with pytest.raises(ArgumentError, match="'tolerance' must be a positive number"):
        s.quantize(s.C, int8, tolerance=tolerance)
