"""The simulator: results, cycles, depths, deadlocks and their diagnosis."""

from __future__ import annotations

from pathlib import Path

import dataflow_programs as programs
import numpy as np
import pytest

import hcl_explore as hcl
import hcl_explore.dataflow as df
from hcl_explore import Stream, float32, int32
from hcl_explore.backend.cpu.simulator.kernel import DataflowKernel
from hcl_explore.errors import CallError, DeadlockError, RunError

N = 32
RANDOM = np.random.default_rng(11)


def build(top: object) -> DataflowKernel:
    kernel = df.build(top)
    assert isinstance(kernel, DataflowKernel)
    return kernel


def floats(*shape: int) -> np.ndarray:
    return RANDOM.random(shape, dtype=np.float32)


def ints(*shape: int) -> np.ndarray:
    return RANDOM.integers(-50, 50, shape).astype(np.int32)


# --- results ------------------------------------------------------------------------------------


@pytest.mark.parametrize("depth", [1, 2, 64])
def test_results_do_not_depend_on_depths(depth: int) -> None:
    matrix, vector, out = ints(4, 8), ints(8), np.zeros(4, np.int32)
    build(programs.matrix_vector).run(matrix, vector, out, depths={"xs": depth})
    assert np.array_equal(out, matrix @ vector)


def test_blocks_travel_whole() -> None:
    rows, sums = floats(programs.N, programs.K), np.zeros(programs.N, np.float32)
    kernel = build(programs.blocks)
    kernel(rows, sums)
    assert kernel.trace.fifo("rows").dtype == "float32[8]"
    expected = np.zeros_like(sums)
    for k in range(programs.K):
        expected += rows[:, k]
    assert np.array_equal(sums, expected)


def test_a_region_in_a_region() -> None:
    source, target = ints(programs.N), np.zeros(programs.N, np.int32)
    kernel = build(programs.nested)
    kernel(source, target)
    assert np.array_equal(target, 4 * source)
    names = [task.name for task in kernel.trace.tasks]
    assert "doubling.double" in names and len(set(names)) == len(names)


def test_a_stream_in_an_ordinary_kernel() -> None:
    values = ints(programs.N)
    kernel = hcl.customize(programs.local_stream).build()
    assert np.array_equal(kernel(values), 3 * (values + 1))


@df.region()
def through_an_array(A: int32[N], B: int32[N]):
    whole: int32[N]
    fifo: Stream[int32, 2]

    @df.kernel(mapping=[1], args=[A, whole])
    def fill(a: int32[N], out: int32[N]):
        for i in range(N):
            out[i] = a[i] + 1
        for i in range(N):
            fifo.put(a[i])

    @df.kernel(mapping=[1], args=[B, whole])
    def mirror(b: int32[N], read: int32[N]):
        for i in range(N):
            b[i] = read[N - 1 - i]

    @df.kernel(mapping=[1])
    def drain():
        last: int32 = 0
        for i in range(N):
            last = fifo.get()


def test_who_reads_an_array_waits_for_who_fills_it() -> None:
    source, target = ints(N), np.zeros(N, np.int32)
    kernel = build(through_an_array)
    kernel(source, target)
    assert np.array_equal(target, (source + 1)[::-1])
    trace = kernel.trace
    assert trace.task("mirror").start >= trace.task("fill").end


@df.region()
def polling(A: int32[N], B: int32[N]):
    left: Stream[int32, 2]
    right: Stream[int32, 2]
    merged: Stream[int32, 2]

    @df.kernel(mapping=[1], args=[A])
    def send_even(a: int32[N]):
        for i in range(N // 2):
            left.put(a[2 * i])

    @df.kernel(mapping=[1], args=[A])
    def send_odd(a: int32[N]):
        for i in range(N // 2):
            right.put(a[2 * i + 1])

    @df.kernel(mapping=[1])
    def merge():
        taken: int32 = 0
        while taken < N:
            if not left.empty():
                merged.put(left.get())
                taken += 1
            elif not right.empty():
                merged.put(right.get())
                taken += 1

    @df.kernel(mapping=[1], args=[B])
    def receive(b: int32[N]):
        for i in range(N):
            b[i] = merged.get()


def test_asking_whether_a_fifo_is_empty_is_deterministic() -> None:
    source = ints(N)
    kernel = build(polling)
    results, traces = [], []
    for _ in range(2):
        target = np.zeros(N, np.int32)
        kernel(source, target)
        results.append(target)
        traces.append(kernel.trace)
    assert np.array_equal(np.sort(results[0]), np.sort(source))
    assert np.array_equal(results[0], results[1])
    assert traces[0] == traces[1]


# --- cycles -------------------------------------------------------------------------------------


@df.region()
def chain(A: float32[N], B: float32[N]):
    fifos: Stream[float32, 2][5]

    @df.kernel(mapping=[1], args=[A])
    def first(a: float32[N]):
        for i in range(N):
            fifos[0].put(a[i])

    @df.kernel(mapping=[4])
    def hand_on():
        p = df.get_pid()
        for i in range(N):
            fifos[p + 1].put(fifos[p].get())

    @df.kernel(mapping=[1], args=[B])
    def last(b: float32[N]):
        for i in range(N):
            b[i] = fifos[4].get()


def test_a_token_takes_two_cycles_through_each_task() -> None:
    target = np.zeros(N, np.float32)
    kernel = build(chain)
    kernel(floats(N), target)
    fifos = [kernel.trace.fifo(f"fifos[{p}]") for p in range(5)]
    for fifo in fifos:
        # A token a cycle, and each is got one cycle after it was put.
        assert np.array_equal(np.diff(fifo.put_times), np.ones(N - 1))
        assert np.array_equal(np.subtract(fifo.get_times, fifo.put_times), np.ones(N))
    starts = [fifo.put_times[0] for fifo in fifos]
    # A put comes after the first state of its pipeline.
    assert np.array_equal(np.diff(starts), np.full(4, 2))


def test_a_fifo_of_depth_one_halves_the_rate() -> None:
    kernel = build(chain)
    kernel.run(floats(N), np.zeros(N, np.float32), depths={"fifos": 1})
    fifo = kernel.trace.fifo("fifos[2]")
    assert np.array_equal(np.diff(fifo.put_times), np.full(N - 1, 2))
    assert fifo.highest_fill == 1


@df.region()
def slow_consumer(A: float32[N], B: float32[1]):
    fifo: Stream[float32, 4]

    @df.kernel(mapping=[1], args=[A])
    def send(a: float32[N]):
        for i in range(N):
            fifo.put(a[i])

    @df.kernel(mapping=[1], args=[B])
    def accumulate(b: float32[1]):
        total: float32 = 0.0
        for i in range(N):
            total += fifo.get()
        b[0] = total


def test_a_task_runs_at_the_interval_of_the_estimate() -> None:
    schedule = hcl.customize(slow_consumer)
    interval = next(
        loop.ii for loop in schedule.estimate().loops if loop.key.startswith("accumulate")
    )
    assert interval is not None and interval > 1  # a carried floating-point sum
    kernel = schedule.build()
    kernel(floats(N), np.zeros(1, np.float32))
    fifo = kernel.trace.fifo("fifo")
    assert set(np.diff(fifo.get_times)) == {interval}
    assert fifo.highest_fill == 4 and kernel.trace.task("send").stalled_full > 0


def test_the_trace_adds_up() -> None:
    kernel = build(programs.matrix_vector)
    kernel(ints(4, 8), ints(8), np.zeros(4, np.int32))
    trace = kernel.trace
    assert trace.cycles == max(task.end for task in trace.tasks)
    assert all(fifo.tokens == programs.K and fifo.left == 0 for fifo in trace.fifos)
    for fifo in trace.fifos:
        fills = [fifo.fill_at(cycle) for cycle in range(trace.cycles + 1)]
        assert fills[-1] == 0 and 1 <= max(fills) <= fifo.highest_fill <= fifo.depth
    data = trace.to_json()
    assert data["version"] == 1 and len(data["fifos"]) == 4
    for line in ("pe_3", "xs[0]", "23 cycles"):
        assert line in kernel.report()


# --- depths -------------------------------------------------------------------------------------


def test_advised_depths_cost_no_cycle_and_are_minimal() -> None:
    kernel = build(chain)
    arguments = floats(N), np.zeros(N, np.float32)
    advice = kernel.advise_depths(*arguments)
    assert advice.as_dict() == {"fifos": 2}
    kernel.run(*arguments, depths=advice.as_dict())
    assert kernel.trace.cycles == advice.cycles == advice.declared_cycles
    kernel.run(*arguments, depths={"fifos": 1})
    assert kernel.trace.cycles > advice.cycles
    assert not arguments[1].any() or np.array_equal(arguments[1], arguments[0])


@df.region()
def out_of_order(A: int32[N], B: int32[N]):
    head: Stream[int32, 4]
    tail: Stream[int32, 4]

    @df.kernel(mapping=[1], args=[A])
    def send(a: int32[N]):
        for i in range(N):
            head.put(a[i])
        for i in range(N):
            tail.put(a[i])

    @df.kernel(mapping=[1], args=[B])
    def receive(b: int32[N]):
        for i in range(N):
            b[i] = tail.get() - head.get()


def test_advice_where_the_declared_depths_deadlock() -> None:
    kernel = build(out_of_order)
    advice = kernel.advise_depths(ints(N), np.zeros(N, np.int32))
    assert advice.declared_cycles is None
    assert advice.as_dict()["head"] >= N and advice.as_dict()["tail"] <= 2
    target = np.ones(N, np.int32)
    kernel.run(ints(N), target, depths=advice.as_dict())
    assert not target.any()
    assert "deadlock" in str(advice)


@pytest.mark.parametrize(
    ("depths", "message"),
    [
        ({"fifo": 2}, "chain has no FIFO fifo"),
        ({"fifos": 0}, "the depth of fifos must be a positive integer, not 0"),
        ({"fifos[1]": 1.5}, "the depth of fifos[1] must be a positive integer, not 1.5"),
    ],
)
def test_wrong_depths(depths: dict[str, int], message: str) -> None:
    with pytest.raises(CallError) as caught:
        build(chain).run(floats(N), np.zeros(N, np.float32), depths=depths)
    assert caught.value.message == message


def test_there_is_no_trace_before_a_run() -> None:
    with pytest.raises(RunError, match="has not run yet"):
        _ = build(chain).trace


# --- deadlocks ----------------------------------------------------------------------------------


@df.region()
def both_read_first(A: int32[N]):
    there: Stream[int32, 2]
    back: Stream[int32, 2]

    @df.kernel(mapping=[1], args=[A])
    def ping(a: int32[N]):
        for i in range(N):
            there.put(back.get() + a[i])

    @df.kernel(mapping=[1])
    def pong():
        for i in range(N):
            back.put(there.get())


@df.region()
def ring(A: int32[N]):
    fifos: Stream[int32, 2][3]

    @df.kernel(mapping=[3], args=[A])
    def member(a: int32[N]):
        p = df.get_pid()
        for i in range(N):
            fifos[(p + 1) % 3].put(fifos[p].get() + a[i])


@df.region()
def bypass(A: int32[N], B: int32[N]):
    """A value overtakes those that it is to be joined with."""
    direct: Stream[int32, 2]
    worked: Stream[int32, 2]
    grouped: Stream[int32[8], 2]

    @df.kernel(mapping=[1], args=[A])
    def fork(a: int32[N]):
        for i in range(N):
            direct.put(a[i])
            worked.put(a[i])

    @df.kernel(mapping=[1])
    def group():
        block: int32[8] = 0
        for g in range(N // 8):
            for i in range(8):
                block[i] = worked.get()
            grouped.put(block)

    @df.kernel(mapping=[1], args=[B])
    def join(b: int32[N]):
        for g in range(N // 8):
            block: int32[8] = grouped.get()
            for i in range(8):
                b[8 * g + i] = block[i] + direct.get()


@df.region()
def too_few(A: int32[N], B: int32[N]):
    fifo: Stream[int32, 2]

    @df.kernel(mapping=[1], args=[A])
    def send(a: int32[N]):
        for i in range(N - 1):
            fifo.put(a[i])

    @df.kernel(mapping=[1], args=[B])
    def receive(b: int32[N]):
        for i in range(N):
            b[i] = fifo.get()


@df.region()
def too_many(A: int32[N], B: int32[N]):
    fifo: Stream[int32, 2]

    @df.kernel(mapping=[1], args=[A])
    def send(a: int32[N]):
        for i in range(N):
            fifo.put(a[i])

    @df.kernel(mapping=[1], args=[B])
    def receive(b: int32[N]):
        for i in range(N // 2):
            b[i] = fifo.get()


@df.region()
def waits_for_an_array(A: int32[N], B: int32[N]):
    """The reader of the array would make room in the FIFO, but starts only afterwards."""
    whole: int32[N]
    fifo: Stream[int32, 2]

    @df.kernel(mapping=[1], args=[A, whole])
    def fill(a: int32[N], out: int32[N]):
        for i in range(N):
            out[i] = a[i]
            fifo.put(a[i])

    @df.kernel(mapping=[1], args=[B, whole])
    def use(b: int32[N], read: int32[N]):
        for i in range(N):
            b[i] = read[N - 1 - i] + fifo.get()


@df.region()
def asks_for_ever(A: int32[N], B: int32[1]):
    fifo: Stream[int32, 2]

    @df.kernel(mapping=[1], args=[A])
    def send(a: int32[N]):
        for i in range(N):
            fifo.put(a[i])

    @df.kernel(mapping=[1], args=[B])
    def receive(b: int32[1]):
        stop: int32 = 0
        while stop < N + 1:
            if not fifo.empty():
                b[0] = fifo.get()
                stop += 1


DEADLOCKS = [
    (both_read_first, (N,), "ping waits for a token in back (empty), which pong should write"),
    (ring, (N,), "member_0 waits for a token in fifos[0] (empty), which member_2 should write"),
    (
        bypass,
        (N, N),
        "fork waits for room in direct (full, depth 2), which join should read; "
        "join waits for a token in grouped (empty), which group should write; "
        "group waits for a token in worked (empty), which fork should write",
    ),
    (
        out_of_order,
        (N, N),
        "send waits for room in head (full, depth 4), which receive should read; "
        "receive waits for a token in tail (empty), which send should write",
    ),
    (
        too_few,
        (N, N),
        "receive waits for a token in fifo (empty), which send, which has ended, should write",
    ),
    (
        too_many,
        (N, N),
        "send waits for room in fifo (full, depth 2), which receive, which has ended, should read",
    ),
    (
        waits_for_an_array,
        (N, N),
        "fill waits for room in fifo (full, depth 2), which use should read; "
        "use waits for the end of fill, whose array it reads",
    ),
    (asks_for_ever, (N, 1), "receive asks again and again whether a FIFO is empty or full"),
]


@pytest.mark.parametrize(
    ("top", "shapes", "reason"), DEADLOCKS, ids=[str(top.__name__) for top, _, _ in DEADLOCKS]
)
def test_a_deadlock_names_the_circle(top: object, shapes: tuple[int, ...], reason: str) -> None:
    kernel = build(top)
    arguments = [ints(shape) for shape in shapes]
    before = [argument.copy() for argument in arguments]
    with pytest.raises(DeadlockError) as caught:
        kernel(*arguments)
    assert reason in caught.value.message
    assert caught.value.span is not None
    assert caught.value.span.filename == Path(__file__).name
    assert caught.value.advice
    assert all(np.array_equal(*pair) for pair in zip(arguments, before, strict=True))
    assert any(task.state != "done" for task in kernel.trace.tasks)


def test_a_deeper_fifo_ends_the_deadlock() -> None:
    kernel = build(bypass)
    source, target = ints(N), np.zeros(N, np.int32)
    kernel.run(source, target, depths={"direct": 9})
    assert np.array_equal(target, 2 * source)


@df.region()
def leaves_tokens(A: int32[N], B: int32[N]):
    fifo: Stream[int32, 64]

    @df.kernel(mapping=[1], args=[A])
    def send(a: int32[N]):
        for i in range(N):
            fifo.put(a[i])

    @df.kernel(mapping=[1], args=[B])
    def receive(b: int32[N]):
        for i in range(N - 3):
            b[i] = fifo.get()


def test_tokens_that_are_left_over() -> None:
    with pytest.raises(RunError) as caught:
        build(leaves_tokens)(ints(N), np.zeros(N, np.int32))
    assert caught.value.message == (
        "leaves_tokens ends with 3 tokens left in fifo: send put 32, receive got 29"
    )
    assert caught.value.span is not None and "fifo: Stream" in (caught.value.span.text or "")
