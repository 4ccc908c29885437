"""Vitis pragmas and Tcl directives become steps of a schedule."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from designs import GEMM, estimate_of, loop_of, schedule_of

from hcl_explore.accuracy import read_points
from hcl_explore.errors import ArgumentError, ScheduleError
from hcl_explore.schedule.pragmas import parse_pragma, pragmas_to_schedule

POINTS = Path(__file__).parents[2] / "benchmarks" / "qor" / "points.jsonl"

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


COPY = """
def copy(A: float32[64], B: float32[64], scale: float32):
    M: float32[64]
    for i in range(64, name="fill"):
        M[i] = A[i]
    for i in range(64, name="drain"):
        B[i] = scale * M[i]
"""


@pytest.mark.parametrize(
    ("text", "name", "option"),
    [
        ('L: _Pragma("HLS pipeline II=2")', "pipeline", ("ii", "2")),
        ("#pragma AP pipeline II = 3 // note", "pipeline", ("ii", "3")),
        ("#pragma HLS unroll factor=2 /* note */", "unroll", ("factor", "2")),
        ("#pragma HLS array_partition variable=&A complete;", "array_partition", ("variable", "A")),
        ("set_directive_unroll -skip_exit_check fir/L", "unroll", ("skip_exit_check", "")),
        ("set_directive_unroll -skip_exit_check L", "unroll", ("skip_exit_check", "")),
        ("set_directive_resource -core RAM_1P_BRAM f A", "resource", ("variable", "A")),
        ("set_directive_interface -mode m_axi f A", "interface", ("port", "A")),
        ("config_compile -pipeline_loops 6", "config_compile", ("pipeline_loops", "6")),
    ],
)
def test_spellings(text: str, name: str, option: tuple[str, str]) -> None:
    pragma = parse_pragma(text)
    assert pragma is not None
    assert pragma.name == name
    assert pragma.options[option[0]] == option[1]


def test_a_directive_with_an_open_quote_is_refused() -> None:
    with pytest.raises(ArgumentError, match="cannot be read"):
        parse_pragma('set_directive_pipeline "f/L')


def test_reshape_makes_words() -> None:
    s = schedule_of(GEMM)
    report = pragmas_to_schedule(
        s,
        [
            "#pragma HLS array_reshape variable=A cyclic factor=4 dim=2",
            "#pragma HLS array_reshape variable=B complete dim=1",
            "#pragma HLS array_reshape variable=C block factor=2 dim=1",
        ],
    )
    assert [step.primitive for step in report.steps] == ["pack", "pack"]
    assert [e.packed for name in "AB" for e in getattr(s, name).buffer.partition] == [True, True]
    assert s.B.buffer.partition[0].factor == 64
    assert "only neighbours make a word" in report.ignored[0][1]


def test_storage_by_its_new_and_its_old_name() -> None:
    s = schedule_of(COPY)
    report = pragmas_to_schedule(
        s,
        [
            "#pragma HLS resource variable=M core=RAM_T2P_URAM",
            "#pragma HLS resource variable=A core=RAM_2P_BRAM",
            "#pragma HLS resource variable=scale core=FMul_maxdsp",
            "#pragma HLS bind_storage variable=M type=ram_1p",
        ],
    )
    assert s.M.buffer.storage == "URAM"
    assert report.single_port == [s.M.buffer.key]
    reasons = dict(report.ignored)
    assert "lives outside the chip" in reasons["#pragma HLS resource variable=A core=RAM_2P_BRAM"]
    assert "operators are bound" in reasons["#pragma HLS resource variable=scale core=FMul_maxdsp"]


def test_a_memory_with_one_port_takes_an_access_a_cycle() -> None:
    text = """
def pairs(A: int32[64], B: int32[32]):
    for i in range(32):
        B[i] = A[2 * i] + A[2 * i + 1]
"""
    intervals = []
    for storage in ("ram_2p", "ram_1p"):
        s = schedule_of(text)
        report = pragmas_to_schedule(
            s,
            [
                f"#pragma HLS interface ap_memory storage_type={storage} port=A",
                "i: #pragma HLS pipeline",
            ],
        )
        figures = estimate_of(s, report.estimate_options())
        intervals.append(loop_of(figures, "i").ii)
    assert intervals == [1, 2]


def test_settings_of_the_tool() -> None:
    s = schedule_of(GEMM)
    report = pragmas_to_schedule(
        s,
        [
            "config_compile -pipeline_loops 0 -unsafe_math_optimizations",
            "config_array_partition -throughput_driven off",
            "config_interface -m_axi_latency 64",
            "config_rtl -reset all",
        ],
    )
    options = report.estimate_options()
    assert not options.auto_pipeline and not options.auto_partition
    assert options.unsafe_math and options.axi_latency == 64
    assert report.ignored == [("config_rtl -reset all", "resets and names take no cycles")]
    with pytest.raises(ArgumentError, match="there is no setting 'config_moon'"):
        pragmas_to_schedule(s, ["config_moon -phase 1"])


def test_lenient_leaves_out_what_would_be_an_error() -> None:
    bad = [
        "nowhere: #pragma HLS pipeline II=1",
        "#pragma HLS array_partition variable=nothing complete",
        "#pragma HLS array_partition variable=A cyclic factor=FACTOR",
        "#pragma HLS moonlight",
        "i: #pragma HLS pipeline II=fast",
        "i: #pragma HLS unroll factor=²",
        'set_directive_pipeline "f/L',
        "pipelined with target II 1",
        "#pragma HLS array_partition variable=A complete dim=9",
    ]
    s = schedule_of(GEMM)
    report = pragmas_to_schedule(s, [*bad, "k: #pragma HLS pipeline II=1"], lenient=True)
    assert [step.primitive for step in report.steps] == ["pipeline"]
    reasons = {**dict(report.ignored), **dict(report.refused)}
    assert set(reasons) == {text.strip() for text in bad}
    assert [text for text, _ in report.ignored] == ["pipelined with target II 1"]
    assert all(reasons.values())
    assert reasons["pipelined with target II 1"] == "this is no pragma"
    assert "nowhere" in reasons[bad[0]]


def test_every_directive_of_the_points_is_read_or_left_out_with_a_reason() -> None:
    """Cut off anywhere or with words changed, a directive never stops the importer."""
    texts = sorted({t for point in read_points(POINTS) for t in point.get("directives") or ()})
    shapes: dict[str, str] = {}
    for text in texts:
        shapes.setdefault(re.sub(r"\d+", "0", text), text)
    chosen = list(shapes.values())
    mangled = [text[: len(text) * n // 4] for text in chosen for n in (1, 2, 3)]
    mangled += [text.replace("=", "= =") for text in chosen]
    mangled += [text.replace("factor=", "factor=-") for text in chosen if "factor=" in text]
    s = schedule_of(COPY)
    every = [*chosen, *mangled]
    report = pragmas_to_schedule(s, every, lenient=True)
    assert all(reason for _, reason in [*report.ignored, *report.refused])
    assert len(report.ignored) + len(report.refused) > 100
