"""Neural networks, written with the library's layers."""

from __future__ import annotations

import numpy as np

import hcl_explore.lang as hcl
from hcl_explore.examples.arrays import Array, wide
from hcl_explore.examples.example import Example
from hcl_explore.examples.steps import Steps, cyclic, lanes, reorder
from hcl_explore.lang import float32


def lenet(
    image: float32[1, 1, 28, 28],
    filter1: float32[6, 1, 5, 5],
    filter2: float32[16, 6, 5, 5],
    weight1: float32[120, 256],
    bias1: float32[120],
    weight2: float32[84, 120],
    bias2: float32[84],
    weight3: float32[10, 84],
    bias3: float32[10],
) -> float32[1, 10]:
    features1: float32[1, 6, 24, 24] = hcl.relu(hcl.conv2d(image, filter1))
    pooled1: float32[1, 6, 12, 12] = hcl.maxpool(features1, 2, 2)
    features2: float32[1, 16, 8, 8] = hcl.relu(hcl.conv2d(pooled1, filter2))
    pooled2: float32[1, 16, 4, 4] = hcl.maxpool(features2, 2, 2)
    flat: float32[1, 256] = hcl.view(pooled2, (1, 256))
    hidden1: float32[1, 120] = hcl.relu(hcl.linear(flat, weight1, bias1))
    hidden2: float32[1, 84] = hcl.relu(hcl.linear(hidden1, weight2, bias2))
    return hcl.softmax(hcl.linear(hidden2, weight3, bias3))


def transformer_block(
    X: float32[32, 64],
    gamma1: float32[64],
    beta1: float32[64],
    query: float32[64, 64],
    key: float32[64, 64],
    value: float32[64, 64],
    output: float32[64, 64],
    gamma2: float32[64],
    beta2: float32[64],
    expand: float32[256, 64],
    bias1: float32[256],
    contract: float32[64, 256],
    bias2: float32[64],
) -> float32[32, 64]:
    # 32 tokens of width 64; four heads of width 16.
    normal1: float32[32, 64] = hcl.layernorm(X, gamma1, beta1)
    Q: float32[32, 64] = hcl.linear(normal1, query)
    K: float32[32, 64] = hcl.linear(normal1, key)
    V: float32[32, 64] = hcl.linear(normal1, value)
    heads_Q: float32[4, 32, 16] = hcl.transpose(hcl.view(Q, (32, 4, 16)), (1, 0, 2)) / 4.0
    heads_K: float32[4, 16, 32] = hcl.transpose(hcl.view(K, (32, 4, 16)), (1, 2, 0))
    heads_V: float32[4, 32, 16] = hcl.transpose(hcl.view(V, (32, 4, 16)), (1, 0, 2))
    scores: float32[4, 32, 32] = hcl.softmax(hcl.bmm(heads_Q, heads_K))
    mixed: float32[4, 32, 16] = hcl.bmm(scores, heads_V)
    joined: float32[32, 64] = hcl.view(hcl.copy(hcl.transpose(mixed, (1, 0, 2))), (32, 64))
    attended: float32[32, 64] = X + hcl.linear(joined, output)
    normal2: float32[32, 64] = hcl.layernorm(attended, gamma2, beta2)
    hidden: float32[32, 256] = hcl.gelu(hcl.linear(normal2, expand, bias1))
    return attended + hcl.linear(hidden, contract, bias2)


def _convolved(image: Array, weight: Array) -> Array:
    windows = np.lib.stride_tricks.sliding_window_view(image, (5, 5), (2, 3))
    return np.maximum(np.einsum("bchwrs,fcrs->bfhw", windows, weight), 0)


def _pooled(image: Array) -> Array:
    batch, channels, height, width = image.shape
    tiles = image.reshape(batch, channels, height // 2, 2, width // 2, 2)
    return tiles.max(axis=(3, 5))


def _softmax(x: Array) -> Array:
    powers = np.exp(x - x.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def _normalised(x: Array, gamma: Array, beta: Array) -> Array:
    deviation = np.sqrt(x.var(axis=-1, keepdims=True) + 1e-5)
    return (x - x.mean(axis=-1, keepdims=True)) / deviation * gamma + beta


def _lenet(*arguments: Array) -> Array:
    image, filter1, filter2, *dense = wide(*arguments)
    x = _pooled(_convolved(_pooled(_convolved(image, filter1)), filter2)).reshape(1, 256)
    for weight, bias in zip(dense[0:4:2], dense[1:4:2], strict=True):
        x = np.maximum(x @ weight.T + bias, 0)
    return _softmax(x @ dense[4].T + dense[5])


def _transformer_block(*arguments: Array) -> Array:
    x, g1, b1, query, key, value, output, g2, b2, expand, bias1, contract, bias2 = wide(*arguments)
    normal = _normalised(x, g1, b1)
    q, k, v = (np.stack(np.split(normal @ w.T, 4, axis=1)) for w in (query, key, value))
    mixed = _softmax(q @ k.transpose(0, 2, 1) / np.sqrt(16)) @ v
    x = x + np.concatenate(mixed, axis=1) @ output.T
    h = _normalised(x, g2, b2) @ expand.T + bias1
    h *= 0.5 * (1 + np.tanh(np.sqrt(2 / np.pi) * (h + 0.044715 * h**3)))
    return x + h @ contract.T + bias2


def _scaled(rng: np.random.Generator, *shape: int) -> Array:
    """Weights whose products with unit data stay of the order of 1."""
    return (rng.standard_normal(shape) / np.sqrt(np.prod(shape[1:]))).astype(np.float32)


def _lenet_inputs(rng: np.random.Generator) -> tuple[Array, ...]:
    return (
        rng.uniform(0, 1, (1, 1, 28, 28)).astype(np.float32),
        _scaled(rng, 6, 1, 5, 5),
        _scaled(rng, 16, 6, 5, 5),
        _scaled(rng, 120, 256),
        _scaled(rng, 120),
        _scaled(rng, 84, 120),
        _scaled(rng, 84),
        _scaled(rng, 10, 84),
        _scaled(rng, 10),
    )


def _transformer_inputs(rng: np.random.Generator) -> tuple[Array, ...]:
    def norm() -> list[Array]:
        return [rng.uniform(0.5, 1.5, 64).astype(np.float32), _scaled(rng, 64)]

    return (
        _scaled(rng, 32, 64) * np.float32(8),
        *norm(),
        *(_scaled(rng, 64, 64) for _ in range(4)),
        *norm(),
        _scaled(rng, 256, 64),
        _scaled(rng, 256),
        _scaled(rng, 64, 256),
        _scaled(rng, 64),
    )


def _all_filters_at_once(convolution: str) -> Steps:
    """The weights and sums of all filters in memories of their own, one pixel in every cycle."""
    return (
        ("reorder", {"axes": [f"{convolution}:{axis}" for axis in "hcrswf"]}),
        ("partition", {"target": f"{convolution}:Y", "dim": 1}),
        ("partition", {"target": f"{convolution}:Z", "dim": 2}),
        ("pipeline", {"axis": f"{convolution}:w"}),
    )


def _rows_at_once(layer: str, loops: str) -> Steps:
    """Sixteen results of a dense layer at a time: their sums do not wait for each other."""
    return (
        reorder(f"{loops}k", f"{loops}j"),
        *lanes(f"{loops}j", 16),
        *cyclic(16, 1, f"{layer}:Y"),
        *cyclic(16, 2, f"{layer}:Z"),
    )


EXAMPLES = (
    Example(
        lenet,
        "LeNet-5: two convolutions and three dense layers classify a 28 × 28 image",
        _lenet_inputs,
        _lenet,
        "Networks",
        relative_tolerance=1e-5,
        schedule=(
            *_all_filters_at_once("conv2d"),
            *_all_filters_at_once("conv2d_1"),
            ("reorder", {"axes": ["linear_bias:k", "linear_bias:linear.j"]}),
            ("pipeline", {"axis": "linear_bias:linear.j"}),
            ("reorder", {"axes": ["linear_bias_1:k", "linear_bias_1:linear.j"]}),
            ("pipeline", {"axis": "linear_bias_1:linear.j"}),
        ),
    ),
    Example(
        transformer_block,
        "a transformer's encoder block: four heads of attention, then two dense layers",
        _transformer_inputs,
        _transformer_block,
        "Networks",
        relative_tolerance=1e-5,
        schedule=(
            *_rows_at_once("linear", "linear:"),
            *_rows_at_once("linear_bias", "linear_bias:linear."),
            *_rows_at_once("linear_bias_1", "linear_bias_1:linear."),
            *cyclic(8, 3, "bmm:X"),
            *cyclic(8, 2, "bmm:Y"),
            *cyclic(16, 3, "bmm_1:X"),
            *cyclic(16, 2, "bmm_1:Y"),
        ),
    ),
)
