"""MachSuite: stencils on integers."""

from __future__ import annotations

import numpy as np

import hcl_explore.lang as hcl
from hcl_explore.examples.arrays import Array
from hcl_explore.examples.machsuite.example import machsuite
from hcl_explore.examples.steps import complete, pipeline, window_buffer
from hcl_explore.lang import int32


def stencil2d(image: int32[128, 64], weight: int32[3, 3]) -> int32[128, 64]:
    out: int32[128, 64] = 0
    for y, x in hcl.grid(126, 62, name="filter"):
        total: int32 = 0
        for dy, dx in hcl.reduction(3, 3, name="window"):
            total += weight[dy, dx] * image[y + dy, x + dx]
        out[y, x] = total
    return out


def stencil3d(A: int32[32, 32, 16], centre: int32, beside: int32) -> int32[32, 32, 16]:
    B: int32[32, 32, 16]
    for x, y, z in hcl.grid(32, 32, 16, name="points"):
        if 0 < x < 31 and 0 < y < 31 and 0 < z < 15:
            total: int32 = A[x - 1, y, z] + A[x + 1, y, z]
            total += A[x, y - 1, z] + A[x, y + 1, z]
            total += A[x, y, z - 1] + A[x, y, z + 1]
            B[x, y, z] = centre * A[x, y, z] + beside * total
        else:
            B[x, y, z] = A[x, y, z]
    return B


def _stencil2d(image: Array, weight: Array) -> Array:
    windows = np.lib.stride_tricks.sliding_window_view(image, (3, 3))
    return np.pad((windows * weight).sum(axis=(2, 3)), ((0, 2), (0, 2)))


def _stencil3d(A: Array, centre: int, beside: int) -> Array:
    result = A.copy()
    total = sum(np.roll(A, shift, axis) for axis in range(3) for shift in (-1, 1))
    inner = (slice(1, -1),) * 3
    result[inner] = centre * A[inner] + beside * total[inner]
    return result


EXAMPLES = (
    machsuite(
        stencil2d,
        "3 × 3 filter on a plane",
        lambda rng: (
            rng.integers(-1000, 1000, (128, 64), dtype=np.int32),
            rng.integers(-100, 100, (3, 3), dtype=np.int32),
        ),
        _stencil2d,
        schedule=(complete("weight"), *window_buffer("image", "y", "x"), pipeline("x")),
    ),
    machsuite(
        stencil3d,
        "seven-point stencil in a box, its border copied",
        lambda rng: (rng.integers(-1000, 1000, (32, 32, 16), dtype=np.int32), 6, -1),
        _stencil3d,
        schedule=(complete("A", 3), complete("B", 3), pipeline("y", interval=3)),
        remark="A line of 16 points in three cycles.",
    ),
)
