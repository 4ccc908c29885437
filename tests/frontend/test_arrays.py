"""Whole arrays, parts of arrays and bits, against NumPy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from hcl_explore import lang as hcl
from hcl_explore.errors import KernelTypeError
from hcl_explore.lang import Int, UInt, float32, index, int8, int32, uint8, uint32

Run = Callable[..., Any]
RNG = np.random.default_rng(11)


def integers(*shape: int) -> np.ndarray[Any, Any]:
    return RNG.integers(-99, 99, shape).astype(np.int32)


def test_rows_and_columns(run: Run) -> None:
    def rows(A: int32[4, 6], B: int32[4, 6], n: index):
        A[0] = B[1]
        A[1, :] = B[n]
        A[:, 5] = B[:, 0]
        A[2:4, 1:3] = B[0:2, 4:6]
        A[2, ::2] = 7
        A[3, ::-1] = B[3]

    A, B = integers(4, 6), integers(4, 6)
    expected = A.copy()
    rows(expected, B, 2)
    run(rows, A, B, 2)
    np.testing.assert_array_equal(A, expected)


def test_run_time_windows(run: Run) -> None:
    def windows(A: int32[16], out: int32[4, 4]):
        for i in range(4):
            out[i, :] = A[3 * i : 3 * i + 4]
            out[i, 1:] += A[i + 2 : i + 5] * out[i, 0]

    A, out = integers(16), np.zeros((4, 4), np.int32)
    expected = out.copy()
    windows(A, expected)
    run(windows, A, out)
    np.testing.assert_array_equal(out, expected)


def test_elementwise_and_broadcast(run: Run, ir_of: Callable[..., str]) -> None:
    def blend(A: float32[4, 6], b: float32[6], C: float32[4, 1], s: float32) -> float32[4, 6]:
        D: float32[4, 6] = (A + b) * s - hcl.exp(C)
        D += max(A, 0.5) / 2
        return D * D

    A, b = RNG.random((4, 6), np.float32), RNG.random(6, np.float32)
    C, s = RNG.random((4, 1), np.float32), 1.5
    D = (A + b) * np.float32(s) - np.exp(C)
    D += np.maximum(A, 0.5) / 2
    np.testing.assert_allclose(run(blend, A, b, C, s), D * D, rtol=1e-5)
    assert ir_of(blend).count('op_name = "compute_D') == 2


@pytest.mark.parametrize("shift", [1, -1])
def test_overlapping_copy(run: Run, shift: int) -> None:
    def right(A: int32[8]):
        A[1:] = A[:-1]

    def left(A: int32[8]):
        A[:-1] = A[1:]

    kernel = right if shift == 1 else left
    A = integers(8)
    expected = A.copy()
    kernel(expected)
    run(kernel, A)
    np.testing.assert_array_equal(A, expected)


def test_scaling_by_an_own_element(run: Run) -> None:
    def scale(A: int32[8]):
        A[:] = A * A[0] + A[7]

    A = integers(8)
    expected = A * A[0] + A[7]
    run(scale, A)
    np.testing.assert_array_equal(A, expected)


def test_no_copy_where_elements_meet_themselves(ir_of: Callable[..., str]) -> None:
    text = ir_of("def f(A: int32[8], B: int32[8]):\n    A[:] = A + B[::-1]\n    A[2:4] += B[2:4]\n")
    assert "memref.alloc" not in text


def test_transpose_and_copy(run: Run) -> None:
    def transposed(A: int32[3, 5]) -> (int32[5, 3], int32[3, 5], int32):
        B = identity(A)
        C: int32[3, 5] = A.copy()
        C[0, 0] = 1000
        return A.T, C, A.T[1, 2] + B[0, 0] + A.shape[1]

    def identity(A: int32[3, 5]) -> int32[3, 5]:
        return A

    A = integers(3, 5)
    T, C, x = run(transposed, A)
    changed = A.copy()
    changed[0, 0] = 1000
    np.testing.assert_array_equal(T, A.T)
    np.testing.assert_array_equal(C, changed)
    assert x == A[2, 1] + A[0, 0] + 5


def test_parts_handed_to_kernels(run: Run) -> None:
    def double(row: int32[6]):
        for i in range(6):
            row[i] *= 2

    def total(row: int32[6]) -> int32:
        result: int32 = 0
        for i in range(6):
            result += row[i]
        return result

    def top(A: int32[4, 6], n: index) -> int32:
        double(A[1])
        double(A[n, :])
        return total(A[0] + A[1])

    A = integers(4, 6)
    expected = A.copy()
    expected[[1, 3]] *= 2
    assert run(top, A, 3) == (expected[0] + expected[1]).sum()
    np.testing.assert_array_equal(A, expected)


TABLE = np.arange(6, dtype=np.int32)


def test_constant_tables_are_not_changed_by_calls(run: Run) -> None:
    def total(row: int32[6]) -> int32:
        result: int32 = 0
        for i in range(6):
            result += row[i]
        return result

    def zero(row: int32[6]):
        row[:] = 0

    def reads() -> int32:
        return total(TABLE)

    def changes():
        zero(TABLE)

    assert run(reads) == 15
    with pytest.raises(KernelTypeError, match="changes its argument 'row'"):
        run(changes)


def test_table_parts(run: Run) -> None:
    def parts(A: int32[6]) -> int32[3]:
        B: int32[6] = A + TABLE
        return B[0:3] * TABLE[3:6] + [10, 20, 30]

    A = integers(6)
    expected = (A + TABLE)[:3] * TABLE[3:] + [10, 20, 30]
    np.testing.assert_array_equal(run(parts, A), expected)


def test_bits(run: Run) -> None:
    def bits(x: int32, n: index, A: uint8[4]) -> (UInt(1), UInt(4), int32, UInt(4), int32, uint8):
        y: int32 = x
        y[3] = 1
        y[n] = 0
        y[8:12] = A[0]
        z: int32 = 0
        z[n : n + 8] = x
        A[1][0:4] = 9
        return x[3], x[4:8], y, x[n : n + 4], z, A[1][0]

    def model(x: int, n: int, a: int) -> tuple[int, ...]:
        y = (x | 8) & ~(1 << n)
        y = y & ~(15 << 8) | (a & 15) << 8
        z = int32((x & 255) << n)
        return (x >> 3 & 1, x >> 4 & 15, y, x >> n & 15, z, 1)

    for x in (0, -1, 0x12345678, -(2**31)):
        for n in (0, 5, 20):
            A = np.array([0xAB, 0xF0, 0, 0], np.uint8)
            assert run(bits, x, n, A) == model(x, n, 0xAB)
            np.testing.assert_array_equal(A, [0xAB, 0xF9, 0, 0])


def test_reverse_and_bitcast(run: Run) -> None:
    def turn(x: uint8, y: float32, z: uint32, w: Int(7)) -> (uint8, uint32, float32, Int(7)):
        return x.reverse(), y.bitcast(), z.bitcast(), w.reverse()

    x, y, z, w = run(turn, 0b11010000, 1.5, 0x40490FDB, -64)
    assert (x, y, w) == (0b00001011, 0x3FC00000, 1)
    assert z == np.float32(np.pi)


def test_conversion_of_arrays(run: Run) -> None:
    def narrow(A: int32[8]) -> int8[8]:
        return int8(A) + int8(A[::-1])

    A = integers(8)
    expected = int8(A + A[::-1])
    np.testing.assert_array_equal(run(narrow, A), expected)


def test_a_copy_needs_no_annotation(run: Run) -> None:
    text = """
def f(A: int32[4], B: int8[2, 3]) -> (int32[4], int8[3, 2]):
    C = A.copy()
    C[0] = 9
    D = hcl.copy(B.T)
    D[0, 0] = 1
    E = A[1:3].copy()
    A[1] = E[1]
    return C, D
"""
    A, B = np.arange(4, dtype=np.int32), np.arange(6, dtype=np.int8).reshape(2, 3) + 5
    C, D = run(text, A, B)
    assert C.tolist() == [9, 1, 2, 3]
    assert D.tolist() == [[1, 8], [6, 9], [7, 10]]
    assert A.tolist() == [0, 2, 2, 3]
