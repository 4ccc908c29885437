"""PolyBench gemm as ScaleHLS and HIDA unroll it: the loops of a tile of 3 x 4 x 10 are written out,
the tile's products added up first, the sum's loop is the outermost."""


def gemm(
    A: float32[200, 240],
    B: float32[240, 220],
    C: float32[200, 220],
    beta: float32,
    alpha: float32,
    AB: float32[200, 220],
):
    for k0, i0, j0 in hcl.grid(80, 50, 22, name="product"):
        with hcl.meta_for(4) as i:
            a0: float32 = alpha * A[4 * i0 + i, 3 * k0]
            a1: float32 = alpha * A[4 * i0 + i, 3 * k0 + 1]
            a2: float32 = alpha * A[4 * i0 + i, 3 * k0 + 2]
            with hcl.meta_for(10) as j:
                AB[4 * i0 + i, 10 * j0 + j] += (
                    a0 * B[3 * k0, 10 * j0 + j]
                    + a1 * B[3 * k0 + 1, 10 * j0 + j]
                    + a2 * B[3 * k0 + 2, 10 * j0 + j]
                )
    for i0, j0 in hcl.grid(20, 22, name="add"):
        with hcl.meta_for(10) as i:
            with hcl.meta_for(10) as j:
                C[10 * i0 + i, 10 * j0 + j] = (
                    beta * C[10 * i0 + i, 10 * j0 + j] + AB[10 * i0 + i, 10 * j0 + j]
                )


POINTS = ["gemm-scalehls-*", "gemm-hida-*"]
LOOPS = {
    "VITIS_LOOP_50_1_VITIS_LOOP_51_2_VITIS_LOOP_52_3": "product.j0",
    "VITIS_LOOP_431_4_VITIS_LOOP_432_5": "add.j0",
    "VITIS_LOOP_51_1_VITIS_LOOP_52_2_VITIS_LOOP_53_3": "product.j0",
    "VITIS_LOOP_432_4_VITIS_LOOP_433_5": "add.j0",
    "53": "product.j0",
    "433": "add.j0",
    "54": "product.j0",
    "434": "add.j0",
}
ARRAYS = {"v0": "A", "v1": "B", "v2": "C", "v3": "beta", "v4": "alpha", "v5": "AB"}
UNSAFE_MATH = True
