"""Whole programs of the kinds that courses and benchmark suites use, against NumPy or Python."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from hcl_explore import lang as hcl
from hcl_explore.lang import UInt, float32, float64, index, int8, int32, uint8, uint32

Run = Callable[..., Any]
RNG = np.random.default_rng(5)
N = 24


def doubles(*shape: int) -> np.ndarray[Any, Any]:
    return RNG.uniform(-1, 1, shape)


def test_lu_and_substitution(run: Run) -> None:
    def solve(A: float64[N, N], b: float64[N]) -> float64[N]:
        for i in range(N):
            for j in range(i):
                for k in range(j):
                    A[i, j] -= A[i, k] * A[k, j]
                A[i, j] /= A[j, j]
            for j in range(i, N):
                for k in range(i):
                    A[i, j] -= A[i, k] * A[k, j]
        x: float64[N]
        y: float64[N]
        for i in range(N):
            w: float64 = b[i]
            for j in range(i):
                w -= A[i, j] * y[j]
            y[i] = w
        for i in range(N - 1, -1, -1):
            w: float64 = y[i]
            for j in range(i + 1, N):
                w -= A[i, j] * x[j]
            x[i] = w / A[i, i]
        return x

    A, b = doubles(N, N) + N * np.eye(N), doubles(N)
    expected = np.linalg.solve(A, b)
    np.testing.assert_allclose(run(solve, A.copy(), b), expected, rtol=1e-9)


def test_floyd_warshall(run: Run, ir_of: Callable[..., str]) -> None:
    def shortest(paths: int32[N, N]):
        for k, i, j in hcl.grid(N, N, N):
            detour: int32 = paths[i, k] + paths[k, j]
            paths[i, j] = paths[i, j] if paths[i, j] < detour else detour

    paths = RNG.integers(1, 1000, (N, N)).astype(np.int32)
    expected = paths.copy()
    for k in range(N):
        expected = np.minimum(expected, expected[:, k : k + 1] + expected[k])
    run(shortest, paths)
    np.testing.assert_array_equal(paths, expected)
    assert "scf" not in ir_of(shortest)


def test_seidel_and_jacobi(run: Run) -> None:
    def relax(A: float64[N, N], B: float64[N, N]):
        for _ in range(3):
            for i, j in hcl.grid(N - 2, N - 2, name="seidel"):
                A[i + 1, j + 1] = (
                    A[i, j + 1] + A[i + 1, j] + A[i + 1, j + 1] + A[i + 1, j + 2] + A[i + 2, j + 1]
                ) / 5.0
            B[1:-1, 1:-1] = 0.2 * (
                A[1:-1, 1:-1] + A[1:-1, :-2] + A[1:-1, 2:] + A[2:, 1:-1] + A[:-2, 1:-1]
            )
            A[1:-1, 1:-1] = B[1:-1, 1:-1]

    A, B = doubles(N, N), np.zeros((N, N))
    expected, buffer = A.copy(), B.copy()
    for _ in range(3):
        for i in range(1, N - 1):
            for j in range(1, N - 1):
                e = expected
                total = e[i - 1, j] + e[i, j - 1] + e[i, j] + e[i, j + 1] + e[i + 1, j]
                expected[i, j] = total / 5.0
        e = expected
        buffer[1:-1, 1:-1] = 0.2 * (
            e[1:-1, 1:-1] + e[1:-1, :-2] + e[1:-1, 2:] + e[2:, 1:-1] + e[:-2, 1:-1]
        )
        expected[1:-1, 1:-1] = buffer[1:-1, 1:-1]
    run(relax, A, B)
    np.testing.assert_array_equal(A, expected)


def test_nussinov(run: Run) -> None:
    def fold(seq: int8[N], table: int32[N, N]):
        for i in range(N - 1, -1, -1):
            for j in range(i + 1, N):
                if j - 1 >= 0:
                    table[i, j] = max(table[i, j], table[i, j - 1])
                if i + 1 < N:
                    table[i, j] = max(table[i, j], table[i + 1, j])
                if j - 1 >= 0 and i + 1 < N:
                    if i < j - 1:
                        match: int32 = 1 if seq[i] + seq[j] == 3 else 0
                        table[i, j] = max(table[i, j], table[i + 1, j - 1] + match)
                    else:
                        table[i, j] = max(table[i, j], table[i + 1, j - 1])
                for k in range(i + 1, j):
                    table[i, j] = max(table[i, j], table[i, k] + table[k + 1, j])

    seq, table = RNG.integers(0, 4, N).astype(np.int8), np.zeros((N, N), np.int32)
    expected = table.copy()
    for i in reversed(range(N)):
        for j in range(i + 1, N):
            options = [expected[i, j - 1], expected[i + 1, j] if i + 1 < N else 0]
            match = int(seq[i] + seq[j] == 3) if i < j - 1 else 0
            options.append(expected[i + 1, j - 1] + match)
            options += [expected[i, k] + expected[k + 1, j] for k in range(i + 1, j)]
            expected[i, j] = max(options)
    run(fold, seq, table)
    np.testing.assert_array_equal(table, expected)


def test_knuth_morris_pratt(run: Run) -> None:
    def search(pattern: uint8[4], text: uint8[200]) -> int32:
        fail: int32[4] = 0
        k: int32 = 0
        for q in range(1, 4):
            while k > 0 and pattern[k] != pattern[q]:
                k = fail[k - 1]
            if pattern[k] == pattern[q]:
                k += 1
            fail[q] = k
        matches: int32 = 0
        state: int32 = 0
        for i in range(200):
            while state > 0 and pattern[state] != text[i]:
                state = fail[state - 1]
            if pattern[state] == text[i]:
                state += 1
            if state >= 4:
                matches += 1
                state = fail[state - 1]
        return matches

    text = RNG.integers(97, 99, 200).astype(np.uint8)
    for word in (b"abab", b"aaaa", b"abba"):
        windows = np.lib.stride_tricks.sliding_window_view(text, 4)
        expected = (windows == np.frombuffer(word, np.uint8)).all(axis=1).sum()
        assert run(search, np.frombuffer(word, np.uint8), text) == expected


def test_strided_fft(run: Run) -> None:
    def fft(real: float64[64], imag: float64[64], wr: float64[32], wi: float64[32]):
        span: int32 = 32
        log: int32 = 0
        while span > 0:
            odd: int32 = span
            while odd < 64:
                odd |= span
                even: int32 = odd ^ span
                temp: float64 = real[even] + real[odd]
                real[odd] = real[even] - real[odd]
                real[even] = temp
                temp = imag[even] + imag[odd]
                imag[odd] = imag[even] - imag[odd]
                imag[even] = temp
                root: int32 = (even << log) & 63
                if root != 0:
                    temp = wr[root] * real[odd] - wi[root] * imag[odd]
                    imag[odd] = wr[root] * imag[odd] + wi[root] * real[odd]
                    real[odd] = temp
                odd += 1
            span >>= 1
            log += 1

    signal = doubles(64) + 1j * doubles(64)
    roots = np.exp(-2j * np.pi * np.arange(32) / 64)
    real, imag = signal.real.copy(), signal.imag.copy()
    run(fft, real, imag, roots.real.copy(), roots.imag.copy())
    order = [int(f"{i:06b}"[::-1], 2) for i in range(64)]
    np.testing.assert_allclose((real + 1j * imag)[order], np.fft.fft(signal), rtol=1e-9, atol=1e-12)


def test_sparse_product_and_breadth_first_search(run: Run) -> None:
    def spmv(values: float64[40], columns: int32[40], rows: int32[9], x: float64[8]) -> float64[8]:
        y: float64[8] = 0
        for i in range(8):
            for e in range(rows[i], rows[i + 1]):
                y[i] += values[e] * x[columns[e]]
        return y

    def bfs(columns: int32[40], rows: int32[9], start: int32, level: int8[8]) -> int32:
        level[start] = 0
        horizon: int8 = 0
        count: int32 = 1
        found: int32 = 1
        while count > 0:
            count = 0
            for n in range(8):
                if level[n] == horizon:
                    for e in range(rows[n], rows[n + 1]):
                        if level[columns[e]] == 127:
                            level[columns[e]] = horizon + 1
                            count += 1
            horizon += 1
            found += count
        return found

    dense = (RNG.random((8, 8)) < 0.25).astype(float) * doubles(8, 8)
    rows = np.zeros(9, np.int32)
    columns, values = np.zeros(40, np.int32), np.zeros(40)
    for i in range(8):
        present = np.flatnonzero(dense[i])
        rows[i + 1] = rows[i] + len(present)
        columns[rows[i] : rows[i + 1]] = present
        values[rows[i] : rows[i + 1]] = dense[i, present]
    x = doubles(8)
    np.testing.assert_allclose(run(spmv, values, columns, rows, x), dense @ x, atol=1e-12)
    level = np.full(8, 127, np.int8)
    found = run(bfs, columns, rows, 2, level)
    reached, expected = {2}, {2: 0}
    for depth in range(1, 9):
        reached = {int(c) for n in reached for c in np.flatnonzero(dense[n])} - expected.keys()
        expected |= dict.fromkeys(reached, depth)
    assert found == len(expected)
    assert {n: int(d) for n, d in enumerate(level) if d != 127} == expected


POLYNOMIAL = 0xEDB88320


def test_checksum_with_table(run: Run) -> None:
    def crc32(data: uint8[50]) -> uint32:
        table: uint32[256]
        for n in range(256):
            c: uint32 = n
            for _ in range(8):
                c = (c >> 1) ^ POLYNOMIAL if c[0] else c >> 1
            table[n] = c
        crc: uint32 = 0xFFFFFFFF
        for i in range(50):
            crc = table[(crc ^ data[i]) & 255] ^ (crc >> 8)
        return ~crc

    import zlib

    data = RNG.integers(0, 256, 50).astype(np.uint8)
    assert run(crc32, data) == zlib.crc32(data.tobytes())


def test_needleman_wunsch(run: Run) -> None:
    def align(a: int8[12], b: int8[15]) -> int32:
        score: int32[13, 16]
        for i in range(13):
            score[i, 0] = -i
        for j in range(16):
            score[0, j] = -j
        for i, j in hcl.grid(12, 15):
            bonus: int32 = 1 if a[i] == b[j] else -1
            diagonal: int32 = score[i, j] + bonus
            score[i + 1, j + 1] = max(diagonal, score[i, j + 1] - 1, score[i + 1, j] - 1)
        return score[12, 15]

    a, b = (RNG.integers(0, 3, n).astype(np.int8) for n in (12, 15))
    score = np.zeros((13, 16), int)
    score[:, 0], score[0] = -np.arange(13), -np.arange(16)
    for i in range(12):
        for j in range(15):
            bonus = 1 if a[i] == b[j] else -1
            options = (score[i, j] + bonus, score[i, j + 1] - 1, score[i + 1, j] - 1)
            score[i + 1, j + 1] = max(options)
    assert run(align, a, b) == score[12, 15]


def test_radix_sort(run: Run) -> None:
    def radix(A: uint32[32]):
        buffer: uint32[32]
        for digit in range(8):
            counts: int32[17] = 0
            for i in range(32):
                counts[(A[i] >> 4 * digit & 15) + 1] += 1
            for d in range(1, 17):
                counts[d] += counts[d - 1]
            for i in range(32):
                bucket: UInt(4) = A[i] >> 4 * digit
                buffer[counts[bucket]] = A[i]
                counts[bucket] += 1
            A[:] = buffer

    A = RNG.integers(0, 2**32, 32, dtype=np.uint64).astype(np.uint32)
    expected = np.sort(A)
    run(radix, A)
    np.testing.assert_array_equal(A, expected)


def test_blocked_product(run: Run) -> None:
    def blocked(A: float32[16, 16], B: float32[16, 16]) -> float32[16, 16]:
        C: float32[16, 16] = 0
        for jj, kk in hcl.grid(4, 4):
            for i, k in hcl.grid(16, 4):
                a: float32 = A[i, kk * 4 + k]
                for j in range(jj * 4, min(jj * 4 + 4, 16)):
                    C[i, j] += a * B[kk * 4 + k, j]
        return C

    A, B = (RNG.random((16, 16), np.float32) for _ in range(2))
    np.testing.assert_allclose(run(blocked, A, B), A @ B, rtol=1e-5)


def test_line_buffer_and_window(run: Run) -> None:
    def smooth(image: uint8[10, 12], out: uint8[10, 12]):
        lines: uint8[2, 12] = 0
        window: uint8[3, 3] = 0
        for y in range(10):
            for x in range(12):
                window[:, 0:2] = window[:, 1:3]
                window[0, 2] = lines[0, x]
                window[1, 2] = lines[1, x]
                window[2, 2] = image[y, x]
                lines[0, x] = lines[1, x]
                lines[1, x] = image[y, x]
                if y >= 2 and x >= 2:
                    total: int32 = 0
                    for r, c in hcl.reduction(3, 3):
                        total += window[r, c]
                    out[y - 1, x - 1] = (total + 4) // 9

    image = RNG.integers(0, 256, (10, 12)).astype(np.uint8)
    out = np.zeros_like(image)
    run(smooth, image, out)
    windows = np.lib.stride_tricks.sliding_window_view(image.astype(int), (3, 3))
    np.testing.assert_array_equal(out[1:-1, 1:-1], (windows.sum(axis=(2, 3)) + 4) // 9)


def test_index_variables_as_subscripts(run: Run) -> None:
    def gather(A: int32[16], order: index[16]) -> int32[16]:
        out: int32[16]
        last: index = 0
        for i in range(16):
            here: index = order[i]
            out[here] = A[last] + A[(here + 1) % 16]
            last = here
        return out

    A, order = RNG.integers(0, 99, 16).astype(np.int32), RNG.permutation(16)
    expected, last = np.zeros(16, np.int32), 0
    for here in order:
        expected[here] = A[last] + A[(here + 1) % 16]
        last = here
    np.testing.assert_array_equal(run(gather, A, order), expected)
