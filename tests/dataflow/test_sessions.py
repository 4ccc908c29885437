"""Sessions on dataflow programs: saving, loading, scripts, editing."""

from __future__ import annotations

import json
from typing import Any

import dataflow_programs as programs
import numpy as np
import pytest

import hcl_explore as hcl
from hcl_explore.examples import dataflow
from hcl_explore.session.session import Session

KERNELS = [programs.nested, programs.matrix_vector, *(e.kernel for e in dataflow.EXAMPLES)]


@pytest.mark.parametrize("kernel", KERNELS, ids=lambda kernel: kernel.__name__)
def test_saved_and_loaded(kernel: Any) -> None:
    session = Session(kernel)
    again = Session.from_json(json.loads(json.dumps(session.to_json())))
    assert again.schedule.ir == session.schedule.ir


def test_steps_on_tasks_are_replayed() -> None:
    session = Session(programs.matrix_vector)
    session.apply("pipeline", {"axis": "pe_1:k"})
    again = Session.from_json(session.to_json())
    assert again.schedule.ir == session.schedule.ir
    assert "pe_1" in again.schedule.program.functions


@pytest.mark.parametrize("kernel", [programs.nested, dataflow.EXAMPLES[0].kernel])
def test_the_script_makes_the_same_program(kernel: Any, tmp_path: Any) -> None:
    session = Session(kernel)
    script = tmp_path / "program.py"
    script.write_text(session.to_script())
    found: dict[str, Any] = {}
    exec(compile(script.read_text(), str(script), "exec"), found)
    assert found["s"].ir == session.schedule.ir


def test_the_text_can_be_edited() -> None:
    session = Session(programs.nested)
    text = session.schedule.source.text
    session.edit(text.replace("first: Stream[int32, 2]", "first: Stream[int32, 5]"))
    first = session.schedule.program.buffer("nested:first")
    assert first is not None and first.depth == 5


T, N = hcl.TypeParameter("T", hcl.float32, hcl.int32), hcl.TypeParameter("N", hcl.int32)

TYPED = """
@df.region()
def scale(source: Stream[T], target: Stream[T], W: T[N]):
    @df.kernel(mapping=[1], args=[W])
    def multiply(w: T[N]):
        for i in range(N):
            target.put(source.get() * w[i])

@df.region()
def top(A: int32[8], W: int32[8], B: int32[8]):
    a: Stream[int32, 2]
    b: Stream[int32, 2]
    c: Stream[int32, 2]
    @df.kernel(mapping=[1], args=[A])
    def load(x: int32[8]):
        for i in range(8):
            a.put(x[i])
    scale(a, b, W)
    scale[int32, 8](b, c, W)
    @df.kernel(mapping=[1], args=[B])
    def store(y: int32[8]):
        for i in range(8):
            y[i] = c.get()
"""


def test_regions_with_type_parameters() -> None:
    s = hcl.customize(TYPED, namespace={"T": T, "N": N})
    assert list(s.program.functions) == ["load", "multiply", "scale", "store", "top"]
    A, W, B = (np.arange(8, dtype=np.int32) + start for start in (0, 3, 0))
    s.build()(A, W, B)
    np.testing.assert_array_equal(B, A * W * W)


def test_a_region_does_not_run_as_plain_python() -> None:
    with pytest.raises(TypeError, match=r"df\.build\(nested\)\(\.\.\.\) runs it"):
        programs.nested(1, 2)
