"""PolyBench, data mining: statistics of 100 points with 80 attributes."""

from __future__ import annotations

import numpy as np

import hcl_explore.lang as hcl
from hcl_explore.examples.arrays import Array, wide
from hcl_explore.examples.polybench.example import polybench
from hcl_explore.examples.steps import cyclic, pipeline
from hcl_explore.lang import float32


def covariance(data: float32[100, 80]) -> float32[80, 80]:
    mean: float32[80] = 0.0
    for i, j in hcl.grid(100, 80, name="mean"):
        mean[j] += data[i, j] / 100
    for i, j in hcl.grid(100, 80, name="centre"):
        data[i, j] -= mean[j]
    cov: float32[80, 80]
    for i in hcl.grid(80, name="products"):
        for j in range(i, 80):
            total: float32 = 0.0
            for k in hcl.reduction(100):
                total += data[k, i] * data[k, j]
            cov[i, j] = total / 99
            cov[j, i] = total / 99
    return cov


def correlation(data: float32[100, 80]) -> float32[80, 80]:
    mean: float32[80] = 0.0
    for i, j in hcl.grid(100, 80, name="mean"):
        mean[j] += data[i, j] / 100
    deviation: float32[80] = 0.0
    for i, j in hcl.grid(100, 80, name="squares"):
        deviation[j] += (data[i, j] - mean[j]) * (data[i, j] - mean[j])
    for j in hcl.grid(80, name="deviation"):
        deviation[j] = hcl.sqrt(deviation[j] / 100)
        # An attribute that hardly varies would be divided by almost nothing.
        if deviation[j] <= 0.1:
            deviation[j] = 1.0
    for i, j in hcl.grid(100, 80, name="normalise"):
        data[i, j] = (data[i, j] - mean[j]) / (10.0 * deviation[j])
    corr: float32[80, 80]
    for i in hcl.grid(80, name="products"):
        corr[i, i] = 1.0
        for j in range(i + 1, 80):
            total: float32 = 0.0
            for k in hcl.reduction(100):
                total += data[k, i] * data[k, j]
            corr[i, j] = total
            corr[j, i] = total
    return corr


def _covariance(data: Array) -> Array:
    points = wide(data)[0]
    data[:] = points - points.mean(axis=0)
    return np.cov(points, rowvar=False)


def _correlation(data: Array) -> Array:
    points = wide(data)[0]
    data[:] = (points - points.mean(axis=0)) / (10 * points.std(axis=0))
    return np.corrcoef(points, rowvar=False)


def _points(rng: np.random.Generator) -> tuple[Array]:
    """Attributes of different scale that depend on each other."""
    mixed = rng.standard_normal((100, 80)) @ rng.standard_normal((80, 80))
    return ((mixed * rng.uniform(0.1, 2, 80) + rng.uniform(-5, 5, 80)).astype(np.float32),)


EXAMPLES = (
    polybench(
        covariance,
        "covariance of every pair of attributes",
        _points,
        _covariance,
        relative_tolerance=1e-5,
        schedule=(*cyclic(25, 1, "data"), pipeline("products.j", interval=2)),
    ),
    polybench(
        correlation,
        "correlation coefficient of every pair of attributes",
        _points,
        _correlation,
        relative_tolerance=1e-5,
        schedule=(*cyclic(25, 1, "data"), pipeline("products.j", interval=2)),
    ),
)
