"""Two parts of a transformer, written out: one head of attention, and the feed-forward layers."""

from __future__ import annotations

import numpy as np

import hcl_explore.lang as hcl
from hcl_explore.examples.arrays import Array, uniform, wide
from hcl_explore.examples.example import Example
from hcl_explore.examples.steps import buffer_at, cyclic, merge, pipeline
from hcl_explore.lang import float32


def attention(Q: float32[128, 32], K: float32[128, 32], V: float32[128, 32]) -> float32[128, 32]:
    # softmax(Q Kᵀ / √32) V for 128 tokens of width 32.
    S: float32[128, 128] = 0.0
    for i, j, k in hcl.grid(128, 128, 32, name="scores"):
        S[i, j] += Q[i, k] * K[j, k]
    P: float32[128, 128]
    total: float32[128] = 0.0
    for row in hcl.grid(128, name="softmax"):
        largest: float32 = S[row, 0]
        for m in range(1, 128):
            largest = max(largest, S[row, m])
        for n in hcl.grid(128, name="powers"):
            P[row, n] = hcl.exp(0.17677669 * (S[row, n] - largest))
            total[row] += P[row, n]
    out: float32[128, 32] = 0.0
    for token, other, d in hcl.grid(128, 128, 32, name="mix"):
        out[token, d] += P[token, other] * V[other, d]
    for t, e in hcl.grid(128, 32, name="divide"):
        out[t, e] /= total[t]
    return out


def expand(X: float32[32, 64], W: float32[64, 256], bias: float32[256]) -> float32[32, 256]:
    H: float32[32, 256]
    for i, j in hcl.grid(32, 256, name="bias"):
        H[i, j] = bias[j]
    for i, j, k in hcl.grid(32, 256, 64, name="product"):
        H[i, j] += X[i, k] * W[k, j]
    for i, j in hcl.grid(32, 256, name="relu"):
        H[i, j] = max(H[i, j], 0.0)
    return H


def contract(H: float32[32, 256], W: float32[256, 64], bias: float32[64]) -> float32[32, 64]:
    Y: float32[32, 64]
    for i, j in hcl.grid(32, 64, name="bias"):
        Y[i, j] = bias[j]
    for i, j, k in hcl.grid(32, 64, 256, name="product"):
        Y[i, j] += H[i, k] * W[k, j]
    return Y


def feed_forward(
    X: float32[32, 64],
    W1: float32[64, 256],
    bias1: float32[256],
    W2: float32[256, 64],
    bias2: float32[64],
) -> float32[32, 64]:
    # 32 tokens of width 64, through a hidden layer of 256.
    H: float32[32, 256] = expand(X, W1, bias1)
    return contract(H, W2, bias2)


def _attention(*arguments: Array) -> Array:
    Q, K, V = wide(*arguments)
    scores = Q @ K.T / np.sqrt(32)
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers @ V / powers.sum(axis=1, keepdims=True)


def _feed_forward(*arguments: Array) -> Array:
    X, W1, bias1, W2, bias2 = wide(*arguments)
    return np.maximum(X @ W1 + bias1, 0) @ W2 + bias2


# Sixteen sums at a time; it takes more than a hundred cycles until the same ones come again.
_LANES = (
    's.reorder("product.k", "product.i", "product.j")',
    's.unroll("product.j", 16)',
    's.pipeline("product.j")',
    's.partition("W", partition_type="cyclic", dim=2, factor=16)',
)

EXAMPLES = (
    Example(
        attention,
        "one head of attention, 128 tokens of width 32",
        lambda rng: tuple(2 * uniform(rng, 128, 32) for _ in range(3)),
        _attention,
        "Networks",
        relative_tolerance=1e-5,
        schedule=(
            merge("S_d0", "i"),
            merge("i", "row"),
            merge("row", "token"),
            merge("token", "t"),
            merge("total_d0", "t"),
            merge("out_d0", "t"),
            buffer_at("S", "t"),
            buffer_at("P", "t"),
            buffer_at("out", "t"),
            *cyclic(16, 2, "Q", "K", "V"),
            *cyclic(16, 1, "out_buf"),
            pipeline("j"),
            pipeline("other"),
        ),
        remark=(
            "All stages work row by row, as FlashAttention does, so one row of scores replaces the "
            "whole matrix: it never leaves the chip, and takes no room there."
        ),
    ),
    Example(
        feed_forward,
        "the two dense layers of a transformer block, 32 tokens, 64 to 256 to 64",
        lambda rng: (
            uniform(rng, 32, 64),
            uniform(rng, 64, 256),
            uniform(rng, 256),
            uniform(rng, 256, 64),
            uniform(rng, 64),
        ),
        _feed_forward,
        "Networks",
        relative_tolerance=1e-5,
        schedule=(
            (
                "compose",
                {
                    "schedules": [
                        {
                            "expand": [
                                *_LANES,
                                's.partition("H", partition_type="cyclic", dim=2, factor=16)',
                                's.unroll("relu.j", 16)',
                            ]
                        },
                        {
                            "contract": [
                                *_LANES,
                                's.partition("Y", partition_type="cyclic", dim=2, factor=16)',
                            ]
                        },
                    ]
                },
            ),
            ("dataflow", {}),
        ),
        remark="Each layer is scheduled by itself; put together, two calls overlap.",
    ),
)
