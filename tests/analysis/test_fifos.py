"""Stages of a dataflow region that hand on tokens through FIFOs overlap from the first token on."""

from __future__ import annotations

from designs import estimate_of, schedule_of

from hcl_explore.analysis.estimate import Estimate
from hcl_explore.schedule.pragmas import pragmas_to_schedule

STAGES = """
def twice(A: float32[1000], F: float32[1000]):
    for i in range(1000, name="first"):
        F[i] = A[i] * 2.0


def more(F: float32[1000], B: float32[1000]):
    for i in range(1000, name="second"):
        B[i] = F[i] + 1.0


def stages(A: float32[1000], B: float32[1000]):
    F: float32[1000]
    twice(A, F)
    more(F, B)
"""


def estimated(*pragmas: str) -> Estimate:
    schedule = schedule_of(STAGES)
    report = pragmas_to_schedule(
        schedule,
        [
            "twice:first.i: #pragma HLS pipeline",
            "more:second.i: #pragma HLS pipeline",
            "stages: #pragma HLS dataflow",
            *pragmas,
        ],
    )
    return estimate_of(schedule, report.estimate_options())


def test_without_a_fifo_the_second_stage_waits_for_the_whole_array() -> None:
    latency = estimated().latency_cycles
    assert latency is not None
    assert 2000 < latency < 2040


def test_with_a_fifo_it_starts_with_the_first_token() -> None:
    figures = estimated("#pragma HLS stream variable=F depth=4")
    assert figures.latency_cycles is not None
    assert 1000 < figures.latency_cycles < 1040
    first, second = figures.timeline.children
    assert first.start < second.start < first.start + 20
    assert second.end > first.end


def test_a_fifo_costs_what_its_depth_needs() -> None:
    shallow = estimated("#pragma HLS stream variable=F depth=4")
    lutram = estimated("#pragma HLS stream variable=F depth=128")
    deep = estimated("#pragma HLS stream variable=F depth=1000")
    assert (shallow.bram18, lutram.bram18, deep.bram18) == (0, 0, 1)
    assert shallow.lut is not None and lutram.lut is not None
    assert shallow.lut < lutram.lut


def test_each_bank_of_a_token_is_a_fifo_of_its_own() -> None:
    deep = estimated(
        "#pragma HLS array_partition variable=F cyclic dim=1 factor=4",
        "#pragma HLS stream variable=F depth=250",
    )
    assert deep.bram18 == 4
