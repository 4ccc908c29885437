"""``print`` and ``assert`` while a kernel runs, and what becomes of them in HLS."""

from __future__ import annotations

import linecache

import numpy as np
import pytest

import hcl_explore as hcl
from hcl_explore.errors import AssertionFailedError, KernelError, RunError


def printed(capsys: pytest.CaptureFixture[str], text: str, *arguments: object) -> str:
    hcl.customize(text).build()(*arguments)
    return capsys.readouterr().out


def test_scalars_print_as_in_python(capsys: pytest.CaptureFixture[str]) -> None:
    text = """
def f(n: int32, u: UInt(100), x: float32, h: float16, d: float64, big: Int(65)):
    print("n is", n, u, big)
    print(n, x, h, d, n > 2, sep="{}", end="!\\n")
    print(f"{n:4d}|{x:.3f}|{u:x}|{{}}")
    print()
    for i in range(2):
        print(i, -i, 3, 0.25)
"""
    found = printed(capsys, text, -7, 1 << 99, 0.1, 0.1, 0.1, -1)
    assert found == (
        f"n is -7 {1 << 99} -1\n"
        "-7{}0.1{}0.1{}0.1{}False!\n"
        f"  -7|0.100|{1 << 99:x}|{{}}\n"
        "\n"
        "0 0 3 0.25\n1 -1 3 0.25\n"
    )


def test_arrays_print_as_in_numpy(capsys: pytest.CaptureFixture[str]) -> None:
    text = """
def f(A: float32[2, 3], B: UInt(3)[4]):
    print("A", A)
    print(A.T, B, B[1:3] + 1)
    A[0, 0] = 7.0
    print(f"now {A}")
"""
    A = np.arange(6, dtype=np.float32).reshape(2, 3)
    B = np.array([1, 7, 2, 3], np.uint8)
    changed = A.copy()
    changed[0, 0] = 7
    expected = f"A {A}\n{A.T} {B} {B[1:3] + 1}\nnow {changed}\n"
    assert printed(capsys, text, A.copy(), B) == expected


def test_printing_is_cut_off(capsys: pytest.CaptureFixture[str]) -> None:
    text = "def f():\n    for i in range(400000):\n        print('abc')\n"
    found = printed(capsys, text)
    assert len(found) < 1_100_000
    assert found.endswith("more characters were printed]\n")


def test_a_kernel_of_ones_own_may_be_called_print() -> None:
    text = "def print(x: int32) -> int32:\n    return x + 1\ndef f(x: int32) -> int32:\n"
    text += "    return print(x)\n"
    assert hcl.customize(text).build()(3) == 4


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("print(x, flush=True)", "has no argument 'flush'"),
        ("print(x, sep=x)", "sep= is a text in quotes"),
        ("print(*A)", "a starred argument"),
        ("print(f'{x!r}')", "!r, !s and !a"),
        ("print(f'{x:.2q}')", "format"),
        ("print(f'{x:{x}d}')", "must be a constant text"),
        ("print(f'{A:3d}')", "is an array and takes no format"),
        ("print(y)", "'y' is not known"),
        ("x = print(x)", "'print' is not part"),
    ],
)
def test_wrong_prints(statement: str, message: str) -> None:
    with pytest.raises(KernelError) as caught:
        hcl.customize(f"def f(x: int32, A: int32[4]):\n    {statement}\n")
    assert message in str(caught.value)
    assert caught.value.span is not None and caught.value.span.line == 2


def test_a_failing_assertion_shows_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    text = (
        "def f(n: int32) -> int32:\n    print('n', n)\n    assert n > 0, 'n {} %s'\n    return n\n"
    )
    kernel = hcl.customize(text).build()
    linecache.clearcache()
    with pytest.raises(AssertionFailedError) as caught:
        kernel(-1)
    assert "an assertion failed: n {} %s" in str(caught.value)
    assert "assert n > 0" in str(caught.value)
    assert caught.value.span is not None and caught.value.span.line == 3
    assert capsys.readouterr().out == "n -1\n"
    assert kernel(5) == 5


def test_a_subscript_out_of_bounds_shows_its_line() -> None:
    text = "def f(A: int32[4], B: int32[4]):\n    for i in range(4):\n        A[B[i]] = 1\n"
    kernel = hcl.customize(text).build(debug=True)
    with pytest.raises(RunError, match="A is written out of bounds") as caught:
        kernel(np.zeros(4, np.int32), np.full(4, 9, np.int32))
    assert "A[B[i]] = 1" in str(caught.value)


def test_both_are_comments_in_hls() -> None:
    text = (
        "def f(A: int32[4], n: int32):\n"
        "    for i in range(4):\n"
        "        assert n < 4, 'too large\\n}'\n"
        "        print('A', A, n)\n"
    )
    schedule = hcl.customize(text)
    for target in ("vhls", "catapult"):
        code = schedule.build(target=target).hls_code
        assert "    // assert n < 4, 'too large_n_'\n" in code
        assert "    // print('A', A, n)\n" in code
        assert "assert(" not in code


def test_schedules_and_checks_go_through_prints(capsys: pytest.CaptureFixture[str]) -> None:
    text = """
def f(A: int32[8]) -> int32[8]:
    B: int32[8]
    for i in range(8):
        B[i] = A[i] + 1
        print("B", i, B[i])
    print(B)
    return B
"""
    schedule = hcl.customize(text)
    schedule.split("i", 4)
    schedule.unroll("i.inner")
    schedule.pipeline("i.outer")
    assert schedule.verify().status == "verified"
    assert schedule.estimate().latency_cycles > 0
    assert capsys.readouterr().out == ""
    schedule.build()(np.arange(8, dtype=np.int32))
    lines = capsys.readouterr().out.splitlines()
    assert lines == [*(f"B {i} {i + 1}" for i in range(8)), "[1 2 3 4 5 6 7 8]"]
