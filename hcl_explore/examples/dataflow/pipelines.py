"""Pipelines of tasks: each hands on what the next one works on."""

from __future__ import annotations

import numpy as np

import hcl_explore.lang as hcl
import hcl_explore.lang.dataflow as df
from hcl_explore.examples.arrays import Array, uniform, wide
from hcl_explore.examples.dataflow.example import dataflow
from hcl_explore.lang import Stream, float32

ITEMS = 64
BATCH, INPUTS, HIDDEN, OUTPUTS = 16, 8, 16, 4
QUERIES, KEYS, WIDTH = 8, 16, 8


@df.region()
def producer_consumer(A: float32[ITEMS], B: float32[ITEMS]):
    fifo: Stream[float32, 4]

    @df.kernel(mapping=[1], args=[A])
    def producer(source: float32[ITEMS]):
        for i in range(ITEMS):
            fifo.put(2.0 * source[i])

    @df.kernel(mapping=[1], args=[B])
    def consumer(target: float32[ITEMS]):
        for i in range(ITEMS):
            target[i] = fifo.get() + 1.0


def _producer_consumer(A: Array, B: Array) -> None:
    B[:] = 2 * A + 1


@df.region()
def mlp_pipeline(
    X: float32[BATCH, INPUTS],
    W1: float32[INPUTS, HIDDEN],
    b1: float32[HIDDEN],
    W2: float32[HIDDEN, OUTPUTS],
    b2: float32[OUTPUTS],
    Y: float32[BATCH, OUTPUTS],
):
    inputs: Stream[float32[INPUTS], 2]
    sums: Stream[float32, HIDDEN]
    hidden: Stream[float32, HIDDEN]

    @df.kernel(mapping=[1], args=[X])
    def load(x: float32[BATCH, INPUTS]):
        for n in range(BATCH):
            inputs.put(x[n, :])

    @df.kernel(mapping=[1], args=[W1, b1])
    def first_layer(w: float32[INPUTS, HIDDEN], b: float32[HIDDEN]):
        for _ in range(BATCH):
            x: float32[INPUTS] = inputs.get()
            for h in range(HIDDEN):
                total: float32 = b[h]
                for i in range(INPUTS):
                    total += x[i] * w[i, h]
                sums.put(total)

    @df.kernel(mapping=[1])
    def activate():
        for _ in range(BATCH * HIDDEN):
            hidden.put(max(sums.get(), 0.0))

    @df.kernel(mapping=[1], args=[W2, b2, Y])
    def second_layer(w: float32[HIDDEN, OUTPUTS], b: float32[OUTPUTS], y: float32[BATCH, OUTPUTS]):
        for n in range(BATCH):
            totals: float32[OUTPUTS] = b
            for h in range(HIDDEN):
                value: float32 = hidden.get()
                for o in range(OUTPUTS):
                    totals[o] += value * w[h, o]
            y[n, :] = totals


def _mlp(X: Array, W1: Array, b1: Array, W2: Array, b2: Array, Y: Array) -> None:
    x, w1, c1, w2, c2 = wide(X, W1, b1, W2, b2)
    Y[:] = np.maximum(x @ w1 + c1, 0) @ w2 + c2


@df.region()
def attention_pipeline(
    Q: float32[QUERIES, WIDTH],
    K: float32[KEYS, WIDTH],
    V: float32[KEYS, WIDTH],
    O: float32[QUERIES, WIDTH],
):
    scores: Stream[float32[KEYS], 2]
    weights: Stream[float32[KEYS], 2]

    @df.kernel(mapping=[1], args=[Q, K])
    def score(q: float32[QUERIES, WIDTH], k: float32[KEYS, WIDTH]):
        for n in range(QUERIES):
            row: float32[KEYS] = 0.0
            for m, d in hcl.grid(KEYS, WIDTH):
                row[m] += q[n, d] * k[m, d]
            for m in range(KEYS):
                row[m] = row[m] / WIDTH**0.5
            scores.put(row)

    @df.kernel(mapping=[1])
    def normalise():
        for _ in range(QUERIES):
            row: float32[KEYS] = scores.get()
            largest: float32 = row[0]
            for m in range(1, KEYS):
                largest = max(largest, row[m])
            total: float32 = 0.0
            for m in range(KEYS):
                row[m] = hcl.exp(row[m] - largest)
                total += row[m]
            for m in range(KEYS):
                row[m] = row[m] / total
            weights.put(row)

    @df.kernel(mapping=[1], args=[V, O])
    def mix(v: float32[KEYS, WIDTH], o: float32[QUERIES, WIDTH]):
        for n in range(QUERIES):
            row: float32[KEYS] = weights.get()
            for d in range(WIDTH):
                total: float32 = 0.0
                for m in range(KEYS):
                    total += row[m] * v[m, d]
                o[n, d] = total


def _attention(Q: Array, K: Array, V: Array, O: Array) -> None:
    q, k, v = wide(Q, K, V)
    weights = np.exp(q @ k.T / WIDTH**0.5)
    O[:] = weights / weights.sum(axis=1, keepdims=True) @ v


EXAMPLES = (
    dataflow(
        producer_consumer,
        "one task writes a FIFO, another one reads it",
        lambda rng: (uniform(rng, ITEMS), np.zeros(ITEMS, np.float32)),
        _producer_consumer,
        relative_tolerance=1e-6,
    ),
    dataflow(
        mlp_pipeline,
        "two dense layers and a ReLU, a task each, over a batch of 16",
        lambda rng: (
            uniform(rng, BATCH, INPUTS),
            uniform(rng, INPUTS, HIDDEN),
            uniform(rng, HIDDEN),
            uniform(rng, HIDDEN, OUTPUTS),
            uniform(rng, OUTPUTS),
            np.zeros((BATCH, OUTPUTS), np.float32),
        ),
        _mlp,
        relative_tolerance=1e-5,
    ),
    dataflow(
        attention_pipeline,
        "scaled dot-product attention: scores, softmax and mixture as three tasks",
        lambda rng: (
            uniform(rng, QUERIES, WIDTH),
            uniform(rng, KEYS, WIDTH),
            uniform(rng, KEYS, WIDTH),
            np.zeros((QUERIES, WIDTH), np.float32),
        ),
        _attention,
        relative_tolerance=1e-5,
    ),
)
