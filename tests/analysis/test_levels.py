"""Bytes at each level of memory, counted by hand."""

from __future__ import annotations

import json

import pytest
from designs import GEMM, estimate_of, schedule_of

from hcl_explore.analysis.levels import LevelTraffic
from hcl_explore.analysis.options import EstimateOptions


def levels_of(text: str, **partition: object) -> dict[str, LevelTraffic]:
    schedule = schedule_of(text)
    if partition:
        schedule.apply("partition", partition)
    return {level.level: level for level in estimate_of(schedule, EstimateOptions()).traffic}


def test_gemm_without_buffers_moves_every_operand_from_off_the_chip() -> None:
    levels = levels_of(GEMM)
    assert list(levels) == ["HBM2", "registers"]
    hbm = levels["HBM2"]
    # A and B change with k; C[i, j] is read and written once for each (i, j).
    assert hbm.bytes == 4 * (2 * 64**3 + 2 * 64**2)
    assert hbm.footprint_bytes == 3 * 4 * 64**2
    assert hbm.intensity == pytest.approx(2 * 64**3 / hbm.bytes)
    assert hbm.gb_per_s == 460.0
    assert hbm.arrays == ("A", "B", "C")
    assert levels["registers"].bytes == 4 * 4 * 64**3


def test_what_is_kept_on_the_chip_is_left_out() -> None:
    text = """
def gemm(A: float32[64, 64], B: float32[64, 64], C: float32[64, 64]):
    A_buf: float32[64, 64]
    for i, j in hcl.grid(64, 64):
        A_buf[i, j] = A[i, j]
    for i in range(64, name="mm"):
        for j in range(64):
            for k in range(64):
                C[i, j] += A_buf[i, k] * B[k, j]
"""
    levels = levels_of(text)
    assert levels["HBM2"].bytes == 4 * (64**2 + 64**3 + 2 * 64**2)
    on_chip = next(level for name, level in levels.items() if name in ("BRAM", "URAM"))
    assert on_chip.arrays == ("A_buf",)
    assert on_chip.bytes == 4 * (64**2 + 64**3)
    assert on_chip.footprint_bytes == 4 * 64**2


def test_banks_are_bandwidth_on_the_chip() -> None:
    text = """
def twice(A: int32[4096], B: int32[4096]):
    T: int32[4096]
    for i in range(4096):
        T[i] = A[i]
    for i in range(4096):
        B[i] = T[i]
"""
    name = next(name for name in levels_of(text) if name in ("BRAM", "URAM"))
    one = levels_of(text)[name]
    # Two ports of 4 bytes at 200 MHz.
    assert one.gb_per_s == pytest.approx(2 * 4 * 0.2)
    cut = levels_of(text, target="T", partition_type="Cyclic", dim=1, factor=4)
    assert cut["BRAM"].gb_per_s == pytest.approx(4 * 2 * 4 * 0.2)


def test_a_callee_s_accesses_count_for_what_it_is_handed() -> None:
    text = """
def row(X: int32[16], n: index):
    for j in range(8):
        X[j] = 1


def rows(A: int32[16]):
    for i in range(3):
        row(A, i)
"""
    levels = levels_of(text)
    assert levels["HBM2"].bytes == 4 * 3 * 8
    assert levels["HBM2"].footprint_bytes == 4 * 8


def test_a_subscript_known_at_run_time_leaves_the_footprint_open() -> None:
    text = """
def gather(A: int32[64], I: int32[64], B: int32[64]):
    for i in range(64):
        B[i] = A[I[i]]
"""
    hbm = levels_of(text)["HBM2"]
    assert hbm.bytes == 4 * 3 * 64
    assert hbm.footprint_bytes is None


def test_a_device_without_a_known_memory_says_off_chip() -> None:
    schedule = schedule_of(GEMM)
    (off_chip, *_) = estimate_of(schedule, device="vcu118").traffic
    assert off_chip.level == "off chip"
    assert off_chip.is_off_chip
    assert off_chip.gb_per_s is None


def test_the_record_is_plain_data() -> None:
    (first, *_) = estimate_of(GEMM).traffic
    record = json.loads(json.dumps(first.to_record()))
    assert record["level"] == "HBM2"
    assert record["arrays"] == ["A", "B", "C"]


def test_what_stands_under_a_condition_moves_only_where_it_holds() -> None:
    text = """
def inner(A: int32[66, 66], B: int32[66, 66]):
    for i in range(66):
        for j in range(66):
            if i >= 2:
                if j >= 2:
                    B[i, j] = A[i, j] + 1
"""
    figures = estimate_of(text)
    assert figures.ops == 64 * 64
    assert figures.traffic[0].bytes == 4 * 2 * 64 * 64
    assert figures.traffic[0].footprint_bytes == 4 * 2 * 64 * 64


def test_a_line_buffer_is_asked_once_for_what_its_window_takes_from_the_row_just_stored() -> None:
    schedule = schedule_of("""
def blur(A: int32[34, 34], B: int32[32, 32]):
    for y, x in hcl.grid(32, 32):
        B[y, x] = A[y, x] + A[y + 1, x] + A[y + 2, x]
""")
    schedule.apply("reuse_at", {"target": "A", "axis": "y"})
    schedule.apply("pipeline", {"axis": "x"})
    (lines,) = [level for level in estimate_of(schedule).traffic if level.arrays == ("A_reuse_y",)]
    # Each cycle the two older rows are read and shifted and the new one is stored; what is added
    # up has just been stored, so no memory is asked for it.
    assert lines.bytes == 4 * 34 * 32 * (2 + 3)


def test_what_every_iteration_of_a_pipeline_reads_is_read_once_before_it() -> None:
    schedule = schedule_of("""
def scale(A: int32[64], B: int32[64]):
    F: int32[8] = 3
    for i in range(64):
        for k in range(8):
            B[i] += A[i] * F[k]
""")
    schedule.apply("pipeline", {"axis": "i"})
    (factors,) = [level for level in estimate_of(schedule).traffic if level.arrays == ("F",)]
    assert factors.bytes == 4 * (8 + 8)
