"""What two questions about iterations have in common decides whether one answer serves both."""

from __future__ import annotations

import pytest

import hcl_explore as hcl
from hcl_explore import float32
from hcl_explore.ir.program import Access, Buffer
from hcl_explore.polyhedral import footprint, trips
from hcl_explore.polyhedral.content import Answers, content_of_runs, distinct, forget
from hcl_explore.schedule.schedule import Schedule


def triangle(A: float32[16, 16]):
    for i in hcl.grid(16, name="fill"):
        for j in range(i + 1):
            A[i, j] = A[i, j] + A[i, j]


def renamed(B: float32[32, 32]):
    for y in hcl.grid(16, name="other"):
        for x in range(y + 1):
            B[y, x] = B[y, x] * 2.0


def wider(A: float32[16, 17]):
    for i in hcl.grid(16, name="fill"):
        for j in range(i + 2):
            A[i, j] = A[i, j] + 1.0


def guarded(A: float32[16, 16]):
    for i in hcl.grid(16, name="fill"):
        for j in range(i + 1):
            if j > 2:
                A[i, j] = A[i, j] + 1.0


def transposed(A: float32[16, 16]):
    for i in hcl.grid(16, name="fill"):
        for j in range(i + 1):
            A[j, i] = A[j, i] + 1.0


def every_other(A: float32[16, 16]):
    for i in hcl.grid(16, name="fill"):
        for j in range(0, i + 1, 2):
            A[i, j] = A[i, j] + 1.0


def _accesses(schedule: Schedule) -> list[Access]:
    buffer: Buffer = schedule.program.kernel.buffers[0]
    return buffer.accesses


def test_names_sizes_and_repetition_do_not_count():
    first, loads = distinct(_accesses(hcl.customize(triangle)))
    second, _ = distinct(_accesses(hcl.customize(renamed)))
    assert first == second
    assert len(loads) == 1, "three accesses touch the same elements"


@pytest.mark.parametrize("kernel", [wider, guarded, transposed, every_other])
def test_bounds_steps_conditions_and_subscripts_count(kernel):
    first, _ = distinct(_accesses(hcl.customize(triangle)))
    second, _ = distinct(_accesses(hcl.customize(kernel)))
    assert first != second


def test_content_of_runs_follows_the_bounds():
    nests = {}
    for kernel in (triangle, renamed, wider, every_other):
        (outer,) = hcl.customize(kernel).program.kernel.loops
        nests[kernel] = content_of_runs(outer.loops[0].chain, ())
    assert nests[triangle] == nests[renamed]
    assert len(set(nests.values())) == 3


def test_a_count_is_found_once_for_all_steps_that_leave_the_nest_alone(monkeypatch):
    forget()
    asked = []
    count, total = footprint._count, trips._total
    monkeypatch.setattr(footprint, "_count", lambda a: asked.append("count") or count(a))
    monkeypatch.setattr(trips, "_total", lambda *a: asked.append("total") or total(*a))
    s = hcl.customize(triangle)
    edges = [edge.bytes for edge in s.snapshot.graph.edges]
    assert edges == [136 * 4, 136 * 4]
    assert asked.count("count") == 1, "the elements read are those written"
    s.estimate("u280")
    before = len(asked)
    s.pipeline("j")
    assert [edge.bytes for edge in s.snapshot.graph.edges] == edges
    s.estimate("u280")
    assert len(asked) == before
    s.split("i", 4)
    assert [edge.bytes for edge in s.snapshot.graph.edges] == edges
    assert len(asked) > before, "other loops, another question"


def test_the_oldest_answers_go():
    answers: Answers[int] = Answers(most=2)
    for key in (1, 2, 3):
        answers.get(key, lambda key=key: key)
    assert answers.get(3, lambda: 0) == 3
    assert answers.get(1, lambda: 10) == 10
