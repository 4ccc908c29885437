"""Arrays behind m_axi ports, counted by hand: a word a cycle and direction for each bundle."""

from __future__ import annotations

import pytest
from designs import estimate_of, loop_of, schedule_of

import hcl_explore as hcl
from hcl_explore.analysis.options import EstimateOptions
from hcl_explore.schedule.pragmas import pragmas_to_schedule

ROWS = """
def rows(A: float32[64, 64], B: float32[64, 64], C: float32[64, 64]):
    for i in range(64):
        for j in range(64):
            C[i, j] = A[i, j] + B[i, j]
"""
COPY = """
def copy(A: int32[1024], B: int32[1024]):
    for i in range(1024):
        B[i] = A[i]
"""


def options(**bundles: str) -> EstimateOptions:
    return EstimateOptions(bundles=tuple(bundles.items()))


def test_arrays_of_one_bundle_share_its_channels() -> None:
    schedule = schedule_of(ROWS)
    schedule.apply("pipeline", {"axis": "i"})
    shared = loop_of(estimate_of(schedule, options(A="gmem", B="gmem", C="gmem")), "i")
    assert shared.ii == 128
    assert "128 words read through bundle gmem (64 of A, 64 of B), one a cycle" in shared.ii_reason
    assert "bundles of their own" in shared.ii_reason
    apart = loop_of(estimate_of(schedule, options(A="a", B="b", C="c")), "i")
    assert apart.ii == 64


def test_a_partition_widens_the_words() -> None:
    schedule = schedule_of(ROWS)
    for target, factor in (("A", 16), ("B", 16), ("C", 16)):
        schedule.apply(
            "partition", {"target": target, "partition_type": "Cyclic", "dim": 2, "factor": factor}
        )
    schedule.apply("pipeline", {"axis": "i"})
    assert loop_of(estimate_of(schedule, options(A="g", B="g", C="g")), "i").ii == 4 + 4


def test_a_burst_is_asked_for_once() -> None:
    """One read and one write a cycle; outside of a burst each read waits 7 cycles more."""
    schedule = schedule_of(COPY)
    schedule.apply("pipeline", {"axis": "i"})
    burst = loop_of(estimate_of(schedule, options(A="g", B="g")), "i")
    assert (burst.ii, burst.depth) == (1, 2)
    text = COPY.replace("1024):\n", "1024):\n", 1).replace("A[i]", "A[(7 * i) % 1024]")
    schedule = schedule_of(text)
    schedule.apply("pipeline", {"axis": "i"})
    scattered = loop_of(estimate_of(schedule, options(A="g", B="g")), "i")
    assert scattered.ii == 1
    assert scattered.depth is not None
    assert scattered.depth >= burst.depth + 7


def test_the_memory_s_latency_adds_to_that_of_the_port() -> None:
    schedule = schedule_of(COPY)
    schedule.apply("pipeline", {"axis": "i"})
    near = estimate_of(schedule, options(A="g", B="g")).latency_cycles
    far = estimate_of(
        schedule, EstimateOptions(bundles=(("A", "g"), ("B", "g")), axi_latency=64)
    ).latency_cycles
    assert near is not None
    assert far == near + 64


def test_a_sum_behind_a_port_waits_for_the_answer() -> None:
    text = """
def total(A: int32[256], S: int32[16]):
    for i in range(256):
        S[i // 16] += A[i]
"""
    schedule = schedule_of(text)
    schedule.apply("pipeline", {"axis": "i"})
    (bound, *_) = estimate_of(schedule, options(S="g")).loops
    # 7 for the request, 1 for the word, then the sum, the write and 5 until it is answered.
    assert bound.ii_kinds[0] == "recurrence"
    assert bound.ii is not None
    assert 14 <= bound.ii <= 17


@pytest.mark.parametrize(
    "text",
    ["#pragma HLS interface m_axi port=A bundle=g0", "#pragma HLS INTERFACE mode=m_axi port=A"],
)
def test_the_pragma_puts_an_array_behind_a_port(text: str) -> None:
    schedule = schedule_of(COPY)
    report = pragmas_to_schedule(schedule, [text])
    assert report.bundles == {"A": "g0" if "g0" in text else "gmem"}
    assert report.estimate_options().bundles == tuple(report.bundles.items())
    assert schedule.history == ()


def test_elements_that_stay_the_same_are_held_in_registers() -> None:
    """32 sums behind the port are read before the loop and written after it: the loop itself only
    reads A."""
    text = """
def sums(A: float32[64, 32], S: float32[32]):
    for i in range(64):
        for j in range(32):
            S[j] += A[i, j]
"""
    schedule = schedule_of(text)
    schedule.apply("pipeline", {"axis": "i"})
    figures = estimate_of(schedule, options(A="g", S="g"))
    i = loop_of(figures, "i")
    assert i.ii == 32
    assert figures.latency_cycles is not None
    assert i.latency_cycles is not None
    # 7 to ask and 32 to read, 32 to write and 5 to be answered, 2 to start and end.
    assert figures.latency_cycles - i.latency_cycles == (7 + 32) + (32 + 5) + 2


def test_adapters_buffer_bursts_in_block_ram_in_the_kernel_flow() -> None:
    kernel_flow = EstimateOptions(
        bundles=(("A", "gmem"), ("B", "gmem"), ("C", "out")), axi_latency=64
    )
    schedule = schedule_of(ROWS)
    # 256 words of 32 bits in each direction: a BRAM18 each, for either bundle.
    assert estimate_of(schedule, kernel_flow).bram18 == 4
    assert estimate_of(schedule, options(A="gmem", B="gmem", C="out")).bram18 == 0
    schedule.partition(schedule.A, hcl.Partition.Cyclic, dim=2, factor=16)
    wide = estimate_of(schedule, kernel_flow)
    assert wide.bram18 == 32
    assert "m_axi gmem = 30 BRAM18: bursts of 512 bits buffered" in str(wide.explain())
