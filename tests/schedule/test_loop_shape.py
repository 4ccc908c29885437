"""peel, reverse, skew: other walks over the same iterations."""

from __future__ import annotations

import itertools

import pytest
from same import assert_same

import hcl_explore as hcl
from hcl_explore import int32
from hcl_explore.errors import ArgumentError, LegalityError, NotApplicableError


def mixed(A: int32[8, 12], C: int32[8]):
    for i in hcl.grid(8, name="work"):
        t: int32 = 2 * i
        for x in range(1, 12, 2):
            A[i, x] = A[i, x] * 3 + t
        for y in range(i, 12):
            C[i] += A[i, y]


def wavefront(A: int32[10, 12]):
    for i, j in hcl.grid(9, 11, name="w"):
        A[i + 1, j] = A[i, j + 1] + 1


def grid(A: int32[6, 8]):
    for i, j in hcl.grid(6, 8):
        A[i, j] = A[i, j] * 2 + j


def recurrence(A: int32[12]):
    for i in range(1, 12):
        A[i] = A[i - 1] + A[i]


# --- peel ---------------------------------------------------------------------------------------


def test_peel(golden) -> None:
    s = hcl.customize(mixed)
    first, rest = s.peel("i", 2)
    assert [first.loop.trip_count, rest.loop.trip_count] == [2, 6]
    assert repr(first) == "<loop work.peel.i.peel>"
    golden(s.ir)
    assert_same(s)


@pytest.mark.parametrize(("count", "last"), list(itertools.product((1, 2, 5), (False, True))))
def test_peel_of_an_inner_loop_with_a_step(count: int, last: bool) -> None:
    s = hcl.customize(mixed)
    s.peel("x", count, last=last)
    assert_same(s)


def test_peel_the_last_iterations_of_a_recurrence() -> None:
    s = hcl.customize(recurrence)
    body, rest = s.peel("i", 3, last=True)
    assert (body.name, rest.name) == ("i", "i.peel")
    assert_same(s)


def test_peel_refusals() -> None:
    s = hcl.customize(mixed)
    with pytest.raises(ArgumentError, match="'i' has 8 iterations, so 8 leave none"):
        s.peel("i", 8)
    s.pipeline("x")
    with pytest.raises(NotApplicableError, match="'x' is already pipelined"):
        s.peel("x")
    with pytest.raises(ArgumentError, match="'count' must be an integer of at least 1"):
        s.peel("i", 0)


# --- reverse ------------------------------------------------------------------------------------


@pytest.mark.parametrize("axis", ["i", "x", "y"])
def test_reverse(axis: str) -> None:
    s = hcl.customize(mixed)
    s.reverse(axis)
    assert_same(s)


def test_reverse_text(golden) -> None:
    s = hcl.customize(mixed)
    s.reverse("x")
    s.reverse("y")
    golden(s.ir)


def test_reverse_twice_is_the_kernel_again() -> None:
    s = hcl.customize(mixed)
    before = s.ir
    s.reverse("i")
    s.reverse("i")
    assert s.ir == before


def test_reverse_is_refused_with_the_dependence() -> None:
    s = hcl.customize(recurrence)
    with pytest.raises(LegalityError, match=r"reverse\(i\) is illegal: iteration \(i=2\) reads"):
        s.reverse("i")


def test_reverse_needs_single_ends() -> None:
    s = hcl.customize(mixed)
    s.split("x", 4)
    with pytest.raises(NotApplicableError, match=r"iteration of 'x.inner' are no single affine"):
        s.reverse("x.inner")


# --- skew ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("factor", [1, 2, -1])
def test_skew(factor: int) -> None:
    s = hcl.customize(wavefront)
    s.skew("j", "i", factor)
    assert_same(s)


def test_skew_text(golden) -> None:
    s = hcl.customize(wavefront)
    s.skew("j", "i")
    golden(s.ir)


def test_skew_of_a_triangle() -> None:
    s = hcl.customize(mixed)
    s.skew("y", "i", 2)
    assert_same(s)


def test_skew_refusals() -> None:
    s = hcl.customize(wavefront)
    with pytest.raises(ArgumentError, match="factor 0 changes nothing"):
        s.skew("j", "i", 0)
    with pytest.raises(NotApplicableError, match="'i' is not inside 'j'"):
        s.skew("i", "j")
    with pytest.raises(NotApplicableError, match="'i' is not inside 'i'"):
        s.skew("i", "i")


# --- interchange --------------------------------------------------------------------------------


@pytest.mark.parametrize("axes", [("i", "j"), ("j", "i")])
def test_interchange_swaps_whichever_is_outside(axes: tuple[str, str]) -> None:
    s = hcl.customize(grid)
    s.interchange(*axes)
    assert [loop.name for loop in s.program.all_loops()] == ["j", "i"]
    assert s.history[0].call == f's.interchange("{axes[0]}", "{axes[1]}")'
    assert_same(s)


def test_interchange_refusals() -> None:
    s = hcl.customize(wavefront)
    with pytest.raises(LegalityError, match=r"interchange\(j, i\) is illegal"):
        s.interchange("i", "j")
    with pytest.raises(ArgumentError, match="interchange: 'i' is named twice"):
        s.interchange("i", "i")
    s = hcl.customize(mixed)
    with pytest.raises(NotApplicableError, match="'y' and 'x' are not nested"):
        s.interchange("x", "y")
