"""The library in NumPy: what its functions mean."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np

Array: TypeAlias = Any


def matmul(A: Array, B: Array) -> Array:
    """Matrix product over the last two dimensions; vectors are as in NumPy."""
    return np.matmul(A, B)


def bmm(A: Array, B: Array) -> Array:
    """Matrix product over the last two dimensions, for each of those before."""
    return np.matmul(A, B)


def linear(X: Array, W: Array, b: Array | None = None) -> Array:
    """X·Wᵀ (+ b): X is [rows, inputs] or [inputs], W [outputs, inputs], b [outputs]."""
    product = X @ W.T
    return product if b is None else product + b


def conv2d(X: Array, W: Array) -> Array:
    """Correlation without padding, stride 1: X is [batch, channels, height, width], W is
    [filters, channels, rows, columns]."""
    windows = np.lib.stride_tricks.sliding_window_view(X, W.shape[2:], axis=(2, 3))
    return np.einsum("bchwrs,fcrs->bfhw", windows, W).astype(X.dtype)


def _windows(X: Array, K: int, S: int) -> Array:
    windows = np.lib.stride_tricks.sliding_window_view(X, (K, K), axis=(2, 3))
    return windows[:, :, ::S, ::S]


def maxpool(X: Array, K: int, S: int) -> Array:
    """The largest of each K×K window, every S rows and columns, of [batch, channels, h, w]."""
    return _windows(X, K, S).max(axis=(4, 5))


def sumpool(X: Array, K: int, S: int) -> Array:
    """The sum of each K×K window, every S rows and columns, of [batch, channels, h, w]."""
    return _windows(X, K, S).sum(axis=(4, 5)).astype(X.dtype)


def softmax(X: Array) -> Array:
    """exp(x) / sum(exp(x)) over the last dimension, with the largest subtracted first."""
    powers = np.exp(X - X.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def layernorm(X: Array, gamma: Array, beta: Array) -> Array:
    """(x - mean) / sqrt(variance + 1e-5) · gamma + beta over the last dimension."""
    mean = X.mean(axis=-1, keepdims=True)
    variance = ((X - mean) ** 2).mean(axis=-1, keepdims=True)
    return ((X - mean) / np.sqrt(variance + 1e-5) * gamma + beta).astype(X.dtype)
