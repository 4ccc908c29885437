"""Compile-time constructs: constants, unrolled loops, choices, type parameters, inner functions."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hcl_explore import lang as hcl
from hcl_explore.errors import KernelError, KernelScopeError, KernelSyntaxError, KernelTypeError
from hcl_explore.frontend import lower, read_kernel
from hcl_explore.ir.context import new_context
from hcl_explore.ir.printing import print_module
from hcl_explore.lang import ConstExpr, TypeParameter, float32, int8, int32
from hcl_explore.schedule.schedule import customize

Run = Callable[..., Any]
T = TypeParameter("T", float32, int32)
N = TypeParameter("N", int32)


def test_constants(run: Run) -> None:
    size = 4

    def constants(A: int32[size]) -> int32[2 * size]:
        double: ConstExpr[int32] = 2 * size
        narrow: hcl.ConstExpr[int8] = 200
        out: int32[double] = narrow
        for i in range(double // 2):
            out[i] = A[i] * double
        return out

    A = np.arange(4, dtype=np.int32)
    np.testing.assert_array_equal(run(constants, A), [0, 8, 16, 24] + [-56] * 4)


TABLE = np.arange(6, dtype=np.int32).reshape(2, 3)


def test_shape_and_transpose_of_a_table_from_outside(run: Run) -> None:
    def sums() -> int32[3]:
        total: int32[TABLE.shape[1]] = TABLE.ndim
        for i in range(TABLE.shape[1]):
            for j in range(TABLE.size // 3):
                total[i] += TABLE.T[i, j]
        return total

    np.testing.assert_array_equal(run(sums), TABLE.sum(axis=0) + 2)


def test_meta_for_unrolls(run: Run, ir_of: Callable[..., str]) -> None:
    def taps(A: int32[10]) -> int32[8]:
        out: int32[8] = 0
        for i in range(8):
            with hcl.meta_for(3) as t:
                weight: ConstExpr[int32] = 2**t
                out[i] += A[i + t] * weight
            with hcl.meta_for(5, 0, -2) as u:
                out[i] += u
        return out

    A = np.arange(10, dtype=np.int32) ** 2
    expected = A[:8] + 2 * A[1:9] + 4 * A[2:] + 9
    np.testing.assert_array_equal(run(taps, A), expected)
    assert ir_of(taps).count("affine.for") == 2


@pytest.mark.parametrize(("mode", "expected"), [(0, 1), (1, 12), (2, 103), (7, 1003)])
def test_meta_if(run: Run, mode: int, expected: int) -> None:
    def choose(x: int32) -> int32:
        y: int32 = x
        with hcl.meta_if(mode == 0):
            y += 0
        with hcl.meta_elif(mode == 1):
            y += 10
            with hcl.meta_if(True):
                y += 1
            with hcl.meta_else():
                y += undefined_name
        with hcl.meta_elif(mode == 2):
            y += 100
        with hcl.meta_else():
            y += 1000
        with hcl.meta_if(mode > 1):
            y += 2
        return y

    assert run(choose, 1) == expected


def test_type_parameters_on_any_python() -> None:
    def scale(A: T[N], factor: T) -> T[N]:
        B: T[N] = 0
        for i in range(N):
            B[i] = A[i] * factor
        return B

    def text(**options: Any) -> str:
        return print_module(lower(read_kernel(scale, **options), new_context()))

    assert "%A: memref<8xf32>" in text(instantiate=[float32, 8])
    assert "%A: memref<3xi32>" in text(instantiate={"N": 3, "T": int32})
    for wrong, message in (
        ([float32], r"has \[T, N\], but is given"),
        ([int8, 8], "must be one of float32, int32"),
        ([float32, float32], "must be a constant of type int32"),
        ([float32, 2.5], "must be a constant of type int32"),
        ({"T": float32, "M": 3}, "has"),
        (["float32", 8], "must be a type or a number"),
    ):
        with pytest.raises(KernelTypeError, match=message):
            read_kernel(scale, instantiate=wrong)
    with pytest.raises(KernelError):
        text()


def test_annotations_that_python_evaluates(tmp_path: Path) -> None:
    path = tmp_path / "generic_kernel.py"
    path.write_text(
        "import hcl_explore.lang as hcl\n"
        "T, N = hcl.TypeParameter('T'), hcl.TypeParameter('N')\n"
        "def tail(A: T[N], B: hcl.int32[2 * N - 1, 3]) -> T[N - 1]:\n"
        "    C: T[N - 1] = A[1:] + B[N, 2]\n"
        "    return C\n"
    )
    spec = importlib.util.spec_from_file_location("generic_kernel", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    source = read_kernel(module.tail, instantiate=[int32, 4])
    assert "memref<7x3xi32>" in print_module(lower(source, new_context()))


def test_instances_inside_a_kernel(run: Run, ir_of: Callable[..., str]) -> None:
    def double(A: T[N]):
        for i in range(N):
            A[i] = A[i] + A[i]

    def top(A: float32[4], B: int32[6], C: int32[6]):
        double[float32, 4](A)
        double[int32, 6](B)
        double[int32, 6](C)

    A, B, C = np.ones(4, np.float32), np.ones(6, np.int32), np.ones(6, np.int32)
    run(top, A, B, C)
    assert A.tolist() == [2] * 4
    assert B.tolist() == C.tolist() == [2] * 6
    text = ir_of(top)
    assert text.count("func.func") == 3
    assert "@double_float32_4" in text
    assert "@double_int32_6" in text


@pytest.mark.skipif(sys.version_info < (3, 12), reason="type parameters are new in Python 3.12")
def test_type_parameters_in_brackets(run: Run) -> None:
    text = """
        def add[T: (float32, int32), M: int32](A: T[M], B: T[M]) -> T[M]:
            C: T[M] = A + B
            return C

        def top(A: int32[4], B: int32[4]) -> int32[4]:
            C: int32[4] = add[int32, 4](A, B)
            return C
        """
    A = np.arange(4, dtype=np.int32)
    np.testing.assert_array_equal(run(text, A, A), A + A)
    with pytest.raises(KernelTypeError, match="must be one of float32, int32"):
        read_kernel(text, name="add", instantiate=[int8, 4])


def test_inner_functions(run: Run) -> None:
    def outer(A: int32[8]) -> int32[8]:
        step: ConstExpr[int32] = 3

        def scaled(x: int32) -> int32:
            return x * step

        def twice(x: int32) -> int32:
            return scaled(scaled(x))

        out: int32[8] = 0
        for i in range(8):
            out[i] = twice(A[i]) + scaled(1)
        return out

    A = np.arange(8, dtype=np.int32)
    np.testing.assert_array_equal(run(outer, A), A * 9 + 3)


def test_two_closures_of_one_function_are_two_kernels(run: Run) -> None:
    def make(amount: int) -> Callable[[int], int]:
        def add(x: int32) -> int32:
            return x + amount

        return add

    add_one, add_ten = make(1), make(10)

    def top(x: int32) -> int32:
        return add_ten(add_one(x)) + add_one(0)

    assert run(top, 5) == 17


def test_assert_holds(run: Run, ir_of: Callable[..., str]) -> None:
    def checked(x: int32) -> int32:
        assert x > 0, "x must be positive"
        return 100 // x

    assert run(checked, 7) == 14
    assert 'cf.assert %0, "x must be positive"' in ir_of(checked)


PREFIX = "def f(A: int32[8], x: int32):\n    "
WRONG = [
    ("c: ConstExpr[int32] = «x»", KernelTypeError, "not known when the kernel is compiled"),
    ("B: int32[«x»] = 0", KernelTypeError, "'x' is not a constant"),
    ("with hcl.meta_if(«x > 0»):\n        pass", KernelTypeError, "Use a plain if"),
    ("with hcl.meta_for(«x») as i:\n        pass", KernelTypeError, "integer constants"),
    ("with «hcl.meta_else()»:\n        pass", KernelSyntaxError, "must follow meta_if"),
    ("«with open('f'):\n        pass»", KernelSyntaxError, "Python's 'open'"),
    ("with hcl.meta_for(4) as i:\n        «i» = 3", KernelScopeError, "cannot be assigned"),
    ("with «hcl.meta_for(10**9)»:\n        pass", KernelSyntaxError, "rounds"),
    (
        "with «hcl.meta_for(9000)» as i:\n        A[0] += i",
        KernelSyntaxError,
        "more than 20,000 operations",
    ),
    ("def g(y: int32) -> int32:\n        return «x»\n    A[0] = g(1)", KernelScopeError, "'x'"),
    ("def g(y: int32) -> int32:\n        return «g(y)»\n    A[0] = g(1)", KernelError, "g → g"),
    ("def g(y: int32):\n        pass\n    A[0] = «g»", KernelTypeError, "call it"),
    ("assert x > 0, «x»", KernelSyntaxError, "text in quotes"),
]


@pytest.mark.parametrize(("marked", "family", "message"), WRONG)
def test_wrong(marked: str, family: type[KernelError], message: str) -> None:
    before, _, rest = (PREFIX + marked).partition("«")
    program = before + rest.replace("»", "") + "\n"
    with pytest.raises(family, match=message) as caught:
        lower(read_kernel(program), new_context())
    assert caught.value.span is not None
    assert caught.value.span.line == before.count("\n") + 1


def test_nested_rounds_are_counted() -> None:
    nest = "".join("    " * (n + 1) + "with hcl.meta_for(2):\n" for n in range(40))
    program = f"def f(x: int32):\n{nest}{'    ' * 41}pass\n"
    with pytest.raises(KernelSyntaxError, match="more than 20,000 rounds"):
        lower(read_kernel(program), new_context())


def test_compile_time_constructs_say_so_in_plain_python() -> None:
    with pytest.raises(TypeError, match="only where the kernel is compiled"):
        hcl.meta_for(3)
    with pytest.raises(TypeError, match="only where the kernel is compiled"):
        hcl.meta_if(True)


def test_functions_of_one_text_have_type_parameters_of_their_own() -> None:
    text = """
T, N = TypeParameter("T"), TypeParameter("N")
def total(A: T[N]) -> T:
    s: T = 0
    for i in range(N):
        s += A[i]
    return s
def f(A: T[N], B: int32[3]) -> T:
    s: T = total(A) + total(B)
    return s
"""
    schedule = customize(text, instantiate=[float32, 8])
    assert schedule.build()(np.ones(8, np.float32), np.ones(3, np.int32)) == 11.0
