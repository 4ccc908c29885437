"""to: stages that read an element in several places, under conditions, or write it in branches."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import hcl_explore as hcl
from hcl_explore import int32
from hcl_explore.errors import HclError, LegalityError, NotApplicableError

VALUES = np.arange(-20, 44, dtype=np.int32).reshape(8, 8)


def square(A: int32[8, 8]) -> int32[8, 8]:
    B: int32[8, 8]
    C: int32[8, 8]
    for i, j in hcl.grid(8, 8, name="write"):
        B[i, j] = A[i, j] + 1
    for i, j in hcl.grid(8, 8, name="read"):
        C[i, j] = B[i, j] * B[i, j] + B[i, j]
    return C


def positive_part(A: int32[8, 8]) -> int32[8, 8]:
    B: int32[8, 8]
    C: int32[8, 8]
    for i, j in hcl.grid(8, 8, name="write"):
        B[i, j] = A[i, j] + 1
    for i, j in hcl.grid(8, 8, name="read"):
        C[i, j] = 0
        if A[i, j] > 3:
            C[i, j] = B[i, j]
    return C


def read_under_the_condition_on_itself(A: int32[8, 8]) -> int32[8, 8]:
    B: int32[8, 8]
    C: int32[8, 8]
    for i, j in hcl.grid(8, 8, name="write"):
        B[i, j] = A[i, j] + 1
    for i, j in hcl.grid(8, 8, name="read"):
        if B[i, j] > 0:
            C[i, j] = B[i, j]
        else:
            C[i, j] = 0
    return C


def clipped(A: int32[8, 8]) -> int32[8, 8]:
    B: int32[8, 8]
    C: int32[8, 8]
    for i, j in hcl.grid(8, 8, name="write"):
        if A[i, j] > 9:
            B[i, j] = 9
        elif A[i, j] < -9:
            B[i, j] = -9
        else:
            B[i, j] = A[i, j]
    for i, j in hcl.grid(8, 8, name="read"):
        C[i, j] = B[i, j] * 2
    return C


def broadcast(A: int32[8, 8]) -> int32[8, 8]:
    B: int32[8]
    C: int32[8, 8]
    for i in hcl.grid(8, name="write"):
        B[i] = A[i, 0]
    for i in hcl.grid(8, name="read"):
        for j in range(8):
            if j > i:
                C[i, j] = B[i] * A[i, j]
            else:
                C[i, j] = B[i]
    return C


def half_each(A: int32[8, 8]) -> int32[8, 8]:
    B: int32[8, 8]
    C: int32[8, 8]
    for i, j in hcl.grid(8, 8, name="write"):
        if j < 4:
            B[i, j] = A[i, j]
    for i, j in hcl.grid(8, 8, name="read"):
        C[i, j] = 0
        if j < 4:
            C[i, j] = B[i, j]
    return C


def in_functions(A: int32[8, 8]) -> int32[8, 8]:
    def fill(source: int32[8, 8], target: int32[8, 8]):
        for i, j in hcl.grid(8, 8):
            if source[i, j] > 0:
                target[i, j] = source[i, j]
            else:
                target[i, j] = -source[i, j]

    def use(source: int32[8, 8], target: int32[8, 8]):
        for i, j in hcl.grid(8, 8):
            target[i, j] = source[i, j] * source[i, j]

    B: int32[8, 8]
    C: int32[8, 8]
    fill(A, B)
    use(B, C)
    return C


@pytest.mark.parametrize(
    ("kernel", "dst", "tokens"),
    [
        (square, "read", 64),
        (positive_part, "read", 64),
        (read_under_the_condition_on_itself, "read", 64),
        (clipped, "read", 64),
        (broadcast, "read", 8),
        (half_each, "read", 32),
        (in_functions, "use", 64),
    ],
)
def test_each_element_is_put_and_taken_once(kernel: Any, dst: str, tokens: int) -> None:
    s = hcl.customize(kernel)
    expected = s.build()(VALUES)
    s.to(s.B, dst)
    scheduled = s.build()
    assert np.array_equal(scheduled(VALUES), expected)
    assert scheduled.trace.fifo("B").tokens == tokens
    assert s.estimate().latency_cycles > 0


@pytest.mark.slow
@pytest.mark.parametrize("kernel", [square, read_under_the_condition_on_itself, clipped, broadcast])
def test_the_same_in_cpp(kernel: Any) -> None:
    s = hcl.customize(kernel)
    expected = s.build()(VALUES)
    s.to(s.B, "read")
    assert np.array_equal(s.build("vhls", mode="csim")(VALUES), expected)


# --- refused ------------------------------------------------------------------------------------


def neighbours(A: int32[9]) -> int32[8]:
    B: int32[9]
    C: int32[8]
    for i in hcl.grid(9, name="write"):
        B[i] = A[i]
    for i in hcl.grid(8, name="read"):
        C[i] = B[i] + B[i + 1]
    return C


def read_twice_over(A: int32[8]) -> int32[8]:
    B: int32[8]
    C: int32[8]
    for i in hcl.grid(8, name="write"):
        B[i] = A[i]
    for i in hcl.grid(8, name="read"):
        C[i] = 0
        for j in range(8):
            C[i] += B[j]
    return C


def two_readers(A: int32[8]) -> int32[8]:
    B: int32[8]
    C: int32[8]
    D: int32[8]
    for i in hcl.grid(8, name="write"):
        B[i] = A[i]
    for i in hcl.grid(8, name="left"):
        C[i] = B[i]
    for i in hcl.grid(8, name="right"):
        D[i] = B[i] + C[i]
    return D


def accumulated(A: int32[8, 8]) -> int32[8]:
    B: int32[8]
    C: int32[8]
    for i in hcl.grid(8, name="write"):
        B[i] = 0
        for j in range(8):
            B[i] += A[i, j]
    for i in hcl.grid(8, name="read"):
        C[i] = B[i]
    return C


def written_in_one_branch(A: int32[8]) -> int32[8]:
    B: int32[8]
    C: int32[8]
    for i in hcl.grid(8, name="write"):
        B[i] = 0
        if A[i] > 0:
            B[i] = A[i]
    for i in hcl.grid(8, name="read"):
        C[i] = B[i]
    return C


@pytest.mark.parametrize(
    ("kernel", "dst", "error", "message", "advice"),
    [
        (neighbours, "read", NotApplicableError, "in 2 places (B[i], B[i + 1])", "reuse_at"),
        (read_twice_over, "read", LegalityError, "B[0] is read more than once", "buffer_at"),
        (two_readers, "left", NotApplicableError, "read by 2 stages (left, right)", "for each"),
        (accumulated, "read", NotApplicableError, "written and read by the same", "buffer_at"),
        (written_in_one_branch, "read", NotApplicableError, "in 2 places (B[i])", "one place"),
    ],
)
def test_refused(kernel: Any, dst: str, error: type[HclError], message: str, advice: str) -> None:
    s = hcl.customize(kernel)
    before = str(s.module)
    with pytest.raises(error) as caught:
        s.to(s.B, dst)
    assert message in str(caught.value)
    assert advice in (caught.value.advice or "")
    assert str(s.module) == before and not s.history


def test_an_accumulation_travels_from_its_buffer() -> None:
    s = hcl.customize(accumulated)
    expected = s.build()(VALUES)
    s.buffer_at(s.B, "write.i")
    s.to(s.B, "read")
    assert np.array_equal(s.build()(VALUES), expected)
