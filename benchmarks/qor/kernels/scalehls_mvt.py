"""PolyBench mvt as ScaleHLS (tiles of 16 x 4) unrolls it: the loops of a tile are written out, the
tile's products of a row added up first. Its source is not stored: the tile is read from the
partitions and trip counts of the report."""


def mvt(
    A: float32[400, 400],
    y1: float32[400],
    y2: float32[400],
    x1: float32[400],
    x2: float32[400],
):
    for j0, i0 in hcl.grid(100, 25, name="rows"):
        with hcl.meta_for(16) as i:
            x1[16 * i0 + i] += (
                A[16 * i0 + i, 4 * j0] * y1[4 * j0]
                + A[16 * i0 + i, 4 * j0 + 1] * y1[4 * j0 + 1]
                + A[16 * i0 + i, 4 * j0 + 2] * y1[4 * j0 + 2]
                + A[16 * i0 + i, 4 * j0 + 3] * y1[4 * j0 + 3]
            )
    for j0, i0 in hcl.grid(100, 25, name="columns"):
        with hcl.meta_for(16) as i:
            x2[16 * i0 + i] += (
                A[4 * j0, 16 * i0 + i] * y2[4 * j0]
                + A[4 * j0 + 1, 16 * i0 + i] * y2[4 * j0 + 1]
                + A[4 * j0 + 2, 16 * i0 + i] * y2[4 * j0 + 2]
                + A[4 * j0 + 3, 16 * i0 + i] * y2[4 * j0 + 3]
            )


POINTS = ["mvt-scalehls-*"]
LOOPS = {
    "VITIS_LOOP_47_1_VITIS_LOOP_48_2": "rows.i0",
    "VITIS_LOOP_280_3_VITIS_LOOP_281_4": "columns.i0",
    "49": "rows.i0",
    "282": "columns.i0",
}
ARRAYS = {"v0": "A", "v1": "y1", "v2": "y2", "v3": "x1", "v4": "x2"}
UNSAFE_MATH = True
