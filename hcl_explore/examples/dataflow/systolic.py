"""Systolic arrays: processing elements that all do the same and pass their operands on."""

from __future__ import annotations

import numpy as np

import hcl_explore.lang as hcl
import hcl_explore.lang.dataflow as df
from hcl_explore.examples.arrays import Array, uniform, wide
from hcl_explore.examples.dataflow.example import dataflow
from hcl_explore.lang import Stream, float32, int32

M, N, K = 4, 4, 16
TAPS, SAMPLES = 5, 32


@df.region()
def systolic_1d(A: float32[K, M], B: float32[M, N], C: float32[K, N]):
    # Element j holds column j of B; the rows of A pass through all elements.
    columns: Stream[float32, 4][N]
    rows: Stream[float32, 4][N]
    sums: Stream[float32, 4][N]

    @df.kernel(mapping=[1], args=[B])
    def load_columns(b: float32[M, N]):
        # The last element's column first: each element hands on all but its own.
        for j, k in hcl.grid(N, M):
            columns[0].put(b[k, N - 1 - j])

    @df.kernel(mapping=[1], args=[A])
    def load_rows(a: float32[K, M]):
        for i, k in hcl.grid(K, M):
            rows[0].put(a[i, k])

    @df.kernel(mapping=[N])
    def element():
        j = df.get_pid()
        column: float32[M]
        with hcl.meta_if(j < N - 1):
            for _ in range((N - 1 - j) * M):
                columns[j + 1].put(columns[j].get())
        for k in range(M):
            column[k] = columns[j].get()
        for _ in range(K):
            total: float32 = 0.0
            for k in range(M):
                value: float32 = rows[j].get()
                total += value * column[k]
                with hcl.meta_if(j < N - 1):
                    rows[j + 1].put(value)
            sums[j].put(total)

    @df.kernel(mapping=[1], args=[C])
    def store(c: float32[K, N]):
        for i in range(K):
            with hcl.meta_for(N) as j:
                c[i, j] = sums[j].get()


@df.region()
def systolic_output_stationary(A: float32[M, K], B: float32[K, N], C: float32[M, N]):
    # Element (i, j) adds up C[i, j]; rows of A move right, columns of B move down.
    right: Stream[float32, 2][M, N]
    down: Stream[float32, 2][M, N]
    sums: Stream[float32, 1][M, N]

    @df.kernel(mapping=[1], args=[A])
    def load_a(a: float32[M, K]):
        for k in range(K):
            with hcl.meta_for(M) as i:
                right[i, 0].put(a[i, k])

    @df.kernel(mapping=[1], args=[B])
    def load_b(b: float32[K, N]):
        for k in range(K):
            with hcl.meta_for(N) as j:
                down[0, j].put(b[k, j])

    @df.kernel(mapping=[M, N])
    def gemm():
        i, j = df.get_pid()
        total: float32 = 0.0
        for k in range(K):
            a: float32 = right[i, j].get()
            b: float32 = down[i, j].get()
            total += a * b
            with hcl.meta_if(j < N - 1):
                right[i, j + 1].put(a)
            with hcl.meta_if(i < M - 1):
                down[i + 1, j].put(b)
        sums[i, j].put(total)

    @df.kernel(mapping=[1], args=[C])
    def store(c: float32[M, N]):
        with hcl.meta_for(M) as i, hcl.meta_for(N) as j:
            c[i, j] = sums[i, j].get()


@df.region()
def systolic_weight_stationary(X: float32[K, M], W: float32[M, N], Y: float32[K, N]):
    # Element (k, n) keeps W[k, n]; inputs move right, partial sums move down.
    weights: Stream[float32, 1][M, N]
    right: Stream[float32, 2][M, N]
    down: Stream[float32, 2][M, N]

    @df.kernel(mapping=[1], args=[W])
    def load_weights(w: float32[M, N]):
        with hcl.meta_for(M) as k, hcl.meta_for(N) as n:
            weights[k, n].put(w[k, n])

    @df.kernel(mapping=[1], args=[X])
    def load_inputs(x: float32[K, M]):
        for m in range(K):
            with hcl.meta_for(M) as k:
                right[k, 0].put(x[m, k])

    @df.kernel(mapping=[M, N])
    def gemm():
        k, n = df.get_pid()
        weight: float32 = weights[k, n].get()
        for m in range(K):
            value: float32 = right[k, n].get()
            with hcl.meta_if(k == 0):
                down[k, n].put(value * weight)
            with hcl.meta_else():
                down[k, n].put(down[k - 1, n].get() + value * weight)
            with hcl.meta_if(n < N - 1):
                right[k, n + 1].put(value)

    @df.kernel(mapping=[1], args=[Y])
    def store(y: float32[K, N]):
        for m in range(K):
            with hcl.meta_for(N) as n:
                y[m, n] = down[M - 1, n].get()


def _product(left: Array, right: Array, result: Array) -> None:
    one, other = wide(left, right)
    result[:] = one @ other


@df.region()
def systolic_convolution(X: int32[SAMPLES + TAPS - 1], W: int32[TAPS], Y: int32[SAMPLES]):
    # Element k keeps W[k]; it drops the first sample that it gets and hands on the others, so
    # that sample n + k meets weight k in sum n.
    samples: Stream[int32, 2][TAPS]
    weights: Stream[int32, 1][TAPS]
    sums: Stream[int32, 2][TAPS]

    @df.kernel(mapping=[1], args=[W])
    def load_weights(w: int32[TAPS]):
        with hcl.meta_for(TAPS) as k:
            weights[k].put(w[k])

    @df.kernel(mapping=[1], args=[X])
    def load_samples(x: int32[SAMPLES + TAPS - 1]):
        for n in range(SAMPLES + TAPS - 1):
            samples[0].put(x[n])

    @df.kernel(mapping=[TAPS])
    def tap():
        k = df.get_pid()
        weight: int32 = weights[k].get()
        for n in range(SAMPLES + TAPS - 1 - k):
            sample: int32 = samples[k].get()
            if n < SAMPLES:
                with hcl.meta_if(k == 0):
                    sums[k].put(sample * weight)
                with hcl.meta_else():
                    sums[k].put(sums[k - 1].get() + sample * weight)
            with hcl.meta_if(k < TAPS - 1):
                if n > 0:
                    samples[k + 1].put(sample)

    @df.kernel(mapping=[1], args=[Y])
    def store(y: int32[SAMPLES]):
        for n in range(SAMPLES):
            y[n] = sums[TAPS - 1].get()


def _convolution(X: Array, W: Array, Y: Array) -> None:
    Y[:] = np.correlate(X, W, "valid")


EXAMPLES = (
    dataflow(
        systolic_1d,
        "a row of 4 elements multiplies 16×4 by 4×4",
        lambda rng: (uniform(rng, K, M), uniform(rng, M, N), np.zeros((K, N), np.float32)),
        _product,
        relative_tolerance=1e-5,
    ),
    dataflow(
        systolic_output_stationary,
        "4×4 elements, each adding up one element of the product",
        lambda rng: (uniform(rng, M, K), uniform(rng, K, N), np.zeros((M, N), np.float32)),
        _product,
        relative_tolerance=1e-5,
    ),
    dataflow(
        systolic_weight_stationary,
        "4×4 elements, each keeping one weight",
        lambda rng: (uniform(rng, K, M), uniform(rng, M, N), np.zeros((K, N), np.float32)),
        _product,
        relative_tolerance=1e-5,
    ),
    dataflow(
        systolic_convolution,
        "a row of 5 taps over 32 samples",
        lambda rng: (
            rng.integers(-99, 99, SAMPLES + TAPS - 1, dtype=np.int32),
            rng.integers(-9, 9, TAPS, dtype=np.int32),
            np.zeros(SAMPLES, np.int32),
        ),
        _convolution,
    ),
)
