"""PolyBench jacobi-1d. After HLStrans program_source/polybench/jacobi_1d."""


def jacobi_1d(A: float64[120], B: float64[120]):
    for _t in range(40):
        for i in range(1, 119, name="first"):
            B[i] = 0.33333 * (A[i - 1] + A[i] + A[i + 1])
        for i in range(1, 119, name="second"):
            A[i] = 0.33333 * (B[i - 1] + B[i] + B[i + 1])


POINTS = ["jacobi-1d-hlstrans-polybench-plain-*"]
LOOPS = {"VITIS_LOOP_9_1": "_t", "VITIS_LOOP_11_2": "i", "VITIS_LOOP_15_3": "i_1"}
