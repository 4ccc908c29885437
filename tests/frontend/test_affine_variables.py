"""Variables that only name an affine value, integer arguments in maps, names of several results."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import hcl_explore as hcl
from hcl_explore.errors import KernelBoundsError, NotApplicableError

IrOf = Callable[..., str]


@pytest.mark.parametrize("kind", ["index", "int32", "uint8"])
def test_a_variable_for_a_subscript_is_seen_through(kind: str, ir_of: IrOf) -> None:
    text = ir_of(
        "def f(A: int32[16]):\n    for i in range(15):\n"
        f"        x: {kind} = i + 1\n        y: {kind} = x - 1\n        A[x] = A[y] + x\n"
    )
    assert "affine.load %A[%i]" in text
    assert ", %A[%i + 1] : memref" in text
    assert "memref.alloc" not in text


def test_its_bounds_are_proved() -> None:
    text = "def f(A: int32[16]):\n    for i in range(16):\n"
    text += "        x: int32 = i + 1\n        A[x] = 0\n"
    with pytest.raises(KernelBoundsError, match=r"written at index 16.*\(i=15\)"):
        hcl.customize(text)


@pytest.mark.parametrize(
    "body",
    [
        "x: int8 = i * 20\n        A[x] = 1",  # it wraps
        "x: int32 = i\n        x += 1\n        A[x] = 1",  # it changes
        "x: int32 = A[i]\n        A[x] = 1",  # not affine
    ],
)
def test_other_variables_stay_in_memory(body: str, ir_of: IrOf) -> None:
    text = ir_of(f"def f(A: int32[16]):\n    for i in range(8):\n        {body}\n")
    assert "memref.store" in text


def test_a_variable_that_is_only_a_value_stays_in_memory(ir_of: IrOf) -> None:
    text = ir_of(
        "def f(A: int32[8]):\n    for i in range(8):\n        x: int32 = 2 * i\n        A[i] = x\n"
    )
    assert 'name = "x"' in text


def test_integer_arguments_make_affine_loops(ir_of: IrOf) -> None:
    text = ir_of(
        "def f(A: int32[16], n: int32, k: uint8):\n    for i in range(n):\n"
        "        if i < k:\n            A[i + k] = A[int(i / 2)]\n"
    )
    assert "%n_1 = arith.index_cast %n : i32 to index" in text
    assert "affine.for %i = 0 to %n_1" in text
    assert "arith.index_castui %k" in text
    assert "affine.if" in text
    assert "affine.load %A[%i floordiv 2]" in text


def test_unsigned_differences_are_not_taken_for_exact(run: Callable[..., object]) -> None:
    text = """
def f(A: int32[300], a: uint8, b: uint8) -> int32:
    total: int32 = 0
    for i in range(a - b, 300):
        total += A[i]
    return total
"""
    A = np.ones(300, np.int32)
    assert run(text, A, 9, 4) == 295


@pytest.mark.parametrize("kind", ["int32", "index", "uint16"])
def test_schedules_of_loops_with_run_time_bounds(kind: str) -> None:
    text = f"""
def f(A: int32[20, 20], n: {kind}, m: {kind}):
    for i, j in hcl.grid(n, m, name="mm"):
        A[i, j] = A[i, j] * 2 + n
"""
    s = hcl.customize(text)
    s.split("i", 4)
    s.reorder("j", "i.outer", "i.inner")
    s.reverse("j")
    assert s.verify().status == "verified"
    A = np.arange(400, dtype=np.int32).reshape(20, 20)
    expected = A.copy()
    expected[:7, :9] = expected[:7, :9] * 2 + 7
    s.build()(A, 7, 9)
    np.testing.assert_array_equal(A, expected)
    found = np.arange(400, dtype=np.int32).reshape(20, 20)
    s.build(target="vhls", mode="csim")(found, 7, 9)
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("kind", ["int32", "index"])
@pytest.mark.parametrize(
    "call",
    [
        "scale(A, k)",
        "scale(A, 3)",
        "for i in range(4):\n        scale(A, i)",
        "for i in range(4):\n        scale(A, i + 1)",
    ],
)
def test_inlining_a_size(kind: str, call: str) -> None:
    text = f"""
def scale(A: int32[16, 16], n: {kind}):
    for i in range(n):
        A[i, n] = A[i, i] + n
def f(A: int32[16, 16], k: {kind}):
    {call}
"""
    s = hcl.customize(text)
    s.inline("scale")
    assert s.verify().status == "verified"


def test_inlining_a_size_from_memory_is_refused() -> None:
    text = """
def scale(A: int32[16], n: int32):
    for i in range(n):
        A[i] = A[i] + n
def f(A: int32[16]):
    scale(A, A[0])
"""
    with pytest.raises(NotApplicableError, match="computed while it runs"):
        hcl.customize(text).inline("scale")


SEVERAL = """
def g(A: uint8[4], x: int32) -> (uint8[4], int32, float32[4]):
    B: uint8[4] = A + 1
    C: float32[4] = 0.5
    y: int32 = x + 1
    return B, y, C
def f(A: uint8[4]) -> float32[4]:
    p, s, q = g(A, 3)
    for i in range(2):
        p, r, t = g(A, i)
        q[i] += t[i] + r
    D: float32[4] = q + p + s
    return D
"""


def test_all_results_of_a_call_have_their_names() -> None:
    s = hcl.customize(SEVERAL.replace("p, r, t", "u, r, t"))
    found = {buffer.name: buffer.dtype for buffer in s.program.kernel.buffers}
    assert found["p"] == "uint8" and found["q"] == "float32" and found["t"] == "float32"
    s.partition(s.q, dim=1, factor=2, partition_type=hcl.Partition.Cyclic)
    assert "float q[4]" in s.build(target="vhls").hls_code
    A = np.arange(4, dtype=np.uint8)
    expected = s.build()(A)
    np.testing.assert_array_equal(s.build(target="vhls", mode="csim")(A), expected)
    s.peel("i", 1)
    s.inline("g")
    np.testing.assert_array_equal(s.build()(A), expected)
    names = [buffer.name for buffer in s.program.kernel.buffers]
    assert len(names) == len(set(names))
