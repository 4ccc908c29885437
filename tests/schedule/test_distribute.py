"""distribute: one loop for each part of a body."""

from __future__ import annotations

import pytest
from same import assert_same

import hcl_explore as hcl
from hcl_explore import int32
from hcl_explore.errors import LegalityError, NotApplicableError


def parts(A: int32[8, 10]) -> int32[8]:
    B: int32[8, 10] = 0
    C: int32[8] = 0
    for i in hcl.grid(8, name="work"):
        t: int32 = 2 * i
        for x in range(10):
            B[i, x] = A[i, x] * 3 + t
        for y in range(10):
            C[i] += B[i, y]
        C[i] = C[i] + 1
    return C


def shared_scalar(A: int32[8, 8], B: int32[8]):
    for i in range(8):
        total: int32 = 0
        for j in range(8):
            total += A[i, j]
        for k in range(8):
            B[k] += total


def backward(A: int32[8, 8]) -> int32[8]:
    C: int32[8] = 0
    for i in range(8):
        for x in range(8):
            A[i, x] = A[i, x] * 3 + C[0]
        for y in range(8):
            C[i] += A[i, y]
    return C


def nested(A: int32[3, 8], B: int32[3, 8]):
    for t in hcl.grid(3, name="time"):
        for i in range(8):
            for j in range(2):
                A[t, i] += j
            for k in range(2):
                B[t, i] += A[t, i] * k


def test_all_parts(golden) -> None:
    s = hcl.customize(parts)
    inner = s.get_loops().work.y
    loops = s.distribute("i")
    assert [repr(loop) for loop in loops] == [
        "<loop work.i>",
        "<loop work_1.i>",
        "<loop work_2.i>",
    ]
    assert inner.loop.key == "parts:work_1.y"
    golden(s.ir)
    assert_same(s)


def test_one_cut_and_back() -> None:
    s = hcl.customize(parts)
    s.distribute("i", before="y")
    assert len(s.get_loops()) == 4
    s.merge("work", "work_1")
    assert_same(s)


def test_inside_another_loop() -> None:
    s = hcl.customize(nested)
    first, second = s.distribute("i")
    assert (first.name, second.name) == ("i", "i_1")
    s.distribute("t")
    assert_same(s)


def test_what_shares_a_scalar_stays_together() -> None:
    s = hcl.customize(shared_scalar)
    with pytest.raises(NotApplicableError, match="no parts that could be separated"):
        s.distribute("i")


def test_illegal_with_the_dependence() -> None:
    s = hcl.customize(backward)
    with pytest.raises(LegalityError, match=r"distribute\(i\) is illegal: .*C\[0\]"):
        s.distribute("i")
    s.distribute("i", unchecked=True)
    assert s.history[-1].unchecked


def test_refusals() -> None:
    s = hcl.customize(parts)
    with pytest.raises(NotApplicableError, match="'C_d0' is not directly inside 'i'"):
        s.distribute("i", before="C_d0")
    with pytest.raises(NotApplicableError, match="no parts"):
        s.distribute("x")
