"""Dataflow programs as HLS C++: the text, and what it computes compiled with g++."""

from __future__ import annotations

from typing import Any

import dataflow_programs as programs
import numpy as np
import pytest

import hcl_explore as hcl
from hcl_explore.errors import BuildError, EmitError
from hcl_explore.examples import dataflow

N, K, P = programs.N, programs.K, programs.P


def text_of(kernel: Any, target: str = "vhls") -> str:
    return str(hcl.customize(kernel).build(target).hls_code)


def csim(kernel: Any, *arrays: Any, target: str = "vhls") -> None:
    hcl.customize(kernel).build(target, mode="csim")(*arrays)


def integers(*shape: int) -> Any:
    return np.random.default_rng(7).integers(-50, 50, shape, dtype=np.int32)


def test_a_region_is_a_dataflow_function_of_calls() -> None:
    text = text_of(programs.producer_consumer)
    body = text[text.index('extern "C"') :]
    assert "#pragma HLS DATAFLOW\n  hls::stream<float> fifo;\n" in body
    assert "#pragma HLS STREAM variable=fifo depth=4\n  producer(A, fifo);\n" in body
    assert "target[i] = fifo.read() + 1.0f;" in text
    assert "#include <hls_stream.h>" in text


def test_each_task_gets_its_own_fifos_and_its_position() -> None:
    text = text_of(programs.matrix_vector)
    assert "template <int p>\nstatic void pe_at_0(" in text
    assert "load(x, xs[0]);\n  pe_at_0<0>(A, y, xs[0], xs[1]);" in text
    assert "pe_3<3>(A, y, xs[3]);" in text


@pytest.mark.parametrize("target", ["vhls", "catapult"])
def test_systolic_array(target: str) -> None:
    A, x, y = integers(P, K), integers(K), np.zeros(P, np.int32)
    csim(programs.matrix_vector, A, x, y, target=target)
    np.testing.assert_array_equal(y, A @ x)


@pytest.mark.parametrize("target", ["vhls", "catapult"])
def test_streams_of_blocks(target: str) -> None:
    A = np.random.default_rng(1).random((N, K), dtype=np.float32)
    B = np.zeros(N, np.float32)
    csim(programs.blocks, A, B, target=target)
    expected = np.zeros(N, np.float32)
    for k in range(K):
        expected += A[:, k]
    np.testing.assert_array_equal(B, expected)


def test_regions_in_regions() -> None:
    A, B = integers(N), np.zeros(N, np.int32)
    csim(programs.nested, A, B)
    np.testing.assert_array_equal(B, 4 * A)


def test_streams_of_an_ordinary_kernel() -> None:
    A = integers(N)
    result = hcl.customize(programs.local_stream).build("vhls", mode="csim")(A)
    np.testing.assert_array_equal(result, 3 * (A + 1))


def test_tasks_in_a_circle_run_as_threads() -> None:
    text = text_of(programs.feedback)
    assert "#define HLS_STREAM_THREAD_SAFE" in text and "TASK(answer(" in text
    A, B = integers(N), np.zeros(N, np.int32)
    csim(programs.feedback, A, B)
    np.testing.assert_array_equal(B, np.cumsum(A))


def test_tasks_without_a_circle_need_no_threads() -> None:
    assert "TASK" not in text_of(programs.nested)


def test_a_consumer_that_asks_first() -> None:
    A, B = integers(N), np.zeros(N, np.int32)
    csim(programs.polling, A, B)
    np.testing.assert_array_equal(B, A)


@pytest.mark.parametrize("target", ["vhls", "catapult"])
def test_tokens_are_taken_in_the_order_of_the_text(target: str) -> None:
    A, B = integers(N), np.zeros(N, np.int32)
    csim(programs.order_matters, A, B, target=target)
    np.testing.assert_array_equal(B, -A)


def test_tasks_stand_in_the_order_of_the_tokens() -> None:
    text = """
import hcl_explore.dataflow as df
@df.region()
def top(A: int32[8], B: int32[8]):
    fifo: Stream[int32, 2]
    @df.kernel(mapping=[1], args=[B])
    def last(b: int32[8]):
        for i in range(8):
            b[i] = fifo.get()
    @df.kernel(mapping=[1], args=[A])
    def first(a: int32[8]):
        for i in range(8):
            fifo.put(a[i])
"""
    emitted = text_of(text)
    assert emitted.rindex("first(A, fifo);") < emitted.rindex("last(B, fifo);")


def test_a_stream_is_no_port_of_the_whole_program() -> None:
    with pytest.raises(EmitError, match="the parameter 's' of the whole program is a stream"):
        hcl.customize("def f(s: Stream[int32, 2]):\n    s.put(1)\n").build("vhls")


def test_catapult_cannot_ask_whether_a_stream_is_full() -> None:
    text = "def f(A: int32[2]):\n    s: Stream[int32, 2]\n    A[0] = s.full()\n"
    with pytest.raises(EmitError, match="catapult cannot ask whether a stream is full"):
        hcl.customize(text).build("catapult")


@pytest.mark.parametrize("example", dataflow.EXAMPLES, ids=lambda example: example.name)
def test_examples(example: Any) -> None:
    arguments = example.inputs(np.random.default_rng(5))
    expected = [array.copy() for array in arguments]
    example.reference(*expected)
    csim(example.kernel, *arguments)
    for found, wanted in zip(arguments, expected, strict=True):
        allowed = example.relative_tolerance * float(np.abs(wanted).max())
        np.testing.assert_allclose(found, wanted, rtol=0, atol=allowed)


def test_only_cannon_goes_round_in_circles() -> None:
    threaded = [e.name for e in dataflow.EXAMPLES if "TASK(" in text_of(e.kernel)]
    assert threaded == ["cannon"]


def test_catapult_has_no_threads_for_tasks_in_a_circle() -> None:
    assert "TASK(" not in text_of(programs.feedback, "catapult")
    with pytest.raises(BuildError, match="wait for one another in a circle"):
        hcl.customize(programs.feedback).build("catapult", mode="csim")


RUN_TIME = """
import hcl_explore.dataflow as df
@df.region()
def top(A: int32[4, 8], B: int32[4, 8]):
    fifos: Stream[int32, 2][4]
    @df.kernel(mapping=[1], args=[A])
    def send(a: int32[4, 8]):
        for k, i in hcl.grid(8, 4):
            fifos[INDEX].put(a[i, k])
    @df.kernel(mapping=[4], args=[B])
    def receive(b: int32[4, 8]):
        p = df.get_pid()
        for k in range(8):
            b[p, k] = fifos[p].get()
"""


def test_fifos_chosen_by_a_loop() -> None:
    text = RUN_TIME.replace("INDEX", "3 - i").replace("b[p, k]", "b[3 - p, k]")
    assert "fifos[3 - i].write" in text_of(text) and "TASK(" not in text_of(text)
    A, B = integers(4, 8), np.zeros((4, 8), np.int32)
    csim(text, A, B)
    np.testing.assert_array_equal(B, A)


def test_fifos_chosen_by_data_run_as_threads() -> None:
    text = RUN_TIME.replace("INDEX", "(a[i, k] + i) % 4")
    assert "TASK(" in text_of(text)
    A, B = np.zeros((4, 8), np.int32) + 4 * np.arange(8, dtype=np.int32), np.zeros((4, 8), np.int32)
    csim(text, A, B)
    np.testing.assert_array_equal(B, A)


WHOLE = """
import hcl_explore.dataflow as df
@df.region()
def top(A: int32[4], B: int32[4]):
    fifo: Stream[int32, 4]
    @df.kernel(mapping=[1], args=[A])
    def send(a: int32[4]):
        for i in range(2):
            fifo.put(a[i])
    @df.kernel(mapping=[1], args=[A, B])
    def receive(a: int32[4], b: int32[4]):
        b[:] = a + fifo.get()
        b[:] = b * 2 - fifo.get()
"""


def test_a_token_is_taken_once_for_a_whole_array() -> None:
    assert hcl.customize(WHOLE).lint() == []
    A, B = integers(4), np.zeros(4, np.int32)
    csim(WHOLE, A, B)
    np.testing.assert_array_equal(B, (A + A[0]) * 2 - A[1])


def test_a_kernel_that_declares_a_stream_overlaps_its_stages() -> None:
    assert "#pragma HLS DATAFLOW" in text_of(programs.local_stream)


def test_a_token_that_is_used_twice_is_taken_once() -> None:
    def squares(A: hcl.int32[16], k: hcl.int32) -> hcl.int32[16]:
        B: hcl.int32[16]
        C: hcl.int32[16]
        for i in range(16):
            B[i] = A[i] * k
        for j in range(16):
            C[j] = B[j] * B[j] + B[j]
        return C

    s = hcl.customize(squares)
    s.to(s.B, "S_j_1", depth=2)
    assert str(s.build("vhls").hls_code).count("B.read()") == 1
    A = integers(16)
    np.testing.assert_array_equal(s.build("vhls", mode="csim")(A, 3), 9 * A * A + 3 * A)
