"""PolyBench, linear algebra: factorisations and solvers."""

from __future__ import annotations

import numpy as np

import hcl_explore.lang as hcl
from hcl_explore.examples.arrays import Array, uniform, wide
from hcl_explore.examples.polybench.example import polybench
from hcl_explore.examples.steps import (
    buffer_at,
    complete,
    cyclic,
    lanes,
    pipeline,
    reorder,
    side_by_side,
)
from hcl_explore.lang import float32


def cholesky(A: float32[120, 120]):
    for i in hcl.grid(120, name="rows"):
        for j in range(i):
            for k in hcl.reduction(j):
                A[i, j] -= A[i, k] * A[j, k]
            A[i, j] /= A[j, j]
        for k_diagonal in hcl.reduction(i):
            A[i, i] -= A[i, k_diagonal] * A[i, k_diagonal]
        A[i, i] = hcl.sqrt(A[i, i])


def durbin(r: float32[120]) -> float32[120]:
    y: float32[120]
    z: float32[120]
    alpha: float32 = -r[0]
    error: float32 = 1.0
    y[0] = alpha
    for k in range(1, 120):
        error *= 1.0 - alpha * alpha
        total: float32 = r[k]
        for i in hcl.reduction(k):
            total += r[k - i - 1] * y[i]
        alpha = -total / error
        for i in hcl.grid(k, name="reflect"):
            z[i] = y[i] + alpha * y[k - i - 1]
        for i in hcl.grid(k, name="store"):
            y[i] = z[i]
        y[k] = alpha
    return y


# PolyBench has 60 rows and 80 columns, of which 20 then depend on the others: what is left of them
# is rounding, and no reference can tell what it is divided by.
def gramschmidt(A: float32[80, 60]) -> (float32[80, 60], float32[60, 60]):
    Q: float32[80, 60]
    R: float32[60, 60] = 0.0
    for k in range(60):
        norm: float32 = 0.0
        for i in hcl.reduction(80, name="norm"):
            norm += A[i, k] * A[i, k]
        R[k, k] = hcl.sqrt(norm)
        for i in hcl.grid(80, name="normalise"):
            Q[i, k] = A[i, k] / R[k, k]
        for j in range(k + 1, 60):
            for i in hcl.reduction(80, name="project"):
                R[k, j] += Q[i, k] * A[i, j]
            for i in hcl.grid(80, name="subtract"):
                A[i, j] -= Q[i, k] * R[k, j]
    return Q, R


def lu(A: float32[120, 120]):
    for i in hcl.grid(120, name="rows"):
        for j in range(i):
            for k in hcl.reduction(j):
                A[i, j] -= A[i, k] * A[k, j]
            A[i, j] /= A[j, j]
        for j_upper in range(i, 120):
            for k_upper in hcl.reduction(i):
                A[i, j_upper] -= A[i, k_upper] * A[k_upper, j_upper]


def ludcmp(A: float32[120, 120], b: float32[120]) -> float32[120]:
    for i in hcl.grid(120, name="factorise"):
        for j in range(i):
            lower: float32 = A[i, j]
            for k in hcl.reduction(j):
                lower -= A[i, k] * A[k, j]
            A[i, j] = lower / A[j, j]
        for j_upper in range(i, 120):
            upper: float32 = A[i, j_upper]
            for k_upper in hcl.reduction(i):
                upper -= A[i, k_upper] * A[k_upper, j_upper]
            A[i, j_upper] = upper
    y: float32[120]
    for i in hcl.grid(120, name="forward"):
        known: float32 = b[i]
        for j in hcl.reduction(i):
            known -= A[i, j] * y[j]
        y[i] = known
    x: float32[120]
    for i in range(119, -1, -1):
        rest: float32 = y[i]
        for j in range(i + 1, 120):
            rest -= A[i, j] * x[j]
        x[i] = rest / A[i, i]
    return x


def trisolv(L: float32[120, 120], b: float32[120]) -> float32[120]:
    x: float32[120]
    for i in hcl.grid(120, name="rows"):
        x[i] = b[i]
        for j in hcl.reduction(i):
            x[i] -= L[i, j] * x[j]
        x[i] /= L[i, i]
    return x


# --- references ------------------------------------------------------------------------------


def _cholesky(A: Array) -> None:
    a = wide(A)[0]
    A[:] = np.linalg.cholesky(a) + np.triu(a, 1)


def _durbin(r: Array) -> Array:
    """The Yule-Walker equations T y = -r, T symmetric Toeplitz with first row 1, r₀, r₁, …"""
    row = np.concatenate(([1.0], wide(r)[0]))
    distance = abs(np.subtract.outer(np.arange(120), np.arange(120)))
    return np.linalg.solve(row[distance], -row[1:])


def _gramschmidt(A: Array) -> tuple[Array, Array]:
    Q, R = np.linalg.qr(wide(A)[0])
    signs = np.sign(np.diag(R))
    A[:] = Q * np.diag(R)
    return Q * signs, R * signs[:, None]


def _lu(A: Array) -> None:
    a = wide(A)[0]
    for k in range(120):
        a[k + 1 :, k] /= a[k, k]
        a[k + 1 :, k + 1 :] -= np.outer(a[k + 1 :, k], a[k, k + 1 :])
    A[:] = a


def _ludcmp(A: Array, b: Array) -> Array:
    x = np.linalg.solve(*wide(A, b))
    _lu(A)
    return x


def _trisolv(L: Array, b: Array) -> Array:
    lower, right = wide(L, b)
    return np.linalg.solve(np.tril(lower), right)


# --- inputs ----------------------------------------------------------------------------------


def _dominant(rng: np.random.Generator) -> Array:
    """A matrix whose diagonal outweighs the rest: no pivoting is needed."""
    return (uniform(rng, 120, 120) + 60 * np.eye(120)).astype(np.float32)


def _positive_definite(rng: np.random.Generator) -> tuple[Array]:
    root = uniform(rng, 120, 120)
    return ((root @ root.T / 40 + np.eye(120)).astype(np.float32),)


def _autocorrelation(rng: np.random.Generator) -> tuple[Array]:
    """Small enough that the Toeplitz matrix is diagonally dominant."""
    return ((uniform(rng, 120) * 0.6 / np.arange(2, 122) ** 2).astype(np.float32),)


EXAMPLES = (
    polybench(
        cholesky,
        "A = L Lᵀ of a positive definite matrix, in place",
        _positive_definite,
        _cholesky,
        relative_tolerance=1e-5,
        schedule=(buffer_at("A", "j"),),
        remark=(
            "The sum stays in a register. Faster forms take an element out of all later sums as "
            "soon as it is known: the division would have to move to another loop."
        ),
    ),
    polybench(
        durbin,
        "Levinson-Durbin recursion for the Yule-Walker equations",
        _autocorrelation,
        _durbin,
        relative_tolerance=1e-5,
        schedule=(*lanes("i_1", 8), *lanes("i_2", 8), complete("y"), complete("z")),
        remark="The sum over i, in its order, is what remains.",
    ),
    polybench(
        gramschmidt,
        # PolyBench's own SMALL is 60 × 80, which has no 80 independent columns.
        "QR decomposition by the modified Gram-Schmidt process, 80 × 60",
        lambda rng: (uniform(rng, 80, 60),),
        _gramschmidt,
        relative_tolerance=1e-4,
        schedule=(*cyclic(20, 1, "A", "Q"), pipeline("j", interval=4)),
        remark="A column is projected and subtracted with all its 80 elements in flight.",
    ),
    polybench(
        lu,
        "A = L U without pivoting, in place",
        lambda rng: (_dominant(rng),),
        _lu,
        relative_tolerance=1e-5,
        schedule=(
            buffer_at("A", "j"),
            reorder("k_upper", "j_upper"),
            *lanes("j_upper", 8),
            *cyclic(8, 2, "A"),
        ),
        remark=(
            "Above the diagonal eight columns at a time; below it every element of a row waits for "
            "the one before, with its sum in a register."
        ),
    ),
    polybench(
        ludcmp,
        "linear equations by LU, forward and back substitution",
        lambda rng: (_dominant(rng), uniform(rng, 120)),
        _ludcmp,
        relative_tolerance=1e-5,
        schedule=(*side_by_side("j_upper", 8), *cyclic(8, 2, "A")),
        remark="Only above the diagonal: below it every element of a row waits for the one before.",
    ),
    polybench(
        trisolv,
        "forward substitution with a lower triangular matrix",
        lambda rng: (_dominant(rng), uniform(rng, 120)),
        _trisolv,
        relative_tolerance=1e-5,
        schedule=(buffer_at("x", "i"),),
        remark=(
            "The sum stays in a register. Faster forms take an unknown out of all later equations "
            "as soon as it is known: the division would have to move to another loop."
        ),
    ),
)
