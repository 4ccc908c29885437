"""``in`` and ``not in``: of listed numbers, constant tuples and ranges."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import hcl_explore as hcl
import hcl_explore.dataflow as df
from hcl_explore.errors import HclError
from hcl_explore.lang import int32
from hcl_explore.lang.dataflow import Stream

P = 4
EDGES = (0, P - 1)

Run = Callable[..., Any]


def test_in_a_condition_means_what_python_does(run: Run) -> None:
    def chosen(A: int32[10], n: int32) -> int32[10]:
        out: int32[10] = 0
        for i in range(10):
            if i in (0, 5, A[4] + 2):
                out[i] = 1
            elif i not in range(2, n):
                out[i] = 2
            elif A[i] in {4, 9}:
                out[i] = 3
            elif i in EDGES:
                out[i] = 4
        return out

    A = np.arange(10, dtype=np.int32)
    names = {"A": A, "n": 8}
    expected = [
        1
        if i in (0, 5, A[4] + 2)
        else 2
        if i not in range(2, names["n"])
        else 3
        if A[i] in {4, 9}
        else 4
        if i in EDGES
        else 0
        for i in range(10)
    ]
    np.testing.assert_array_equal(run(chosen, A, 8), expected)


def test_constants_are_decided_when_the_kernel_is_compiled(ir_of: Callable[..., str]) -> None:
    def plain(A: int32[4]):
        with hcl.meta_if(2 in EDGES):
            A[0] = 1
        with hcl.meta_if(3 in EDGES and 5 not in range(5)):
            A[1] = 2

    text = ir_of(plain)
    assert "A[0]" not in text
    assert "A[1]" in text


def test_positions_of_tasks() -> None:
    @df.region()
    def top(B: int32[P]):
        xs: Stream[int32, 2][P]

        @df.kernel(mapping=[P])
        def write():
            p = df.get_pid()
            with hcl.meta_if(p in EDGES):
                xs[p].put(1)
            with hcl.meta_elif(p not in {2}):
                xs[p].put(2)
            with hcl.meta_else():
                xs[p].put(3)

        @df.kernel(mapping=[P], args=[B])
        def read(b: int32[P]):
            p = df.get_pid()
            b[p] = xs[p].get()

    B = np.zeros(P, np.int32)
    df.build(top)(B)
    np.testing.assert_array_equal(B, [1, 2, 3, 1])


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ("x in B", "B is not a list of numbers, nor a range"),
        ("0 < x in (1, 2)", "'in' cannot stand in a chain of comparisons"),
        ("x in range(0, 8, 2)", "a range behind 'in' has an end"),
        ("x is 3", "'is' is not part of the kernel language"),
        ("x in (other(x), 2)", "other(x) does something each time"),
        (f"x in ({', '.join(map(str, range(257)))})", "'in' takes at most 256 numbers"),
    ],
)
def test_what_is_refused(condition: str, message: str) -> None:
    text = "def other(x: int32) -> int32:\n    return x\n\n"
    text += f"def f(B: float32[8], x: int32):\n    if {condition}:\n        B[0] = 1.0\n"
    with pytest.raises(HclError) as caught:
        hcl.customize(text)
    assert message in caught.value.message
    assert caught.value.span is not None
    assert caught.value.span.line == 5
