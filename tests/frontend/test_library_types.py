"""Every function of the library in several types: in plain Python as compiled."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import hcl_explore as hcl
from hcl_explore.errors import KernelTypeError

Shapes = list[tuple[int, ...]]
ARRAYS: list[tuple[str, Shapes, tuple[int, ...]]] = [
    ("hcl.matmul(A, B)", [(3, 4), (4, 5)], (3, 5)),
    ("hcl.matmul(A, B)", [(2, 3, 4), (2, 4, 5)], (2, 3, 5)),
    ("A @ B", [(2, 2, 3, 4), (2, 2, 4, 5)], (2, 2, 3, 5)),
    ("hcl.bmm(A, B)", [(2, 3, 4), (2, 4, 5)], (2, 3, 5)),
    ("hcl.bmm(A, B)", [(2, 2, 3, 4), (2, 2, 4, 5)], (2, 2, 3, 5)),
    ("hcl.linear(A, B)", [(3, 4), (5, 4)], (3, 5)),
    ("hcl.linear(A, B, C)", [(3, 4), (5, 4), (5,)], (3, 5)),
    ("hcl.linear(A, B)", [(2, 3, 4), (5, 4)], (2, 3, 5)),
    ("hcl.linear(A, B, C)", [(2, 3, 4), (5, 4), (5,)], (2, 3, 5)),
    ("hcl.conv2d(A, B)", [(2, 3, 6, 7), (4, 3, 3, 2)], (2, 4, 4, 6)),
    ("hcl.maxpool(A, 2, 2)", [(2, 3, 6, 8)], (2, 3, 3, 4)),
    ("hcl.sumpool(A, 3, 1)", [(2, 3, 6, 8)], (2, 3, 4, 6)),
    ("hcl.transpose(A)", [(3, 4)], (4, 3)),
    ("hcl.transpose(A, (1, 2, 0))", [(2, 3, 4)], (3, 4, 2)),
    ("hcl.view(A, (2, 6))", [(3, 4)], (2, 6)),
    ("hcl.concat(A, B)", [(3, 4), (2, 4)], (5, 4)),
    ("hcl.concat(A, B, axis=1)", [(3, 4), (3, 2)], (3, 6)),
    ("hcl.copy(A)", [(3, 4)], (3, 4)),
    ("hcl.relu(A)", [(3, 4)], (3, 4)),
    ("hcl.abs(A)", [(3, 4)], (3, 4)),
]
REAL: list[tuple[str, Shapes, tuple[int, ...]]] = [
    ("hcl.softmax(A)", [(5,)], (5,)),
    ("hcl.softmax(A)", [(3, 4)], (3, 4)),
    ("hcl.softmax(A)", [(2, 3, 4)], (2, 3, 4)),
    ("hcl.softmax(A)", [(2, 2, 3, 4)], (2, 2, 3, 4)),
    ("hcl.layernorm(A, B, C)", [(3, 4), (4,), (4,)], (3, 4)),
    ("hcl.layernorm(A, B, C)", [(2, 3, 4), (4,), (4,)], (2, 3, 4)),
    ("hcl.gelu(A)", [(3, 4)], (3, 4)),
]
for name in ("exp", "log", "log2", "log10", "sqrt", "sin", "cos", "tan", "tanh", "floor", "ceil"):
    REAL.append((f"hcl.{name}(A)", [(3, 4)], (3, 4)))
for name in ("add", "sub", "mul", "div"):
    call = f"hcl.{name}(A, B)"
    ARRAYS += [
        (call, [(3, 4), (3, 4)], (3, 4)),
        (call, [(3, 4), (4,)], (3, 4)),
        (call, [(3, 1), (1, 4)], (3, 4)),
        (f"hcl.{name}(A, 2)", [(3, 4)], (3, 4)),
        (f"hcl.{name}(3, A)", [(3, 4)], (3, 4)),
    ]
REAL += [("hcl.power(A, B)", [(3, 4), (4,)], (3, 4)), ("hcl.power(2, A)", [(3, 4)], (3, 4))]
TOLERANCE = {"float16": 2e-2, "float32": 1e-5, "float64": 1e-12}


def draw(dtype: str, shape: tuple[int, ...], rng: np.random.Generator) -> Any:
    if dtype.startswith("float"):
        return (rng.random(shape) * 2 + 0.25).astype(dtype)
    return rng.integers(1, 20, shape).astype(dtype)


def check(dtype: str, call: str, shapes: Shapes, result: tuple[int, ...]) -> None:
    names = "ABC"[: len(shapes)]
    parameters = ", ".join(
        f"{name}: {dtype}{[*shape]}" for name, shape in zip(names, shapes, strict=True)
    )
    text = f"def f({parameters}) -> {dtype}{[*result]}:\n"
    text += f"    R: {dtype}{[*result]} = {call}\n    return R\n"
    rng = np.random.default_rng(7)
    values = [draw(dtype, shape, rng) for shape in shapes]
    expected = eval(call, {"hcl": hcl, **dict(zip(names, values, strict=True))})
    found = hcl.customize(text).build()(*values)
    tolerance = TOLERANCE.get(dtype, 0)
    np.testing.assert_allclose(found, expected.astype(dtype), rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16", "int32", "uint8"])
@pytest.mark.parametrize(("call", "shapes", "result"), ARRAYS)
def test_in_numpy_and_compiled(
    dtype: str, call: str, shapes: Shapes, result: tuple[int, ...]
) -> None:
    check(dtype, call, shapes, result)


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16"])
@pytest.mark.parametrize(("call", "shapes", "result"), REAL)
def test_of_floats(dtype: str, call: str, shapes: Shapes, result: tuple[int, ...]) -> None:
    check(dtype, call, shapes, result)


@pytest.mark.parametrize("name", ["exp", "sqrt", "tanh", "floor"])
def test_integers_are_taken_as_float32(name: str) -> None:
    values = np.arange(1, 9, dtype=np.int8)
    assert getattr(hcl, name)(values).dtype == np.float32
    kernel = hcl.customize(f"def f(A: int8[8]) -> float32[8]:\n    return hcl.{name}(A)\n").build()
    np.testing.assert_allclose(kernel(values), getattr(hcl, name)(values), rtol=1e-6)


@pytest.mark.parametrize("call", ["hcl.softmax(A)", "hcl.layernorm(A, A[0], A[1])"])
def test_norms_want_floats(call: str) -> None:
    with pytest.raises(KernelTypeError, match="must be one of float16"):
        hcl.customize(f"def f(A: int32[4, 4]):\n    B: float32[4, 4] = {call}\n")


@pytest.mark.parametrize(
    ("call", "shapes", "loop"),
    [
        ("hcl.matmul(A, B)", [(4, 4), (4, 4)], "matmul:i"),
        ("hcl.bmm(A, B)", [(2, 4, 4), (2, 4, 4)], "bmm:j"),
        ("hcl.linear(A, B)", [(4, 4), (4, 4)], "linear:i"),
        ("hcl.conv2d(A, B)", [(1, 2, 5, 5), (3, 2, 2, 2)], "conv2d:h"),
        ("hcl.maxpool(A, 2, 2)", [(1, 2, 4, 4)], "maxpool:w"),
        ("hcl.sumpool(A, 2, 2)", [(1, 2, 4, 4)], "sumpool:w"),
        ("hcl.softmax(A)", [(4, 4)], "softmax:i"),
        ("hcl.layernorm(A, B, B)", [(4, 4), (4,)], "layernorm:i"),
        ("hcl.gelu(A)", [(4, 4)], "R_d0"),
        ("hcl.exp(A)", [(4, 4)], "compute_R.R_d1"),
        ("hcl.concat(A, A)", [(4, 4)], "R_d1"),
        ("hcl.transpose(A)", [(4, 4)], "copy_R.R_d0"),
    ],
)
def test_loops_have_names(call: str, shapes: Shapes, loop: str) -> None:
    names = "AB"[: len(shapes)]
    parameters = ", ".join(
        f"{name}: float32{[*shape]}" for name, shape in zip(names, shapes, strict=True)
    )
    values = [np.ones(shape, np.float32) for shape in shapes]
    result = eval(call, {"hcl": hcl, **dict(zip(names, values, strict=True))}).shape
    text = f"def f({parameters}) -> float32{[*result]}:\n"
    text += f"    R: float32{[*result]} = {call}\n    return R\n"
    schedule = hcl.customize(text)
    schedule.split(loop, 2)
    schedule.pipeline(f"{loop}.inner") if "_d" in loop else schedule.unroll(f"{loop}.inner")
    assert schedule.verify().status == "verified"
