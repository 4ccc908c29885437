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


def imported(*directives: str) -> tuple[Schedule, PragmaReport]:
    schedule = schedule_of(GEMM)
    return schedule, merlin_to_schedule(schedule, directives, LABELS)


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


@pytest.mark.parametrize(
    ("directive", "message"),
    [
        ("__PARA__L9=2", "no loop is known at L9"),
        ("__PARA__L0=many", "must be a number"),
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
