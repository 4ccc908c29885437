"""PolyBench, medley: image filtering, shortest paths, RNA folding."""

from __future__ import annotations

import numpy as np

import hcl_explore.lang as hcl
from hcl_explore.examples.arrays import Array, wide
from hcl_explore.examples.polybench.example import polybench
from hcl_explore.examples.steps import cyclic, lanes, side_by_side
from hcl_explore.lang import ConstExpr, float32, int8, int32


def deriche(image: float32[192, 128]) -> float32[192, 128]:
    # Smoothing after R. Deriche, "Fast algorithms for low-level vision", with his coefficients
    # (PolyBench writes 2^-alpha for 2 exp(-alpha), and exp(2 alpha) for exp(-2 alpha) in scale).
    alpha: ConstExpr[float32] = 0.25
    decay: ConstExpr[float32] = hcl.exp(-alpha)
    scale: ConstExpr[float32] = (1 - decay) ** 2 / (1 + 2 * alpha * decay - decay**2)
    a2: ConstExpr[float32] = scale * decay * (alpha - 1)
    a3: ConstExpr[float32] = scale * decay * (alpha + 1)
    a4: ConstExpr[float32] = -scale * decay**2
    b1: ConstExpr[float32] = 2 * decay
    b2: ConstExpr[float32] = -(decay**2)
    forward: float32[192, 128]
    backward: float32[192, 128]
    rows: float32[192, 128]
    for i in hcl.grid(192, name="right"):
        x1: float32 = 0.0
        y1: float32 = 0.0
        y2: float32 = 0.0
        for j in range(128):
            y: float32 = scale * image[i, j] + a2 * x1 + b1 * y1 + b2 * y2
            x1 = image[i, j]
            y2 = y1
            y1 = y
            forward[i, j] = y
    for i in hcl.grid(192, name="left"):
        x1: float32 = 0.0
        x2: float32 = 0.0
        y1: float32 = 0.0
        y2: float32 = 0.0
        for j in range(127, -1, -1):
            y: float32 = a3 * x1 + a4 * x2 + b1 * y1 + b2 * y2
            x2 = x1
            x1 = image[i, j]
            y2 = y1
            y1 = y
            backward[i, j] = y
    for i, j in hcl.grid(192, 128, name="sum_rows"):
        rows[i, j] = forward[i, j] + backward[i, j]
    for j in hcl.grid(128, name="down"):
        x1: float32 = 0.0
        y1: float32 = 0.0
        y2: float32 = 0.0
        for i in range(192):
            y: float32 = scale * rows[i, j] + a2 * x1 + b1 * y1 + b2 * y2
            x1 = rows[i, j]
            y2 = y1
            y1 = y
            forward[i, j] = y
    for j in hcl.grid(128, name="up"):
        x1: float32 = 0.0
        x2: float32 = 0.0
        y1: float32 = 0.0
        y2: float32 = 0.0
        for i in range(191, -1, -1):
            y: float32 = a3 * x1 + a4 * x2 + b1 * y1 + b2 * y2
            x2 = x1
            x1 = rows[i, j]
            y2 = y1
            y1 = y
            backward[i, j] = y
    smooth: float32[192, 128]
    for i, j in hcl.grid(192, 128, name="sum_columns"):
        smooth[i, j] = forward[i, j] + backward[i, j]
    return smooth


def floyd_warshall(path: int32[180, 180]):
    for k, i, j in hcl.grid(180, 180, 180, name="paths"):
        path[i, j] = min(path[i, j], path[i, k] + path[k, j])


def nussinov(bases: int8[180]) -> int32[180, 180]:
    # table[i, j] is the largest number of pairs among bases i to j; bases 0 and 3, 1 and 2 pair.
    table: int32[180, 180] = 0
    for i in range(179, -1, -1):
        for j in range(i + 1, 180):
            best: int32 = max(table[i, j - 1], table[i + 1, j])
            if i < j - 1:
                pair: int32 = 1 if bases[i] + bases[j] == 3 else 0
                best = max(best, table[i + 1, j - 1] + pair)
            for k in range(i + 1, j):
                best = max(best, table[i, k] + table[k + 1, j])
            table[i, j] = best
    return table


# --- references ------------------------------------------------------------------------------


def _impulse_response(length: int) -> Array:
    """k (α |n| + 1) exp(-α |n|) for n from 1 - length to length - 1: Deriche's smoothing filter."""
    alpha = 0.25
    distance = abs(np.arange(1 - length, length))
    scale = (1 - np.exp(-alpha)) ** 2 / (1 + 2 * alpha * np.exp(-alpha) - np.exp(-2 * alpha))
    return scale * (alpha * distance + 1) * np.exp(-alpha * distance)


def _deriche(image: Array) -> Array:
    smooth = wide(image)[0]
    for axis, length in ((1, 128), (0, 192)):
        response = _impulse_response(length)
        distance = np.subtract.outer(np.arange(length), np.arange(length)) + length - 1
        smooth = np.moveaxis(response[distance] @ np.moveaxis(smooth, axis, 0), 0, axis)
    return smooth


def _floyd_warshall(path: Array) -> None:
    for k in range(180):
        np.minimum(path, np.add.outer(path[:, k], path[k]), out=path)


def _nussinov(bases: Array) -> Array:
    table = np.zeros((181, 180), np.int32)
    for length in range(1, 180):
        for i in range(180 - length):
            j = i + length
            paired = table[i + 1, j - 1] + (int(bases[i] + bases[j] == 3) if length > 1 else 0)
            split = (table[i, i:j] + table[i + 1 : j + 1, j]).max()
            table[i, j] = max(paired, split)
    return table[:180]


def _roads(rng: np.random.Generator) -> tuple[Array]:
    lengths = rng.integers(1, 1000, (180, 180), dtype=np.int32)
    lengths[rng.random((180, 180)) < 0.8] = 100_000
    np.fill_diagonal(lengths, 0)
    return (lengths,)


EXAMPLES = (
    polybench(
        deriche,
        "smoothing an image by recursive filters along rows and columns",
        lambda rng: (rng.uniform(0, 1, (192, 128)).astype(np.float32),),
        _deriche,
        relative_tolerance=1e-4,
        schedule=(
            *side_by_side("right.i", 8),
            *side_by_side("left.i", 8),
            *side_by_side("down.j", 8),
            *side_by_side("up.j", 8),
            *cyclic(8, 1, "image", "forward", "backward"),
            *cyclic(8, 2, "forward", "backward", "rows"),
        ),
        remark=(
            "A filter feeds its result back; eight rows, and then eight columns, are filtered "
            "at a time."
        ),
    ),
    polybench(
        floyd_warshall,
        "shortest paths between all pairs of 180 nodes",
        _roads,
        _floyd_warshall,
        schedule=(*lanes("j", 16), *cyclic(16, 2, "path")),
    ),
    polybench(
        nussinov,
        "RNA secondary structure with the most base pairs",
        lambda rng: (rng.integers(0, 4, 180, dtype=np.int8),),
        _nussinov,
        schedule=(*lanes("k", 4, interval=3), *cyclic(4, 2, "table")),
        remark="A column of the table is in one bank, so four of its elements take two cycles.",
    ),
)
