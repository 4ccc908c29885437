"""Image filters on bytes."""

from __future__ import annotations

import numpy as np

import hcl_explore.lang as hcl
from hcl_explore.examples.example import Example
from hcl_explore.examples.steps import pipeline, window_buffer
from hcl_explore.lang import int16, int32, int64, uint8


def sobel(image: uint8[66, 66]) -> uint8[64, 64]:
    out: uint8[64, 64]
    for y, x in hcl.grid(64, 64, name="sobel"):
        gx: int32 = image[y, x + 2] - image[y, x]
        gx += 2 * (image[y + 1, x + 2] - image[y + 1, x])
        gx += image[y + 2, x + 2] - image[y + 2, x]
        gy: int32 = image[y + 2, x] - image[y, x]
        gy += 2 * (image[y + 2, x + 1] - image[y, x + 1])
        gy += image[y + 2, x + 2] - image[y, x + 2]
        out[y, x] = min(abs(gx) + abs(gy), 255)
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


def harris(image: uint8[68, 68]) -> int64[64, 64]:
    dx: int32[66, 66]
    dy: int32[66, 66]
    for y, x in hcl.grid(66, 66, name="gradient"):
        right: int32 = image[y, x + 2] + 2 * image[y + 1, x + 2] + image[y + 2, x + 2]
        left: int32 = image[y, x] + 2 * image[y + 1, x] + image[y + 2, x]
        below: int32 = image[y + 2, x] + 2 * image[y + 2, x + 1] + image[y + 2, x + 2]
        above: int32 = image[y, x] + 2 * image[y, x + 1] + image[y, x + 2]
        dx[y, x] = right - left
        dy[y, x] = below - above
    response: int64[64, 64]
    for y1, x1 in hcl.grid(64, 64, name="response"):
        xx: int32 = 0
        yy: int32 = 0
        xy: int32 = 0
        for v, u in hcl.reduction(3, 3, name="window"):
            xx += dx[y1 + v, x1 + u] * dx[y1 + v, x1 + u]
            yy += dy[y1 + v, x1 + u] * dy[y1 + v, x1 + u]
            xy += dx[y1 + v, x1 + u] * dy[y1 + v, x1 + u]
        # The determinant less a sixteenth of the squared trace.
        response[y1, x1] = xx * yy - xy * xy - (xx + yy) * (xx + yy) // 16
    return response


def _gradient(image: np.ndarray) -> np.ndarray:
    p = image.astype(np.int64)
    gx = p[:-2, 2:] - p[:-2, :-2] + 2 * (p[1:-1, 2:] - p[1:-1, :-2]) + p[2:, 2:] - p[2:, :-2]
    gy = p[2:, :-2] - p[:-2, :-2] + 2 * (p[2:, 1:-1] - p[:-2, 1:-1]) + p[2:, 2:] - p[:-2, 2:]
    return abs(gx) + abs(gy)


def _edges_reference(image: np.ndarray) -> np.ndarray:
    windows = np.lib.stride_tricks.sliding_window_view(image.astype(np.int64), (3, 3))
    gradient = _gradient(windows.sum(axis=(2, 3)) // 9)
    return np.where(gradient > 64, gradient, 0)


def _harris_reference(image: np.ndarray) -> np.ndarray:
    p = image.astype(np.int64)
    windows = np.lib.stride_tricks.sliding_window_view(p, (3, 3))
    dx = (windows * [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]).sum(axis=(2, 3))
    dy = (windows * [[-1, -2, -1], [0, 0, 0], [1, 2, 1]]).sum(axis=(2, 3))
    xx, yy, xy = (
        np.lib.stride_tricks.sliding_window_view(product, (3, 3)).sum(axis=(2, 3))
        for product in (dx * dx, dy * dy, dx * dy)
    )
    return xx * yy - xy * xy - (xx + yy) ** 2 // 16


def _photo(rng: np.random.Generator) -> tuple[np.ndarray]:
    return (rng.integers(0, 256, (66, 66), dtype=np.uint8),)


EXAMPLES = (
    Example(
        sobel,
        "edge filter on a grey image, 3 × 3 window",
        _photo,
        lambda image: np.minimum(_gradient(image), 255),
        "Image",
        schedule=(*window_buffer("image", "y", "x"), pipeline("x")),
    ),
    Example(
        edges,
        "three stages: blur, Sobel, threshold",
        _photo,
        _edges_reference,
        "Image",
        schedule=(
            *window_buffer("image", "y", "x"),
            pipeline("x"),
            *window_buffer("blurred", "y1", "x1"),
            pipeline("x1"),
            pipeline("x2"),
            ("dataflow", {}),
        ),
        remark=(
            "A pixel in every cycle: each stage starts when its first rows are there, and the "
            "images between them are channels."
        ),
    ),
    Example(
        harris,
        "corner response of Harris and Stephens, 3 × 3 window",
        lambda rng: (rng.integers(0, 256, (68, 68), dtype=np.uint8),),
        _harris_reference,
        "Image",
        schedule=(
            *window_buffer("image", "y", "x"),
            pipeline("x"),
            *window_buffer("dx", "y1", "x1"),
            *window_buffer("dy", "y1", "x1"),
            pipeline("x1"),
            ("dataflow", {}),
        ),
    ),
)
