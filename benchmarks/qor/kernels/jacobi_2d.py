"""PolyBench jacobi-2d. After HLStrans program_source/polybench/jacobi_2d."""


def jacobi_2d(A: float64[90, 90], B: float64[90, 90]):
    for _t in range(40):
        for i in range(1, 89, name="first"):
            for j in range(1, 89):
                B[i, j] = 0.2 * (A[i, j] + A[i, j - 1] + A[i, 1 + j] + A[1 + i, j] + A[i - 1, j])
        for i in range(1, 89, name="second"):
            for j in range(1, 89):
                A[i, j] = 0.2 * (B[i, j] + B[i, j - 1] + B[i, 1 + j] + B[1 + i, j] + B[i - 1, j])


POINTS = ["jacobi-2d-hlstrans-polybench-plain-*"]
LOOPS = {
    "VITIS_LOOP_8_1": "_t",
    "VITIS_LOOP_10_2_VITIS_LOOP_12_3": "j",
    "VITIS_LOOP_17_4_VITIS_LOOP_19_5": "j_1",
}
