"""Alignment of sequences."""

from __future__ import annotations

import numpy as np

import hcl_explore.lang as hcl
from hcl_explore.examples.arrays import Array
from hcl_explore.examples.example import Example
from hcl_explore.examples.steps import complete, cyclic, lanes, reorder, unroll
from hcl_explore.lang import int32, uint8


def smith_waterman(A: uint8[128], B: uint8[128]) -> (int32[129, 129], int32):
    # Scores: 2 for equal letters, -1 for unequal ones, -1 for a gap.
    H: int32[129, 129] = 0
    best: int32 = 0
    for i, j in hcl.grid(128, 128, name="fill"):
        score: int32 = H[i, j] + (2 if A[i] == B[j] else -1)
        score = max(score, H[i, j + 1] - 1, H[i + 1, j] - 1, 0)
        H[i + 1, j + 1] = score
        best = max(best, score)
    return H, best


def _smith_waterman(A: Array, B: Array) -> tuple[Array, int]:
    H = np.zeros((129, 129), np.int32)
    match = np.where(A[:, None] == B, 2, -1)
    # Along an antidiagonal no score needs another.
    for total in range(128 + 127):
        i = np.arange(max(0, total - 127), min(127, total) + 1)
        j = total - i
        gap = np.maximum(H[i, j + 1], H[i + 1, j]) - 1
        H[i + 1, j + 1] = np.maximum(np.maximum(H[i, j] + match[i, j], gap), 0)
    return H, int(H.max())


def _related(rng: np.random.Generator) -> tuple[Array, Array]:
    """Two sequences of four letters that share their middle, with some changes."""
    one, other = rng.integers(0, 4, (2, 128), dtype=np.uint8)
    other[20:90] = np.where(rng.random(70) < 0.1, other[20:90], one[35:105])
    return one, other


EXAMPLES = (
    Example(
        smith_waterman,
        "local alignment of two sequences of 128 letters",
        _related,
        _smith_waterman,
        "Sequences",
        schedule=(
            ("skew", {"axis": "j", "by": "i"}),
            reorder("j", "i"),
            *lanes("i", 8),
            *cyclic(8, 1, "H", "A"),
            complete("B"),
            unroll("H_d0", 8),
        ),
        remark="The cells of an antidiagonal need nothing of each other: eight at a time.",
    ),
)
