"""Small dataflow programs that several tests use."""

from __future__ import annotations

import hcl_explore as hcl
import hcl_explore.dataflow as df
from hcl_explore import Stream, float32, int32

N, K, P = 16, 8, 4


@df.region()
def producer_consumer(A: float32[N], B: float32[N]):
    fifo: Stream[float32, 4]

    @df.kernel(mapping=[1], args=[A])
    def producer(source: float32[N]):
        for i in range(N):
            fifo.put(source[i] * 2.0)

    @df.kernel(mapping=[1], args=[B])
    def consumer(target: float32[N]):
        for i in range(N):
            target[i] = fifo.get() + 1.0


@df.region()
def matrix_vector(A: int32[P, K], x: int32[K], y: int32[P]):
    """A 1-D systolic array: the vector passes through all processing elements."""
    xs: Stream[int32, 2][P]

    @df.kernel(mapping=[1], args=[x])
    def load(v: int32[K]):
        for k in range(K):
            xs[0].put(v[k])

    @df.kernel(mapping=[P], args=[A, y])
    def pe(a: int32[P, K], out: int32[P]):
        p = df.get_pid()
        acc: int32 = 0
        for k in range(K):
            v: int32 = xs[p].get()
            acc += a[p, k] * v
            with hcl.meta_if(p < P - 1):
                xs[p + 1].put(v)
        out[p] = acc


@df.region()
def blocks(A: float32[N, K], B: float32[N]):
    rows: Stream[float32[K], 2]

    @df.kernel(mapping=[1], args=[A])
    def send(a: float32[N, K]):
        for i in range(N):
            rows.put(a[i, :])

    @df.kernel(mapping=[1], args=[B])
    def sums(b: float32[N]):
        for i in range(N):
            row: float32[K] = rows.get()
            total: float32 = 0.0
            for k in range(K):
                total += row[k]
            b[i] = total


@df.region()
def doubling(source: Stream[int32], target: Stream[int32]):
    @df.kernel(mapping=[1])
    def double():
        for i in range(N):
            target.put(2 * source.get())


@df.region()
def nested(A: int32[N], B: int32[N]):
    """A region in a region, twice."""
    first: Stream[int32, 2]
    second: Stream[int32, 2]
    third: Stream[int32, 2]

    @df.kernel(mapping=[1], args=[A])
    def load(a: int32[N]):
        for i in range(N):
            first.put(a[i])

    doubling(first, second)
    doubling(second, third)

    @df.kernel(mapping=[1], args=[B])
    def store(b: int32[N]):
        for i in range(N):
            b[i] = third.get()


def local_stream(A: int32[N]) -> int32[N]:
    """A stream in an ordinary kernel, handed to the functions that it calls."""

    def fill(fifo: Stream[int32], values: int32[N]):
        for i in range(N):
            fifo.put(values[i] + 1)

    fifo: Stream[int32, N]
    fill(fifo, A)
    B: int32[N]
    for i in range(N):
        B[i] = fifo.get() * 3
    return B


@df.region()
def feedback(A: int32[N], B: int32[N]):
    """Two tasks that wait for each other: running sums, kept by way of a FIFO back."""
    forth: Stream[int32, 2]
    back: Stream[int32, 2]

    @df.kernel(mapping=[1], args=[A, B])
    def ask(a: int32[N], b: int32[N]):
        total: int32 = 0
        for i in range(N):
            forth.put(total + a[i])
            total = back.get()
            b[i] = total

    @df.kernel(mapping=[1])
    def answer():
        for i in range(N):
            back.put(forth.get())


@df.region()
def polling(A: int32[N], B: int32[N]):
    """A consumer that asks before it takes."""
    fifo: Stream[int32, N]

    @df.kernel(mapping=[1], args=[A])
    def send(a: int32[N]):
        for i in range(N):
            fifo.put(a[i])

    @df.kernel(mapping=[1], args=[B])
    def receive(b: int32[N]):
        taken: int32 = 0
        while taken < N:
            if not fifo.empty():
                b[taken] = fifo.get()
                taken += 1


@df.region()
def order_matters(A: int32[N], B: int32[N]):
    """Two tokens of one FIFO in one statement, and a token that nobody looks at."""
    fifo: Stream[int32, 4]

    @df.kernel(mapping=[1], args=[A])
    def send(a: int32[N]):
        for i in range(N):
            fifo.put(a[i])
            fifo.put(2 * a[i])
            fifo.put(0)

    @df.kernel(mapping=[1], args=[B])
    def receive(b: int32[N]):
        for i in range(N):
            b[i] = fifo.get() - fifo.get()
            fifo.get()
