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


def product(A: int32[6, 5], B: int32[5, 4]) -> int32[6, 4]:
    C: int32[6, 4]
    for i, j in hcl.grid(6, 4, name="mm"):
        s: int32 = 1
        for k in range(5):
            s += A[i, k] * B[k, j]
        C[i, j] = s
    return C


def rows_of_a_triangle(A: int32[6, 6], v: int32[6]):
    for i in range(1, 6):
        w: int32[6]
        for p in range(6):
            w[p] = A[i, p]
        t: int32 = 2
        for j in range(i, 6):
            t += w[j] * v[j]
            A[0, j] += w[j]
        A[i, 0] = t


def double(row: int32[5]):
    for q in range(5):
        row[q] *= 2


def handed_on(A: int32[6, 5], rows: int32[6]):
    for i in range(6):
        row: int32[5]
        double(row)
        for j in range(5):
            rows[i] += row[j] * A[i, j]


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


# --- what is declared in an iteration gets an element for each ------------------------------------


def test_a_running_sum_becomes_an_array(golden) -> None:
    s = hcl.customize(running_sum)
    s.reorder("j", "i")
    golden(s.ir)
    assert_same(s)
    assert s.program.buffer("running_sum:acc").shape == (6,)


@pytest.mark.parametrize(
    ("order", "shape"), [("kj", (4,)), ("kij", (6, 4)), ("ikj", (6, 4)), ("kji", (6, 4))]
)
def test_a_scalar_gets_a_dimension_for_each_loop_that_is_cut(
    order: str, shape: tuple[int, ...]
) -> None:
    s = hcl.customize(product)
    s.reorder(*order)
    assert s.program.buffer("product:s").shape == shape
    assert_same(s)


@pytest.mark.parametrize("axes", [("j", "i"), ("p", "i")])
def test_arrays_and_scalars_of_rows(axes: tuple[str, str]) -> None:
    s = hcl.customize(rows_of_a_triangle)
    s.reorder(*axes)
    assert s.program.buffer("rows_of_a_triangle:w").shape == (5, 6)
    assert_same(s)


@pytest.mark.parametrize(
    ("kernel", "error", "message"),
    [
        (handed_on, NotApplicableError, "'row' is declared in the body of 'i' and used inside"),
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
