"""Arrays whose sizes are known only when the kernel runs."""

from __future__ import annotations

import numpy as np
import pytest

import hcl_explore as hcl
from hcl_explore.errors import (
    EmitError,
    KernelBoundsError,
    KernelError,
    NotApplicableError,
    RunError,
)

SCALED = """
def scale(A: float32[...], B: float32[...], n: int32):
    for i in range(n):
        B[i] = A[i] * 2.0 + 1.0
def total(A: float32[...]) -> float32:
    s: float32 = 0.0
    for i in range(A.shape[0]):
        s += A[i]
    return s
def f(A: float32[...], B: float32[...], M: float32[..., 4], n: int32) -> float32:
    scale(A, B, n)
    C: float32[3] = 1.0
    s: float32 = total(B) + total(C) + total(B[0:2])
    for i, j in hcl.grid(len(M), 4, name="mm"):
        M[i, j] += s * i
    return s
"""


def check(kernel: object, n: int) -> None:
    A = np.arange(n, dtype=np.float32)
    B, M = np.zeros(n, np.float32), np.ones((n + 1, 4), np.float32)
    found = kernel(A, B, M, n)  # type: ignore[operator]
    expected = A * 2 + 1
    s = expected.sum() + 3 + expected[:2].sum()
    np.testing.assert_array_equal(B, expected)
    assert found == s
    np.testing.assert_array_equal(M, 1 + np.arange(n + 1, dtype=np.float32)[:, None] * s + 0 * M)


def test_any_size_runs_without_compiling_again() -> None:
    kernel = hcl.customize(SCALED).build()
    for n in (2, 3, 17, 100):
        check(kernel, n)


def test_schedules() -> None:
    s = hcl.customize(SCALED)
    s.split("mm.i", 4)
    s.reorder("i.outer", "j", "i.inner")
    s.pipeline("i.inner")
    s.parallel("j")
    s.inline("scale")
    s.inline("total")
    assert s.verify().status == "verified"
    check(s.build(), 11)
    assert "float32[..., 4]" in str(s.graph().nodes)
    with pytest.raises(NotApplicableError, match="the size of 'A' is not known"):
        s.partition(s.A, dim=1)
    s.partition(s.M, dim=2)
    hcl.Session(SCALED)


def test_hardware_needs_the_sizes() -> None:
    with pytest.raises(EmitError, match="run-time size") as caught:
        hcl.customize(SCALED).build(target="vhls")
    assert "instantiate" in str(caught.value)
    sized = "N = TypeParameter('N')\n" + SCALED.replace("float32[...]", "float32[N]")
    sized = sized.replace("float32[..., 4]", "float32[N, 4]").replace(" + total(B[0:2])", "")
    schedule = hcl.customize(sized, instantiate=[8])
    assert "float A[8]" in schedule.build(target="vhls").hls_code


def test_the_debug_build_checks_subscripts() -> None:
    s = hcl.customize(
        "def f(A: float32[...], n: int32):\n    for i in range(n):\n        A[i] = 1\n"
    )
    with pytest.raises(RunError, match="A is written out of bounds: subscript 4"):
        s.build(debug=True)(np.zeros(4, np.float32), 5)


def test_negative_subscripts_are_found_before() -> None:
    with pytest.raises(KernelBoundsError, match="at index -1"):
        hcl.customize("def f(A: int32[...]):\n    for i in range(4):\n        A[i - 1] = 1\n")


WRONG = [
    ("B: float32[...] = 0.0", "Only parameters may leave a size open"),
    ("B: float32[4] = A", "its size is not known, and it is used as a whole"),
    ("A[:] = 1.0", "is not known"),
    ("B: float32[2] = A[1:]", "the length of this slice is not known"),
    ("A[-1] = 1.0", "is negative"),
    ("B: float32[4] = S + A", "used as a whole"),
    ("print(A)", "used as a whole"),
    ("g(A)", "argument 'X' of 'g' is float32[4]"),
    ("h(A)", "'h' needs to know N"),
    ("A[0, 0] = 1.0", "not 2 subscripts"),
    ("n: int32 = len(n0)", "len takes an array"),
    ("n: int32 = len(A, A)", "len takes one array"),
    ("B: float32[2] = hcl.view(A, (2,))", "used as a whole"),
    ("z: Struct({'x': float32[...]})", "the size of field 'x' must be known"),
    ("z: Stream[float32[...], 2]", "size"),
]


@pytest.mark.parametrize(("statement", "message"), WRONG)
def test_wrong_uses(statement: str, message: str) -> None:
    text = """
N = TypeParameter("N")
def g(X: float32[4]):
    X[0] = 1.0
def h(X: float32[N]):
    X[0] = 1.0
def f(A: float32[...], S: float32[4], n0: int32):
    """
    with pytest.raises(KernelError) as caught:
        hcl.customize(text + statement + "\n")
    assert message in str(caught.value)
    assert caught.value.span is not None


def test_results_have_sizes() -> None:
    with pytest.raises(KernelError, match="Take the array as an argument"):
        hcl.customize("def f(A: float32[...]) -> float32[...]:\n    return A\n")
