"""Schedules of the kernels of a region, composed; names of tasks where regions share them."""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import pytest

import hcl_explore as hcl
import hcl_explore.dataflow as df
from hcl_explore import Stream, float32, int32
from hcl_explore.errors import AmbiguousNameError, ArgumentError, NotApplicableError

N = 16
T, SIZE = hcl.TypeParameter("T", float32, int32), hcl.TypeParameter("SIZE", int32)


def send(values: int32[N], fifo: Stream[int32]):
    copy: int32[N]
    for i in range(N):
        copy[i] = values[i] * 2
    for j in range(N):
        fifo.put(copy[j])


def receive(fifo: Stream[int32], values: int32[N]):
    for i in range(N):
        values[i] = fifo.get() + 1


@df.region()
def twice(A: int32[N], B: int32[N], C: int32[N], D: int32[N]):
    first: Stream[int32, 4]
    second: Stream[int32, 4]
    send(A, first)
    send(B, second)
    receive(first, C)
    receive(second, D)


def part(a: int32[4, N], b: int32[N], row: int32):
    for i in range(N):
        b[i] = a[row, i] + row


@df.region()
def by_rows(A: int32[4, N], B: int32[4, N]):
    @df.kernel(mapping=[4], args=[A, B])
    def pe(a: int32[4, N], b: int32[4, N]):
        p = df.get_pid()
        row: int32[N]
        part(a, row, p)
        for k in range(N):
            b[p, k] = row[k] + 1


@df.region()
def doubled(A: int32[4, N], B: int32[4, N]):
    @df.kernel(mapping=[4], args=[A, B])
    def pe(a: int32[4, N], b: int32[4, N]):
        p = df.get_pid()
        for k in range(N):
            b[p, k] = a[p, k] * 2


@df.region()
def in_turn(A: int32[4, N], B: int32[4, N]):
    M: int32[4, N]
    by_rows(A, M)
    doubled(M, B)


def feed(values: T[SIZE], fifo: Stream[T]):
    for i in range(SIZE):
        fifo.put(values[i])


def drain(fifo: Stream[T], values: T[SIZE]):
    for i in range(SIZE):
        values[i] = fifo.get() + 1


@df.region()
def passing(A: T[SIZE], B: T[SIZE]):
    fifo: Stream[T, 4]
    feed(A, fifo)
    drain(fifo, B)


@df.region()
def two_types(A: int32[N], B: int32[N], C: float32[8], D: float32[8]):
    passing[int32, 16](A, B)
    passing[float32, 8](C, D)


def scheduled_send() -> hcl.Schedule:
    alone = hcl.customize(send)
    alone.partition(alone.copy, partition_type=hcl.Partition.Cyclic, dim=1, factor=4)
    alone.unroll("i", 4)
    alone.pipeline("j", initiation_interval=2)
    return alone


def intervals(s: hcl.Schedule) -> dict[str, list[int | None]]:
    return {
        name: [loop.pipeline_ii for loop in function.loops]
        for name, function in s.program.functions.items()
        if function.loops
    }


def check_twice(s: hcl.Schedule) -> None:
    a, b = np.arange(N, dtype=np.int32), np.arange(N, dtype=np.int32)[::-1].copy()
    for built in (s.build(), s.build("vhls", mode="csim")):
        c, d = np.zeros(N, np.int32), np.zeros(N, np.int32)
        built(a, b, c, d)
        np.testing.assert_array_equal(c, 2 * a + 1)
        np.testing.assert_array_equal(d, 2 * b + 1)


def test_a_kernel_scheduled_alone_is_composed_into_all_tasks_that_run_it() -> None:
    s = hcl.customize(twice)
    s.compose(scheduled_send())
    assert intervals(s) == {"send": [None, 2], "receive": [None]}
    assert [str(entry) for entry in s.buffer("send:copy").buffer.partition] == ["cyclic 4 on dim 1"]
    check_twice(s)


def test_id_names_one_task_which_gets_a_function_of_its_own() -> None:
    s = hcl.customize(twice)
    s.compose(scheduled_send(), id="send_1")
    assert intervals(s) == {"send_1": [None, 2], "send": [None, None], "receive": [None]}
    check_twice(s)
    again = hcl.customize(twice)
    eval(s.history[0].call, {"s": again, "hcl": hcl})
    assert again.ir == s.ir
    session = hcl.Session(s, verify=False)
    loaded = hcl.Session.from_json(json.loads(json.dumps(session.to_json())))
    assert loaded.schedule.ir == s.ir


def test_a_task_that_got_its_own_function_before_is_meant_too() -> None:
    s = hcl.customize(twice)
    s.unroll("send_1:j", 2)
    alone = hcl.customize(send)
    alone.pipeline("i")
    s.compose(alone)
    assert intervals(s) == {"send_1": [1, None], "send": [1, None], "receive": [None]}
    check_twice(s)


def test_a_kernel_that_mapped_tasks_call() -> None:
    alone = hcl.customize(part)
    alone.pipeline("i")
    s = hcl.customize(by_rows)
    s.compose(alone)
    assert s.loop("part:i").loop.pipeline_ii == 1
    with pytest.raises(ArgumentError, match="'pe_1' is none of the functions and tasks made of 'p"):
        s.compose(alone, id="pe_1")


def test_steps_for_a_task_by_its_name() -> None:
    s = hcl.customize(by_rows)
    s.compose({"pe_1": ['s.pipeline("k", initiation_interval=3)']})
    assert intervals(s) == {"part": [None], "pe_1": [3], "pe": [None]}
    with pytest.raises(NotApplicableError, match="there is no function 'pe_7'"):
        s.compose({"pe_7": ['s.pipeline("k")']})


@pytest.mark.parametrize(("region", "kernel"), [(by_rows, "pe"), (doubled, "doubled_pe")])
def test_a_region_scheduled_alone_with_a_step_on_one_of_its_tasks(
    region: Callable[..., object], kernel: str
) -> None:
    alone = hcl.customize(region)
    alone.pipeline("pe_1:k", initiation_interval=3)
    alone.pipeline("pe:k", initiation_interval=2)
    s = hcl.customize(in_turn)
    s.compose(alone)
    own = f"{region.__name__}_pe_1"
    other = "doubled_pe" if kernel == "pe" else "pe"
    found = {name: of for name, (of,) in intervals(s).items() if name != "part"}
    assert found == {kernel: 2, own: 3, other: None}
    a = np.arange(4 * N, dtype=np.int32).reshape(4, N)
    expected = 2 * (a + np.arange(4, dtype=np.int32)[:, None] + 1)
    for built in (s.build(), s.build("vhls", mode="csim")):
        b = np.zeros_like(a)
        built(a, b)
        np.testing.assert_array_equal(b, expected)


def test_tasks_of_two_regions_that_are_called_alike_take_the_region_before_their_name() -> None:
    s = hcl.customize(in_turn)
    with pytest.raises(AmbiguousNameError, match="2 tasks are called 'pe_1': by_rows_pe_1, doubl"):
        s.pipeline("pe_1:k")
    s.pipeline("doubled_pe_1:k")
    assert intervals(s)["doubled_pe_1"] == [1] and intervals(s)["doubled_pe"] == [None]
    again = hcl.customize(in_turn)
    eval(s.history[0].call, {"s": again, "hcl": hcl})
    assert again.ir == s.ir


def test_the_instance_of_a_region_and_of_its_kernels_with_the_scheduled_types() -> None:
    alone = hcl.customize(passing, instantiate=[float32, 8])
    alone.pipeline("feed:i")
    s = hcl.customize(two_types)
    s.compose(alone)
    assert intervals(s) == {"feed": [None], "drain": [None], "feed_1": [1], "drain_1": [None]}
    kernel = hcl.customize(feed, instantiate=[float32, 8])
    kernel.unroll("i", 2)
    s.compose(kernel, instantiate=[int32, N])
    assert s.loop("feed:i").loop.unroll == 2 and s.loop("feed_1:i").loop.unroll is None


@df.region()
def row_times_matrix(A: int32[4, 8], B: int32[8, 6], C: int32[4, 6]):
    xs: Stream[int32, 2][5]

    @df.kernel(mapping=[1], args=[B])
    def load(b: int32[8, 6]):
        for k, j in hcl.grid(8, 6):
            xs[0].put(b[k, j])

    @df.kernel(mapping=[4], args=[A, C])
    def pe(a: int32[4, 8], c: int32[4, 6]):
        p = df.get_pid()
        total: int32[6] = 0
        for k, j in hcl.grid(8, 6):
            v: int32 = xs[p].get()
            total[j] += a[p, k] * v
            with hcl.meta_if(p < 3):
                xs[p + 1].put(v)
        for r in range(6):
            c[p, r] = total[r]


@pytest.mark.parametrize(
    "steps",
    [
        lambda s: s.partition("pe_1:a", dim=2),
        lambda s: s.partition("pe_1:total", dim=1),
        lambda s: s.partition("pe_at_0:total", dim=1),
        lambda s: s.unroll("pe_2:j"),
        lambda s: s.split("pe_2:r", 4),
        lambda s: s.buffer_at("pe_1:total", "pe_1:k"),
        lambda s: s.buffer_at("pe_at_0:total", "pe_at_0:k"),
        lambda s: s.quantize("pe_1:total", hcl.Int(40)),
        lambda s: (s.pipeline("pe_3:j"), s.pipeline("pe_1:j"), s.unroll("pe_at_0:r", 2)),
    ],
)
def test_primitives_in_tasks_keep_the_result(steps: Callable[[hcl.Schedule], object]) -> None:
    s = hcl.customize(row_times_matrix)
    steps(s)
    A = np.arange(32, dtype=np.int32).reshape(4, 8)
    B = np.arange(48, dtype=np.int32).reshape(8, 6)
    for built in (s.build(), s.build("vhls", mode="csim")):
        C = np.zeros((4, 6), np.int32)
        built(A, B, C)
        np.testing.assert_array_equal(C, A @ B)
