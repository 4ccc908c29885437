"""reorder of imperfect nests: what stands beside the inner loops gets nests of its own."""

from __future__ import annotations

import pytest
import small_kernels as kernels
from same import assert_same

import hcl_explore as hcl
from hcl_explore import int32
from hcl_explore.errors import LegalityError, NotApplicableError


def deep(A: int32[6, 5, 4], R: int32[6], S: int32[6, 5]):
    for i in hcl.grid(6, name="outer"):
        R[i] = 7
        for j in range(5):
            S[i, j] = R[i] + j
            for k in range(4):
                A[i, j, k] = A[i, j, k] + S[i, j]
            for m in range(3):
                S[i, j] += A[i, j, m]
        R[i] = R[i] + S[i, 0]


def within(A: int32[4, 6, 5], R: int32[6]):
    for t in hcl.grid(4, name="time"):
        for i in range(6):
            R[i] = t
            for j in range(5):
                A[t, i, j] = R[i] + i


def running_sum(A: int32[6, 5], rows: int32[6]):
    for i in range(6):
        acc: int32 = 0
        for j in range(5):
            acc += A[i, j]
        rows[i] = acc


def guarded(A: int32[6, 5], rows: int32[6]):
    for i in range(6):
        rows[i] = 1
        if i > 2:
            for j in range(5):
                A[i, j] = 0


def chained(A: int32[7, 6]):
    for i in range(5):
        A[i + 1, 0] = A[i, 5] + 1
        for j in range(5):
            A[i + 1, j + 1] = A[i + 1, j] + 1


def test_what_is_beside_gets_nests_before_and_after(golden) -> None:
    s = hcl.customize(deep)
    s.reorder("k", "j", "i")
    golden(s.ir)


@pytest.mark.parametrize("order", ["j i", "k i", "k j i", "j i k", "k j", "i k j"])
def test_equal_results(order: str) -> None:
    s = hcl.customize(deep)
    s.reorder(*order.split())
    assert_same(s)


def test_names_and_handles_stay_with_the_reordered_nest() -> None:
    s = hcl.customize(kernels.imperfect)
    i, j = s.loop("i"), s.loop("j")
    s.reorder("j", "i")
    assert (i.name, j.name) == ("i", "j")
    assert i.loop.parent is j.loop
    s.pipeline(i)
    assert repr(s.get_loops()).splitlines()[0] == "S_i_j_0_1:"
    assert_same(s)


def test_handles_on_loops_beside_go_to_their_new_band() -> None:
    s = hcl.customize(deep)
    m = s.loop("m")
    s.reorder("k", "i")
    assert m.loop.key == "deep:outer_2.m"


def test_inside_another_loop_the_parts_stay_in_it() -> None:
    s = hcl.customize(within)
    s.reorder("j", "i")
    assert [loop.name for loop in s.loop("t").loop.loops] == ["i_1", "j"]
    assert_same(s)


@pytest.mark.parametrize(
    ("kernel", "error", "message"),
    [
        (running_sum, NotApplicableError, "'acc' is declared in the body of 'i' and used inside"),
        (guarded, NotApplicableError, "'j' is under a condition in 'i'"),
        (
            chained,
            LegalityError,
            r"\(i=1\) reads A\[1, 5\], written by \(i=0, j=4\), which",
        ),
    ],
)
def test_refusals(kernel, error, message) -> None:
    s = hcl.customize(kernel)
    before = s.ir
    with pytest.raises(error, match=message):
        s.reorder("j", "i")
    assert s.ir == before
