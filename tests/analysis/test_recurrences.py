"""What an iteration hands on to a later one, and how long that takes.

At 200 MHz on the U55C: fadd has latency 4, made of logic 3.
"""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from designs import estimate_of, loop_of, schedule_of

from hcl_explore.analysis.estimate import LoopEstimate
from hcl_explore.analysis.options import EstimateOptions


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
    # Eight additions of 3 cycles one after the other, each with a state to chain into the next.
    assert i.ii == 8 * 4 - 1
    assert "s is needed by the next iteration" in i.ii_reason


@pytest.mark.parametrize(
    ("row", "column", "interval"),
    [("n // 16", "n % 16", 1), ("n // 16", "n % 8", 2)],
)
def test_a_row_and_a_column_of_one_number_are_its_address(
    row: str, column: str, interval: int
) -> None:
    """``n // 16, n % 16`` on rows of 16 never comes back to an element; other divisors might."""
    text = f"""
def f(A: int32[128], B: int32[16, 16]):
    C: int32[16, 16]
    for n in range(128):
        C[{row}, {column}] += A[n]
    for i, j in hcl.grid(16, 16, name="back"):
        B[i, j] = C[i, j]
"""
    n = loop(text, "n", ("pipeline", {"axis": "n"}))
    assert n.ii == interval
