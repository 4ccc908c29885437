"""PolyBench atax over tiles that are copied, integers. After HLStrans
data/argumentation_example/polybench/atax generate_21."""


def compute_tmp(A: int32[32, 32], x: int32[32], tmp: int32[32]):
    localA: int32[8, 8]
    localX: int32[8]
    for i in range(32, name="clear"):
        tmp[i] = 0
    for ii in range(4, name="first"):
        for jj in range(4):
            for i in range(8, name="load"):
                for j in range(8):
                    localA[i, j] = A[8 * ii + i, 8 * jj + j]
            for j in range(8, name="loadx"):
                localX[j] = x[8 * jj + j]
            for i in range(8, name="sum"):
                for j in range(8):
                    tmp[8 * ii + i] = int32(tmp[8 * ii + i] + localA[i, j] * localX[j])


def compute_y_out(A: int32[32, 32], tmp: int32[32], y_out: int32[32]):
    for i in range(32, name="reset"):
        y_out[i] = 0
    for ii in range(4, name="second"):
        for jj in range(4):
            localA: int32[8, 8]
            localT: int32[8]
            for i in range(8, name="load"):
                for j in range(8):
                    localA[i, j] = A[8 * ii + i, 8 * jj + j]
            for i in range(8, name="loadt"):
                localT[i] = tmp[8 * ii + i]
            for i in range(8, name="sum"):
                for j in range(8):
                    y_out[8 * jj + j] = int32(y_out[8 * jj + j] + localA[i, j] * localT[i])


def atax(A: int32[32, 32], x: int32[32], y_out: int32[32]):
    tmp: int32[32]
    compute_tmp(A, x, tmp)
    compute_y_out(A, tmp, y_out)


POINTS = ["atax-hlstrans-aug-true-generate-21-*"]
LOOPS = {
    "VITIS_LOOP_9_1": "compute_tmp:clear.i",
    "VITIS_LOOP_14_2": "compute_tmp:first.ii",
    "VITIS_LOOP_40_1": "compute_y_out:reset.i",
    "VITIS_LOOP_45_2": "compute_y_out:second.ii",
    "10": "compute_tmp:clear.i",
    "16": "compute_tmp:first.jj",
    "17": "compute_tmp:first.jj",
    "41": "compute_y_out:reset.i",
    "47": "compute_y_out:second.jj",
    "48": "compute_y_out:second.jj",
    "72": "",
}
PARAMETERS = {"*": {"UNROLL_FACTOR": 4}}
