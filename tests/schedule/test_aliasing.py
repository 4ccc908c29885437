"""A call that passes one array twice: the callee's loops keep their order."""

from __future__ import annotations

import pytest
from same import assert_same

import hcl_explore as hcl
from hcl_explore import int32
from hcl_explore.errors import LegalityError, NotApplicableError


def shift(x: int32[8, 8], y: int32[8, 8]):
    for i in range(7):
        for j in range(8):
            y[i, j] = x[i + 1, j]


def once(A: int32[8, 8], B: int32[8, 8]):
    shift(A, B)


def twice(A: int32[8, 8]):
    shift(A, A)


def between(p: int32[8, 8], q: int32[8, 8]):
    shift(p, q)


def further_up(A: int32[8, 8]):
    between(A, A)


@pytest.mark.parametrize("kernel", [twice, further_up])
def test_order_cannot_be_decided(kernel) -> None:
    s = hcl.customize(kernel)
    for refused in (lambda: s.reverse("shift:i"), lambda: s.parallel("shift:i")):
        with pytest.raises(LegalityError, match="'x' and 'y' of shift are one array in a call"):
            refused()
    with pytest.raises(NotApplicableError, match="a copy would be out of date"):
        s.buffer_at("shift:x", "shift:i")
    assert not s.history


def test_different_arrays_are_free() -> None:
    s = hcl.customize(once)
    s.reverse("shift:i")
    s.buffer_at("shift:x", "shift:i")
    assert_same(s)


def test_after_inlining_the_dependence_shows() -> None:
    s = hcl.customize(twice)
    s.inline("shift")
    with pytest.raises(LegalityError, match=r"iteration \(i=1, j=0\) overwrites A\[1, 0\]"):
        s.reverse("i")
    s.reverse("j")
    assert_same(s)
