"""Bodies written out element by element cost what the same loops cost unrolled."""

from __future__ import annotations

from dataclasses import replace

from designs import PLAIN, estimate_of, loop_of, schedule_of

from hcl_explore.analysis.estimate import Estimate

BALANCED = replace(PLAIN, unsafe_math=True)

ROWS = """
def rows(A: float32[64, 8], x: float32[8], y: float32[64]):
    for i in range(64):
        y[i] += (
            A[i, 0] * x[0] + A[i, 1] * x[1] + A[i, 2] * x[2] + A[i, 3] * x[3]
            + A[i, 4] * x[4] + A[i, 5] * x[5] + A[i, 6] * x[6] + A[i, 7] * x[7]
        )
"""

UPDATES = """
def updates(A: float32[64], B: float32[64], C: float32[64]):
    for i in range(8):
        with hcl.meta_for(8) as u:
            C[8 * i + u] = A[8 * i + u] * B[i] + C[8 * i + u]
"""

TWICE = """
def twice(A: float32[64], B: float32[64], C: float32[64], s: int32[1]):
    for i in range(1, 63):
        C[i] = A[i] * B[i]
        B[i] = A[i] + 1.0
"""


def pipelined(text: str) -> Estimate:
    schedule = schedule_of(text)
    schedule.pipeline("i")
    return estimate_of(schedule)


def test_a_sum_in_one_expression_is_balanced_where_the_tool_may() -> None:
    schedule = schedule_of(ROWS)
    schedule.partition(schedule.A, dim=2)
    schedule.partition(schedule.x, dim=1)
    schedule.pipeline("i")
    chained = loop_of(estimate_of(schedule), "i")
    balanced = loop_of(estimate_of(schedule, BALANCED), "i")
    # 8 products and what y holds: 8 additions one after the other, or 3 levels and one addition.
    addition = (chained.depth - balanced.depth) / 4
    assert addition == int(addition) > 0


def test_an_independent_read_written_later_uses_the_ports_that_are_free_before() -> None:
    figures = pipelined(UPDATES)
    loop = loop_of(figures, "i")
    assert loop.ii == 8  # 8 reads and 8 writes of C through 2 ports
    # The reads of C do not wait for the writes that stand before them in the text.
    assert loop.depth < 30


def test_an_element_read_twice_is_read_once() -> None:
    figures = pipelined(TWICE)
    (pipeline,) = [m.pipeline for m in figures._model._loop_models().values() if m.pipeline]
    reads = [node.access.buffer.name for node in pipeline.path.loads]
    assert sorted(reads) == ["A", "B"]


def test_an_element_written_in_between_is_read_again() -> None:
    figures = pipelined(TWICE.replace("C[i] =", "A[i + 1 - s[0]] ="))
    (pipeline,) = [m.pipeline for m in figures._model._loop_models().values() if m.pipeline]
    reads = [node.access.buffer.name for node in pipeline.path.loads]
    assert reads.count("A") == 2
