"""One FIFO of an array handed to a function: f(fifo[i])."""

from __future__ import annotations

import numpy as np
import pytest

import hcl_explore as hcl
import hcl_explore.dataflow as df
from hcl_explore import Stream, int32
from hcl_explore.errors import (
    KernelBoundsError,
    KernelShapeError,
    KernelStreamError,
    KernelSyntaxError,
    KernelTypeError,
    NotApplicableError,
)

N = 8
A = np.arange(4 * N, dtype=np.int32).reshape(4, N)


def send(values: int32[4, N], row: int32, fifo: Stream[int32]):
    for i in range(N):
        fifo.put(values[row, i])


def receive(fifo: Stream[int32], values: int32[N]):
    for i in range(N):
        values[i] = fifo.get() + 1


def double(source: Stream[int32], target: Stream[int32]):
    for i in range(N):
        target.put(2 * source.get())


def double_twice(source: Stream[int32], between: Stream[int32], target: Stream[int32]):
    """Hands on what it is handed."""
    double(source, between)
    double(between, target)


@df.region()
def by_position(X: int32[4, N], Y: int32[4, N]):
    xs: Stream[int32, 2][5]
    ys: Stream[int32, 2][2, 4]

    @df.kernel(mapping=[4], args=[X])
    def load(x: int32[4, N]):
        p = df.get_pid()
        send(x, p, xs[p + 1])

    @df.kernel(mapping=[4])
    def middle():
        p = df.get_pid()
        double(xs[p + 1], ys[1, 3 - p])

    @df.kernel(mapping=[4], args=[Y])
    def store(y: int32[4, N]):
        p = df.get_pid()
        row: int32[N]
        receive(ys[1, 3 - p], row)
        for j in range(N):
            y[p, j] = row[j]


@df.region()
def by_constants(X: int32[4, N], Y: int32[N]):
    xs: Stream[int32, 4][3]
    send(X, 2, xs[0])
    double(xs[0], xs[1])
    receive(xs[1], Y)


@df.region()
def handed_on(X: int32[4, N], Y: int32[N]):
    xs: Stream[int32, 8][2, 3]

    @df.kernel(mapping=[1], args=[X])
    def load(x: int32[4, N]):
        send(x, 1, xs[1, 0])

    @df.kernel(mapping=[1])
    def work():
        double(xs[1, 0], xs[1, 1])

    @df.kernel(mapping=[1], args=[Y])
    def store(y: int32[N]):
        receive(xs[1, 1], y)


@df.region()
def by_loops(X: int32[4, N], Y: int32[4, N]):
    xs: Stream[int32, 8][4]

    @df.kernel(mapping=[1], args=[X])
    def load(x: int32[4, N]):
        for i in range(4):
            send(x, i, xs[3 - i])

    @df.kernel(mapping=[1], args=[Y])
    def store(y: int32[4, N]):
        row: int32[N]
        for i in range(4):
            receive(xs[3 - i], row)
            for j in range(N):
                y[i, j] = row[j]


CASES = [
    (by_position, 2 * A + 1),
    (by_constants, 2 * A[2] + 1),
    (handed_on, 2 * A[1] + 1),
    (by_loops, A + 1),
]


@pytest.mark.parametrize(
    ("region", "expected"), CASES, ids=lambda case: getattr(case, "__name__", "")
)
def test_the_cpu_and_the_emitted_text_agree_with_numpy(
    region: object, expected: np.ndarray
) -> None:
    s = hcl.customize(region)  # type: ignore[arg-type]
    assert s.lint() == []
    for built in (s.build(), s.build("vhls", mode="csim")):
        found = np.zeros_like(expected)
        built(A, found)
        np.testing.assert_array_equal(found, expected)
    kernel = s.build()
    kernel(A, np.zeros_like(expected))
    cycles = s.estimate().latency_cycles
    assert cycles is not None and abs(cycles - kernel.trace.cycles) <= 0.2 * kernel.trace.cycles


def test_functions_take_the_fifo_itself_in_the_text() -> None:
    text = hcl.customize(by_position).build("vhls").hls_code
    assert "static void send(const ap_int<32> values[4][8], ap_int<32> row, hls::stream" in text
    assert "middle<1>(xs[2], ys[1][2]);" in text and "double_1" not in text
    loops = hcl.customize(by_loops).build("vhls").hls_code
    assert "send(x, i, xs[-i + 3]);" in loops or "send(x, i, xs[3 - i]);" in loops


def test_the_graph_knows_which_tasks_a_fifo_joins() -> None:
    edges = {(e.source, e.target): e.label for e in hcl.customize(by_position).graph().edges}
    assert edges["by_position:load_2", "by_position:middle_2"] == "xs[3] · depth 2 · 8 tokens"
    assert edges["by_position:middle_0", "by_position:store_0"] == "ys[1, 3] · depth 2 · 8 tokens"


def test_a_plain_kernel_hands_on_what_it_is_handed() -> None:
    def pipeline(x: int32[4, N]) -> int32[N]:
        xs: Stream[int32, 8][3]
        y: int32[N]
        send(x, 1, xs[0])
        double_twice(xs[0], xs[1], xs[2])
        receive(xs[2], y)
        return y

    s = hcl.customize(pipeline)
    for built in (s.build(), s.build("vhls", mode="csim")):
        np.testing.assert_array_equal(built(A), 4 * A[1] + 1)


@pytest.mark.parametrize(
    "step",
    [
        lambda s: s.pipeline("send:i"),
        lambda s: s.inline("send"),
        lambda s: s.outline("receive:i"),
        lambda s: s.unroll("receive:i", 2),
        lambda s: s.compose({"double": ['s.split("i", 2)']}),
    ],
)
def test_such_functions_are_scheduled_as_others(step: object) -> None:
    s = hcl.customize(by_position)
    step(s)  # type: ignore[operator]
    for built in (s.build(), s.build("vhls", mode="csim")):
        found = np.zeros_like(A)
        built(A, found)
        np.testing.assert_array_equal(found, 2 * A + 1)


def test_a_schedule_of_the_function_alone_is_of_another_signature() -> None:
    alone = hcl.customize(double)
    alone.pipeline("i")
    with pytest.raises(NotApplicableError, match="'double' is handed one FIFO of an array there"):
        hcl.customize(by_position).compose(alone)


WRONG = """
import hcl_explore.dataflow as df
def send(fifo: Stream[int32]):
    fifo.put(1)
def deep(fifo: Stream[int32, 8]):
    fifo.put(1)
def several(fifo: Stream[int32][4]):
    fifo[0].put(1)
@df.region()
def inner(fifo: Stream[int32]):
    @df.kernel(mapping=[1])
    def put():
        fifo.put(1)
@df.region()
def top(A: int32[4]):
    xs: Stream[int32, 2][4]
    CALL
    @df.kernel(mapping=[1], args=[A])
    def take(a: int32[4]):
        a[0] = xs[0].get()
"""


def test_subscripts_outside_of_the_array_are_refused_at_the_call() -> None:
    def loops(x: int32[4, N]) -> int32[N]:
        xs: Stream[int32, 8][3]
        y: int32[N]
        for i in range(4):
            send(x, i, xs[i])
        receive(xs[1], y)
        return y

    with pytest.raises(KernelBoundsError, match=r"'xs' is read at index 3, outside 0..2") as caught:
        hcl.customize(loops)
    assert "send(x, i, xs[i])" in str(caught.value) and "(i=3)" in str(caught.value)
    positions = """
import hcl_explore.dataflow as df
def send(fifo: Stream[int32]):
    fifo.put(1)
@df.region()
def top(A: int32[4]):
    xs: Stream[int32, 2][2, 4]
    @df.kernel(mapping=[4])
    def put():
        p = df.get_pid()
        send(xs[1, p + 1])
"""
    with pytest.raises(KernelBoundsError, match=r"index 4 in dimension 2, outside 0\.\.3"):
        hcl.customize(positions)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        ("send(xs[4])", KernelBoundsError, "subscript 4 of 'xs' is out of range: dimension 1 has"),
        ("send(xs[0, 1])", KernelShapeError, "one FIFO of it takes 1 subscript"),
        ("send(xs)", KernelShapeError, r"is Stream\[int32\], but 'xs' is Stream\[int32, 2\]\[4\]"),
        ("several(xs[0])", KernelShapeError, r"is Stream\[int32\]\[4\], but 'xs\[0\]' is Stream"),
        (
            "deep(xs[0])",
            KernelTypeError,
            r"is Stream\[int32, 8\], but 'xs\[0\]' is Stream\[int32, ",
        ),
        ("inner(xs[0])", KernelSyntaxError, "one FIFO of an array cannot be handed to a region"),
        ("send(xs[1])", KernelStreamError, r"xs\[0\]"),
    ],
)
def test_wrong_calls_are_refused(call: str, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        hcl.customize(WRONG.replace("CALL", call))
