"""PolyBench atax, the first product over tiles that are copied. After HLStrans
data/argumentation_example/polybench/atax generate_18."""


def compute_tmp(A: float32[32, 32], x: float32[32], tmp: float32[32]):
    localA: float32[8, 8]
    localX: float32[8]
    for i in range(32, name="clear"):
        tmp[i] = 0.0
    for ii in range(4, name="first"):
        for jj in range(4):
            for i in range(8, name="load"):
                for j in range(8):
                    localA[i, j] = A[8 * ii + i, 8 * jj + j]
            for j in range(8, name="loadx"):
                localX[j] = x[8 * jj + j]
            for i in range(8, name="sum"):
                for j in range(8):
                    tmp[8 * ii + i] += localA[i, j] * localX[j]


def atax(A: float32[32, 32], x: float32[32], y_out: float32[32]):
    tmp: float32[32]
    compute_tmp(A, x, tmp)
    for i in range(32, name="reset"):
        y_out[i] = 0.0
    for i in range(32, name="second"):
        for j in range(32):
            y_out[j] += A[i, j] * tmp[i]


POINTS = ["atax-hlstrans-aug-true-generate-18-*"]
LOOPS = {
    "VITIS_LOOP_9_1": "compute_tmp:clear.i",
    "VITIS_LOOP_14_2": "compute_tmp:first.ii",
    "VITIS_LOOP_38_1": "reset.i",
    "VITIS_LOOP_43_2_VITIS_LOOP_44_3": "second.j",
    "10": "compute_tmp:clear.i",
    "16": "compute_tmp:first.jj",
    "17": "compute_tmp:first.jj",
    "39": "reset.i",
    "45": "second.j",
    "46": "second.j",
}
PARAMETERS = {"*": {"UNROLL_FACTOR": 4}}
