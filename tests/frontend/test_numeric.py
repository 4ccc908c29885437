"""Kernels compiled and run, against NumPy or plain Python."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from hcl_explore import lang as hcl
from hcl_explore.lang import (
    Int,
    UInt,
    float32,
    float64,
    index,
    int8,
    int16,
    int32,
    int64,
    uint8,
)

Run = Callable[..., Any]
RNG = np.random.default_rng(7)


def floats(*shape: int) -> np.ndarray[Any, Any]:
    return RNG.standard_normal(shape).astype(np.float32)


def integers(low: int, high: int, *shape: int, dtype: Any = np.int32) -> np.ndarray[Any, Any]:
    return RNG.integers(low, high, shape).astype(dtype)


def test_gemm(run: Run) -> None:
    def gemm(A: float32[16, 24], B: float32[24, 8]) -> float32[16, 8]:
        C: float32[16, 8] = 0.0
        for i, j, k in hcl.grid(16, 8, 24, name="mm"):
            C[i, j] += A[i, k] * B[k, j]
        return C

    A, B = floats(16, 24), floats(24, 8)
    np.testing.assert_allclose(run(gemm, A, B), A @ B, rtol=1e-4, atol=1e-5)


KERNEL_X = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], dtype=np.int32)


def test_sobel_with_captured_table(run: Run) -> None:
    def sobel(image: uint8[18, 34]) -> uint8[16, 32]:
        out: uint8[16, 32]
        for y, x in hcl.grid(16, 32):
            gx: int32 = 0
            gy: int32 = 0
            for r, c in hcl.reduction(3, 3):
                gx += image[y + r, x + c] * KERNEL_X[r, c]
                gy += image[y + r, x + c] * KERNEL_X[c, r]
            out[y, x] = min(abs(gx) + abs(gy), 255)
        return out

    image = integers(0, 256, 18, 34, dtype=np.uint8)
    wide = image.astype(np.int64)
    windows = np.lib.stride_tricks.sliding_window_view(wide, (3, 3))
    gx = (windows * KERNEL_X).sum(axis=(2, 3))
    gy = (windows * KERNEL_X.T).sum(axis=(2, 3))
    expected = np.minimum(abs(gx) + abs(gy), 255)
    np.testing.assert_array_equal(run(sobel, image), expected)


def test_triangular_and_strided_bounds(run: Run) -> None:
    def triangle(A: int32[9, 9]):
        for i in range(9):
            for j in range(i + 1):
                A[i, j] += 1
            for j in range(i, 9, 3):
                A[i, j] += 10
        for i in range(8, 0, -2):
            for j in range(max(0, i - 2), min(9, i + 2)):
                A[i, j] += 100 * i

    A = np.zeros((9, 9), np.int32)
    expected = A.copy()
    for i in range(9):
        expected[i, : i + 1] += 1
        expected[i, i::3] += 10
    for i in range(8, 0, -2):
        expected[i, max(0, i - 2) : min(9, i + 2)] += 100 * i
    run(triangle, A)
    np.testing.assert_array_equal(A, expected)


def test_bounds_from_variables_and_elements(run: Run) -> None:
    def ragged(starts: int32[5], values: int32[20], n: int32, out: int32[4]):
        for r in range(n):
            total: int32 = 0
            for e in range(starts[r], starts[r + 1]):
                total += values[e]
            out[r] = total
        for r in range(n - 1, 0, -1):
            out[r] -= out[r - 1]

    starts = np.array([0, 3, 3, 11, 20], np.int32)
    values = integers(-50, 50, 20)
    out = np.zeros(4, np.int32)
    run(ragged, starts, values, 4, out)
    sums = [values[a:b].sum() for a, b in itertools.pairwise(starts)]
    np.testing.assert_array_equal(out, [sums[0], *np.diff(sums)])


def test_while_and_short_circuit(run: Run) -> None:
    def insertion_sort(A: int32[32]):
        for i in range(1, 32):
            key: int32 = A[i]
            j: int32 = i - 1
            while j >= 0 and A[j] > key:
                A[j + 1] = A[j]
                j -= 1
            A[j + 1] = key

    A = integers(-100, 100, 32)
    expected = np.sort(A)
    run(insertion_sort, A)
    np.testing.assert_array_equal(A, expected)


def test_conditions(run: Run) -> None:
    def classify(A: int32[64], B: int32[64], out: int32[64]):
        for i in range(64):
            if A[i] < 0 and not B[i] < 0:
                out[i] = 1
            elif A[i] == 0 or B[i] == 0:
                out[i] = 2
            elif 10 < A[i] <= B[i]:
                out[i] = 3
            else:
                out[i] = 4 if A[i] % 2 == 0 else 5
            if i >= 60 and i % 2 == 1 and A[i] > -1000:
                out[i] += 100
            if i != 3:
                out[i] += 1000

    A, B, out = integers(-20, 20, 64), integers(-20, 20, 64), np.zeros(64, np.int32)
    expected = []
    for i, (a, b) in enumerate(zip(A, B, strict=True)):
        if a < 0 and not b < 0:
            value = 1
        elif a == 0 or b == 0:
            value = 2
        elif 10 < a <= b:
            value = 3
        else:
            value = 4 if a % 2 == 0 else 5
        expected.append(value + 100 * (i >= 60 and i % 2 == 1) + 1000 * (i != 3))
    run(classify, A, B, out)
    np.testing.assert_array_equal(out, expected)


def test_border_by_ternary_reads_nothing_outside(run: Run, ir_of: Callable[..., str]) -> None:
    def shifted(A: float32[8], out: float32[8]):
        for i in range(8):
            out[i] = A[i - 1] if i > 0 else 0.0

    A, out = floats(8), np.ones(8, np.float32)
    run(shifted, A, out)
    np.testing.assert_array_equal(out, [0, *A[:-1]])
    text = ir_of(shifted)
    assert text.index("affine.if") < text.index("affine.load")


def test_in_place_arguments_and_calls(run: Run) -> None:
    def scale(A: float32[4, 6], factor: float32):
        for i, j in hcl.grid(4, 6):
            A[i, j] *= factor

    def total(A: float32[4, 6]) -> float32:
        result: float32 = 0
        for i, j in hcl.grid(4, 6):
            result += A[i, j]
        return result

    def top(A: float32[4, 6]) -> float32:
        scale(A, 2)
        before: float32 = total(A)
        scale(A, 0.5)
        return before + total(A)

    A = floats(4, 6)
    original = A.copy()
    result = run(top, A)
    np.testing.assert_array_equal(A, original)
    np.testing.assert_allclose(result, 3 * original.sum(), rtol=1e-4, atol=1e-5)


def test_several_results(run: Run) -> None:
    def split(A: int32[10]) -> (int32[5], int32[5], int32):
        low: int32[5]
        high: int32[5]
        for i in range(5):
            low[i] = A[i]
            high[i] = A[i + 5]
        return low, high, A[0]

    def top(A: int32[10]) -> (int32[5], int32):
        low, high, first = split(A)
        for i in range(5):
            low[i] -= high[i]
        return low, first

    A = integers(-9, 9, 10)
    low, first = run(top, A)
    np.testing.assert_array_equal(low, A[:5] - A[5:])
    assert first == A[0]


def test_returning_an_argument_copies_it(run: Run) -> None:
    def double(A: int32[4]) -> int32[4]:
        for i in range(4):
            A[i] *= 2
        return A

    A = np.arange(4, dtype=np.int32)
    result = run(double, A)
    np.testing.assert_array_equal(A, [0, 2, 4, 6])
    np.testing.assert_array_equal(result, [0, 2, 4, 6])
    assert result is not A


def test_local_buffers(run: Run) -> None:
    offset = 3

    def locals_(A: int32[2, 3], x: int32) -> int32[2, 3]:
        copy: int32[2, 3] = A
        table: int32[2, 3] = [[1, 2, 3], [4, 5, 6]]
        changed: int32[2, 3] = [[1, 2, 3], [4, 5, 6]]
        filled: int32[2, 3] = x + offset
        changed[0, 0] = 100
        for i, j in hcl.grid(2, 3):
            copy[i, j] += table[i, j] * 10 + changed[i, j] + filled[i, j]
        return copy

    A = integers(-9, 9, 2, 3)
    table = np.arange(1, 7).reshape(2, 3)
    changed = table.copy()
    changed[0, 0] = 100
    np.testing.assert_array_equal(run(locals_, A, 4), A + table * 10 + changed + 7)


def test_declared_in_a_loop_starts_anew(run: Run) -> None:
    def rows(A: int32[6, 5]) -> int32[6]:
        out: int32[6]
        for i in range(6):
            row: int32[5] = 0
            for j in range(5):
                row[4 - j] += A[i, j]
            total: int32 = 0
            for j in range(5):
                total += row[j] * j
            out[i] = total
        return out

    A = integers(-9, 9, 6, 5)
    np.testing.assert_array_equal(run(rows, A), A[:, ::-1] @ np.arange(5))


def test_assigned_scalar_argument_and_swap(run: Run) -> None:
    def fibonacci(n: int32) -> int64:
        a: int64 = 0
        b: int64 = 1
        while n > 0:
            a, b = b, a + b
            n -= 1
        return a

    assert run(fibonacci, 80) == 23416728348467685


def test_float_literals_do_not_widen(run: Run, ir_of: Callable[..., str]) -> None:
    def average(A: float32[8], B: float64[8], N: int32[8]):
        for i in range(1, 7):
            A[i] = 0.1 * (A[i - 1] + A[i] + A[i + 1])
            B[i] = 0.1 * N[i]

    assert "f64" not in ir_of(average).split("affine.for")[1].split("affine.store")[0]
    A, N = floats(8), integers(-9, 9, 8)
    B = np.zeros(8)
    expected = A.copy()
    for i in range(1, 7):
        expected[i] = np.float32(0.1) * (expected[i - 1] + expected[i] + expected[i + 1])
    run(average, A, B, N)
    np.testing.assert_array_equal(A, expected)
    np.testing.assert_array_equal(B[1:7], 0.1 * N[1:7])


def test_mathematical_functions(run: Run) -> None:
    def functions(A: float64[16], out: float64[10, 16]):
        for i in range(16):
            out[0, i] = hcl.exp(A[i])
            out[1, i] = hcl.log(A[i])
            out[2, i] = np.sqrt(A[i])
            out[3, i] = hcl.sin(A[i])
            out[4, i] = hcl.cos(A[i])
            out[5, i] = hcl.tanh(A[i])
            out[6, i] = A[i] ** 2.5
            out[7, i] = A[i] ** 3
            out[8, i] = hcl.log2(A[i]) + hcl.floor(A[i])
            out[9, i] = max(A[i], 1.0) + min(A[i], 1) + abs(-A[i])

    A = RNG.uniform(0.1, 3, 16)
    out = np.zeros((10, 16))
    run(functions, A, out)
    expected = [
        np.exp(A),
        np.log(A),
        np.sqrt(A),
        np.sin(A),
        np.cos(A),
        np.tanh(A),
        A**2.5,
        A**3,
        np.log2(A) + np.floor(A),
        np.maximum(A, 1) + np.minimum(A, 1) + A,
    ]
    np.testing.assert_allclose(out, expected, rtol=1e-12)


def test_floor_division_and_remainder(run: Run) -> None:
    def divide(
        A: int32[200],
        B: int32[200],
        X: float32[200],
        Y: float32[200],
        out: int32[6, 200],
        rest: float32[200],
    ):
        for i in range(200):
            out[0, i] = A[i] // B[i]
            out[1, i] = A[i] % B[i]
            out[2, i] = A[i] / B[i]
            out[3, i] = A[i] // 4
            out[4, i] = A[i] % 8
            out[5, i] = A[i] % -7
            rest[i] = X[i] % Y[i]

    A, B = integers(-100, 100, 200), integers(1, 30, 200) * RNG.choice([-1, 1], 200)
    B = B.astype(np.int32)
    X, Y = floats(200), floats(200)
    out, rest = np.zeros((6, 200), np.int32), np.zeros(200, np.float32)
    run(divide, A, B, X, Y, out, rest)
    expected = [A // B, A % B, np.trunc(A / B), A // 4, A % 8, A % -7]
    np.testing.assert_array_equal(out, np.array(expected, np.int32))
    np.testing.assert_allclose(rest, X % Y, rtol=1e-6)


def test_smallest_integer_by_minus_one(run: Run) -> None:
    def divide(a: int32, b: int32) -> int32:
        return a // b

    assert run(divide, -(2**31), -1) == -(2**31)


def test_affine_division_in_subscripts(run: Run) -> None:
    def interleave(A: int32[24]) -> int32[24]:
        out: int32[24]
        for i in range(24):
            out[i % 4 * 6 + i // 4] = A[23 - i] + i % 5
        return out

    A = integers(0, 99, 24)
    expected = np.zeros(24, np.int32)
    for i in range(24):
        expected[i % 4 * 6 + i // 4] = A[23 - i] + i % 5
    np.testing.assert_array_equal(run(interleave, A), expected)


def test_data_dependent_subscripts(run: Run) -> None:
    def histogram(A: uint8[100], bins: int32[16]):
        for i in range(100):
            bins[A[i] >> 4] += 1

    A = integers(0, 256, 100, dtype=np.uint8)
    bins = np.zeros(16, np.int32)
    run(histogram, A, bins)
    np.testing.assert_array_equal(bins, np.bincount(A >> 4, minlength=16))


def test_index_argument_is_affine(run: Run, ir_of: Callable[..., str]) -> None:
    def window(A: int32[16], n: index) -> int32:
        total: int32 = 0
        for i in range(n, n + 4):
            total += A[i - 1] * (i - n)
        return total

    assert "scf.for" not in ir_of(window)
    A = integers(0, 99, 16)
    assert run(window, A, 3) == (A[2:6] * np.arange(4)).sum()


def test_unsigned_difference_is_signed(run: Run) -> None:
    def difference(a: uint8, b: uint8) -> int32:
        return a - b

    assert run(difference, 1, 2) == -1


@pytest.mark.parametrize(("a", "b"), [(-5, 3), (100, 100), (-128, -128), (127, -128)])
def test_widths_of_intermediate_results(run: Run, a: int, b: int) -> None:
    def widths(a: int8, b: int8) -> (int32, int8, int16, int32, Int(20)):
        return a * b + a, a * b + a, (a + b) * (a - b) // 2, max(a + b, a * b), ~a << 3

    wide = (a + b) * (a - b) // 2
    expected = (a * b + a, int8(a * b + a), int16(wide), max(a + b, a * b), int8(~a << 3))
    assert run(widths, a, b) == expected


def test_odd_widths_wrap(run: Run) -> None:
    def wrap(x: int32) -> (Int(7), UInt(5), Int(33)):
        a: Int(7) = x
        b: UInt(5) = x
        c: Int(33) = x
        return a + 1, b + 1, c * 4

    for x in (-65, 63, 31, 2**31 - 1):
        a, b, c = run(wrap, x)
        assert a == Int(7).wrap(Int(7).wrap(x) + 1)
        assert b == UInt(5).wrap(x + 1)
        assert c == Int(33).wrap(x * 4)


def test_text_with_several_functions(run: Run) -> None:
    text = """
        import hcl_explore as hcl
        from hcl_explore import float32
        import numpy as np

        N = 4
        WEIGHTS = [0.25, 0.5, 0.25]
        SCALE = np.pi / N

        def weight(x: float32, i: index) -> float32:
            return x * WEIGHTS[i]

        def blur(A: float32[N + 2]) -> float32[N]:
            out: float32[N] = 0
            for i, r in hcl.grid(N, 3):
                out[i] += weight(A[i + r], r) * SCALE
            return out
        """
    A = floats(6)
    expected = (0.25 * A[:-2] + 0.5 * A[1:-1] + 0.25 * A[2:]) * np.pi / 4
    np.testing.assert_allclose(run(text, A), expected, rtol=1e-5, atol=1e-6)


def test_locals_of_the_enclosing_function_in_annotations(run: Run) -> None:
    rows, columns = 3, 5

    def zeros(A: float32[rows, columns]) -> float32[rows]:
        sums: float32[rows] = 0
        for i, j in hcl.grid(rows, columns):
            sums[i] += A[i, j]
        return sums

    A = floats(3, 5)
    np.testing.assert_allclose(run(zeros, A), A.sum(axis=1), rtol=1e-4, atol=1e-6)


def test_conversions(run: Run) -> None:
    def convert(x: float32, n: int32) -> (int32, int8, float32, float64, uint8):
        return int(x), int8(n), float(n) / 2, float64(n) / 3, uint8(int8(n))

    expected = (-3, 44, 150.0, 100.0, 44)
    assert run(convert, -3.7, 300) == expected


def test_kernel_is_also_plain_python(run: Run) -> None:
    def smooth(A: float32[10], out: float32[10]):
        for i in hcl.grid(8):
            out[i + 1] = hcl.exp((A[i] + A[i + 1] + A[i + 2]) / 3)

    A, out, expected = floats(10), np.zeros(10, np.float32), np.zeros(10, np.float32)
    smooth(A, expected)
    run(smooth, A, out)
    np.testing.assert_allclose(out, expected, rtol=1e-5)
