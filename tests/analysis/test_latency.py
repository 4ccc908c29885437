"""Intervals, depths and latencies derived by hand from the latencies of the operators.

At 200 MHz on the U55C: fadd has latency 4 (5 states), fmul 3 (4 states), a memory answers in the
next cycle. In a state, what is chained must end within 5 ns - 27 %.
"""

from __future__ import annotations

import pytest
from designs import GEMM, PLAIN, estimate_of, loop_of, schedule_of

from hcl_explore.analysis.options import EstimateOptions

SUM = """
def add_up(A: float32[1024], B: float32[1]):
    total: float32 = 0.0
    for i in range(1024):
        total += A[i]
    B[0] = total
"""

COPY = """
def copy(A: int32[1024], B: int32[1024]):
    for i in range(1024):
        B[i] = A[i]
"""


def test_a_copy_is_read_in_one_cycle_and_written_in_the_next() -> None:
    schedule = schedule_of(COPY)
    schedule.apply("pipeline", {"axis": "i"})
    figures = estimate_of(schedule)
    i = loop_of(figures, "i")
    assert (i.ii, i.depth) == (1, 2)
    # depth + II * (trips - 1) - 1, as reports print it; two cycles more to start and end.
    assert i.latency_cycles == 2 + 1023 - 1
    assert figures.latency_cycles == 1024 + 2


def test_step_by_step_an_iteration_takes_its_depth() -> None:
    i = loop_of(estimate_of(COPY), "i")
    assert (i.mode, i.ii, i.depth, i.latency_cycles) == ("sequential", None, 2, 2 * 1024)


def test_a_floating_point_sum_waits_for_its_adder() -> None:
    schedule = schedule_of(SUM)
    schedule.apply("pipeline", {"axis": "i"})
    i = loop_of(estimate_of(schedule), "i")
    # Asked for II = 1, the tool takes the fadd made of logic, of latency 3 at 5 ns, and hands its
    # result on in the state in which it comes.
    assert i.ii == 3
    assert i.ii_kinds == ("recurrence",)
    assert "total is needed by the next iteration" in i.ii_reason
    assert "fadd" in i.ii_reason
    assert i.latency_cycles == i.depth + i.ii * 1023 - 1


def test_a_loop_pipelined_by_the_tool_keeps_the_usual_adder() -> None:
    # Of latency 4, its result handed on in the state in which it comes.
    i = loop_of(estimate_of(SUM, EstimateOptions()), "i")
    assert i.ii == 4


def test_an_integer_sum_does_not() -> None:
    schedule = schedule_of(SUM.replace("float32", "int32").replace("0.0", "0"))
    schedule.apply("pipeline", {"axis": "i"})
    assert loop_of(estimate_of(schedule), "i").ii == 1


@pytest.mark.parametrize("distance", [1, 2, 3, 5, 8])
def test_a_recurrence_over_several_iterations_is_spread_over_them(distance: int) -> None:
    schedule = schedule_of(f"""
def scan(A: float32[1024]):
    for i in range({distance}, 1024):
        A[i] = A[i - {distance}] * 0.5 + 1.0
""")
    schedule.apply("pipeline", {"axis": "i"})
    i = loop_of(estimate_of(schedule), "i")
    # Read (1), fmul and fadd (at most 4 + 5 states), write: 11 cycles at the most, and fewer with
    # faster operators or a register from one iteration to the next.
    assert 7 / distance <= i.ii <= 11 / distance + 1
    if distance > 1:
        alone = schedule_of("""
def scan(A: float32[1024]):
    for i in range(2, 1024):
        A[i] = A[i - 2] * 0.5 + 1.0
""")
        alone.apply("pipeline", {"axis": "i"})
        of_two = loop_of(estimate_of(alone), "i").ii
        assert of_two is not None
        assert i.ii <= of_two


def test_an_asked_interval_is_kept_when_it_is_larger() -> None:
    schedule = schedule_of(COPY)
    schedule.apply("pipeline", {"axis": "i", "initiation_interval": 4})
    i = loop_of(estimate_of(schedule), "i")
    assert (i.ii, i.ii_kinds) == (4, ("target",))
    assert "initiation interval 4 was asked for" in i.ii_reason


def test_gemm_with_the_reduction_outside_has_no_recurrence() -> None:
    inner = schedule_of(GEMM)
    inner.apply("pipeline", {"axis": "k"})
    assert loop_of(estimate_of(inner), "k").ii_kinds == ("recurrence",)
    outer = schedule_of(GEMM)
    outer.apply("reorder", {"axes": ["k", "j"]}, reassociate=True)
    outer.apply("pipeline", {"axis": "j"})
    j = loop_of(estimate_of(outer), "j")
    assert j.ii == 1
    # The reason of the first names the step that makes the second.
    assert "reorder(k, j) makes j innermost" in loop_of(estimate_of(inner), "k").ii_reason


def test_gemm_all_unrolled_inside_is_bound_by_its_ports() -> None:
    schedule = schedule_of(GEMM)
    schedule.apply("pipeline", {"axis": "j"})
    j = loop_of(estimate_of(schedule), "j")
    # 64 reads of a row of A and of a column of B, 2 ports each.
    assert j.ii == 32
    # A chain of 64 additions of 5 states, whatever stands around it.
    assert 64 * 5 <= j.depth <= 64 * 5 + 40
    schedule.apply("partition", {"target": "A", "dim": 2})
    schedule.apply("partition", {"target": "B", "dim": 1})
    assert loop_of(estimate_of(schedule), "j").ii == 1


def test_a_perfect_nest_is_one_pipeline() -> None:
    schedule = schedule_of(GEMM)
    schedule.apply("reorder", {"axes": ["k", "j"]}, reassociate=True)
    schedule.apply("pipeline", {"axis": "j"})
    figures = estimate_of(schedule)
    j = loop_of(figures, "j")
    assert [loop.mode for loop in figures.loops] == ["flattened", "flattened", "pipelined"]
    assert j.latency_cycles == j.depth + 64**3 - 1 - 1


def test_without_flattening_the_outer_loops_run_step_by_step() -> None:
    schedule = schedule_of(GEMM)
    schedule.apply("reorder", {"axes": ["k", "j"]}, reassociate=True)
    schedule.apply("pipeline", {"axis": "j"})
    options = EstimateOptions(auto_pipeline=False, auto_partition=False, flatten=False)
    figures = estimate_of(schedule, options)
    j, k = loop_of(figures, "j"), loop_of(figures, "k")
    assert k.mode == "sequential"
    assert j.latency_cycles == j.depth + 63 - 1
    assert k.latency_cycles == 64 * k.depth
    assert k.depth > j.latency_cycles


def test_partial_unrolling_divides_the_iterations() -> None:
    schedule = schedule_of(COPY)
    schedule.apply("unroll", {"axis": "i", "factor": 2})
    schedule.apply("pipeline", {"axis": "i"})
    i = loop_of(estimate_of(schedule), "i")
    # Two reads of A and two writes of B an iteration: two ports each.
    assert (i.ii, i.latency_cycles) == (1, 2 + 511 - 1)
    schedule = schedule_of(COPY)
    schedule.apply("unroll", {"axis": "i", "factor": 8})
    schedule.apply("pipeline", {"axis": "i"})
    assert loop_of(estimate_of(schedule), "i").ii == 4


def test_independent_loops_run_side_by_side_as_modules() -> None:
    text = """
def two(A: int32[1024], B: int32[1024], C: int32[1024], D: int32[1024]):
    for i in range(1024, name="one"):
        B[i] = A[i]
    for i in range(1024, name="other"):
        D[i] = {source}[i]
"""
    vitis = EstimateOptions()
    apart = estimate_of(text.format(source="C"), vitis).latency_cycles
    shared = estimate_of(text.format(source="B"), vitis).latency_cycles
    assert apart is not None
    assert shared is not None
    assert 1024 < apart < 1100
    assert 2 * 1024 < shared < 2 * 1100


def test_stages_of_a_dataflow_region_overlap() -> None:
    text = """
def two(A: int32[1024], C: int32[1024]):
    B: int32[1024]
    for i in range(1024, name="one"):
        B[i] = A[i] + 1
    for i in range(1024, name="other"):
        C[i] = B[i] * 2
"""
    schedule = schedule_of(text)
    alone = estimate_of(schedule, EstimateOptions())
    schedule.apply("dataflow", {})
    together = estimate_of(schedule, EstimateOptions())
    assert alone.interval is not None
    assert together.interval is not None
    assert alone.interval > 2 * 1024
    assert 1024 <= together.interval < 1100
    # The array between them is there twice.
    assert (alone.bram18, together.bram18) == (2, 4)


def test_a_loop_without_a_static_bound_is_assumed_and_said() -> None:
    text = """
def until(A: int32[1]):
    while A[0] > 0:
        A[0] = A[0] - 3
"""
    figures = estimate_of(text)
    assert any("assumed 1" in note for note in figures.notes)
    hundred = EstimateOptions(auto_pipeline=False, while_trips=100)
    more = estimate_of(text, hundred)
    assert figures.latency_cycles is not None
    assert more.latency_cycles is not None
    assert more.latency_cycles > 50 * figures.latency_cycles / 2
    assert any("assumed 100" in note for note in more.notes)


def test_a_triangle_takes_its_mean() -> None:
    figures = estimate_of("""
def triangle(A: int32[64, 64]):
    for i in range(64):
        for j in range(i, 64):
            A[i, j] = 0
""")
    (j,) = [loop for loop in figures.loops if loop.name == "j"]
    assert j.trip_count is None
    # 64, 63, ..., 1 iterations: 32.5 on average, one state each.
    assert 32 <= j.latency_cycles <= 33
    # The mean is exact, and so are the bytes: nothing was assumed.
    assert figures.bytes == 4 * 64 * 65 // 2
    assert figures.notes == ()


def test_every_loop_has_an_entry() -> None:
    schedule = schedule_of(GEMM)
    schedule.apply("pipeline", {"axis": "j"})
    figures = estimate_of(schedule)
    assert [loop.key for loop in figures.loops] == ["gemm:mm.i", "gemm:mm.j", "gemm:mm.k"]
    k = loop_of(figures, "k")
    assert (k.mode, k.ii, k.latency_cycles) == ("unrolled", None, None)
    assert k.ii_reason == "unrolled: 64 copies (inside pipelined j)"
    assert figures.ii == {"j": 32}
    assert figures.loop_ii("gemm:mm.j") == 32
    assert figures.loop_ii("gemm:mm.i") is None


def test_a_faster_clock_takes_more_cycles() -> None:
    schedule = schedule_of(GEMM)
    schedule.apply("pipeline", {"axis": "k"})
    slow = estimate_of(schedule, PLAIN, clock_mhz=100.0)
    fast = estimate_of(schedule, PLAIN, clock_mhz=300.0)
    assert slow.latency_cycles is not None
    assert fast.latency_cycles is not None
    assert slow.latency_cycles < fast.latency_cycles


def test_registers_chosen_at_run_time_are_all_handed_on() -> None:
    """In a memory the product has 8 iterations' time; among registers that are chosen by a
    multiplexer the next iteration needs each of them."""
    text = """
def powers(R: int32[64]):
    S: int32[64]
    for i in range(56):
        S[i + 8] = S[i] * S[i]
        R[i] = S[i]
"""
    schedule = schedule_of(text)
    schedule.apply("pipeline", {"axis": "i"})
    assert loop_of(estimate_of(schedule), "i").ii == 1
    schedule.apply("partition", {"target": "S", "dim": 1})
    in_registers = loop_of(estimate_of(schedule), "i")
    assert in_registers.ii is not None
    assert in_registers.ii > 1
    assert in_registers.ii_kinds == ("recurrence",)


def test_an_unrolled_loop_may_hold_a_loop_that_stays() -> None:
    schedule = schedule_of("""
def rows(A: int32[4, 100], B: int32[4, 100]):
    for i in range(4):
        for j in range(100):
            B[i, j] = A[i, j]
""")
    schedule.apply("unroll", {"axis": "i"})
    schedule.apply("pipeline", {"axis": "j"})
    figures = estimate_of(schedule)
    j = loop_of(figures, "j")
    # The four copies share the two ports of A, and those of B.
    assert (j.mode, j.ii) == ("pipelined", 2)
    assert j.latency_cycles is not None
    assert 2 * 99 <= j.latency_cycles < figures.latency_cycles < 2 * 99 + 10


def test_what_an_iteration_writes_first_is_not_carried() -> None:
    """The sums are zeroed in each iteration, so iterations need not wait for each other."""
    text = """
def rows(A: float32[64, 8], S: float32[64, 8]):
    T: float32[8]
    for i in range(64):
        for j in range(8, name="clear"):
            T[j] = 0.0
        for k in range(4, name="sum"):
            for j in range(8):
                T[j] += A[i, j]
        for j in range(8, name="store"):
            S[i, j] = T[j]
"""
    schedule = schedule_of(text)
    schedule.apply("partition", {"target": "T", "dim": 1})
    schedule.apply("partition", {"target": "A", "dim": 2})
    schedule.apply("partition", {"target": "S", "dim": 2})
    schedule.apply("pipeline", {"axis": "i"})
    i = loop_of(estimate_of(schedule), "i")
    assert i.ii == 1
    # Four sums one after the other, of 5 states each, between a load and a store.
    assert i.depth == 2 + 4 * 5


def test_a_loop_in_varying_bounds_at_its_most() -> None:
    text = """
def triangle(A: int32[64, 64]):
    for i in range(64):
        for j in range(i, 64):
            A[i, j] = 0
"""
    mean = loop_of(estimate_of(text), "j").latency_cycles
    most = loop_of(estimate_of(text, EstimateOptions(varying_trips="most")), "j").latency_cycles
    assert mean is not None
    assert most is not None
    assert mean <= 33
    assert most == 64
