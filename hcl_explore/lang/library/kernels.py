"""The library in the kernel language. Only the compiler reads these functions."""

# Annotations of the kernel language are no Python types.
# mypy: ignore-errors

from __future__ import annotations

import hcl_explore.lang.ops as hcl
from hcl_explore.lang.meta import TypeParameter
from hcl_explore.lang.types import bfloat16, float16, float32, float64

T = TypeParameter("T")
Real = TypeParameter("Real", float16, bfloat16, float32, float64)
B, C, F, H, W, K, M, N, P, R, S = map(TypeParameter, "BCFHWKMNPRS")

EPSILON = 1e-5


def matmul(X: T[M, K], Y: T[K, N]) -> T[M, N]:
    Z: T[M, N] = 0
    for i, j in hcl.grid(M, N, name="matmul"):
        for k in hcl.reduction(K):
            Z[i, j] += X[i, k] * Y[k, j]
    return Z


def matvec(X: T[M, K], y: T[K]) -> T[M]:
    Z: T[M] = 0
    for i in hcl.grid(M, name="matvec"):
        for k in hcl.reduction(K):
            Z[i] += X[i, k] * y[k]
    return Z


def vecmat(x: T[K], Y: T[K, N]) -> T[N]:
    Z: T[N] = 0
    for j in hcl.grid(N, name="vecmat"):
        for k in hcl.reduction(K):
            Z[j] += x[k] * Y[k, j]
    return Z


def dot(x: T[K], y: T[K]) -> T:
    total: T = 0
    for k in hcl.reduction(K, name="dot"):
        total += x[k] * y[k]
    return total


def bmm(X: T[B, M, K], Y: T[B, K, N]) -> T[B, M, N]:
    Z: T[B, M, N] = 0
    for b, i, j in hcl.grid(B, M, N, name="bmm"):
        for k in hcl.reduction(K):
            Z[b, i, j] += X[b, i, k] * Y[b, k, j]
    return Z


def bmm4(X: T[B, C, M, K], Y: T[B, C, K, N]) -> T[B, C, M, N]:
    Z: T[B, C, M, N] = 0
    for b, c, i, j in hcl.grid(B, C, M, N, name="bmm"):
        for k in hcl.reduction(K):
            Z[b, c, i, j] += X[b, c, i, k] * Y[b, c, k, j]
    return Z


def linear(X: T[M, K], Y: T[N, K]) -> T[M, N]:
    Z: T[M, N] = 0
    for i, j in hcl.grid(M, N, name="linear"):
        for k in hcl.reduction(K):
            Z[i, j] += X[i, k] * Y[j, k]
    return Z


def linear1(x: T[K], Y: T[N, K]) -> T[N]:
    Z: T[N] = 0
    for j in hcl.grid(N, name="linear"):
        for k in hcl.reduction(K):
            Z[j] += x[k] * Y[j, k]
    return Z


def linear1_bias(x: T[K], Y: T[N, K], bias: T[N]) -> T[N]:
    Z: T[N] = bias
    for j in hcl.grid(N, name="linear"):
        for k in hcl.reduction(K):
            Z[j] += x[k] * Y[j, k]
    return Z


def linear_bias(X: T[M, K], Y: T[N, K], bias: T[N]) -> T[M, N]:
    Z: T[M, N]
    for i, j in hcl.grid(M, N, name="bias"):
        Z[i, j] = bias[j]
    for i, j in hcl.grid(M, N, name="linear"):
        for k in hcl.reduction(K):
            Z[i, j] += X[i, k] * Y[j, k]
    return Z


def linear3(X: T[B, M, K], Y: T[N, K]) -> T[B, M, N]:
    Z: T[B, M, N] = 0
    for b, i, j in hcl.grid(B, M, N, name="linear"):
        for k in hcl.reduction(K):
            Z[b, i, j] += X[b, i, k] * Y[j, k]
    return Z


def linear3_bias(X: T[B, M, K], Y: T[N, K], bias: T[N]) -> T[B, M, N]:
    Z: T[B, M, N]
    for b, i, j in hcl.grid(B, M, N, name="bias"):
        Z[b, i, j] = bias[j]
    for b, i, j in hcl.grid(B, M, N, name="linear"):
        for k in hcl.reduction(K):
            Z[b, i, j] += X[b, i, k] * Y[j, k]
    return Z


def conv2d(X: T[B, C, H, W], Y: T[F, C, R, S]) -> T[B, F, H - R + 1, W - S + 1]:
    Z: T[B, F, H - R + 1, W - S + 1] = 0
    for b, f, h, w in hcl.grid(B, F, H - R + 1, W - S + 1, name="conv2d"):
        for c, r, s in hcl.reduction(C, R, S):
            Z[b, f, h, w] += X[b, c, h + r, w + s] * Y[f, c, r, s]
    return Z


def maxpool(X: T[B, C, H, W]) -> T[B, C, (H - K) // S + 1, (W - K) // S + 1]:
    Z: T[B, C, (H - K) // S + 1, (W - K) // S + 1]
    for b, c, h, w in hcl.grid(B, C, (H - K) // S + 1, (W - K) // S + 1, name="maxpool"):
        largest: T = X[b, c, S * h, S * w]
        for r, s in hcl.reduction(K, K):
            largest = max(largest, X[b, c, S * h + r, S * w + s])
        Z[b, c, h, w] = largest
    return Z


def sumpool(X: T[B, C, H, W]) -> T[B, C, (H - K) // S + 1, (W - K) // S + 1]:
    Z: T[B, C, (H - K) // S + 1, (W - K) // S + 1]
    for b, c, h, w in hcl.grid(B, C, (H - K) // S + 1, (W - K) // S + 1, name="sumpool"):
        total: T = 0
        for r, s in hcl.reduction(K, K):
            total += X[b, c, S * h + r, S * w + s]
        Z[b, c, h, w] = total
    return Z


def softmax1(X: Real[N]) -> Real[N]:
    Z: Real[N]
    largest: Real = X[0]
    for j in hcl.reduction(N, name="largest"):
        largest = max(largest, X[j])
    total: Real = 0
    for j in hcl.reduction(N, name="powers"):
        Z[j] = hcl.exp(X[j] - largest)
        total += Z[j]
    for j in hcl.grid(N, name="quotients"):
        Z[j] /= total
    return Z


def softmax(X: Real[M, N]) -> Real[M, N]:
    Z: Real[M, N]
    for i in hcl.grid(M, name="softmax"):
        largest: Real = X[i, 0]
        for j in hcl.reduction(N):
            largest = max(largest, X[i, j])
        total: Real = 0
        for k in hcl.reduction(N):
            Z[i, k] = hcl.exp(X[i, k] - largest)
            total += Z[i, k]
        for n in hcl.grid(N):
            Z[i, n] /= total
    return Z


def softmax3(X: Real[B, M, N]) -> Real[B, M, N]:
    Z: Real[B, M, N]
    for b, i in hcl.grid(B, M, name="softmax"):
        largest: Real = X[b, i, 0]
        for j in hcl.reduction(N):
            largest = max(largest, X[b, i, j])
        total: Real = 0
        for k in hcl.reduction(N):
            Z[b, i, k] = hcl.exp(X[b, i, k] - largest)
            total += Z[b, i, k]
        for n in hcl.grid(N):
            Z[b, i, n] /= total
    return Z


def softmax4(X: Real[B, C, M, N]) -> Real[B, C, M, N]:
    Z: Real[B, C, M, N]
    for b, c, i in hcl.grid(B, C, M, name="softmax"):
        largest: Real = X[b, c, i, 0]
        for j in hcl.reduction(N):
            largest = max(largest, X[b, c, i, j])
        total: Real = 0
        for k in hcl.reduction(N):
            Z[b, c, i, k] = hcl.exp(X[b, c, i, k] - largest)
            total += Z[b, c, i, k]
        for n in hcl.grid(N):
            Z[b, c, i, n] /= total
    return Z


def layernorm(X: Real[M, N], gamma: Real[N], beta: Real[N]) -> Real[M, N]:
    Z: Real[M, N]
    for i in hcl.grid(M, name="layernorm"):
        total: Real = 0
        for j in hcl.reduction(N):
            total += X[i, j]
        mean: Real = total / N
        squares: Real = 0
        for k in hcl.reduction(N):
            squares += (X[i, k] - mean) * (X[i, k] - mean)
        deviation: Real = hcl.sqrt(squares / N + EPSILON)
        for n in hcl.grid(N):
            Z[i, n] = (X[i, n] - mean) / deviation * gamma[n] + beta[n]
    return Z


def layernorm3(X: Real[B, M, N], gamma: Real[N], beta: Real[N]) -> Real[B, M, N]:
    Z: Real[B, M, N]
    for b, i in hcl.grid(B, M, name="layernorm"):
        total: Real = 0
        for j in hcl.reduction(N):
            total += X[b, i, j]
        mean: Real = total / N
        squares: Real = 0
        for k in hcl.reduction(N):
            squares += (X[b, i, k] - mean) * (X[b, i, k] - mean)
        deviation: Real = hcl.sqrt(squares / N + EPSILON)
        for n in hcl.grid(N):
            Z[b, i, n] = (X[b, i, n] - mean) / deviation * gamma[n] + beta[n]
    return Z
