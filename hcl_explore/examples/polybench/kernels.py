"""PolyBench, linear algebra: products that occur as parts of solvers and simulations."""

from __future__ import annotations

import hcl_explore.lang as hcl
from hcl_explore.examples.arrays import Array, uniform, wide
from hcl_explore.examples.polybench.example import polybench
from hcl_explore.examples.steps import complete, pipeline, reorder
from hcl_explore.lang import float32

ALPHA, BETA = 1.5, 1.2


def k2mm(
    A: float32[40, 70],
    B: float32[70, 50],
    C: float32[50, 80],
    D: float32[40, 80],
    alpha: float32,
    beta: float32,
):
    AB: float32[40, 50] = 0.0
    for i, j in hcl.grid(40, 50, name="mm1"):
        for k in hcl.reduction(70):
            AB[i, j] += alpha * A[i, k] * B[k, j]
    for i, j in hcl.grid(40, 80, name="scale"):
        D[i, j] *= beta
    for i, j in hcl.grid(40, 80, name="mm2"):
        for k in hcl.reduction(50):
            D[i, j] += AB[i, k] * C[k, j]


def k3mm(
    A: float32[40, 60], B: float32[60, 50], C: float32[50, 80], D: float32[80, 70]
) -> float32[40, 70]:
    AB: float32[40, 50] = 0.0
    for i, j in hcl.grid(40, 50, name="mm1"):
        for k in hcl.reduction(60):
            AB[i, j] += A[i, k] * B[k, j]
    CD: float32[50, 70] = 0.0
    for i, j in hcl.grid(50, 70, name="mm2"):
        for k in hcl.reduction(80):
            CD[i, j] += C[i, k] * D[k, j]
    G: float32[40, 70] = 0.0
    for i, j in hcl.grid(40, 70, name="mm3"):
        for k in hcl.reduction(50):
            G[i, j] += AB[i, k] * CD[k, j]
    return G


def atax(A: float32[116, 124], x: float32[124]) -> float32[124]:
    Ax: float32[116] = 0.0
    for i in hcl.grid(116, name="product"):
        for j in hcl.reduction(124):
            Ax[i] += A[i, j] * x[j]
    y: float32[124] = 0.0
    for i, j in hcl.grid(116, 124, name="transposed"):
        y[j] += A[i, j] * Ax[i]
    return y


def bicg(A: float32[124, 116], p: float32[116], r: float32[124]) -> (float32[116], float32[124]):
    s: float32[116] = 0.0
    q: float32[124] = 0.0
    for i, j in hcl.grid(124, 116, name="both"):
        s[j] += r[i] * A[i, j]
        q[i] += A[i, j] * p[j]
    return s, q


def doitgen(A: float32[25, 20, 30], C4: float32[30, 30]):
    for r, q in hcl.grid(25, 20, name="rows"):
        row: float32[30] = 0.0
        for p in range(30):
            for s in hcl.reduction(30):
                row[p] += A[r, q, s] * C4[s, p]
        for p in hcl.grid(30, name="store"):
            A[r, q, p] = row[p]


def mvt(
    A: float32[120, 120],
    x1: float32[120],
    x2: float32[120],
    y1: float32[120],
    y2: float32[120],
):
    for i in hcl.grid(120, name="product"):
        for j in hcl.reduction(120):
            x1[i] += A[i, j] * y1[j]
    for i in hcl.grid(120, name="transposed"):
        for j in hcl.reduction(120):
            x2[i] += A[j, i] * y2[j]


# --- references ------------------------------------------------------------------------------


def _k2mm(A: Array, B: Array, C: Array, D: Array, alpha: float, beta: float) -> None:
    a, b, c, d = wide(A, B, C, D)
    D[:] = alpha * a @ b @ c + beta * d


def _k3mm(A: Array, B: Array, C: Array, D: Array) -> Array:
    a, b, c, d = wide(A, B, C, D)
    return a @ b @ (c @ d)


def _atax(A: Array, x: Array) -> Array:
    a, v = wide(A, x)
    return a.T @ (a @ v)


def _bicg(A: Array, p: Array, r: Array) -> tuple[Array, Array]:
    a, v, w = wide(A, p, r)
    return a.T @ w, a @ v


def _doitgen(A: Array, C4: Array) -> None:
    a, c = wide(A, C4)
    A[:] = a @ c


def _mvt(A: Array, x1: Array, x2: Array, y1: Array, y2: Array) -> None:
    a, v1, v2, w1, w2 = wide(A, x1, x2, y1, y2)
    x1[:] = v1 + a @ w1
    x2[:] = v2 + a.T @ w2


EXAMPLES = (
    polybench(
        k2mm,
        "two matrix products, D = α A B C + β D",
        lambda rng: (
            uniform(rng, 40, 70),
            uniform(rng, 70, 50),
            uniform(rng, 50, 80),
            uniform(rng, 40, 80),
            ALPHA,
            BETA,
        ),
        _k2mm,
        relative_tolerance=1e-5,
        schedule=(
            ("buffer_at", {"target": "AB", "axis": "mm1.i"}),
            ("reorder", {"axes": ["mm1.k", "mm1.j"]}),
            ("pipeline", {"axis": "mm1.j"}),
            ("pipeline", {"axis": "scale.j"}),
            ("buffer_at", {"target": "D", "axis": "mm2.i"}),
            ("reorder", {"axes": ["mm2.k", "mm2.j"]}),
            ("pipeline", {"axis": "mm2.j"}),
        ),
    ),
    polybench(
        k3mm,
        "three matrix products, G = (A B) (C D)",
        lambda rng: (
            uniform(rng, 40, 60),
            uniform(rng, 60, 50),
            uniform(rng, 50, 80),
            uniform(rng, 80, 70),
        ),
        _k3mm,
        relative_tolerance=1e-5,
        schedule=tuple(
            step
            for band in ("mm1", "mm2", "mm3")
            for step in (
                ("reorder", {"axes": [f"{band}.k", f"{band}.j"]}),
                ("pipeline", {"axis": f"{band}.j"}),
            )
        ),
    ),
    polybench(
        atax,
        "y = Aᵀ (A x)",
        lambda rng: (uniform(rng, 116, 124), uniform(rng, 124)),
        _atax,
        relative_tolerance=1e-5,
        schedule=(
            ("reorder", {"axes": ["product.j", "product.i"]}),
            ("pipeline", {"axis": "product.i"}),
            ("pipeline", {"axis": "transposed.j"}),
        ),
    ),
    polybench(
        bicg,
        "the two products of the biconjugate gradient method, s = Aᵀ r and q = A p",
        lambda rng: (uniform(rng, 124, 116), uniform(rng, 116), uniform(rng, 124)),
        _bicg,
        relative_tolerance=1e-5,
        schedule=(
            ("split", {"axis": "i", "factor": 4}),
            reorder("i.outer", "j", "i.inner"),
            ("partition", {"target": "q", "partition_type": "cyclic", "dim": 1, "factor": 4}),
            pipeline("j"),
        ),
    ),
    polybench(
        doitgen,
        "multiresolution analysis: every row of a cube times a matrix, in place",
        lambda rng: (uniform(rng, 25, 20, 30), uniform(rng, 30, 30)),
        _doitgen,
        relative_tolerance=1e-5,
        schedule=(complete("A", 3), complete("C4"), pipeline("q", interval=30)),
        remark=(
            "A row in 30 cycles, a product of numbers for each of its 30 elements in every cycle."
        ),
    ),
    polybench(
        mvt,
        "x₁ += A y₁ and x₂ += Aᵀ y₂",
        lambda rng: (uniform(rng, 120, 120), *(uniform(rng, 120) for _ in range(4))),
        _mvt,
        relative_tolerance=1e-5,
        schedule=(
            ("reorder", {"axes": ["product.j", "product.i"]}),
            ("pipeline", {"axis": "product.i"}),
            ("reorder", {"axes": ["transposed.j", "transposed.i"]}),
            ("pipeline", {"axis": "transposed.i"}),
        ),
    ),
)
