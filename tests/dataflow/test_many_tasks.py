"""Regions of many tasks: one loop starts those that differ in their position alone."""

from __future__ import annotations

import numpy as np
import pytest

import hcl_explore as hcl
import hcl_explore.dataflow as df
from hcl_explore import Stream, int32
from hcl_explore.backend.cpu.simulator.kernel import DataflowKernel


def square(size: int) -> tuple[DataflowKernel, np.ndarray]:
    @df.region()
    def top(A: int32[size, size]):
        fifos: Stream[int32, 2][size, size]

        @df.kernel(mapping=[size, size])
        def put():
            i, j = df.get_pid()
            fifos[i, j].put(10 * i + j)

        @df.kernel(mapping=[size, size], args=[A])
        def take(a: int32[size, size]):
            i, j = df.get_pid()
            a[i, j] = fifos[i, j].get()

    kernel = df.build(top)
    result = np.zeros((size, size), np.int32)
    kernel(result)
    return kernel, result


@pytest.mark.parametrize("size", [2, 3, 5])
def test_each_task_has_its_position_and_its_name(size: int) -> None:
    kernel, result = square(size)
    rows, columns = np.indices((size, size))
    np.testing.assert_array_equal(result, 10 * rows + columns)
    names = [f"{task}_{i}_{j}" for task in ("put", "take") for i, j in np.ndindex(size, size)]
    assert [task.name for task in kernel.trace.tasks] == ["top", *names]
    for i, j in np.ndindex(size, size):
        fifo = kernel.trace.fifo(f"fifos[{i}, {j}]")
        ends = [kernel.trace.tasks[task or 0].name for task in (fifo.producer, fifo.consumer)]
        assert ends == [f"put_{i}_{j}", f"take_{i}_{j}"]


def test_code_grows_with_the_rows_not_with_the_tasks() -> None:
    starts = [square(size)[0].llvm_ir().count("call void @hcl.take(") for size in (4, 8)]
    assert starts == [4, 8]


@pytest.mark.filterwarnings("ignore:shared-array")
def test_a_task_that_waits_for_another_starts_on_its_own() -> None:
    @df.region()
    def top(A: int32[4, 8], B: int32[4, 8]):
        middle: int32[4, 8]
        done: Stream[int32, 1][4]

        @df.kernel(mapping=[4], args=[A, middle])
        def fill(a: int32[4, 8], m: int32[4, 8]):
            p = df.get_pid()
            for k in range(8):
                m[p, k] = a[p, k] + 1

        @df.kernel(mapping=[4], args=[middle, B])
        def use(m: int32[4, 8], b: int32[4, 8]):
            p = df.get_pid()
            for k in range(8):
                b[p, k] = m[3 - p, 7 - k]
            done[p].put(p)

        @df.kernel(mapping=[4])
        def end():
            p = df.get_pid()
            done[p].get()

    A = np.arange(32, dtype=np.int32).reshape(4, 8)
    B = np.zeros_like(A)
    kernel = df.build(top)
    kernel(A, B)
    np.testing.assert_array_equal(B, A[::-1, ::-1] + 1)
    filled = max(kernel.trace.task(f"fill_{p}").end for p in range(4))
    assert all(kernel.trace.task(f"use_{p}").start >= filled for p in range(4))


def test_tasks_of_a_function_that_is_called_in_a_loop() -> None:
    def add_one(A: int32[4], B: int32[4]):
        fifo: Stream[int32, 1]
        for i in range(4):
            fifo.put(A[i] + 1)
        for j in range(4):
            B[j] = fifo.get()

    def top(A: int32[4], B: int32[4]):
        for _ in range(300):
            add_one(A, B)
            add_one(B, A)

    kernel = hcl.customize(top).build()
    A, B = np.zeros(4, np.int32), np.zeros(4, np.int32)
    kernel(A, B)
    np.testing.assert_array_equal(A, [600] * 4)
    trace = kernel.trace
    assert len(trace.fifos) == 600
    assert all(task.state == "done" for task in trace.tasks)
    assert [task.start for task in trace.tasks] == sorted(task.start for task in trace.tasks)
