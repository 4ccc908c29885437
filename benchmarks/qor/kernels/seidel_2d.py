"""PolyBench seidel-2d. After HLStrans program_source/polybench/seidel."""


def seidel(A: float64[120, 120]):
    for _t in range(40):
        for i in range(1, 119):
            for j in range(1, 119):
                A[i, j] = (
                    A[i - 1, j - 1]
                    + A[i - 1, j]
                    + A[i - 1, j + 1]
                    + A[i, j - 1]
                    + A[i, j]
                    + A[i, j + 1]
                    + A[i + 1, j - 1]
                    + A[i + 1, j]
                    + A[i + 1, j + 1]
                ) / 9.0


POINTS = ["seidel-2d-hlstrans-polybench-plain-*"]
LOOPS = {"VITIS_LOOP_8_1_VITIS_LOOP_10_2": "i", "VITIS_LOOP_12_3": "j"}
