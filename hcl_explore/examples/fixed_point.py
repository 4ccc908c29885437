"""Signal processing and a network in fixed point, as hardware computes them."""

from __future__ import annotations

from typing import Any

import numpy as np

import hcl_explore.lang as hcl
from hcl_explore.examples.example import Example
from hcl_explore.examples.steps import complete, pipeline, window_buffer
from hcl_explore.lang import Fixed, UFixed, uint8

Array = np.ndarray[Any, np.dtype[Any]]

# A low-pass filter: a sinc under a Hamming window, cut off at a fifth of the sampling rate.
_POSITIONS = np.arange(16) - 7.5
_IDEAL = 0.4 * np.sinc(0.4 * _POSITIONS) * (0.54 + 0.46 * np.cos(np.pi * _POSITIONS / 7.5))
TAPS = np.floor(_IDEAL * 2**11) / 2**11


def fir(signal: Fixed(16, 12)[271]) -> Fixed(16, 12)[256]:
    taps: Fixed(12, 11)[16] = TAPS
    filtered: Fixed(16, 12)[256]
    for n in hcl.grid(256, name="fir"):
        total: Fixed(32, 23) = 0
        for k in hcl.reduction(16):
            total += taps[k] * signal[n + 15 - k]
        filtered[n] = total
    return filtered


def digit_cnn(
    image: UFixed(8, 8)[14, 14],
    filters: Fixed(8, 6)[4, 3, 3],
    weights: Fixed(8, 6)[10, 144],
    bias: Fixed(8, 4)[10],
) -> (Fixed(20, 8)[10], uint8):
    pooled: UFixed(8, 5)[4, 6, 6] = 0
    for c, y, x in hcl.grid(4, 12, 12, name="convolution"):
        total: Fixed(20, 14) = 0
        for r, s in hcl.reduction(3, 3):
            total += image[y + r, x + s] * filters[c, r, s]
        pooled[c, y // 2, x // 2] = max(pooled[c, y // 2, x // 2], min(total, 7))
    flat: UFixed(8, 5)[144] = hcl.view(pooled, (144,))
    scores: Fixed(20, 8)[10]
    best: uint8 = 0
    for d in hcl.grid(10, name="dense"):
        score: Fixed(24, 11) = bias[d]
        for i in hcl.reduction(144):
            score += weights[d, i] * flat[i]
        scores[d] = score
        if scores[d] > scores[best]:
            best = d
    return scores, best


def _fir_inputs(rng: np.random.Generator) -> tuple[Array]:
    time = np.arange(271)
    signal = np.sin(0.1 * time) + 0.5 * np.sin(2.2 * time) + 0.1 * rng.standard_normal(271)
    return (np.floor(signal * 2**12) / 2**12,)


def _fir_reference(signal: Array) -> Array:
    windows = np.lib.stride_tricks.sliding_window_view(signal, 16)
    return np.asarray(np.floor(windows @ TAPS[::-1] * 2**12) / 2**12)


def _digit_cnn_inputs(rng: np.random.Generator) -> tuple[Array, ...]:
    def weights(*shape: int) -> Array:
        return np.asarray(np.floor(rng.uniform(-0.5, 0.5, shape) * 64) / 64)

    image = rng.integers(0, 256, (14, 14)) / 256
    return image, weights(4, 3, 3), weights(10, 144), np.floor(rng.uniform(-1, 1, 10) * 16) / 16


def _digit_cnn_reference(
    image: Array, filters: Array, weights: Array, bias: Array
) -> tuple[Array, int]:
    windows = np.lib.stride_tricks.sliding_window_view(image, (3, 3))
    features = np.einsum("yxrs,crs->cyx", windows, filters).clip(0, 7)
    pooled = features.reshape(4, 6, 2, 6, 2).max(axis=(2, 4))
    flat = np.floor(pooled * 2**5).reshape(144) / 2**5
    scores = np.floor((weights @ flat + bias) * 2**8) / 2**8
    return scores, int(np.argmax(scores))


EXAMPLES = (
    Example(
        fir,
        "low-pass filter of 16 taps in fixed point, no rounding before the result",
        _fir_inputs,
        _fir_reference,
        "Fixed point",
        schedule=(
            ("reuse_at", {"target": "signal", "axis": "n"}),
            complete("signal_reuse_n"),
            complete("taps"),
            pipeline("n"),
        ),
        remark="A shift register of samples feeds 16 multipliers: a result in every cycle.",
    ),
    Example(
        digit_cnn,
        "convolution, pooling and a dense layer in 8-bit fixed point, wide accumulators",
        _digit_cnn_inputs,
        _digit_cnn_reference,
        "Fixed point",
        schedule=(
            *window_buffer("image", "y", "x"),
            complete("filters", 2),
            complete("filters", 3),
            pipeline("x"),
            pipeline("i"),
        ),
    ),
)
