"""PolyBench 3mm as ScaleHLS unrolls it: the loops of a tile are written out, two products added up
before the sum, the sums' loops outermost. Its source is not stored: tiles are read from the
partitions and trip counts of the report."""


def k3mm(
    A: float32[180, 200],
    B: float32[200, 190],
    C: float32[190, 220],
    D: float32[220, 210],
    G: float32[180, 210],
    E: float32[180, 190],
    F: float32[190, 210],
):
    for k0, i0, j0 in hcl.grid(100, 15, 38, name="first"):
        with hcl.meta_for(12) as i:
            with hcl.meta_for(5) as j:
                E[12 * i0 + i, 5 * j0 + j] += (
                    A[12 * i0 + i, 2 * k0] * B[2 * k0, 5 * j0 + j]
                    + A[12 * i0 + i, 2 * k0 + 1] * B[2 * k0 + 1, 5 * j0 + j]
                )
    for k0, i0, j0 in hcl.grid(110, 19, 35, name="second"):
        with hcl.meta_for(10) as i:
            with hcl.meta_for(6) as j:
                F[10 * i0 + i, 6 * j0 + j] += (
                    C[10 * i0 + i, 2 * k0] * D[2 * k0, 6 * j0 + j]
                    + C[10 * i0 + i, 2 * k0 + 1] * D[2 * k0 + 1, 6 * j0 + j]
                )
    for k0, i0, j0 in hcl.grid(95, 18, 35, name="third"):
        with hcl.meta_for(10) as i:
            with hcl.meta_for(6) as j:
                G[10 * i0 + i, 6 * j0 + j] += (
                    E[10 * i0 + i, 2 * k0] * F[2 * k0, 6 * j0 + j]
                    + E[10 * i0 + i, 2 * k0 + 1] * F[2 * k0 + 1, 6 * j0 + j]
                )


POINTS = ["3mm-scalehls-*"]
LOOPS = {
    "VITIS_LOOP_61_1_VITIS_LOOP_62_2_VITIS_LOOP_63_3": "first.j0",
    "VITIS_LOOP_462_4_VITIS_LOOP_463_5_VITIS_LOOP_464_6": "second.j0",
    "VITIS_LOOP_861_7_VITIS_LOOP_862_8_VITIS_LOOP_863_9": "third.j0",
    "64": "first.j0",
    "465": "second.j0",
    "864": "third.j0",
}
ARRAYS = {"v0": "A", "v1": "B", "v2": "C", "v3": "D", "v4": "G", "v5": "E", "v6": "F"}
UNSAFE_MATH = True
