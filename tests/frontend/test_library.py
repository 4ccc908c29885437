"""Library functions: in kernels as in NumPy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from hcl_explore import lang as hcl
from hcl_explore.errors import KernelError, KernelShapeError, KernelTypeError
from hcl_explore.frontend import lower, read_kernel
from hcl_explore.ir.context import new_context
from hcl_explore.lang import float32, int8, int32

Run = Callable[..., Any]
RNG = np.random.default_rng(3)


def floats(*shape: int) -> np.ndarray[Any, Any]:
    return RNG.standard_normal(shape).astype(np.float32)


def close(actual: Any, expected: Any) -> None:
    np.testing.assert_allclose(actual, expected, rtol=2e-5, atol=2e-6)


def test_products(run: Run) -> None:
    def products(
        A: float32[4, 5],
        B: float32[5, 3],
        W: float32[3, 5],
        b: float32[3],
        X: float32[2, 4, 5],
        Y: float32[2, 5, 3],
    ) -> (float32[4, 3], float32[4, 3], float32[4, 3], float32[4, 3], float32[2, 4, 3]):
        C = hcl.matmul(A, B)
        D: float32[4, 3] = hcl.linear(A, W)
        E: float32[4, 3] = hcl.relu(hcl.linear(A, W, b)) + 1
        return C, D, E, A @ W.T, hcl.bmm(X, Y)

    A, B, W, b = floats(4, 5), floats(5, 3), floats(3, 5), floats(3)
    X, Y = floats(2, 4, 5), floats(2, 5, 3)
    expected = (A @ B, A @ W.T, np.maximum(A @ W.T + b, 0) + 1, A @ W.T, X @ Y)
    for actual, wanted in zip(run(products, A, B, W, b, X, Y), expected, strict=True):
        close(actual, wanted)
    close(hcl.linear(A, W, b), A @ W.T + b)


MATRIX = np.arange(6, dtype=np.float32).reshape(2, 3)


def test_products_with_vectors(run: Run) -> None:
    def products(
        A: float32[2, 3], x: float32[3], u: float32[2]
    ) -> (float32[2], float32[3], float32, float32, float32[2], float32[2], float32[3]):
        v: float32[3] = u @ A
        e: float32 = 2 * (u @ A @ x) + 1.0
        return A @ x, v, x @ x, e, hcl.linear(x, A), hcl.linear(x, A, u), MATRIX.T @ u

    A, x, u = floats(2, 3), floats(3), floats(2)
    expected = (A @ x, u @ A, x @ x, 2 * (u @ A @ x) + 1, A @ x, A @ x + u, MATRIX.T @ u)
    for actual, wanted in zip(run(products, A, x, u), expected, strict=True):
        close(actual, wanted)


def test_integer_product_wraps(run: Run) -> None:
    def product(A: int8[3, 3]) -> int8[3, 3]:
        return A @ A

    A = RNG.integers(-128, 128, (3, 3)).astype(np.int8)
    np.testing.assert_array_equal(run(product, A), A @ A)


def test_convolution_and_pooling(run: Run) -> None:
    def network(
        X: float32[2, 3, 9, 9], W: float32[4, 3, 2, 2]
    ) -> (
        float32[2, 4, 4, 4],
        float32[2, 4, 7, 7],
    ):
        Y: float32[2, 4, 8, 8] = hcl.conv2d(X, W)
        return hcl.maxpool(Y, 2, 2), hcl.sumpool(Y, 2, 1)

    X, W = floats(2, 3, 9, 9), floats(4, 3, 2, 2)
    largest, sums = run(network, X, W)
    expected = np.zeros((2, 4, 8, 8))
    for h, w in np.ndindex(8, 8):
        window = X[:, :, h : h + 2, w : w + 2].astype(np.float64)
        expected[:, :, h, w] = np.einsum("bcrs,fcrs->bf", window, W)
    close(hcl.conv2d(X, W), expected)
    close(largest, expected.reshape(2, 4, 4, 2, 4, 2).max(axis=(3, 5)))
    close(hcl.maxpool(expected, 2, 2), expected.reshape(2, 4, 4, 2, 4, 2).max(axis=(3, 5)))
    pairs = expected[:, :, :-1] + expected[:, :, 1:]
    close(sums, pairs[..., :-1] + pairs[..., 1:])


@pytest.mark.parametrize("shape", [(7,), (3, 7), (2, 3, 7)])
def test_softmax(run: Run, shape: tuple[int, ...]) -> None:
    def probabilities(X: float32[shape]) -> float32[shape]:
        return hcl.softmax(X)

    X = floats(*shape)
    expected = np.exp(X.astype(np.float64))
    expected /= expected.sum(axis=-1, keepdims=True)
    close(run(probabilities, X), expected)
    close(hcl.softmax(X), expected)


@pytest.mark.parametrize("shape", [(3, 8), (2, 3, 8)])
def test_layernorm(run: Run, shape: tuple[int, ...]) -> None:
    def normalised(X: float32[shape], gamma: float32[8], beta: float32[8]) -> float32[shape]:
        return hcl.layernorm(X, gamma, beta)

    X, gamma, beta = floats(*shape), floats(8), floats(8)
    wide = X.astype(np.float64)
    centred = wide - wide.mean(axis=-1, keepdims=True)
    expected = centred / np.sqrt(wide.var(axis=-1, keepdims=True) + 1e-5) * gamma + beta
    close(run(normalised, X, gamma, beta), expected)
    close(hcl.layernorm(X, gamma, beta), expected)


def test_elementwise(run: Run) -> None:
    def functions(A: float32[4, 6], b: float32[6]) -> float32[9, 4, 6]:
        out: float32[9, 4, 6]
        out[0] = hcl.add(A, b)
        out[1] = hcl.sub(A, 1)
        out[2] = hcl.mul(A, b)
        out[3] = hcl.div(A, b)
        out[4] = hcl.relu(A)
        out[5] = hcl.gelu(A)
        out[6] = hcl.tanh(hcl.abs(A))
        out[7] = hcl.power(hcl.abs(A), 1.5)
        out[8] = hcl.log10(hcl.exp(A))
        return out

    A, b = floats(4, 6), floats(6)
    gelu = A / 2 * (1 + np.tanh(np.sqrt(2 / np.pi) * (A + 0.044715 * A**3)))
    expected = [
        A + b,
        A - 1,
        A * b,
        A / b,
        np.maximum(A, 0),
        gelu,
        np.tanh(abs(A)),
        abs(A) ** 1.5,
        np.log10(np.exp(A)),
    ]
    np.testing.assert_allclose(run(functions, A, b), expected, rtol=1e-4, atol=1e-5)
    plain = [
        hcl.add(A, b),
        hcl.sub(A, 1),
        hcl.mul(A, b),
        hcl.div(A, b),
        hcl.relu(A),
        hcl.gelu(A),
        hcl.tanh(hcl.abs(A)),
        hcl.power(hcl.abs(A), 1.5),
        hcl.log10(hcl.exp(A)),
    ]
    np.testing.assert_allclose(plain, expected, rtol=1e-4, atol=1e-5)


def test_rearranging(run: Run) -> None:
    def rearrange(
        A: int32[2, 3, 4], B: int32[2, 2, 4]
    ) -> (
        int32[4, 2, 3],
        int32[6, 4],
        int32[2, 5, 4],
        int32[4, 6],
    ):
        C: int32[4, 2, 3] = hcl.transpose(A, (2, 0, 1))
        D: int32[6, 4] = hcl.copy(hcl.view(A, (6, 4)))
        return C, D, hcl.concat(A, B, axis=1), hcl.view(A, (6, 4)).T + hcl.view(A, (4, 6))

    A = np.arange(24, dtype=np.int32).reshape(2, 3, 4)
    B = A[:, :2] * 10
    C, D, E, F = run(rearrange, A, B)
    np.testing.assert_array_equal(C, A.transpose(2, 0, 1))
    np.testing.assert_array_equal(D, A.reshape(6, 4))
    np.testing.assert_array_equal(E, np.concatenate((A, B), 1))
    np.testing.assert_array_equal(F, A.reshape(6, 4).T + A.reshape(4, 6))


def test_one_kernel_per_shape(ir_of: Callable[..., str]) -> None:
    text = ir_of(
        """
        def f(A: float32[4, 4], B: float32[4, 2]) -> float32[4, 2]:
            return hcl.matmul(hcl.matmul(A, A), hcl.matmul(A, B))
        """
    )
    assert text.count("func.func") == 3
    assert text.count("call @matmul(") == 1
    assert text.count("call @matmul_1(") == 2
    assert text.count('op_name = "matmul"') == 2


PREFIX = "def f(A: float32[4, 3], B: float32[4, 3], I: int32[4, 3], x: int32) -> float32[4, 4]:\n"
WRONG = [
    ("return «hcl.matmul(A, B)»", KernelShapeError, "K is 3 and 4"),
    ("return «A @ B»", KernelShapeError, "K is 3 and 4"),
    ("z: float32 = «A[0] @ B[:, 0]»", KernelShapeError, "K is 3 and 4"),
    ("return «hcl.matmul(A, I.T)»", KernelShapeError, "T is float32 and int32"),
    ("return «hcl.matmul(A)»", KernelShapeError, "does not take arguments of the types"),
    ("return «hcl.matmul(A, x)»", KernelShapeError, "does not take arguments of the types"),
    ("return hcl.maxpool(A, «x», 2)", KernelTypeError, "'x' is not a constant"),
    ("return hcl.transpose(A, «(0, 0)»)", KernelShapeError, "not an order"),
    ("return hcl.view(A, «(5, 3)»)", KernelShapeError, "the number of elements differs"),
    ("return «hcl.concat(A, B.T)»", KernelShapeError, "differ in another dimension"),
    ("return «hcl.concat(A, B, 7)»", KernelShapeError, "no common dimension 7"),
    ("return hcl.concat(A, «x»)", KernelTypeError, "needs an array"),
    ("while «hcl.matmul(A, B.T)» > 0:\n        pass", KernelTypeError, "returns an array"),
    ("return A @ «(B.T if x else B.T)»", KernelShapeError, "'B' is an array"),
]


@pytest.mark.parametrize(("marked", "family", "message"), WRONG)
def test_wrong(marked: str, family: type[KernelError], message: str) -> None:
    before, _, rest = (PREFIX + "    " + marked).partition("«")
    program = before + rest.replace("»", "") + "\n"
    with pytest.raises(family, match=message) as caught:
        lower(read_kernel(program), new_context())
    assert caught.value.span is not None
    assert caught.value.span.line == 2
