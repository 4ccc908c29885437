"""Work, traffic and ceilings, counted by hand."""

from __future__ import annotations

import pytest
from designs import GEMM, PLAIN, estimate_of, schedule_of

from hcl_explore.analysis.device import load_device
from hcl_explore.analysis.roofline import attainable_gops, device_roofline, peak_gops

N = 64


def test_gemm_does_two_operations_an_iteration() -> None:
    assert estimate_of(GEMM).ops == 2 * N**3


def test_without_buffers_every_access_goes_off_chip() -> None:
    # A and B are read each iteration; C stays in place while k runs: read and written once.
    assert estimate_of(GEMM).bytes == 4 * (2 * N**3 + 2 * N**2)


def test_a_copy_on_the_chip_is_paid_for_once() -> None:
    figures = estimate_of("""
def gemm(A: float32[64, 64], B: float32[64, 64], C: float32[64, 64]):
    near_A: float32[64, 64]
    near_B: float32[64, 64]
    for i, j in hcl.grid(64, 64, name="load"):
        near_A[i, j] = A[i, j]
        near_B[i, j] = B[i, j]
    for i, j, k in hcl.grid(64, 64, 64, name="mm"):
        C[i, j] += near_A[i, k] * near_B[k, j]
""")
    assert figures.ops == 2 * N**3
    assert figures.bytes == 4 * (2 * N**2 + 2 * N**2)
    assert figures.operational_intensity == pytest.approx(2 * N**3 / (16 * N**2))


def test_what_is_done_in_a_called_kernel_counts_as_often_as_it_is_called() -> None:
    figures = estimate_of("""
def double(X: int32[16], Y: int32[16]):
    for i in range(16):
        Y[i] = 2 * X[i]

def top(A: int32[16], B: int32[16]):
    M: int32[16]
    double(A, M)
    for t in range(10):
        double(M, M)
    double(M, B)
""")
    assert figures.ops == 16 * 12


def test_a_triangle_does_half_the_work() -> None:
    figures = estimate_of("""
def triangle(A: float32[64, 64]):
    for i in range(64):
        for j in range(i, 64):
            A[i, j] = A[i, j] * 2.0
""")
    assert figures.ops == 64 * 65 // 2


def test_peak_of_the_u280_in_floating_point() -> None:
    device = load_device("u280")
    # An fmul of 3 and an fadd of 2 DSP blocks do two operations a cycle.
    assert peak_gops(device, 300.0, "float32") == pytest.approx(2 * (9024 // 5) * 0.3)


def test_ceilings_are_plain_data() -> None:
    roofline = device_roofline(load_device("u280"), 300.0)
    assert ("HBM2", 460.0) in roofline["bandwidths"]
    peaks = dict(roofline["peaks"])
    assert peaks["int8"] > peaks["float32"] > peaks["float64"]


def test_memory_or_arithmetic_bounds_what_is_attainable() -> None:
    device = load_device("u280")
    low = estimate_of(GEMM, device="u280", clock_mhz=300.0)
    assert low.operational_intensity is not None
    # 460 GB/s of HBM at under a quarter operation a byte.
    assert low.attainable_gops == pytest.approx(460.0 * low.operational_intensity)
    peak = peak_gops(device, 300.0, "float32")
    assert peak is not None
    assert low.attainable_gops < peak


def test_enough_operations_a_byte_reach_the_peak() -> None:
    device = load_device("u280")
    peak = {kind: peak_gops(device, 300.0, kind) for kind in ("int32", "float32", "float64")}
    single = {"float32": 10**9}
    assert attainable_gops(device, 300.0, single, moved=4) == peak["float32"]
    assert attainable_gops(device, 300.0, single, moved=0) == peak["float32"]
    assert attainable_gops(device, 300.0, single, moved=10**9) == 460.0
    mixed = {"int32": 5 * 10**8, "float64": 6 * 10**8}
    assert attainable_gops(device, 300.0, mixed, moved=4) == peak["float64"]
    assert attainable_gops(device, 300.0, mixed | {"int16": 7 * 10**8}, moved=4) == peak["int32"]
    assert attainable_gops(device, 300.0, {}, moved=4) is None


def test_a_device_without_a_known_bandwidth_says_so() -> None:
    assert load_device("pynq-z2").main_memory is None
    figures = estimate_of(GEMM, device="pynq-z2", clock_mhz=100.0)
    assert figures.attainable_gops is None
    assert any("no source states its memory bandwidth" in note for note in figures.notes)


def test_achieved_is_work_over_time_and_below_the_design_s_own_ceiling() -> None:
    schedule = schedule_of(GEMM)
    schedule.apply("pipeline", {"axis": "j"})
    schedule.apply("partition", {"target": "A", "dim": 2})
    schedule.apply("partition", {"target": "B", "dim": 1})
    figures = estimate_of(schedule, PLAIN)
    assert figures.latency_cycles is not None
    assert figures.achieved_gops is not None
    seconds = figures.latency_cycles / 200e6
    assert figures.achieved_gops == pytest.approx(2 * N**3 / seconds / 1e9)
    assert figures.design_gops is not None
    assert figures.achieved_gops <= figures.design_gops


@pytest.mark.parametrize(
    ("value", "each"),
    [
        ("A[i] * 2 + 1", 2),  # a shift is wiring, but an operation of the program
        ("min(abs(A[i]), 9)", 2),
        ("A[i] * A[i] + 7", 2),  # a product and its sum in one DSP block
        ("A[i] // 3", 1),
    ],
)
def test_what_operators_and_wires_do_is_the_design_s_own_ceiling(value: str, each: int) -> None:
    schedule = schedule_of(f"""
def own(A: int16[64], B: int32[64]):
    for i in range(64):
        B[i] = {value}
""")
    schedule.apply("pipeline", {"axis": "i"})
    figures = estimate_of(schedule, PLAIN)
    assert figures.ops == each * 64
    assert figures.design_gops == pytest.approx(each * 0.2)


def test_the_adders_of_addresses_do_no_work() -> None:
    figures = estimate_of("""
def moved(A: int32[100, 30], B: int32[100, 30]):
    for i in range(90):
        for j in range(20):
            B[i + 3, j + 5] = A[i + 7, j + 9]
""")
    assert figures.ops == 0
    assert figures.design_gops is None


def test_a_sum_made_by_the_copies_of_a_loop_counts_once_a_copy() -> None:
    schedule = schedule_of("""
def dot(A: float32[64, 8], B: float32[64]):
    for i in range(64):
        for k in range(8):
            B[i] += A[i, k] * 2.5
""")
    schedule.apply("pipeline", {"axis": "i"})
    schedule.apply("partition", {"target": "A", "dim": 2})
    figures = estimate_of(schedule, PLAIN)
    assert figures.ii == {"i": 1}
    assert figures.design_gops == pytest.approx(2 * 8 * 0.2)
