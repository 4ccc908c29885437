"""reorder of nests that are not rectangular: bounds in the new order."""

from __future__ import annotations

import itertools

import pytest
from same import assert_same

import hcl_explore as hcl
from hcl_explore import int32
from hcl_explore.errors import LegalityError, NotApplicableError

MIDDLE = ["range(i, 9)", "range(i + 1)", "range(9 - i)", "range(2 * i, 18)", "range(3 * i - 20, 9)"]
INNER = ["range(j + 1)", "range(j, j + 4)", "range(i + j)", "range(i, 2 * j + 1)", "range(6)"]


@pytest.mark.parametrize(("middle", "inner"), list(itertools.product(MIDDLE, INNER[::2])))
def test_every_order_runs_the_same_iterations(middle: str, inner: str) -> None:
    """Each iteration counts itself, so one too many or too few shows."""
    kernel = f"""
def count(A: int32[10, 60, 80]):
    for i in range(10):
        for j in {middle}:
            for k in {inner}:
                A[i, j + 20, k + 20] += i + 3 * j + 5 * k + 1
"""
    for order in itertools.permutations("ijk"):
        s = hcl.customize(kernel)
        s.reorder(*order)
        assert_same(s)


def wavefront(A: int32[10, 12]):
    for i, j in hcl.grid(9, 11, name="w"):
        A[i + 1, j] = A[i, j + 1] + 1


def test_wavefront_of_a_skewed_stencil(golden) -> None:
    s = hcl.customize(wavefront)
    with pytest.raises(LegalityError):
        s.reorder("j", "i")
    s.skew("j", "i", 2)
    s.reorder("j", "i")
    golden(s.ir)
    assert_same(s)


def test_a_step_in_the_way() -> None:
    s = hcl.customize("""
def stepped(A: int32[20, 20]):
    for i in range(10):
        for j in range(i, 20, 3):
            A[i, j] += 1
""")
    with pytest.raises(NotApplicableError, match="the bounds of 'j' depend on 'i', which would"):
        s.reorder("j", "i")


def test_an_index_argument_in_the_bounds() -> None:
    s = hcl.customize("""
def partly(A: int32[10, 30], n: index):
    for i in range(10):
        for j in range(i, i + 2):
            for k in range(j, 12):
                A[i, k] += j
""")
    s.reorder("k", "j", "i")
    assert_same(s, scalars=(4,))
