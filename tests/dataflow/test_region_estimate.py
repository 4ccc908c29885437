"""The estimate of a region against the cycles that the simulator counts."""

from __future__ import annotations

import html

import numpy as np
import pytest

import hcl_explore as hcl
import hcl_explore.dataflow as df
from hcl_explore import Stream, int32
from hcl_explore.examples.dataflow import EXAMPLES
from hcl_explore.examples.example import Example
from hcl_explore.views.metrics import metrics_html


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


def test_what_the_estimate_takes_for_granted_of_fifos_is_said_where_it_is_shown() -> None:
    """At its depths this design takes longer than with deep FIFOs, which is what is estimated."""
    example = next(one for one in EXAMPLES if one.name == "systolic_weight_stationary")
    s = hcl.customize(example.kernel)
    kernel = s.build()
    kernel(*example.inputs(np.random.default_rng(0)))
    estimate = s.estimate()
    assert estimate.latency_cycles is not None and kernel.trace.cycles > estimate.latency_cycles
    stated = "' holds 1 token; where a task waits for room the run takes longer than this estimate"
    assert f"  FIFOs = taken to be deep enough: '{kernel.trace.fifos[0].declaration}" in str(
        estimate.explain()
    )
    assert stated in str(estimate.explain())
    session = hcl.Session(s, verify=False)
    shown = html.unescape(metrics_html(session.record()["steps"], 0))
    assert stated in shown and "kernel.report() (in the explorer: Simulate a run)" in shown


def test_a_design_without_fifos_says_nothing_of_them() -> None:
    def add(A: int32[8], B: int32[8]):
        for i in range(8):
            B[i] += A[i]

    assert "FIFO" not in str(hcl.customize(add).estimate().explain())
