"""Matrix products and convolution, from their definitions."""

from __future__ import annotations

import numpy as np

import hcl_explore.lang as hcl
from hcl_explore.examples.arrays import uniform
from hcl_explore.examples.example import Example
from hcl_explore.examples.steps import (
    buffer_at,
    complete,
    cyclic,
    pipeline,
    reorder,
    unroll,
    window_buffer,
)
from hcl_explore.lang import float32


def gemm(A: float32[128, 128], B: float32[128, 128]) -> float32[128, 128]:
    C: float32[128, 128] = 0.0
    for i, j, k in hcl.grid(128, 128, 128, name="mm"):
        C[i, j] += A[i, k] * B[k, j]
    return C


def conv2d(image: float32[8, 34, 34], weight: float32[16, 8, 3, 3]) -> float32[16, 32, 32]:
    out: float32[16, 32, 32] = 0.0
    for o, y, x in hcl.grid(16, 32, 32, name="conv"):
        for c, dy, dx in hcl.grid(8, 3, 3, name="window"):
            out[o, y, x] += image[c, y + dy, x + dx] * weight[o, c, dy, dx]
    return out


def jacobi2d(A: float32[66, 66]) -> float32[66, 66]:
    B: float32[66, 66] = 0.0
    for _ in range(10):
        for i, j in hcl.grid(64, 64, name="average"):
            B[i + 1, j + 1] = 0.2 * (
                A[i + 1, j + 1] + A[i + 1, j] + A[i + 1, j + 2] + A[i + 2, j + 1] + A[i, j + 1]
            )
        for i1, j1 in hcl.grid(64, 64, name="update"):
            A[i1 + 1, j1 + 1] = B[i1 + 1, j1 + 1]
    return B


def _conv2d_reference(image: np.ndarray, weight: np.ndarray) -> np.ndarray:
    windows = np.lib.stride_tricks.sliding_window_view(image.astype(np.float64), (3, 3), (1, 2))
    return np.einsum("cyxuv,ocuv->oyx", windows, weight.astype(np.float64))


def _jacobi_reference(A: np.ndarray) -> np.ndarray:
    grid = A.astype(np.float64)
    result = np.zeros_like(grid)
    for _ in range(10):
        result[1:-1, 1:-1] = 0.2 * (
            grid[1:-1, 1:-1] + grid[1:-1, :-2] + grid[1:-1, 2:] + grid[2:, 1:-1] + grid[:-2, 1:-1]
        )
        grid[1:-1, 1:-1] = result[1:-1, 1:-1]
    A[:] = grid
    return result


EXAMPLES = (
    Example(
        gemm,
        "matrix product, 128 × 128 × 128",
        lambda rng: (uniform(rng, 128, 128), uniform(rng, 128, 128)),
        lambda A, B: A.astype(np.float64) @ B.astype(np.float64),
        "Linear algebra",
        relative_tolerance=1e-4,
        schedule=(
            ("tile", {"axes": ["i", "j"], "factors": [16, 32]}),
            reorder("i.outer", "j.outer", "k", "i.inner", "j.inner"),
            buffer_at("C", "j.outer"),
            complete("C_buf", 2),
            *cyclic(16, 2, "B", "C"),
            unroll("C_buf_load1"),
            unroll("C_buf_store1"),
            pipeline("i.inner"),
        ),
        remark=(
            "Each tile of C stays in registers and block RAM while k runs: 32 products in "
            "every cycle, and none waits for the sum before it."
        ),
    ),
    Example(
        conv2d,
        "2-D convolution, 8 channels in, 16 out, 3 × 3 window",
        lambda rng: (uniform(rng, 8, 34, 34), uniform(rng, 16, 8, 3, 3)),
        _conv2d_reference,
        "Linear algebra",
        relative_tolerance=1e-4,
        schedule=(
            reorder("y", "x", "o", "c", "dy", "dx"),
            *window_buffer("image", "y", "x"),
            complete("image_reuse_y", 2),
            *cyclic(4, 1, "image"),
            complete("weight"),
            complete("out", 1),
            pipeline("x", interval=4),
        ),
        remark=(
            "Four cycles for a pixel of all 16 channels: the window of 8 × 3 × 3 numbers "
            "shifts by one column, and every product has a multiplier of its own."
        ),
    ),
    Example(
        jacobi2d,
        "ten sweeps of a five-point stencil (its loops carry dependences)",
        lambda rng: (uniform(rng, 66, 66),),
        _jacobi_reference,
        "Linear algebra",
        relative_tolerance=1e-4,
        schedule=(
            *window_buffer("A", "i", "j"),
            pipeline("j"),
            pipeline("j1"),
        ),
    ),
)
