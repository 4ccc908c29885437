"""What fixed point costs: as integers of its width; a conversion is one operator."""

from __future__ import annotations

import pytest

import hcl_explore as hcl
from hcl_explore.analysis.estimate import Estimate


def estimated(kind: str, body: str) -> Estimate:
    text = (
        f"def f(A: {kind}[64], B: {kind}[64], F: float32[64]):\n"
        f"    for i in range(64):\n        {body}\n"
    )
    schedule = hcl.customize(text)
    schedule.pipeline("i")
    return schedule.estimate()


@pytest.mark.parametrize("body", ["B[i] = A[i] * B[i]", "B[i] = A[i] + B[i]", "B[i] = A[i] * 3"])
def test_arithmetic_costs_as_on_integers(body: str) -> None:
    fixed, integer = estimated("Fixed(16, 8)", body), estimated("int16", body)
    assert (fixed.dsp, fixed.latency_cycles) == (integer.dsp, integer.latency_cycles)
    assert fixed.ops == integer.ops > 0


@pytest.mark.parametrize("body", ["F[i] = A[i]", "A[i] = F[i]"])
def test_a_conversion_is_one_operator_and_no_arithmetic(body: str) -> None:
    fixed, integer = estimated("Fixed(16, 8)", body), estimated("int16", body)
    assert fixed.ops == integer.ops == 0
    assert fixed.latency_cycles == integer.latency_cycles


def test_the_kernels_own_scaling_counts() -> None:
    assert estimated("Fixed(16, 8)", "F[i] = float32(A[i]) * 0.5").ops == 64


def test_quantizing_saves_multipliers() -> None:
    text = """
def dot(X: float32[64], Y: float32[64]) -> float32[64]:
    C: float32[64]
    for i in range(64):
        C[i] = X[i] * Y[i] + X[i]
    return C
"""
    schedule = hcl.customize(text)
    schedule.pipeline("i")
    before = schedule.estimate()
    for name in "XYC":
        schedule.quantize(name, hcl.Fixed(16, 8))
    after = schedule.estimate()
    assert after.dsp < before.dsp and after.latency_cycles < before.latency_cycles
    assert after.ops == before.ops


def test_wide_fixed_point_and_tables_of_odd_widths() -> None:
    schedule = hcl.customize("""
TABLE = [0.5, -1.25, 0.75, 0.0]

def f(A: Fixed(90, 60)[4], B: UFixed(70, 66)[4]):
    T: Fixed(11, 6)[4] = TABLE
    for i in range(4):
        A[i] = A[i] * T[i] - B[i] / 3
""")
    schedule.unroll("i")
    assert schedule.estimate().latency_cycles > 0
