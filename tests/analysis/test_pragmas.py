"""Vitis pragmas and Tcl directives become steps of a schedule."""

from __future__ import annotations

import pytest
from designs import GEMM, schedule_of

from hcl_explore.errors import ArgumentError, ScheduleError
from hcl_explore.schedule.pragmas import parse_pragma, pragmas_to_schedule

CALLS = """
def double(X: int32[16], Y: int32[16]):
    for i in range(16):
        Y[i] = 2 * X[i]

def top(A: int32[16], B: int32[16]):
    M: int32[16]
    double(A, M)
    double(M, B)
"""


def test_a_pragma_is_read_with_its_place_and_options() -> None:
    pragma = parse_pragma(
        "gemm.cpp:12: #pragma HLS ARRAY_PARTITION variable=A cyclic factor=4 dim=2"
    )
    assert pragma is not None
    assert (pragma.name, pragma.place) == ("array_partition", "gemm.cpp:12")
    assert pragma.options["variable"] == "A"
    assert pragma.options["factor"] == "4"
    assert "cyclic" in pragma.options


def test_a_directive_of_a_tcl_file() -> None:
    pragma = parse_pragma('set_directive_array_partition -type block -factor 2 -dim 1 "gemm" A')
    assert pragma is not None
    assert (pragma.name, pragma.options["variable"]) == ("array_partition", "A")
    assert (pragma.options["type"], pragma.options["factor"]) == ("block", "2")


@pytest.mark.parametrize(
    "text", ["", "// a comment", "for (int i = 0; i < 8; i++)", "#pragma once"]
)
def test_other_lines_are_no_pragmas(text: str) -> None:
    assert parse_pragma(text) is None


def test_partition_pipeline_and_unroll() -> None:
    schedule = schedule_of(GEMM)
    report = pragmas_to_schedule(
        schedule,
        [
            "L1: #pragma HLS PIPELINE II=2",
            "#pragma HLS array_partition variable=A type=cyclic factor=8 dim=2",
            "#pragma HLS array_partition variable=weights complete dim=1",
        ],
        places={"L1": "j"},
        arrays={"weights": "B"},
    )
    assert [step.call for step in report.steps] == [step.call for step in schedule.history]
    partitions = {b.name: [str(e) for e in b.partition] for b in schedule.program.all_buffers()}
    assert partitions["A"] == ["cyclic 8 on dim 2"]
    assert partitions["B"] == ["complete on dim 1"]
    assert schedule.loop("j").loop.pipeline_ii == 2
    # Partitions come first, whatever their place in the source.
    assert report.steps[-1].call.startswith("s.pipeline(")


def test_what_does_not_belong_to_a_schedule_is_listed_with_the_reason() -> None:
    schedule = schedule_of(GEMM)
    report = pragmas_to_schedule(
        schedule,
        [
            "#pragma HLS INTERFACE mode=s_axilite port=A",
            "x: #pragma HLS loop_tripcount min=1 max=8",
        ],
    )
    assert schedule.history == ()
    assert [text for text, _ in report.ignored] == [
        "#pragma HLS INTERFACE mode=s_axilite port=A",
        "x: #pragma HLS loop_tripcount min=1 max=8",
    ]
    assert all(reason for _, reason in report.ignored)


def test_pipeline_off_is_reported() -> None:
    schedule = schedule_of(GEMM)
    report = pragmas_to_schedule(schedule, ["j: #pragma HLS pipeline off"])
    assert report.not_pipelined == ["gemm:mm.j"]
    assert schedule.history == ()


def test_the_same_partition_in_caller_and_callee_is_one_step() -> None:
    schedule = schedule_of(CALLS)
    report = pragmas_to_schedule(
        schedule,
        [
            "#pragma HLS array_partition variable=M complete dim=1",
            "#pragma HLS array_partition variable=X complete dim=1",
        ],
        arrays={"X": "double:X"},
    )
    assert len(report.steps) == 1
    assert "partitioned so already" in report.ignored[0][1]


def test_inline_and_dataflow_come_last() -> None:
    schedule = schedule_of(CALLS)
    report = pragmas_to_schedule(
        schedule,
        ["top: #pragma HLS dataflow", "double: #pragma HLS inline"],
        places={"top": "top", "double": "double"},
    )
    assert [step.call.split("(")[0] for step in report.steps] == ["s.inline", "s.dataflow"]
    assert list(schedule.program.functions) == ["top"]
    assert schedule.program.kernel.dataflow


def test_an_unknown_pragma_is_refused_with_what_is_known() -> None:
    with pytest.raises(ArgumentError, match="no pragma 'turbo'") as error:
        pragmas_to_schedule(schedule_of(GEMM), ["#pragma HLS turbo"])
    assert "array_partition" in str(error.value)


def test_a_macro_in_place_of_a_number_is_named() -> None:
    with pytest.raises(ArgumentError, match="'ii' of a pragma must be a number, not 'N'"):
        pragmas_to_schedule(schedule_of(GEMM), ["j: #pragma HLS pipeline II=N"])


def test_an_unknown_loop_is_an_error_of_the_schedule() -> None:
    with pytest.raises(ScheduleError):
        pragmas_to_schedule(schedule_of(GEMM), ["nowhere: #pragma HLS pipeline"])
