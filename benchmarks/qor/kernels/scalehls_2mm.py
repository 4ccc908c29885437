"""PolyBench 2mm as ScaleHLS unrolls it: the loops of a tile of 12 x 10 are written out, the sums'
loops are the outermost."""


def k2mm(
    A: float32[180, 210],
    B: float32[210, 190],
    C: float32[190, 220],
    D: float32[180, 220],
    out: float32[180, 220],
    alpha: float32,
    beta: float32,
    AB: float32[180, 190],
    ABC: float32[180, 220],
):
    for k, i0, j0 in hcl.grid(210, 15, 19, name="first"):
        with hcl.meta_for(12) as i:
            with hcl.meta_for(10) as j:
                AB[12 * i0 + i, 10 * j0 + j] += A[12 * i0 + i, k] * B[k, 10 * j0 + j]
    for k, i0, j0 in hcl.grid(190, 15, 22, name="second"):
        with hcl.meta_for(12) as i:
            with hcl.meta_for(10) as j:
                ABC[12 * i0 + i, 10 * j0 + j] += AB[12 * i0 + i, k] * C[k, 10 * j0 + j]
    for i0, j0 in hcl.grid(15, 22, name="scale"):
        with hcl.meta_for(12) as i:
            with hcl.meta_for(10) as j:
                out[12 * i0 + i, 10 * j0 + j] = (
                    alpha * ABC[12 * i0 + i, 10 * j0 + j] + beta * D[12 * i0 + i, 10 * j0 + j]
                )


POINTS = ["2mm-scalehls-*"]
LOOPS = {
    "VITIS_LOOP_62_1_VITIS_LOOP_63_2_VITIS_LOOP_64_3": "first.j0",
    "VITIS_LOOP_571_4_VITIS_LOOP_572_5_VITIS_LOOP_573_6": "second.j0",
    "VITIS_LOOP_1080_7_VITIS_LOOP_1081_8": "scale.j0",
    "65": "first.j0",
    "574": "second.j0",
    "1082": "scale.j0",
}
ARRAYS = {
    "v0": "A",
    "v1": "B",
    "v2": "C",
    "v3": "D",
    "v4": "out",
    "v5": "alpha",
    "v6": "beta",
    "v7": "AB",
    "v8": "ABC",
}
UNSAFE_MATH = True
