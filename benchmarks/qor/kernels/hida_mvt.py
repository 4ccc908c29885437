"""PolyBench mvt as HIDA unrolls it, in tiles of 16 x 2 (see scalehls_mvt.py)."""


def mvt(
    A: float32[400, 400],
    y1: float32[400],
    y2: float32[400],
    x1: float32[400],
    x2: float32[400],
):
    for j0, i0 in hcl.grid(200, 25, name="rows"):
        with hcl.meta_for(16) as i:
            x1[16 * i0 + i] += (
                A[16 * i0 + i, 2 * j0] * y1[2 * j0] + A[16 * i0 + i, 2 * j0 + 1] * y1[2 * j0 + 1]
            )
    for j0, i0 in hcl.grid(200, 25, name="columns"):
        with hcl.meta_for(16) as i:
            x2[16 * i0 + i] += (
                A[2 * j0, 16 * i0 + i] * y2[2 * j0] + A[2 * j0 + 1, 16 * i0 + i] * y2[2 * j0 + 1]
            )


POINTS = ["mvt-hida-*"]
LOOPS = {
    "VITIS_LOOP_48_1_VITIS_LOOP_49_2": "rows.i0",
    "VITIS_LOOP_183_3_VITIS_LOOP_184_4": "columns.i0",
    "50": "rows.i0",
    "185": "columns.i0",
}
ARRAYS = {"v0": "A", "v1": "y1", "v2": "y2", "v3": "x1", "v4": "x2"}
UNSAFE_MATH = True
