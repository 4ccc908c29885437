"""What an estimate says about itself."""

from __future__ import annotations

from itertools import pairwise

import pytest
from designs import GEMM, estimate_of, schedule_of

from hcl_explore.analysis.device import load_device
from hcl_explore.analysis.estimate import estimate
from hcl_explore.errors import DeviceError


def test_explanation_of_gemm_is_a_tree_down_to_the_ports() -> None:
    schedule = schedule_of(GEMM)
    schedule.apply("pipeline", {"axis": "j"})
    reason = estimate_of(schedule).explain()
    assert reason.what == "estimate of gemm"
    latency, operators, memories = reason.children
    assert latency.value == reason.value
    text = str(reason)
    assert "estimate of gemm = 131" in text
    assert "u55c at 200 MHz, vitis" in text
    assert "mm.j" in text
    assert "II = 32: 64 reads of A per iteration, 2 ports" in text
    # 64 of each, one for 32 operations.
    assert operators.value == "10 DSP"
    assert "2 × fmul = 6 DSP" in text
    assert "2 × fadd = 4 DSP" in text
    assert memories.value == "0 BRAM18, 0 URAM"


def test_depth_names_the_longest_way_and_what_shortens_it() -> None:
    schedule = schedule_of(GEMM)
    schedule.apply("pipeline", {"axis": "j"})
    text = str(estimate_of(schedule).explain())
    assert "the longest way is load, fmul, fadd, store; pipeline(k) instead" in text
    integers = schedule_of(GEMM.replace("float32", "int32"))
    integers.apply("pipeline", {"axis": "k"})
    assert "a lower clock_mhz puts more into a cycle" in str(estimate_of(integers).explain())


def test_operators_name_the_interval_that_shares_them() -> None:
    schedule = schedule_of(GEMM)
    schedule.apply("pipeline", {"axis": "j"})
    before = estimate_of(schedule)
    remedy = "pipeline(j, initiation_interval=64) shares the 2 of j two by two"
    assert f"2 × fmul = 6 DSP: {remedy}" in str(before.explain())
    schedule.undo()
    schedule.apply("pipeline", {"axis": "j", "initiation_interval": 64})
    after = estimate_of(schedule)
    # The remedy does what it says.
    assert (before.dsp, after.dsp) == (10, 5)


MEMORIES = """
def scaled(A: int32[4096], B: int32[4096]):
    T: int32[4096]
    for i in range(4096, name="fill"):
        T[i] = A[i] + 1
    for i in range(4096, name="use"):
        B[i] = T[4095 - i] + 3
"""


def test_memories_name_what_needs_fewer_blocks() -> None:
    schedule = schedule_of(MEMORIES)
    assert "quantize(T, ...) makes its words narrower" in str(estimate_of(schedule).explain())
    schedule.apply("partition", {"target": "T", "factor": 8, "partition_type": "Cyclic"})
    assert "a smaller factor of partition(T)" in str(estimate_of(schedule).explain())
    small = schedule_of(MEMORIES.replace("4096", "24").replace("4095", "23"))
    small.apply("bind_storage", {"target": "T", "impl": "BRAM"})
    assert "bind_storage(T, LUTRAM)" in str(estimate_of(small).explain())


def test_indentation_follows_the_tree() -> None:
    lines = str(estimate_of(GEMM).explain()).splitlines()
    depths = [(len(line) - len(line.lstrip())) // 2 for line in lines]
    assert depths[0] == 0
    assert all(after - before <= 1 for before, after in pairwise(depths))


def test_str_lists_the_figures() -> None:
    schedule = schedule_of(GEMM)
    schedule.apply("pipeline", {"axis": "j"})
    text = str(estimate_of(schedule))
    assert "latency   131" in text
    assert "DSP 10" in text
    assert "j: II 32, depth" in text


def test_what_does_not_fit_is_noted() -> None:
    schedule = schedule_of(GEMM)
    schedule.apply("partition", {"target": "A", "dim": 2})
    schedule.apply("partition", {"target": "B", "dim": 1})
    schedule.apply("pipeline", {"axis": "j"})
    figures = estimate_of(schedule, device="pynq-z2", clock_mhz=100.0)
    assert figures.dsp is not None
    assert figures.dsp > 220
    assert f"{figures.dsp} DSP are needed, pynq-z2 has 220" in figures.notes


def test_a_clock_beyond_the_device_is_refused() -> None:
    schedule = schedule_of(GEMM)
    with pytest.raises(DeviceError, match="1000 MHz is above"):
        estimate(schedule.program, load_device("u280"), 1000.0)


def test_the_record_has_the_fields_of_the_views() -> None:
    record = estimate_of(GEMM).to_record()
    assert record["latency_cycles"] == estimate_of(GEMM).latency_cycles
    loops = record["loops"]
    assert isinstance(loops, list)
    assert [loop["key"] for loop in loops] == ["gemm:mm.i", "gemm:mm.j", "gemm:mm.k"]


def test_estimates_of_the_same_program_are_equal() -> None:
    assert estimate_of(GEMM) == estimate_of(GEMM)


def test_assumed_trip_counts_are_stated_first() -> None:
    text = """
def wait(A: int32[64]):
    i: int32 = 0
    while i < A[0]:
        A[i] = A[i] + 1
        i += 1
"""
    lines = str(estimate_of(text).explain()).splitlines()
    assert lines[1].strip() == "assumed = 1 trip counts"
    assert "not known before it runs; assumed 1" in lines[2]
    assert "assumed" not in str(estimate_of(GEMM).explain())
