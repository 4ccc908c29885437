"""MachSuite: dense and sparse products."""

from __future__ import annotations

import numpy as np

import hcl_explore.lang as hcl
from hcl_explore.examples.arrays import Array
from hcl_explore.examples.machsuite.example import machsuite
from hcl_explore.examples.steps import complete, cyclic, pipeline, side_by_side, unroll
from hcl_explore.lang import float64, int32


def gemm_ncubed(A: float64[64, 64], B: float64[64, 64]) -> float64[64, 64]:
    C: float64[64, 64]
    for i, j in hcl.grid(64, 64, name="product"):
        total: float64 = 0.0
        for k in hcl.reduction(64):
            total += A[i, k] * B[k, j]
        C[i, j] = total
    return C


def gemm_blocked(A: float64[64, 64], B: float64[64, 64]) -> float64[64, 64]:
    C: float64[64, 64] = 0.0
    for jj, kk in hcl.grid(8, 8, name="blocks"):
        for i, k in hcl.grid(64, 8, name="block"):
            a: float64 = A[i, 8 * kk + k]
            for j in hcl.grid(8, name="row"):
                C[i, 8 * jj + j] += a * B[8 * kk + k, 8 * jj + j]
    return C


def spmv_crs(
    values: float64[1666], columns: int32[1666], first: int32[495], x: float64[494]
) -> float64[494]:
    y: float64[494]
    for i in hcl.grid(494, name="rows"):
        total: float64 = 0.0
        for e in range(first[i], first[i + 1]):
            total += values[e] * x[columns[e]]
        y[i] = total
    return y


def spmv_ellpack(
    values: float64[494, 10], columns: int32[494, 10], x: float64[494]
) -> float64[494]:
    y: float64[494] = 0.0
    for i in hcl.grid(494, name="rows"):
        for e in hcl.reduction(10):
            y[i] += values[i, e] * x[columns[i, e]]
    return y


def _spmv_crs(values: Array, columns: Array, first: Array, x: Array) -> Array:
    rows = np.repeat(np.arange(494), np.diff(first))
    return np.bincount(rows, values * x[columns], minlength=494)


def _spmv_ellpack(values: Array, columns: Array, x: Array) -> Array:
    dense = np.zeros((494, 494))
    np.add.at(dense, (np.arange(494)[:, None], columns), values)
    return dense @ x


def _square(rng: np.random.Generator) -> tuple[Array, Array]:
    return rng.uniform(-1, 1, (64, 64)), rng.uniform(-1, 1, (64, 64))


def _compressed(rng: np.random.Generator) -> tuple[Array, ...]:
    rows = np.sort(rng.integers(0, 494, 1666))
    return (
        rng.uniform(-1, 1, 1666),
        rng.integers(0, 494, 1666, dtype=np.int32),
        np.searchsorted(rows, np.arange(495)).astype(np.int32),
        rng.uniform(-1, 1, 494),
    )


def _padded(rng: np.random.Generator) -> tuple[Array, ...]:
    """Up to ten entries in a row; the unused places hold zeros of column 0."""
    used = np.arange(10) < rng.integers(1, 11, (494, 1))
    columns = np.where(used, rng.integers(0, 494, (494, 10)), 0)
    values = np.where(used, rng.uniform(-1, 1, (494, 10)), 0.0)
    return values, columns.astype(np.int32), rng.uniform(-1, 1, 494)


EXAMPLES = (
    machsuite(
        gemm_ncubed,
        "matrix product by three loops, 64 × 64",
        _square,
        lambda A, B: A @ B,
        relative_tolerance=1e-13,
        schedule=(
            ("partition", {"target": "A", "dim": 2}),
            ("partition", {"target": "B", "dim": 1}),
            ("pipeline", {"axis": "j"}),
        ),
    ),
    machsuite(
        gemm_blocked,
        "matrix product in blocks of 8 × 8",
        _square,
        lambda A, B: A @ B,
        relative_tolerance=1e-13,
        schedule=(
            ("reorder", {"axes": ["k", "i"]}),
            ("partition", {"target": "B", "partition_type": "cyclic", "dim": 2, "factor": 8}),
            ("partition", {"target": "C", "partition_type": "cyclic", "dim": 2, "factor": 8}),
            ("pipeline", {"axis": "i"}),
        ),
    ),
    machsuite(
        spmv_crs,
        "sparse matrix times vector, compressed rows",
        _compressed,
        _spmv_crs,
        relative_tolerance=1e-13,
        schedule=(*side_by_side("i", 4), *cyclic(4, 1, "y")),
        remark="Four rows at a time: a row is a sum whose order decides its rounding.",
    ),
    machsuite(
        spmv_ellpack,
        "sparse matrix times vector, ten places in every row",
        _padded,
        _spmv_ellpack,
        relative_tolerance=1e-13,
        schedule=(
            complete("values", 2),
            complete("columns", 2),
            pipeline("i", interval=5),
            unroll("y_d0", 2),
        ),
        remark=(
            "What remains are ten reads of x in every row, at places known only at run time: "
            "five cycles for two ports."
        ),
    ),
)
