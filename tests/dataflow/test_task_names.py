"""Primitives inside tasks, addressed by the task or by the function that several tasks share."""

from __future__ import annotations

import dataflow_programs as programs
import numpy as np
import pytest

import hcl_explore as hcl
from hcl_explore.errors import AmbiguousNameError, ArgumentError, LegalityError, UnknownNameError
from hcl_explore.schedule.primitive import info

K, P = programs.K, programs.P


def test_a_task_gets_a_function_of_its_own_when_a_primitive_is_applied_to_it() -> None:
    s = hcl.customize(programs.matrix_vector)
    s.pipeline("pe_1:k", initiation_interval=3)
    assert s.history[0].call == 's.pipeline("pe_1:k", initiation_interval=3)'
    assert [loop.pipeline_ii for loop in s.program.functions["pe_1"].loops] == [3]
    assert [loop.pipeline_ii for loop in s.program.functions["pe_at_0"].loops] == [None]
    assert "call @pe_1(%c1" in s.ir and s.ir.count("call @pe_at_0(") == 2
    s.undo()
    assert "pe_1" not in s.program.functions


def test_the_shared_function_means_all_of_its_tasks() -> None:
    s = hcl.customize(programs.matrix_vector)
    s.pipeline("pe_at_0:k")
    assert list(s.program.functions) == ["load", "pe_at_0", "pe_3", "matrix_vector"]


def test_asking_whether_changes_nothing() -> None:
    s = hcl.customize(programs.matrix_vector)
    assert s.can("pipeline", "pe_1:k")
    assert "pe_1" not in s.program.functions


def test_what_a_schedule_of_one_task_computes() -> None:
    s = hcl.customize(programs.matrix_vector)
    s.split("pe_2:k", 4)
    s.unroll("pe_2:k.inner")
    s.pipeline("load_0:k")
    A = np.arange(P * K, dtype=np.int32).reshape(P, K)
    x, y = np.arange(K, dtype=np.int32), np.zeros(P, np.int32)
    s.build("vhls", mode="csim")(A, x, y)
    np.testing.assert_array_equal(y, A @ x)


def test_names_that_fit_no_task_or_several_functions() -> None:
    s = hcl.customize(programs.matrix_vector)
    with pytest.raises(AmbiguousNameError, match="the tasks of 'pe' have 2 functions"):
        s.pipeline("pe:k")
    with pytest.raises(UnknownNameError, match="no function 'pe_7'"):
        s.pipeline("pe_7:k")


def test_the_order_on_a_fifo_is_kept() -> None:
    text = """
import hcl_explore.dataflow as df
@df.region()
def top(A: int32[4, 4], B: int32[4, 4]):
    fifo: Stream[int32, 2]
    @df.kernel(mapping=[1], args=[A])
    def send(a: int32[4, 4]):
        for i, j in hcl.grid(4, 4):
            fifo.put(a[i, j])
    @df.kernel(mapping=[1], args=[B])
    def receive(b: int32[4, 4]):
        for i, j in hcl.grid(4, 4):
            b[i, j] = fifo.get()
"""
    s = hcl.customize(text)
    for task in ("send", "receive"):
        with pytest.raises(LegalityError, match="fifo"):
            s.reorder(f"{task}:j", f"{task}:i")
        with pytest.raises(LegalityError, match="fifo"):
            s.parallel(f"{task}:i")
        s.fuse(f"{task}:i", f"{task}:j")


@pytest.mark.parametrize("primitive", ["partition", "bind_storage", "reshape", "pack"])
def test_primitives_on_arrays_refuse_streams(primitive: str) -> None:
    s = hcl.customize(programs.matrix_vector)
    arguments = {"target": "pe_1:xs", "shape": [2, 2], "storage": hcl.Storage.BRAM}
    wanted = {p.name: arguments[p.name] for p in info(primitive).parameters if p.name in arguments}
    with pytest.raises(ArgumentError, match="'xs' is a stream, not an array"):
        s.apply(primitive, wanted)


def test_a_function_outlined_from_a_task_takes_the_same_fifos() -> None:
    s = hcl.customize(programs.matrix_vector)
    s.outline("pe_at_0:k")
    text = s.build("vhls").hls_code
    assert "pe_at_0<1>(A, y, xs[1], xs[2]);" in text
    A = np.arange(P * K, dtype=np.int32).reshape(P, K)
    x, y = np.arange(K, dtype=np.int32), np.zeros(P, np.int32)
    s.build("vhls", mode="csim")(A, x, y)
    np.testing.assert_array_equal(y, A @ x)
