"""tile, fuse, peel of loops that do not run equally often: triangles, sizes known late."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from same import assert_same

import hcl_explore as hcl
from hcl_explore import index, int32
from hcl_explore.errors import LegalityError, NotApplicableError


def upper(A: int32[9, 9]):
    for i in range(9):
        for j in range(i, 9):
            A[i, j] = A[i, j] * 2 + i


def lower_of_size(A: int32[9, 9], n: index):
    for i in range(1, n):
        for j in range(i):
            A[i, j] = A[i, j] * 2 + i


def rectangle(A: int32[4, 5]):
    for i, j in hcl.grid(4, 5):
        A[i, j] = A[i, j] * 3 + j


def triangular_product(A: int32[9, 9], B: int32[9, 7], C: int32[9, 7]):
    for i, j in hcl.grid(9, 7):
        for k in range(i + 1, 9):
            C[i, j] += A[k, i] * B[k, j]


def substitution(L: int32[9, 9], x: int32[9]):
    for i in range(1, 9):
        for j in range(i):
            x[i] -= L[i, j] * x[j]


def gaps(A: int32[9, 9]):
    for i in range(0, 9, 2):
        for j in range(i, 9):
            A[i, j] = A[i, j] + 1


def slabs(A: int32[9, 9, 9]):
    for t in range(9):
        for i in range(t, 9):
            for j, k in hcl.grid(4, 5):
                A[i, j, t] = A[i, j, t] * 2 + k * i


def rows(A: int32[9, 9], n: index):
    for i in range(2, n, 2):
        for j in range(1, 9):
            A[i, j] = A[i, j] * 2 + i


def antidiagonals(A: int32[8, 9]):
    for i in range(7):
        for j in range(i, 8):
            A[i + 1, j] = A[i, j + 1] + 1


def layers(A: int32[9, 9, 3]):
    for i in range(9):
        for j in range(i, 9):
            for k in range(3):
                A[i, j, k] = A[i, j, k] * 2 + i


# --- tile ---------------------------------------------------------------------------------------


def test_tiles_of_a_triangle(golden: Any) -> None:
    s = hcl.customize(upper)
    loops = s.tile("i", "j", factors=[4, 4])
    assert [loop.name for loop in loops] == ["i.outer", "j.outer", "i.inner", "j.inner"]
    golden(s.ir)
    assert_same(s)


@pytest.mark.parametrize("factors", list(itertools.product((1, 2, 4, 9), (3, 5))))
def test_tiles_of_every_shape(factors: tuple[int, int]) -> None:
    s = hcl.customize(upper)
    s.tile("i", "j", factors=list(factors))
    assert_same(s)


@pytest.mark.parametrize("axes", [("i", "j", "k"), ("j", "k")])
def test_tiles_of_a_triangular_product(axes: tuple[str, ...]) -> None:
    s = hcl.customize(triangular_product)
    s.tile(*axes, factors=[4, 3, 2][: len(axes)])
    assert_same(s)


@pytest.mark.parametrize("n", [0, 1, 2, 7, 9])
def test_tiles_of_a_triangle_whose_size_is_known_late(n: int) -> None:
    s = hcl.customize(lower_of_size)
    s.tile("i", "j", factors=[4, 3])
    assert_same(s, scalars=(n,))


def test_tiles_of_tiles_of_a_triangle() -> None:
    s = hcl.customize(upper)
    s.tile("i", "j", factors=[4, 4])
    s.tile("i.inner", "j.inner", factors=[2, 3])
    assert_same(s)


def test_a_substitution_is_tiled_where_its_rows_stay_in_order() -> None:
    s = hcl.customize(substitution)
    s.tile("i", "j", factors=[2, 2])
    assert_same(s)


def test_tiles_that_reverse_a_dependence_are_refused() -> None:
    s = hcl.customize(antidiagonals)
    with pytest.raises(LegalityError, match=r"tile\(i, j\) is illegal: .* reads A\[.*written by"):
        s.tile("i", "j", factors=[3, 3])
    s.skew("j", "i", 1)
    s.tile("i", "j", factors=[3, 3])
    assert_same(s)


def test_a_triangle_with_gaps_has_no_tiles() -> None:
    s = hcl.customize(gaps)
    before = s.ir
    with pytest.raises(NotApplicableError, match="bounds of 'j' depend on 'i', and a tile") as said:
        s.tile("i", "j", factors=[2, 2])
    assert "for j in range(i, 9)" in str(said.value)
    assert s.ir == before


# --- fuse ---------------------------------------------------------------------------------------


def test_the_outermost_fused_loop_may_depend_on_another(golden: Any) -> None:
    s = hcl.customize(slabs)
    assert s.fuse("i", "j", "k").name == "i_j_k_fused"
    golden(s.ir)
    assert_same(s)


@pytest.mark.parametrize("n", [0, 2, 3, 8, 9])
def test_the_outermost_fused_loop_may_run_to_an_argument(n: int) -> None:
    s = hcl.customize(rows)
    s.fuse("i", "j")
    assert_same(s, scalars=(n,))


def test_inner_bounds_that_name_the_outer_loop_and_do_not_vary_with_it() -> None:
    s = hcl.customize(rectangle)
    s.skew("j", "i")
    s.split("j", 2)
    assert s.fuse("i", "j.outer").name == "i_j.outer_fused"
    assert_same(s)


def test_an_inner_loop_of_varying_length_is_refused() -> None:
    s = hcl.customize(slabs)
    with pytest.raises(NotApplicableError, match="count of 'i' is not a constant") as said:
        s.fuse("t", "i")
    assert "Only the outermost" in said.value.advice


def test_a_loop_that_starts_at_a_maximum_is_refused() -> None:
    s = hcl.customize(layers)
    s.tile("i", "j", factors=[4, 4])
    with pytest.raises(NotApplicableError, match=r"'j\.inner' starts at the larger of several"):
        s.fuse("j.inner", "k")


# --- peel ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("last", [False, True])
@pytest.mark.parametrize("count", [1, 3, 8])
def test_peel_of_a_triangle(count: int, last: bool) -> None:
    """Also in rows that have fewer iterations than are peeled."""
    s = hcl.customize(upper)
    first, rest = s.peel("j", count, last=last)
    assert {first.name, rest.name} == {"j.peel", "j"}
    assert_same(s)


@pytest.mark.parametrize("n", [0, 3, 5, 9])
def test_peel_of_a_loop_with_a_step_to_an_argument(n: int) -> None:
    s = hcl.customize(rows)
    s.peel("i", 2)
    assert_same(s, scalars=(n,))


def test_the_end_of_a_loop_with_a_step_is_not_known() -> None:
    s = hcl.customize(rows)
    before = s.ir
    with pytest.raises(NotApplicableError, match="goes in steps of 2") as said:
        s.peel("i", 1, last=True)
    assert "other end" in said.value.advice
    assert s.ir == before


def test_where_a_loop_with_two_starts_begins_is_not_known() -> None:
    s = hcl.customize(upper)
    s.tile("i", "j", factors=[4, 4])
    with pytest.raises(NotApplicableError, match="starts at the larger of 2 values"):
        s.peel("j.inner", 1)
