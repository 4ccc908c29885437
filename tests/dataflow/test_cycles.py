"""Cycle counts of the simulator against formulas derived by hand.

Everything here runs at an interval of one: a further token costs one cycle, and a further element
that tokens pass through costs ``HOP``: the state in which its pipeline knows that it goes on, and
the cycle in its FIFO. Rows are powers of two long, so that addresses need no multiplier.
"""

from __future__ import annotations

import numpy as np
import pytest

import hcl_explore as hcl
import hcl_explore.dataflow as df
from hcl_explore import Stream, int32

HOP = 2


def producer_consumer(tokens: int) -> int:
    @df.region()
    def top(A: int32[tokens], B: int32[tokens]):
        fifo: Stream[int32, 4]

        @df.kernel(mapping=[1], args=[A])
        def producer(a: int32[tokens]):
            for i in range(tokens):
                fifo.put(a[i])

        @df.kernel(mapping=[1], args=[B])
        def consumer(b: int32[tokens]):
            for i in range(tokens):
                b[i] = fifo.get()

    kernel = df.build(top)
    kernel(np.zeros(tokens, np.int32), np.zeros(tokens, np.int32))
    return int(kernel.trace.cycles)


@pytest.mark.parametrize("tokens", [3, 17, 100])
def test_producer_consumer(tokens: int) -> None:
    assert producer_consumer(tokens) - producer_consumer(2) == tokens - 2


def row(elements: int, tokens: int) -> int:
    """A vector passes along a row of elements, each of which multiplies it with its own row."""

    @df.region()
    def top(A: int32[elements, tokens], x: int32[tokens], y: int32[elements]):
        xs: Stream[int32, 2][elements]

        @df.kernel(mapping=[1], args=[x])
        def load(v: int32[tokens]):
            for k in range(tokens):
                xs[0].put(v[k])

        @df.kernel(mapping=[elements], args=[A, y])
        def pe(a: int32[elements, tokens], out: int32[elements]):
            p = df.get_pid()
            total: int32 = 0
            for k in range(tokens):
                v: int32 = xs[p].get()
                total += a[p, k] * v
                with hcl.meta_if(p < elements - 1):
                    xs[p + 1].put(v)
            out[p] = total

    kernel = df.build(top)
    matrix = np.ones((elements, tokens), np.int32)
    kernel(matrix, np.ones(tokens, np.int32), np.zeros(elements, np.int32))
    return int(kernel.trace.cycles)


@pytest.mark.parametrize(("elements", "tokens"), [(2, 8), (7, 8), (4, 31)])
def test_systolic_row(elements: int, tokens: int) -> None:
    assert row(elements, tokens) - row(1, 8) == HOP * (elements - 1) + (tokens - 8)


def array(rows: int, columns: int, tokens: int) -> int:
    """An output-stationary array, from an ordinary kernel."""

    def gemm(A: int32[rows, tokens], B: int32[tokens, columns], C: int32[rows, columns]):
        for i, j in hcl.grid(rows, columns, name="mm"):
            total: int32 = 0
            for k in range(tokens):
                total += A[i, k] * B[k, j]
            C[i, j] = total

    s = hcl.customize(gemm)
    s.unfold("mm", [0, 1])
    s.to(s.A, "mm_pe", axis=1)
    s.to(s.B, "mm_pe", axis=0)
    kernel = s.build()
    a, b = np.ones((rows, tokens), np.int32), np.ones((tokens, columns), np.int32)
    c = np.zeros((rows, columns), np.int32)
    kernel(a, b, c)
    assert np.array_equal(c, a @ b)
    return int(kernel.trace.cycles)


@pytest.mark.parametrize(("rows", "columns", "tokens"), [(3, 2, 8), (2, 8, 8), (4, 4, 16)])
def test_systolic_array(rows: int, columns: int, tokens: int) -> None:
    expected = HOP * (rows - 2 + columns - 2) + (tokens - 8)
    assert array(rows, columns, tokens) - array(2, 2, 8) == expected
