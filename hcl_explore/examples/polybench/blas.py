"""PolyBench, linear algebra: the BLAS routines."""

from __future__ import annotations

import numpy as np

import hcl_explore.lang as hcl
from hcl_explore.examples.arrays import Array, uniform, wide
from hcl_explore.examples.polybench.example import polybench
from hcl_explore.examples.steps import complete, cyclic, lanes, pipeline, reorder, side_by_side
from hcl_explore.lang import float32

ALPHA, BETA = 1.5, 1.2


def polybench_gemm(
    A: float32[60, 80], B: float32[80, 70], C: float32[60, 70], alpha: float32, beta: float32
):
    for i, j in hcl.grid(60, 70, name="scale"):
        C[i, j] *= beta
    for i, j in hcl.grid(60, 70, name="product"):
        for k in hcl.reduction(80):
            C[i, j] += alpha * A[i, k] * B[k, j]


def gemver(
    A: float32[120, 120],
    u1: float32[120],
    v1: float32[120],
    u2: float32[120],
    v2: float32[120],
    y: float32[120],
    z: float32[120],
    alpha: float32,
    beta: float32,
) -> (float32[120], float32[120]):
    for i, j in hcl.grid(120, 120, name="rank_two"):
        A[i, j] += u1[i] * v1[j] + u2[i] * v2[j]
    x: float32[120] = z
    for i in hcl.grid(120, name="transposed"):
        for j in hcl.reduction(120):
            x[i] += beta * A[j, i] * y[j]
    w: float32[120] = 0.0
    for i in hcl.grid(120, name="product"):
        for j in hcl.reduction(120):
            w[i] += alpha * A[i, j] * x[j]
    return x, w


def gesummv(
    A: float32[90, 90], B: float32[90, 90], x: float32[90], alpha: float32, beta: float32
) -> float32[90]:
    y: float32[90]
    for i in hcl.grid(90, name="rows"):
        ax: float32 = 0.0
        bx: float32 = 0.0
        for j in hcl.reduction(90):
            ax += A[i, j] * x[j]
            bx += B[i, j] * x[j]
        y[i] = alpha * ax + beta * bx
    return y


def symm(A: float32[60, 60], B: float32[60, 80], C: float32[60, 80], alpha: float32, beta: float32):
    for i, j in hcl.grid(60, 80, name="product"):
        total: float32 = 0.0
        for k in range(i + 1):
            total += A[i, k] * B[k, j]
        for k_above in range(i + 1, 60):
            total += A[k_above, i] * B[k_above, j]
        C[i, j] = beta * C[i, j] + alpha * total


def syr2k(
    A: float32[80, 60], B: float32[80, 60], C: float32[80, 80], alpha: float32, beta: float32
):
    for i in hcl.grid(80, name="scale"):
        for j in range(i + 1):
            C[i, j] *= beta
    for i in hcl.grid(80, name="rank_k"):
        for j in range(i + 1):
            for k in hcl.reduction(60):
                C[i, j] += alpha * (A[i, k] * B[j, k] + B[i, k] * A[j, k])


def syrk(A: float32[80, 60], C: float32[80, 80], alpha: float32, beta: float32):
    for i in hcl.grid(80, name="scale"):
        for j in range(i + 1):
            C[i, j] *= beta
    for i in hcl.grid(80, name="rank_k"):
        for j in range(i + 1):
            for k in hcl.reduction(60):
                C[i, j] += alpha * A[i, k] * A[j, k]


def trmm(A: float32[60, 60], B: float32[60, 80], alpha: float32):
    for i, j in hcl.grid(60, 80, name="product"):
        for k in range(i + 1, 60):
            B[i, j] += A[k, i] * B[k, j]
        B[i, j] *= alpha


# --- references ------------------------------------------------------------------------------


def _gemm(A: Array, B: Array, C: Array, alpha: float, beta: float) -> None:
    a, b, c = wide(A, B, C)
    C[:] = alpha * a @ b + beta * c


def _gemver(
    A: Array,
    u1: Array,
    v1: Array,
    u2: Array,
    v2: Array,
    y: Array,
    z: Array,
    alpha: float,
    beta: float,
) -> tuple[Array, Array]:
    updated = wide(A)[0] + np.outer(*wide(u1, v1)) + np.outer(*wide(u2, v2))
    A[:] = updated
    x = beta * updated.T @ y + z
    return x, alpha * updated @ x


def _gesummv(A: Array, B: Array, x: Array, alpha: float, beta: float) -> Array:
    a, b, v = wide(A, B, x)
    return (alpha * a + beta * b) @ v


def _symm(A: Array, B: Array, C: Array, alpha: float, beta: float) -> None:
    a, b, c = wide(A, B, C)
    C[:] = alpha * (np.tril(a) + np.tril(a, -1).T) @ b + beta * c


def _syr2k(A: Array, B: Array, C: Array, alpha: float, beta: float) -> None:
    a, b, c = wide(A, B, C)
    C[:] = np.tril(alpha * (a @ b.T + b @ a.T) + beta * c) + np.triu(c, 1)


def _syrk(A: Array, C: Array, alpha: float, beta: float) -> None:
    a, c = wide(A, C)
    C[:] = np.tril(alpha * a @ a.T + beta * c) + np.triu(c, 1)


def _trmm(A: Array, B: Array, alpha: float) -> None:
    a, b = wide(A, B)
    B[:] = alpha * (np.tril(a, -1) + np.eye(60)).T @ b


EXAMPLES = (
    polybench(
        polybench_gemm,
        "C = α A B + β C",
        lambda rng: (uniform(rng, 60, 80), uniform(rng, 80, 70), uniform(rng, 60, 70), ALPHA, BETA),
        _gemm,
        relative_tolerance=1e-5,
        schedule=(
            ("pipeline", {"axis": "scale.j"}),
            ("buffer_at", {"target": "C", "axis": "product.i"}),
            ("split", {"axis": "product.k", "factor": 8}),
            ("reorder", {"axes": ["k.outer", "product.j", "k.inner"]}),
            ("pipeline", {"axis": "product.j"}),
            ("partition", {"target": "A", "partition_type": "cyclic", "dim": 2, "factor": 4}),
            ("partition", {"target": "B", "partition_type": "cyclic", "dim": 1, "factor": 4}),
        ),
    ),
    polybench(
        gemver,
        "rank-two update of A, then x = β Aᵀ y + z and w = α A x",
        lambda rng: (uniform(rng, 120, 120), *(uniform(rng, 120) for _ in range(6)), ALPHA, BETA),
        _gemver,
        relative_tolerance=1e-5,
        schedule=(
            *cyclic(4, 2, "A"),
            *cyclic(4, 1, "x", "v1", "v2"),
            *lanes("rank_two.j", 4),
            reorder("transposed.j", "transposed.i"),
            *lanes("transposed.i", 4),
            reorder("product.j", "product.i"),
            pipeline("product.i"),
        ),
    ),
    polybench(
        gesummv,
        "y = α A x + β B x",
        lambda rng: (uniform(rng, 90, 90), uniform(rng, 90, 90), uniform(rng, 90), ALPHA, BETA),
        _gesummv,
        relative_tolerance=1e-5,
        schedule=(*cyclic(15, 2, "A", "B"), complete("x"), pipeline("i", interval=3)),
    ),
    polybench(
        symm,
        "C = α A B + β C, A symmetric and stored below its diagonal",
        lambda rng: (uniform(rng, 60, 60), uniform(rng, 60, 80), uniform(rng, 60, 80), ALPHA, BETA),
        _symm,
        relative_tolerance=1e-5,
        schedule=(*side_by_side("j", 8), *cyclic(8, 2, "B", "C")),
        remark=(
            "The loops over k have no constant trip count, so they cannot be unrolled: eight "
            "columns are summed at a time instead."
        ),
    ),
    polybench(
        syr2k,
        "C = α (A Bᵀ + B Aᵀ) + β C, lower triangle",
        lambda rng: (uniform(rng, 80, 60), uniform(rng, 80, 60), uniform(rng, 80, 80), ALPHA, BETA),
        _syr2k,
        relative_tolerance=1e-5,
        schedule=(*cyclic(30, 2, "A", "B"), pipeline("rank_k.j")),
    ),
    polybench(
        syrk,
        "C = α A Aᵀ + β C, lower triangle",
        lambda rng: (uniform(rng, 80, 60), uniform(rng, 80, 80), ALPHA, BETA),
        _syrk,
        relative_tolerance=1e-5,
        schedule=(*cyclic(30, 2, "A"), pipeline("rank_k.j")),
    ),
    polybench(
        trmm,
        "B = α Aᵀ B, A lower triangular with a unit diagonal",
        lambda rng: (uniform(rng, 60, 60), uniform(rng, 60, 80), ALPHA),
        _trmm,
        relative_tolerance=1e-5,
        schedule=(
            ("distribute", {"axis": "j"}),
            reorder("k", "j"),
            *lanes("j", 16),
            *lanes("j_1", 16),
            *cyclic(16, 2, "B"),
        ),
        remark=(
            "The scaling moves out of the way, then a row of B is worked on 16 elements at a time."
        ),
    ),
)
