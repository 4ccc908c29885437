"""The depths that are advised against all depths up to 6."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import hcl_explore.dataflow as df
from hcl_explore import Stream, int32
from hcl_explore.backend.cpu.simulator.kernel import DataflowKernel
from hcl_explore.errors import DeadlockError

N = 12
DEEPEST = 6


@df.region()
def reconvergent(A: int32[N], B: int32[N]):
    a: Stream[int32, 2]
    b: Stream[int32, 2]
    c: Stream[int32, 2]

    @df.kernel(mapping=[1], args=[A])
    def split(x: int32[N]):
        for i in range(N):
            a.put(x[i])
            b.put(x[i])

    @df.kernel(mapping=[1])
    def pairs():
        for i in range(N // 3):
            t: int32 = 0
            for k in range(3):
                t += a.get()
            c.put(t)

    @df.kernel(mapping=[1], args=[B])
    def join(y: int32[N]):
        for i in range(N // 3):
            t: int32 = c.get()
            for k in range(3):
                y[3 * i + k] = b.get() + t


@df.region()
def bursts(A: int32[N], B: int32[N]):
    a: Stream[int32, 2]
    b: Stream[int32, 2]

    @df.kernel(mapping=[1], args=[A])
    def burst(x: int32[N]):
        for i in range(N // 4):
            s: int32 = 0
            for k in range(8):
                s += x[(i + k) % N]
            for k in range(4):
                a.put(s + k)

    @df.kernel(mapping=[1])
    def steady():
        for i in range(N):
            v: int32 = a.get()
            b.put(v * v)

    @df.kernel(mapping=[1], args=[B])
    def slow(y: int32[N]):
        for i in range(N // 2):
            u: int32 = b.get()
            w: int32 = b.get()
            s: int32 = 0
            for k in range(3):
                s += u * k
            y[2 * i] = u + s
            y[2 * i + 1] = w


@df.region()
def dealt(A: int32[N], B: int32[N]):
    f: Stream[int32, 2][2]
    g: Stream[int32, 2][2]

    @df.kernel(mapping=[1], args=[A])
    def deal(x: int32[N]):
        for i in range(N // 2):
            f[0].put(x[2 * i])
        for i in range(N // 2):
            f[1].put(x[2 * i + 1])

    @df.kernel(mapping=[2])
    def work():
        p = df.get_pid()
        for i in range(N // 2):
            g[p].put(f[p].get() + p)

    @df.kernel(mapping=[1], args=[B])
    def join(y: int32[N]):
        for i in range(N // 2):
            y[2 * i] = g[0].get()
            y[2 * i + 1] = g[1].get()


def cycles(kernel: DataflowKernel, depths: dict[str, int]) -> int | None:
    try:
        kernel.run(np.arange(N, dtype=np.int32), np.zeros(N, np.int32), depths=depths)
    except DeadlockError:
        return None
    return kernel.trace.cycles


@pytest.mark.filterwarnings("ignore::hcl_explore.schedule.lint.LintWarning")
@pytest.mark.parametrize("region", [reconvergent, bursts, dealt], ids=lambda r: str(r.__name__))
def test_no_smaller_depths_are_as_fast(region: df.Region) -> None:
    kernel = df.build(region)
    assert isinstance(kernel, DataflowKernel)
    advice = kernel.advise_depths(np.arange(N, dtype=np.int32), np.zeros(N, np.int32))
    names = list(advice.as_dict())
    taken = {
        depths: cycles(kernel, dict(zip(names, depths, strict=True)))
        for depths in itertools.product(range(1, DEEPEST + 1), repeat=len(names))
    }
    assert advice.cycles == min(each for each in taken.values() if each is not None)
    as_fast = [depths for depths, each in taken.items() if each == advice.cycles]
    assert tuple(advice.as_dict().values()) == min(as_fast, key=sum)
    for deeper, shallower in itertools.product(taken, repeat=2):
        if all(one >= other for one, other in zip(deeper, shallower, strict=True)):
            fast, slow = taken[deeper], taken[shallower]
            assert slow is None or (fast is not None and fast <= slow)


def test_what_a_port_takes_is_no_loss() -> None:
    """Four puts in an iteration of four cycles: a FIFO of two is never full."""
    kernel = df.build(bursts)
    assert isinstance(kernel, DataflowKernel)
    cycles(kernel, {"a": 2, "b": 2})
    fifo = kernel.trace.fifo("a")
    assert fifo.put_times == tuple(range(fifo.put_times[0], fifo.put_times[0] + N))
    assert fifo.stalled_full == 0
