"""PolyBench atax as C programmers write it, in two functions. After HLStrans
data/argumentation_example/polybench/atax generate_25."""


def atax(A: float32[64, 64], x: float32[64], y_out: float32[64]):
    tmp1: float32[64]
    for i in range(64, name="first"):
        tmp1[i] = 0.0
        for j in range(64):
            tmp1[i] += A[i, j] * x[j]
    for i in range(64, name="second"):
        y_out[i] = 0.0
        for j in range(64):
            y_out[i] += A[j, i] * tmp1[j]


POINTS = ["atax-hlstrans-aug-true-generate-25-*"]
LOOPS = {"VITIS_LOOP_5_1": "first.i", "VITIS_LOOP_15_1": "second.i"}
