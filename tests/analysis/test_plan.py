"""What the tool does by itself: pipelining, unrolling, flattening, banks."""

from __future__ import annotations

import pytest
from designs import GEMM, estimate_of, loop_of, schedule_of

from hcl_explore.analysis.options import EstimateOptions

VITIS = EstimateOptions()

ROWS = """
def rows(A: int32[100, {inner}], B: int32[100]):
    for i in range(100):
        total: int32 = 0
        for j in range({inner}):
            total += A[i, j]
        B[i] = total
"""


def modes(text: str, options: EstimateOptions = VITIS) -> dict[str, str]:
    return {loop.name: loop.mode for loop in estimate_of(text, options).loops}


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        # UG1399: a loop of at most 64 iterations (the default threshold) is unrolled and the loop
        # around it pipelined; a longer one is pipelined itself.
        (64, {"i": "pipelined", "j": "unrolled"}),
        (65, {"i": "sequential", "j": "pipelined"}),
    ],
)
def test_small_inner_loops_are_unrolled(inner: int, expected: dict[str, str]) -> None:
    assert modes(ROWS.format(inner=inner)) == expected


def test_the_threshold_can_be_set() -> None:
    low = EstimateOptions(pipeline_threshold=8)
    assert modes(ROWS.format(inner=64), low) == {"i": "sequential", "j": "pipelined"}


def test_nothing_by_itself_when_switched_off_or_in_vivado() -> None:
    for options in (EstimateOptions(auto_pipeline=False), EstimateOptions(tool="vivado")):
        assert modes(ROWS.format(inner=8), options) == {"i": "sequential", "j": "sequential"}


def test_pipeline_off_keeps_a_loop_as_it_is() -> None:
    program = schedule_of(ROWS.format(inner=65))
    (outer,) = program.program.kernel.loops
    options = EstimateOptions(not_pipelined=(outer.loops[0].key,))
    assert loop_of(estimate_of(program, options), "j").mode == "sequential"


def test_a_directive_goes_before_the_automatisms() -> None:
    schedule = schedule_of(ROWS.format(inner=8))
    schedule.apply("pipeline", {"axis": "j"})
    figures = estimate_of(schedule, VITIS)
    assert loop_of(figures, "j").mode == "pipelined"
    assert loop_of(figures, "i").mode == "sequential"


def test_a_local_array_with_constant_subscripts_is_cut_apart() -> None:
    text = """
def rows(A: int32[64, 32], B: int32[64], C: int32[64]):
    T: int32[64, 32]
    for i in range(64, name="load"):
        C[i] = 0
        for j in range(32):
            T[i, j] = A[i, j] * 3
    for i in range(64, name="sum"):
        total: int32 = 0
        for j in range(32):
            total += T[i, j]
        B[i] = total
"""
    schedule = schedule_of(text)
    figures = estimate_of(schedule, VITIS)
    of_sum = next(loop for loop in figures.loops if loop.key == "rows:sum.i")
    assert of_sum.ii == 1
    assert "32 banks of 64 × 32 in LUTRAM, cut by the tool itself" in str(figures.explain())
    uncut = estimate_of(schedule, EstimateOptions(auto_partition=False))
    of_sum = next(loop for loop in uncut.loops if loop.key == "rows:sum.i")
    assert of_sum.ii == 16


def test_gemm_as_vitis_builds_it() -> None:
    figures = estimate_of(GEMM, VITIS)
    assert [loop.mode for loop in figures.loops] == ["flattened", "pipelined", "unrolled"]


def test_a_loop_is_not_innermost_while_an_unrolled_one_in_it_holds_another() -> None:
    schedule = schedule_of("""
def sums(A: int32[50, 4, 200], B: int32[50, 4]):
    for i in range(50):
        for j in range(4):
            total: int32 = 0
            for k in range(200):
                total += A[i, j, k]
            B[i, j] = total
""")
    schedule.apply("unroll", {"axis": "j"})
    figures = estimate_of(schedule, VITIS)
    assert loop_of(figures, "i").mode == "sequential"
    assert loop_of(figures, "k").mode == "pipelined"
    assert figures.latency_cycles >= 50 * 200
