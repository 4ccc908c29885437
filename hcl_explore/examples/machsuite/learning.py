"""MachSuite: training a small neural network by back-propagation."""

from __future__ import annotations

import numpy as np

import hcl_explore.lang as hcl
from hcl_explore.examples.arrays import Array
from hcl_explore.examples.machsuite.example import machsuite
from hcl_explore.examples.steps import cyclic
from hcl_explore.lang import float64


def backprop(
    W1: float64[64, 13],
    b1: float64[64],
    W2: float64[64, 64],
    b2: float64[64],
    W3: float64[3, 64],
    b3: float64[3],
    samples: float64[163, 13],
    targets: float64[163, 3],
):
    # 13 inputs, two hidden layers of 64 sigmoids, softmax over 3 classes; after each sample a step
    # of gradient descent on the cross-entropy, then the weights of a layer are scaled to length 1.
    rate: float64 = 0.01
    for n in range(163):
        h1: float64[64]
        for i in hcl.grid(64, name="layer1"):
            sum1: float64 = b1[i]
            for j in hcl.reduction(13):
                sum1 += W1[i, j] * samples[n, j]
            h1[i] = 1.0 / (1.0 + hcl.exp(-sum1))
        h2: float64[64]
        for i in hcl.grid(64, name="layer2"):
            sum2: float64 = b2[i]
            for j in hcl.reduction(64):
                sum2 += W2[i, j] * h1[j]
            h2[i] = 1.0 / (1.0 + hcl.exp(-sum2))
        d3: float64[3]
        total: float64 = 0.0
        for i in hcl.grid(3, name="layer3"):
            sum3: float64 = b3[i]
            for j in hcl.reduction(64):
                sum3 += W3[i, j] * h2[j]
            d3[i] = hcl.exp(sum3)
            total += d3[i]
        for i in hcl.grid(3, name="error3"):
            d3[i] = d3[i] / total - targets[n, i]
        d2: float64[64]
        for j in hcl.grid(64, name="error2"):
            back2: float64 = 0.0
            for i in hcl.reduction(3):
                back2 += W3[i, j] * d3[i]
            d2[j] = back2 * h2[j] * (1.0 - h2[j])
        d1: float64[64]
        for j in hcl.grid(64, name="error1"):
            back1: float64 = 0.0
            for i in hcl.reduction(64):
                back1 += W2[i, j] * d2[i]
            d1[j] = back1 * h1[j] * (1.0 - h1[j])
        length3: float64 = 0.0
        for i, j in hcl.grid(3, 64, name="update3"):
            W3[i, j] -= rate * d3[i] * h2[j]
            length3 += W3[i, j] * W3[i, j]
        for i, j in hcl.grid(3, 64, name="normalise3"):
            W3[i, j] /= hcl.sqrt(length3)
        for i in hcl.grid(3, name="bias3"):
            b3[i] -= rate * d3[i]
        length2: float64 = 0.0
        for i, j in hcl.grid(64, 64, name="update2"):
            W2[i, j] -= rate * d2[i] * h1[j]
            length2 += W2[i, j] * W2[i, j]
        for i, j in hcl.grid(64, 64, name="normalise2"):
            W2[i, j] /= hcl.sqrt(length2)
        for i in hcl.grid(64, name="bias2"):
            b2[i] -= rate * d2[i]
        length1: float64 = 0.0
        for i, j in hcl.grid(64, 13, name="update1"):
            W1[i, j] -= rate * d1[i] * samples[n, j]
            length1 += W1[i, j] * W1[i, j]
        for i, j in hcl.grid(64, 13, name="normalise1"):
            W1[i, j] /= hcl.sqrt(length1)
        for i in hcl.grid(64, name="bias1"):
            b1[i] -= rate * d1[i]


def _backprop(
    W1: Array,
    b1: Array,
    W2: Array,
    b2: Array,
    W3: Array,
    b3: Array,
    samples: Array,
    targets: Array,
) -> None:
    weights, biases = (W1, W2, W3), (b1, b2, b3)
    for sample, target in zip(samples, targets, strict=True):
        values = [sample]
        for layer in (0, 1):
            values.append(1 / (1 + np.exp(-(weights[layer] @ values[-1] + biases[layer]))))
        powers = np.exp(W3 @ values[-1] + b3)
        error = powers / powers.sum() - target
        for layer in (2, 1, 0):
            back = weights[layer].T @ error * values[layer] * (1 - values[layer])
            weights[layer][:] -= 0.01 * np.outer(error, values[layer])
            weights[layer][:] /= np.linalg.norm(weights[layer])
            biases[layer][:] -= 0.01 * error
            error = back


def _training(rng: np.random.Generator) -> tuple[Array, ...]:
    shapes = ((64, 13), (64,), (64, 64), (64,), (3, 64), (3,))
    parameters = [rng.uniform(-1, 1, shape) for shape in shapes]
    classes = rng.integers(0, 3, 163)
    samples = rng.standard_normal((163, 13)) + rng.standard_normal((3, 13))[classes]
    return (*parameters, samples, np.eye(3)[classes])


EXAMPLES = (
    machsuite(
        backprop,
        "one epoch of training a network with two hidden layers",
        _training,
        _backprop,
        relative_tolerance=1e-10,
        schedule=(
            *cyclic(7, 2, "W1"),
            *cyclic(8, 2, "W2", "W3"),
            *cyclic(8, 1, "h1", "h2", "d2"),
        ),
        remark=(
            "Vitis pipelines the loops over neurons by itself; the banks let it read eight "
            "weights a cycle."
        ),
    ),
)
