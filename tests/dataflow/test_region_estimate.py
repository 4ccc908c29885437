"""The estimate of a region against the cycles that the simulator counts."""

from __future__ import annotations

import numpy as np
import pytest

import hcl_explore as hcl
import hcl_explore.dataflow as df
from hcl_explore import Stream, int32
from hcl_explore.examples.dataflow import EXAMPLES
from hcl_explore.examples.example import Example


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_examples_with_deep_fifos(example: Example) -> None:
    s = hcl.customize(example.kernel)
    kernel = s.build()
    kernel(*example.inputs(np.random.default_rng(0)))
    deep = {fifo.declaration: 64 for fifo in kernel.trace.fifos}
    kernel.run(*example.inputs(np.random.default_rng(0)), depths=deep)
    cycles = s.estimate().latency_cycles
    assert cycles is not None
    assert 0.8 * kernel.trace.cycles <= cycles <= 1.02 * kernel.trace.cycles


@pytest.mark.parametrize("size", [2, 6])
def test_tasks_that_share_an_argument_run_side_by_side(size: int) -> None:
    """Each element of the array adds a hop or two of a few cycles, not a run of its own."""

    @df.region()
    def top(A: int32[size, 32], C: int32[size, size]):
        right: Stream[int32, 4][size, size]

        @df.kernel(mapping=[size], args=[A])
        def load(a: int32[size, 32]):
            i = df.get_pid()
            for k in range(32):
                right[i, 0].put(a[i, k])

        @df.kernel(mapping=[size, size], args=[C])
        def pe(c: int32[size, size]):
            i, j = df.get_pid()
            total: int32 = 0
            for _ in range(32):
                value: int32 = right[i, j].get()
                total += value
                with hcl.meta_if(j < size - 1):
                    right[i, j + 1].put(value)
            c[i, j] = total

    s = hcl.customize(top)
    kernel = s.build()
    kernel(np.ones((size, 32), np.int32), np.zeros((size, size), np.int32))
    cycles = s.estimate().latency_cycles
    assert cycles is not None
    assert 0.8 * kernel.trace.cycles <= cycles <= 1.1 * kernel.trace.cycles


def test_an_array_between_two_tasks_is_waited_for() -> None:
    @df.region()
    def top(A: int32[64], B: int32[64]):
        middle: int32[64]
        fifo: Stream[int32, 2]

        @df.kernel(mapping=[1], args=[A, middle])
        def fill(a: int32[64], m: int32[64]):
            for i in range(64):
                m[i] = a[63 - i]

        @df.kernel(mapping=[1], args=[middle])
        def send(m: int32[64]):
            for i in range(64):
                fifo.put(m[63 - i])

        @df.kernel(mapping=[1], args=[B])
        def receive(b: int32[64]):
            for i in range(64):
                b[i] = fifo.get()

    cycles = hcl.customize(top).estimate().latency_cycles
    assert cycles is not None
    assert 128 <= cycles < 160
