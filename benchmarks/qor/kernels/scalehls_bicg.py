"""PolyBench bicg as ScaleHLS and HIDA unroll it: the loops of a tile of 10 x 10 are written out,
the tile's products of a row or column added up first. Its source is not stored: the tile is read
from the partitions and trip counts of the reports."""


def bicg(A: float32[410, 390], p: float32[390], r: float32[410], q: float32[410], s: float32[390]):
    for i0, j0 in hcl.grid(41, 39, name="both"):
        with hcl.meta_for(10) as j:
            s[10 * j0 + j] += (
                r[10 * i0] * A[10 * i0, 10 * j0 + j]
                + r[10 * i0 + 1] * A[10 * i0 + 1, 10 * j0 + j]
                + r[10 * i0 + 2] * A[10 * i0 + 2, 10 * j0 + j]
                + r[10 * i0 + 3] * A[10 * i0 + 3, 10 * j0 + j]
                + r[10 * i0 + 4] * A[10 * i0 + 4, 10 * j0 + j]
                + r[10 * i0 + 5] * A[10 * i0 + 5, 10 * j0 + j]
                + r[10 * i0 + 6] * A[10 * i0 + 6, 10 * j0 + j]
                + r[10 * i0 + 7] * A[10 * i0 + 7, 10 * j0 + j]
                + r[10 * i0 + 8] * A[10 * i0 + 8, 10 * j0 + j]
                + r[10 * i0 + 9] * A[10 * i0 + 9, 10 * j0 + j]
            )
        with hcl.meta_for(10) as i:
            q[10 * i0 + i] += (
                A[10 * i0 + i, 10 * j0] * p[10 * j0]
                + A[10 * i0 + i, 10 * j0 + 1] * p[10 * j0 + 1]
                + A[10 * i0 + i, 10 * j0 + 2] * p[10 * j0 + 2]
                + A[10 * i0 + i, 10 * j0 + 3] * p[10 * j0 + 3]
                + A[10 * i0 + i, 10 * j0 + 4] * p[10 * j0 + 4]
                + A[10 * i0 + i, 10 * j0 + 5] * p[10 * j0 + 5]
                + A[10 * i0 + i, 10 * j0 + 6] * p[10 * j0 + 6]
                + A[10 * i0 + i, 10 * j0 + 7] * p[10 * j0 + 7]
                + A[10 * i0 + i, 10 * j0 + 8] * p[10 * j0 + 8]
                + A[10 * i0 + i, 10 * j0 + 9] * p[10 * j0 + 9]
            )


POINTS = ["bicg-scalehls-*", "bicg-hida-*"]
LOOPS = {
    "VITIS_LOOP_47_1_VITIS_LOOP_48_2": "both.j0",
    "VITIS_LOOP_48_1_VITIS_LOOP_49_2": "both.j0",
    "49": "both.j0",
    "50": "both.j0",
}
ARRAYS = {"v0": "A", "v1": "p", "v2": "r", "v3": "q", "v4": "s"}
UNSAFE_MATH = True
