"""Directives of the Merlin compiler become steps of a schedule."""

from __future__ import annotations

import pytest
from designs import GEMM, estimate_of, schedule_of

from hcl_explore.analysis.options import EstimateOptions
from hcl_explore.errors import ArgumentError
from hcl_explore.schedule.merlin import is_merlin, merlin_to_schedule
from hcl_explore.schedule.pragmas import PragmaReport
from hcl_explore.schedule.schedule import Schedule

LABELS = {"L0": "mm.i", "L1": "mm.j", "L2": "mm.k"}
SUMS = GEMM.replace("k in range(64)", "k in hcl.reduction(64)")
TRIANGLE = """
def solve(A: float32[64, 64], x: float32[64]):
    for i in range(64, name="mm"):
        for j in range(64):
            if j > i:
                x[i] += A[i, j] * x[j]
"""
TWO_SUMS = """
def both(A: float32[64, 64], p: float32[64], q: float32[64], s: float32[64]):
    for i in range(64, name="mm"):
        for j in hcl.reduction(64):
            s[j] += A[i, j]
            q[i] += A[i, j] * p[j]
"""
ROWS = """
def rows(A: float32[64, 64], B: float32[64, 64]):
    for i in range(64, name="mm"):
        for j in range(1, 63):
            B[i, j] = A[i, j - 1] + A[i, j + 1]
"""


def imported(
    *directives: str, text: str = SUMS, pipelines_first: bool = False
) -> tuple[Schedule, PragmaReport]:
    schedule = schedule_of(text)
    labels = {label: place for label, place in LABELS.items() if f"for {place[3:]} in" in text}
    return schedule, merlin_to_schedule(
        schedule, directives, labels, pipelines_first=pipelines_first
    )


def cycles_of(*directives: str, text: str = SUMS) -> int:
    """Latency with what the report says of the tool, copies included."""
    schedule, report = imported(*directives, text=text)
    options = report.estimate_options(EstimateOptions(tool="vivado", copies_interface=True))
    found = estimate_of(schedule, options).latency_cycles
    assert found is not None
    return found


def why_not(report: PragmaReport, directive: str) -> str:
    return dict(report.ignored)[directive]


def test_innermost_loops_are_pipelined_unasked() -> None:
    schedule, _ = imported("__PARA__L0=1", "__PIPE__L1='off'", "__TILE__L0=8")
    assert [loop.name for loop in schedule.program.all_loops() if loop.pipeline_ii] == ["k"]


def test_a_parallel_factor_unrolls_and_cuts_the_arrays() -> None:
    schedule, _ = imported("__PARA__L2=32")
    assert schedule.loop("k").loop.unroll == 32
    partitions = {b.name: [str(e) for e in b.partition] for b in schedule.program.all_buffers()}
    # Along k as many banks as products a cycle; along rows at least a word of 512 bits.
    assert partitions["A"] == ["cyclic 32 on dim 2"]
    assert partitions["B"] == ["cyclic 32 on dim 1", "cyclic 16 on dim 2"]


def test_flatten_unrolls_what_is_inside() -> None:
    schedule, _ = imported("__PIPE__L1='flatten'", "__PARA__L2=4")
    assert schedule.loop("j").loop.pipeline_ii == 1
    assert schedule.loop("k").loop.unroll is None
    assert [str(e) for e in schedule.program.buffer("gemm:A").partition] == ["complete on dim 2"]


def test_a_loop_whose_inner_one_is_gone_is_pipelined() -> None:
    schedule, _ = imported("__PARA__L2=64")
    assert schedule.loop("j").loop.pipeline_ii == 1


def test_copies_of_the_interface_count() -> None:
    schedule = schedule_of(GEMM)
    without = estimate_of(schedule, EstimateOptions()).latency_cycles
    around = estimate_of(schedule, EstimateOptions(copies_interface=True)).latency_cycles
    assert without is not None
    # Three arrays of 256 words of 64 bytes are read, one is written; 7 to ask, 5 to be answered.
    assert around == without + 4 * (256 + 7 + 5)


def test_a_factor_on_a_sum_that_is_not_marked_gains_nothing() -> None:
    schedule, report = imported("__PARA__L2=32", text=GEMM)
    assert schedule.loop("k").loop.unroll is None
    assert "not marked as a reduction" in why_not(report, "__PARA__L2=32")
    assert report.not_interleaved == ["gemm:mm.k"]


def test_a_factor_on_a_loop_that_carries_a_dependence_gains_nothing() -> None:
    schedule, report = imported("__PARA__L0=2", text=TRIANGLE)
    assert schedule.loop("i").loop.unroll is None
    assert why_not(report, "__PARA__L0=2") == "i carries a dependence through x"


def test_a_reduction_beside_another_is_not_recognised() -> None:
    _, report = imported("__PARA__L1=4", text=TWO_SUMS)
    assert why_not(report, "__PARA__L1=4") == "j is no reduction alone: it writes q, s"


def test_a_sum_whose_array_is_read_elsewhere_is_not_split_up() -> None:
    text = TRIANGLE.replace("j in range(64)", "j in hcl.reduction(64)")
    _, report = imported("__PARA__L1=4", text=text)
    assert "x is also read in j" in why_not(report, "__PARA__L1=4")
    assert "solve:mm.j" in report.not_interleaved


def test_a_factor_that_gains_nothing_leaves_whole_chunks() -> None:
    text = GEMM.replace("k in range(64)", "k in range(1, 63)")
    _, plain = imported(text=text)
    schedule, report = imported("__PARA__L2=32", text=text)
    figures = [
        estimate_of(schedule, r.estimate_options(EstimateOptions(tool="vivado"))).latency_cycles
        for r in (plain, report)
    ]
    assert figures[0] is not None and figures[1] is not None
    # 1 to 62 lie in two chunks of 32 that begin at 0: 64 iterations instead of 62.
    assert figures[1] / figures[0] == pytest.approx(64 / 62, rel=0.01)


def test_flatten_needs_directives_and_constant_bounds_inside() -> None:
    schedule = schedule_of(SUMS)
    report = merlin_to_schedule(schedule, ["__PIPE__L1='flatten'"], {"L1": "mm.j"})
    assert "k cannot be unrolled" in why_not(report, "__PIPE__L1='flatten'")
    varying = SUMS.replace("hcl.reduction(64)", "range(i, 64)")
    _, report = imported("__PIPE__L1='flatten'", text=varying)
    assert "k cannot be unrolled" in why_not(report, "__PIPE__L1='flatten'")


def test_a_tile_is_copied_anew_each_time() -> None:
    # 8 tiles of 8 rows of A and B: 2 KB, 32 words and 12 cycles to ask, B both ways.
    whole = 3 * (256 + 12)
    assert cycles_of("__TILE__L0=8", text=ROWS) - cycles_of(text=ROWS) == pytest.approx(
        8 * (32 + 12 + 2 * (8 * (62 + 12))) - whole
    )


def test_a_tile_of_the_whole_loop_is_none() -> None:
    assert cycles_of("__TILE__L0=64", text=ROWS) == cycles_of(text=ROWS)


def test_a_tile_limits_what_runs_in_parallel() -> None:
    schedule, _ = imported("__PARA__L2=32", "__TILE__L2=8")
    assert schedule.loop("k").loop.unroll == 8


def test_copies_of_a_loop_inside_another_work_off_the_chip() -> None:
    schedule, report = imported("__PARA__L1=8")
    assert schedule.loop("j").loop.unroll is None
    assert why_not(report, "8 copies of j") == "it is inside another loop, off the chip"
    # Two elements an iteration, each 12 cycles and a word.
    assert cycles_of("__PARA__L1=8") - cycles_of() > 64**3 * 2 * 12
    around, _ = imported("__PARA__L0=8")
    assert around.loop("i").loop.unroll == 8


def test_a_coarse_pipeline_excludes_copies_in_later_releases() -> None:
    directives = ("__PARA__L0=8", "__PIPE__L0=''")
    assert imported(*directives)[0].loop("i").loop.unroll == 8
    later, report = imported(*directives, pipelines_first=True)
    assert later.loop("i").loop.unroll is None
    assert "coarse-grained pipeline" in why_not(report, "8 copies of i")


@pytest.mark.parametrize(
    ("directive", "message"),
    [
        ("__PARA__L9=2", "no loop is known at L9"),
        ("__PARA__L0=many", "must be a number"),
        ("__TILE__L0=some", "must be a number"),
        ("__PIPE__L0=fast", "no pipeline 'fast'"),
        ("#pragma HLS pipeline", "no directive of Merlin"),
    ],
)
def test_what_cannot_be_read_is_named(directive: str, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        imported(directive)


def test_they_are_told_from_pragmas() -> None:
    assert is_merlin("__TILE__L0_1=8")
    assert not is_merlin("#pragma HLS unroll")
