"""Programs that deadlock, of the kinds that people write when they begin with dataflow."""

from __future__ import annotations

import hcl_explore as hcl
import hcl_explore.dataflow as df
from hcl_explore import Stream, float32, int32

N = 32


@df.region()
def bypass(A: int32[N], B: int32[N]):
    # Each value goes round a task that needs eight of them before it says anything.
    work: Stream[int32, 2]
    side: Stream[int32, 2]
    sums: Stream[int32, 2]

    @df.kernel(mapping=[1], args=[A])
    def fork(a: int32[N]):
        for i in range(N):
            work.put(a[i])
            side.put(a[i])

    @df.kernel(mapping=[1])
    def block_sum():
        for b in range(N // 8):
            t: int32 = 0
            for i in range(8):
                t += work.get()
            sums.put(t)

    @df.kernel(mapping=[1], args=[B])
    def normalise(b: int32[N]):
        for k in range(N // 8):
            t: int32 = sums.get()
            for i in range(8):
                b[8 * k + i] = side.get() - t


@df.region()
def feedback(A: int32[N], B: int32[N]):
    # Each pass takes two tokens, and only one is there at first.
    loop: Stream[int32, 2]
    back: Stream[int32, 2]

    @df.kernel(mapping=[1], args=[A])
    def add(a: int32[N]):
        for i in range(N):
            x: int32 = back.get()
            loop.put(x + a[i])

    @df.kernel(mapping=[1], args=[B])
    def delay(b: int32[N]):
        back.put(0)
        for i in range(N // 2):
            u: int32 = loop.get()
            v: int32 = loop.get()
            b[2 * i] = u
            b[2 * i + 1] = v
            back.put(u)
            back.put(v)


@df.region()
def order(A: int32[N], B: int32[N]):
    evens: Stream[int32, 2]
    odds: Stream[int32, 2]

    @df.kernel(mapping=[1], args=[A])
    def deal(a: int32[N]):
        for i in range(N // 2):
            evens.put(a[2 * i])
            odds.put(a[2 * i + 1])

    @df.kernel(mapping=[1], args=[B])
    def collect(b: int32[N]):
        for i in range(N // 2):
            b[i] = odds.get()
        for i in range(N // 2):
            b[N // 2 + i] = evens.get()


@df.region()
def counts(A: int32[N], B: int32[N]):
    f: Stream[int32, 4]

    @df.kernel(mapping=[1], args=[A])
    def send(a: int32[N]):
        for i in range(N - 1):
            f.put(a[i])

    @df.kernel(mapping=[1], args=[B])
    def receive(b: int32[N]):
        for i in range(N):
            b[i] = f.get()


@df.region()
def grid_index(A: int32[4, 8], B: int32[4, 8]):
    # A column of tasks, each of which gets before it puts, closed to a ring by mistake.
    f: Stream[int32, 2][4, 4]

    @df.kernel(mapping=[4, 4], args=[A, B])
    def pe(a: int32[4, 8], b: int32[4, 8]):
        i, j = df.get_pid()
        for k in range(8):
            x: int32 = f[i, j].get()
            b[i, k] = x
            f[(i + 1) % 4, j].put(x + a[i, k])


@df.region()
def three(A: int32[N], B: int32[N]):
    ab: Stream[int32, 2]
    bc: Stream[int32, 2]
    ca: Stream[int32, 2]

    @df.kernel(mapping=[1], args=[A])
    def first(a: int32[N]):
        for i in range(N):
            ab.put(a[i] + ca.get())

    @df.kernel(mapping=[1])
    def second():
        for i in range(N):
            bc.put(ab.get() * 2)

    @df.kernel(mapping=[1], args=[B])
    def third(b: int32[N]):
        for i in range(N):
            x: int32 = bc.get()
            b[i] = x
            ca.put(x)


@df.region()
def starvation(A: int32[N], B: int32[N]):
    # The values that are dropped are waited for.
    f: Stream[int32, 4]

    @df.kernel(mapping=[1], args=[A])
    def keep(a: int32[N]):
        for i in range(N):
            if a[i] > 3:
                f.put(a[i])

    @df.kernel(mapping=[1], args=[B])
    def all_of(b: int32[N]):
        for i in range(N):
            b[i] = f.get()


@df.region()
def split_join(A: int32[N], B: int32[N]):
    # A filter that warms up for seven values on one of two ways.
    left: Stream[int32, 4]
    right: Stream[int32, 4]
    out: Stream[int32, 4]

    @df.kernel(mapping=[1], args=[A])
    def split(a: int32[N]):
        for i in range(N):
            left.put(a[i])
            right.put(a[i])

    @df.kernel(mapping=[1])
    def warm():
        t: int32 = 0
        for i in range(N):
            t += left.get()
            if i >= 7:
                out.put(t)
        for i in range(7):
            out.put(t)

    @df.kernel(mapping=[1], args=[B])
    def join(b: int32[N]):
        for i in range(N):
            b[i] = right.get() + out.get()


@df.region()
def inner(xs: Stream[int32], ys: Stream[int32]):
    u: Stream[int32, 1]
    v: Stream[int32, 1]

    @df.kernel(mapping=[1])
    def take():
        for i in range(8):
            u.put(xs.get())
        for i in range(8):
            v.put(i)

    @df.kernel(mapping=[1])
    def give():
        for i in range(8):
            ys.put(v.get() + u.get())


@df.region()
def nested(A: int32[8], B: int32[8]):
    a1: Stream[int32, 2]
    b1: Stream[int32, 2]

    @df.kernel(mapping=[1], args=[A])
    def load(a: int32[8]):
        for i in range(8):
            a1.put(a[i])

    inner(a1, b1)

    @df.kernel(mapping=[1], args=[B])
    def store(b: int32[8]):
        for i in range(8):
            b[i] = b1.get()


@df.region()
def self_wait(A: int32[N], B: int32[N]):
    # A ring in which more tokens go round than it can hold, and are got.
    ring: Stream[int32, 1][4]

    @df.kernel(mapping=[4], args=[A, B])
    def node(a: int32[N], b: int32[N]):
        p = df.get_pid()
        with hcl.meta_if(p == 0):
            for i in range(4):
                ring[1].put(a[i])
        for i in range(8):
            x: int32 = ring[p].get()
            b[8 * p + i] = x
            ring[(p + 1) % 4].put(x + 1)


@df.region()
def asks(A: int32[N], B: int32[N]):
    f: Stream[int32, 2]

    @df.kernel(mapping=[1], args=[A])
    def send(a: int32[N]):
        for i in range(N):
            f.put(a[i])

    @df.kernel(mapping=[1], args=[B])
    def poll(b: int32[N]):
        n: int32 = 0
        while n < N + 1:
            if not f.empty():
                b[n] = f.get()
                n += 1


@df.region()
def block_rate(A: float32[N], B: float32[N]):
    # The rows come before the weights, and are wanted after them.
    rows: Stream[float32[8], 2]
    weights: Stream[float32[8], 2]

    @df.kernel(mapping=[1], args=[A])
    def load(a: float32[N]):
        for r in range(4):
            rows.put(a[8 * r : 8 * r + 8])
        for r in range(4):
            weights.put(a[8 * r : 8 * r + 8])

    @df.kernel(mapping=[1], args=[B])
    def mac(b: float32[N]):
        w: float32[4, 8] = 0.0
        for r in range(4):
            w[r, :] = weights.get()
        for r in range(4):
            x: float32[8] = rows.get()
            for k in range(8):
                b[8 * r + k] = x[k] * w[r, k]
