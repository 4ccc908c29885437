"""The loop tree reads like the kernel."""

from __future__ import annotations

from designs import GEMM, schedule_of

import hcl_explore as hcl
import hcl_explore.dataflow as df
from hcl_explore import Stream, int32
from hcl_explore.analysis.loop_tree import LoopNode, loop_tree


def statements(text: str) -> list[str]:
    """The statements of all loops, in order."""

    def collect(node: LoopNode) -> list[str]:
        inner = [line for child in node.children for line in collect(child)]
        return [*node.statements, *inner]

    schedule = schedule_of(text)
    return [line for node in loop_tree(schedule.program) for line in collect(node)]


def test_gemm() -> None:
    schedule = schedule_of(GEMM)
    schedule.apply("pipeline", {"axis": "j", "initiation_interval": 2})
    (i,) = loop_tree(schedule.program)
    (j,) = i.children
    (k,) = j.children
    assert [node.name for node in (i, j, k)] == ["i", "j", "k"]
    assert [node.key for node in (i, j, k)] == ["gemm:mm.i", "gemm:mm.j", "gemm:mm.k"]
    assert (i.trip_count, i.bounds, i.line) == (64, "0 ≤ i < 64", 3)
    assert (j.pipeline_ii, k.pipeline_ii) == (2, None)
    assert k.statements == ["C[i, j] += A[i, k] * B[k, j]"]
    assert k.children == []


def test_bounds_that_depend_on_outer_loops() -> None:
    schedule = schedule_of("""
def f(A: int32[8, 8]):
    for i in range(8):
        for j in range(i + 1, 8):
            A[i, j] = 0
""")
    (i,) = loop_tree(schedule.program)
    assert i.children[0].bounds == "i + 1 ≤ j < 8"
    assert i.children[0].trip_count is None


def test_statements_keep_precedence() -> None:
    assert statements("""
def f(A: int32[8], B: int32[8], C: int32[8]):
    for i in range(8):
        C[i] = (A[i] + B[i]) * 2 - (A[i] - (B[i] - 1))
""") == ["C[i] = (A[i] + B[i]) * 2 - (A[i] - (B[i] - 1))"]


def test_conditions_and_scalars() -> None:
    found = statements("""
def f(A: int32[8], B: int32[8]):
    for i in range(8):
        m: int32 = A[i] if A[i] > 0 else -A[i]
        if m > 255:
            m = 255
        B[i] = m
""")
    assert any(line.startswith("m = ") for line in found)
    assert "if m > 255: m = 255" in found
    assert "B[i] = m" in found


def test_tree_after_a_split() -> None:
    schedule = schedule_of(GEMM)
    schedule.apply("split", {"axis": "k", "factor": 4})
    (i,) = loop_tree(schedule.program)
    outer = i.children[0].children[0]
    inner = outer.children[0]
    assert (outer.trip_count, inner.trip_count) == (16, 4)
    (line,) = inner.statements
    assert line.startswith("C[i, j] += A[i, ")
    assert outer.name in line
    assert inner.name in line


def test_puts_read_as_they_are_written() -> None:
    @df.region()
    def hand_on(A: int32[4, 8], B: int32[4, 8]):
        rows: Stream[int32[8], 2]
        sums: Stream[int32, 2]

        @df.kernel(mapping=[1], args=[A])
        def send(a: int32[4, 8]):
            for i in range(4):
                row: int32[8] = a[i]
                rows.put(row)

        @df.kernel(mapping=[1])
        def middle():
            for _ in range(4):
                row: int32[8] = rows.get()
                sums.put(row[0] + 1)

        @df.kernel(mapping=[1], args=[B])
        def receive(b: int32[4, 8]):
            for i in range(4):
                b[i, 0] = sums.get()

    nodes = loop_tree(hcl.customize(hand_on).program)
    lines = [line for node in nodes for line in node.statements]
    assert "rows.put(row)" in lines
    assert "sums.put(row[0] + 1)" in lines
