"""Tasks that exchange values with their neighbours: a torus of blocks, and a wavefront."""

from __future__ import annotations

import numpy as np

import hcl_explore.lang as hcl
import hcl_explore.lang.dataflow as df
from hcl_explore.examples.arrays import Array, uniform, wide
from hcl_explore.examples.dataflow.example import dataflow
from hcl_explore.lang import Stream, float32, int32, uint8

P, T = 3, 4
SIZE = P * T
LETTERS, QUERY = 24, 16


@df.region()
def cannon(A: float32[SIZE, SIZE], B: float32[SIZE, SIZE], C: float32[SIZE, SIZE]):
    # Each of 3×3 tasks owns a block of C. Blocks of A move left and blocks of B move up, round a
    # torus, so that after three steps every task has seen all that its block needs.
    first_a: Stream[float32[T, T], 1][P, P]
    first_b: Stream[float32[T, T], 1][P, P]
    left: Stream[float32[T, T], 1][P, P]
    up: Stream[float32[T, T], 1][P, P]
    blocks: Stream[float32[T, T], 1][P, P]

    @df.kernel(mapping=[1], args=[A])
    def load_a(a: float32[SIZE, SIZE]):
        with hcl.meta_for(P) as i, hcl.meta_for(P) as j:
            start: hcl.ConstExpr[int32] = (i + j) % P * T
            first_a[i, j].put(a[i * T : i * T + T, start : start + T])

    @df.kernel(mapping=[1], args=[B])
    def load_b(b: float32[SIZE, SIZE]):
        with hcl.meta_for(P) as i, hcl.meta_for(P) as j:
            start: hcl.ConstExpr[int32] = (i + j) % P * T
            first_b[i, j].put(b[start : start + T, j * T : j * T + T])

    @df.kernel(mapping=[P, P])
    def multiply():
        i, j = df.get_pid()
        a: float32[T, T] = first_a[i, j].get()
        b: float32[T, T] = first_b[i, j].get()
        c: float32[T, T] = 0.0
        for step in range(P):
            for y, x, k in hcl.grid(T, T, T):
                c[y, x] += a[y, k] * b[k, x]
            if step < P - 1:
                left[i, (j + P - 1) % P].put(a)
                up[(i + P - 1) % P, j].put(b)
                a[:, :] = left[i, j].get()
                b[:, :] = up[i, j].get()
        blocks[i, j].put(c)

    @df.kernel(mapping=[1], args=[C])
    def store(c: float32[SIZE, SIZE]):
        with hcl.meta_for(P) as i, hcl.meta_for(P) as j:
            c[i * T : i * T + T, j * T : j * T + T] = blocks[i, j].get()


def _product(A: Array, B: Array, C: Array) -> None:
    a, b = wide(A, B)
    C[:] = a @ b


@df.region()
def smith_waterman_wavefront(A: uint8[LETTERS], B: uint8[QUERY], H: int32[LETTERS, QUERY]):
    # Element j scores letter j of B against all letters of A. It needs the score to its left, one
    # step old, so the elements work along antidiagonals. Scores as in ``smith_waterman``.
    query: Stream[uint8, 1][QUERY]
    letters: Stream[uint8, 2][QUERY]
    scores: Stream[int32, 2][QUERY]
    columns: Stream[int32, LETTERS][QUERY]

    @df.kernel(mapping=[1], args=[B])
    def load_query(b: uint8[QUERY]):
        with hcl.meta_for(QUERY) as j:
            query[j].put(b[j])

    @df.kernel(mapping=[1], args=[A])
    def load_letters(a: uint8[LETTERS]):
        for i in range(LETTERS):
            letters[0].put(a[i])

    @df.kernel(mapping=[QUERY])
    def element():
        j = df.get_pid()
        own: uint8 = query[j].get()
        above: int32 = 0
        corner: int32 = 0
        for i in range(LETTERS):
            letter: uint8 = letters[j].get()
            beside: int32 = 0
            with hcl.meta_if(j > 0):
                beside = scores[j - 1].get()
            score: int32 = corner + (2 if letter == own else -1)
            score = max(score, above - 1, beside - 1, 0)
            corner = beside
            above = score
            columns[j].put(score)
            with hcl.meta_if(j < QUERY - 1):
                letters[j + 1].put(letter)
                scores[j].put(score)

    @df.kernel(mapping=[1], args=[H])
    def store(h: int32[LETTERS, QUERY]):
        for i in range(LETTERS):
            with hcl.meta_for(QUERY) as j:
                h[i, j] = columns[j].get()


def _wavefront(A: Array, B: Array, H: Array) -> None:
    scores = np.zeros((LETTERS + 1, QUERY + 1), np.int32)
    for i, letter in enumerate(A):
        for j, own in enumerate(B):
            diagonal = scores[i, j] + (2 if letter == own else -1)
            gap = max(scores[i, j + 1], scores[i + 1, j]) - 1
            scores[i + 1, j + 1] = max(diagonal, gap, 0)
    H[:] = scores[1:, 1:]


EXAMPLES = (
    dataflow(
        cannon,
        "Cannon's algorithm: 3×3 tasks, blocks going round a torus",
        lambda rng: (
            uniform(rng, SIZE, SIZE),
            uniform(rng, SIZE, SIZE),
            np.zeros((SIZE, SIZE), np.float32),
        ),
        _product,
        relative_tolerance=1e-5,
    ),
    dataflow(
        smith_waterman_wavefront,
        "local alignment, an element for each of 16 letters",
        lambda rng: (
            rng.integers(0, 4, LETTERS, dtype=np.uint8),
            rng.integers(0, 4, QUERY, dtype=np.uint8),
            np.zeros((LETTERS, QUERY), np.int32),
        ),
        _wavefront,
    ),
)
