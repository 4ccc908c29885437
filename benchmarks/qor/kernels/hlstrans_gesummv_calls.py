"""PolyBench gesummv, its products in functions that are called. After HLStrans
data/argumentation_example/polybench/gesummv generate_12."""


def compute_tmp1(alpha: float32, buff_A: float32[64, 64], buff_x: float32[64], tmp1: float32[64]):
    for i in range(64, name="first"):
        for j in range(64):
            tmp1[i] += alpha * buff_A[i, j] * buff_x[j]


def compute_tmp2(beta: float32, buff_B: float32[64, 64], buff_x: float32[64], tmp2: float32[64]):
    for i in range(64, name="second"):
        for j in range(64):
            tmp2[i] += beta * buff_B[i, j] * buff_x[j]


def gesummv(
    alpha: float32,
    beta: float32,
    A: float32[64, 64],
    B: float32[64, 64],
    x: float32[64],
    y_out: float32[64],
):
    buff_A: float32[64, 64]
    buff_B: float32[64, 64]
    buff_x: float32[64]
    buff_y_out: float32[64]
    tmp1: float32[64] = 0.0
    tmp2: float32[64] = 0.0
    for i in range(64, name="load"):
        buff_x[i] = x[i]
        for j in range(64):
            buff_A[i, j] = A[i, j]
            buff_B[i, j] = B[i, j]
    compute_tmp1(alpha, buff_A, buff_x, tmp1)
    compute_tmp2(beta, buff_B, buff_x, tmp2)
    for i in range(64, name="sum"):
        buff_y_out[i] = tmp1[i] + tmp2[i]
        y_out[i] = buff_y_out[i]


POINTS = ["gesummv-hlstrans-aug-true-generate-12-*"]
LOOPS = {
    "Loop 1": "init_tmp1.tmp1_d0",
    "VITIS_LOOP_42_1": "load.i",
    "VITIS_LOOP_4_1": "compute_tmp1:first.i",
    "VITIS_LOOP_14_1": "compute_tmp2:second.i",
    "VITIS_LOOP_56_3": "sum.i",
    "5": "compute_tmp1:first.i",
    "7": "compute_tmp1:first.j",
    "15": "compute_tmp2:second.i",
    "17": "compute_tmp2:second.j",
    "43": "load.i",
    "46": "load.j",
    "57": "sum.i",
}
PARAMETERS = {"*": {"UNROLL_FACTOR": 8}}
