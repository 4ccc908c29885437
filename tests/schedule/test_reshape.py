"""reshape: other shapes of local arrays."""

from __future__ import annotations

import pytest
from same import assert_same

import hcl_explore as hcl
from hcl_explore import int32
from hcl_explore.errors import ArgumentError, NotApplicableError


def local(A: int32[4, 8, 6], out: int32[4, 6]):
    B: int32[4, 8, 6]
    for i, j, k in hcl.grid(4, 8, 6, name="fill"):
        B[i, j, k] = A[i, 7 - j, k] * 2
    for i1, k1 in hcl.grid(4, 6, name="sum"):
        for j1 in range(1, 8, 2):
            out[i1, k1] += B[i1, j1, k1] - B[3 - i1, j1 - 1, 5 - k1]


def read_row(row: int32[8]) -> int32:
    v: int32 = row[3]
    return v


def handed_on(A: int32[8], out: int32[8]):
    B: int32[8]
    for i in range(8):
        B[i] = A[i]
    v: int32 = read_row(B)
    out[0] = v


def hands_its_argument_on(A: int32[8], out: int32[8]):
    v: int32 = read_row(A)
    out[0] = v


def gathered(A: int32[8], out: int32[8]):
    B: int32[8]
    for i in range(8):
        B[i] = A[i]
    for j in range(8):
        out[j] = B[A[j] & 7]


def doubled(A: int32[8]) -> int32[8]:
    D: int32[8]
    for i in range(8):
        D[i] = 2 * A[i]
    return D


def taken_over(A: int32[8], out: int32[8]):
    B = doubled(A)
    for j in range(8):
        out[j] = B[7 - j]


def fill(A: int32[8], rows: int32[2, 4]):
    for i, j in hcl.grid(2, 4):
        rows[i, j] = A[4 * i + j] + 1


def inner_stage(A: int32[8], out: int32[8]):
    T: int32[2, 4]
    fill(A, T)
    for i, j in hcl.grid(2, 4):
        out[4 * i + j] = T[1 - i, j]


def calls_a_stage(A: int32[8], out: int32[8]):
    inner_stage(A, out)


@pytest.mark.parametrize(
    "shape",
    [
        [192],
        [4, 48],
        [32, 6],
        [4, 2, 4, 6],
        [2, 2, 8, 6],
        [4, 1, 8, 6],
        [6, 32],
        [8, 4, 6],
        [1, 192],
        [3, 64],
        [192, 1],
    ],
)
def test_shapes(shape: list[int]) -> None:
    s = hcl.customize(local)
    array = s.reshape(s.B, shape)
    assert array.shape == tuple(shape)
    assert_same(s)


def test_untouched_dimensions_keep_their_subscripts(golden) -> None:
    s = hcl.customize(local)
    s.split("j", 4)
    s.reshape(s.B, [4, 2, 4, 6])
    golden(s.ir)
    assert_same(s)


def test_there_and_back() -> None:
    s = hcl.customize(local)
    before = s.ir
    s.reshape(s.B, [192])
    s.reshape(s.B, [4, 8, 6])
    assert_same(s)
    assert s.ir == before


def test_refusals() -> None:
    s = hcl.customize(local)
    with pytest.raises(NotApplicableError, match="'A' is an argument or result of the kernel"):
        s.reshape(s.A, [192])
    with pytest.raises(ArgumentError, match=r"'B' has 192 elements \(4 × 8 × 6\), and 4 × 4 has"):
        s.reshape(s.B, [4, 4])
    with pytest.raises(ArgumentError, match="'B' already is 4 × 8 × 6"):
        s.reshape(s.B, [4, 8, 6])
    s.partition(s.B, dim=2)
    with pytest.raises(NotApplicableError, match="'B' is partitioned"):
        s.reshape(s.B, [192])
    s = hcl.customize(hands_its_argument_on)
    with pytest.raises(NotApplicableError, match="'A' is an argument or result of the kernel"):
        s.reshape("read_row:row", [2, 4])
    s = hcl.customize(gathered)
    with pytest.raises(NotApplicableError, match="'B' is used with other subscripts here"):
        s.reshape(s.B, [2, 4])


@pytest.mark.parametrize("name", ["B", "read_row:row"])
def test_it_has_the_shape_in_every_function_that_has_it(name: str) -> None:
    s = hcl.customize(handed_on)
    s.reshape(name, [2, 4])
    assert s.B.shape == s.buffer("read_row:row").shape == (2, 4)
    assert_same(s)


def test_an_array_that_a_call_returns() -> None:
    s = hcl.customize(taken_over)
    s.reshape(s.B, [4, 2])
    assert s.buffer("doubled:D").shape == (4, 2)
    assert_same(s)


def test_composed_it_goes_on_into_the_caller() -> None:
    alone = hcl.customize(inner_stage)
    alone.reshape(alone.T, [8])
    s = hcl.customize(calls_a_stage)
    s.compose(alone)
    assert s.buffer("inner_stage:T").shape == s.buffer("fill:rows").shape == (8,)
    assert_same(s)
