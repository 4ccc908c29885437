"""Kernels of PolyBench size with a schedule each: what the benchmarks measure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import hcl_explore as hcl
from hcl_explore import float32, int16, int32, uint8


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


def edges(image: uint8[66, 66]) -> int16[62, 62]:
    blurred: int16[64, 64]
    for y, x in hcl.grid(64, 64, name="blur"):
        total: int32 = 0
        for dy, dx in hcl.grid(3, 3, name="blur_window"):
            total += image[y + dy, x + dx]
        blurred[y, x] = total // 9
    gradient: int16[62, 62]
    for y1, x1 in hcl.grid(62, 62, name="sobel"):
        gx: int32 = blurred[y1, x1 + 2] - blurred[y1, x1]
        gx += 2 * (blurred[y1 + 1, x1 + 2] - blurred[y1 + 1, x1])
        gx += blurred[y1 + 2, x1 + 2] - blurred[y1 + 2, x1]
        gy: int32 = blurred[y1 + 2, x1] - blurred[y1, x1]
        gy += 2 * (blurred[y1 + 2, x1 + 1] - blurred[y1, x1 + 1])
        gy += blurred[y1 + 2, x1 + 2] - blurred[y1, x1 + 2]
        gradient[y1, x1] = abs(gx) + abs(gy)
    out: int16[62, 62]
    for y2, x2 in hcl.grid(62, 62, name="threshold"):
        out[y2, x2] = gradient[y2, x2] if gradient[y2, x2] > 64 else 0
    return out


@dataclass(frozen=True)
class Case:
    """A kernel and the steps applied to it, each a primitive's name with its arguments."""

    kernel: Callable[..., object]
    steps: tuple[tuple[str, dict[str, object]], ...]


CASES = (
    Case(
        gemm,
        (
            ("split", {"axis": "k", "factor": 8}),
            ("reorder", {"axes": ["k.outer", "i", "j", "k.inner"]}),
            ("buffer_at", {"target": "C", "axis": "i"}),
            ("pipeline", {"axis": "j"}),
            ("partition", {"target": "A", "partition_type": "cyclic", "dim": 2, "factor": 8}),
            ("partition", {"target": "B", "partition_type": "cyclic", "dim": 1, "factor": 8}),
        ),
    ),
    Case(
        conv2d,
        (
            ("reorder", {"axes": ["y", "o"]}),
            ("tile", {"axes": ["o", "x"], "factors": [4, 8]}),
            ("buffer_at", {"target": "out", "axis": "x.inner"}),
            ("fuse", {"axes": ["dy", "dx"]}),
            ("pipeline", {"axis": "dy_dx_fused"}),
            ("partition", {"target": "weight", "dim": 4}),
        ),
    ),
    Case(
        edges,
        (
            ("reuse_at", {"target": "image", "axis": "y"}),
            ("reuse_at", {"target": "blurred", "axis": "y1"}),
            ("split", {"axis": "x2", "factor": 31}),
            ("pipeline", {"axis": "x2.inner"}),
            ("parallel", {"axis": "y2"}),
            ("unroll", {"axis": "dx"}),
        ),
    ),
)
