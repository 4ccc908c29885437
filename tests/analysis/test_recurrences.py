"""What an iteration hands on to a later one, and how long that takes.

At 200 MHz on the U55C: fadd has latency 4, made of logic 3.
"""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from designs import estimate_of, loop_of, schedule_of

from hcl_explore.analysis.estimate import LoopEstimate
from hcl_explore.analysis.options import EstimateOptions
from hcl_explore.analysis.timing import carried_levels
from hcl_explore.schedule.pragmas import pragmas_to_schedule


def loop(
    text: str,
    name: str,
    *calls: tuple[str, dict[str, object]],
    options: EstimateOptions | None = None,
) -> LoopEstimate:
    """The estimate of a loop after primitives."""
    schedule = schedule_of(text)
    for primitive, arguments in calls:
        schedule.apply(primitive, arguments)
    return loop_of(estimate_of(schedule, options=options or EstimateOptions()), name)


INNER_SUM = """
def f(A: float32[64, 4, 8], y: float32[4]):
    s: float32[4]
    for t in range(4, name="clear"):
        s[t] = 0.0
    for i in range(64, name="sums"):
        for j in range(4):
            for k in range(8):
                s[j] += A[i, j, k]
    for t in range(4, name="back"):
        y[t] = s[t]
"""


def test_an_element_that_an_unrolled_loop_adds_to_is_read_before_it() -> None:
    parts: Sequence[tuple[str, dict[str, object]]] = [
        ("partition", {"target": "s"}),
        ("partition", {"target": "A", "dim": 2}),
        ("partition", {"target": "A", "dim": 3}),
        ("pipeline", {"axis": "i"}),
    ]
    i = loop(INNER_SUM, "i", *parts)
    # Eight additions of 3 cycles, none of which can begin in the state in which another ends.
    assert i.ii == 8 * 4
    assert "s is needed by the next iteration" in i.ii_reason


@pytest.mark.parametrize(
    ("row", "column", "interval"),
    [("n // 16", "n % 16", 1), ("n // 16", "n % 8", 1), ("n // 16", "n % 2", 4)],
)
def test_a_row_and_a_column_of_one_number_are_its_address(
    row: str, column: str, interval: int
) -> None:
    """``n // 16, n % 16`` on rows of 16 never comes back to an element, ``n // 16, n % 8`` does
    after eight iterations, longer than an addition takes, and ``n // 16, n % 2`` after two."""
    text = f"""
def f(A: float32[128], B: float32[16, 16]):
    C: float32[16, 16]
    for n in range(128):
        C[{row}, {column}] += A[n]
    for i, j in hcl.grid(16, 16, name="back"):
        B[i, j] = C[i, j]
"""
    n = loop(text, "n", ("pipeline", {"axis": "n"}))
    assert n.ii == interval


SUM = """
def f(A: float32[64, {terms}], y: float32[1]):
    s: float32 = 0.0
    for i in range(64):
        for k in range({terms}):
            s += A[i, k]
    y[0] = s
"""
BALANCED = EstimateOptions(unsafe_math=True)
FABRIC = 3


PIPELINED: Sequence[tuple[str, dict[str, object]]] = [
    ("partition", {"target": "A", "dim": 2}),
    ("pipeline", {"axis": "i"}),
]


@pytest.mark.parametrize(("terms", "levels"), [(1, 1), (2, 1), (10, 4), (16, 4), (25, 4), (50, 5)])
def test_a_balanced_sum_takes_in_what_is_carried_among_its_terms(terms: int, levels: int) -> None:
    assert carried_levels(terms) == levels
    i = loop(SUM.format(terms=terms), "i", *PIPELINED, options=BALANCED)
    assert i.ii == (FABRIC if levels == 1 else levels * (FABRIC + 1))


def test_only_the_additions_that_are_carried_through_are_made_for_speed() -> None:
    schedule = schedule_of(SUM.format(terms=16))
    for primitive, arguments in PIPELINED:
        schedule.apply(primitive, arguments)
    figures = estimate_of(schedule, options=BALANCED)
    # 4 of 16 additions are made of logic, the other 12 of 2 DSP blocks; all are shared by 16 slots.
    assert loop_of(figures, "i").ii == 16
    assert figures.dsp == 2


def test_a_pipeline_without_a_stated_interval_keeps_the_usual_adder() -> None:
    text = SUM.format(terms=1)
    stated, open_ended = schedule_of(text), schedule_of(text)
    for schedule, pragma in (
        (stated, "#pragma HLS pipeline II=1"),
        (open_ended, "#pragma HLS pipeline"),
    ):
        report = pragmas_to_schedule(schedule, [f"i: {pragma}"])
        figures = estimate_of(schedule, options=report.estimate_options())
        assert loop_of(figures, "i").ii == (3 if schedule is stated else 4)


def test_a_put_needs_no_address_but_a_state_of_its_own() -> None:
    text = """
def fill(F: float32[30, 30]):
    for i, j in hcl.grid(30, 30, name="fill"):
        F[i, j] = 0.0


def take(F: float32[30, 30], B: float32[30, 30]):
    for k, l in hcl.grid(30, 30, name="take"):
        B[k, l] = F[k, l]


def stages(B: float32[30, 30]):
    F: float32[30, 30]
    fill(F)
    take(F, B)
"""
    depths = []
    for pragmas in ([], ["#pragma HLS stream variable=F depth=4"]):
        schedule = schedule_of(text)
        report = pragmas_to_schedule(schedule, ["stages: #pragma HLS dataflow", *pragmas])
        depths.append(loop_of(estimate_of(schedule, report.estimate_options()), "j").depth)
    in_memory, in_fifo = depths
    assert in_memory is not None
    assert in_memory > 2
    # Whether the loop goes on is known in its first state; the put comes after it.
    assert in_fifo == 2


COUNTS = """
def f(x: int32[64], bins: int32[16]):
    for i in range(64):
        bins[x[i]] += 1
"""

COUNTS_IN_PAIRS = """
def f(x: int32[64], bins: int32[16]):
    for i in range(32):
        bins[x[2 * i]] += 1
        bins[x[2 * i + 1]] += 1
"""


def test_copies_wait_for_each_other_s_elements_found_at_run_time() -> None:
    pipeline: tuple[str, dict[str, object]] = ("pipeline", {"axis": "i"})
    intervals = [
        loop(COUNTS, "i", ("unroll", {"axis": "i", "factor": copies}), pipeline).ii
        for copies in (1, 2, 4)
    ]
    assert intervals[0] is not None and intervals[0] > 1
    assert intervals == [intervals[0], 2 * intervals[0], 4 * intervals[0]]
    assert loop(COUNTS_IN_PAIRS, "i", pipeline).ii == intervals[1]


def test_copies_do_not_wait_where_the_loop_is_said_to_carry_nothing() -> None:
    calls: Sequence[tuple[str, dict[str, object]]] = [
        ("unroll", {"axis": "i", "factor": 2}),
        ("pipeline", {"axis": "i"}),
    ]
    alone = EstimateOptions(independent=("f:S_i_0.i",))
    found = loop(COUNTS, "i", *calls, options=alone)
    assert "recurrence" not in found.ii_kinds


def test_an_array_that_each_copy_makes_anew_is_not_waited_for() -> None:
    text = """
def f(x: int32[64, 4], y: int32[64]):
    for i in range(64):
        part: int32[4] = 0
        for k in range(4):
            part[x[i, k] & 3] += 1
        y[i] = part[2]
"""
    calls = [("unroll", {"axis": "k"}), ("pipeline", {"axis": "i"})]
    once = loop(text, "i", *calls)
    twice = loop(text, "i", ("unroll", {"axis": "i", "factor": 2}), *calls)
    assert once.depth is not None and twice.depth is not None
    assert twice.depth < once.depth + 4
