"""PolyBench gesummv in five functions. After HLStrans
data/argumentation_example/polybench/gesummv generate_16."""


def load_data(
    A: float32[64, 64],
    B: float32[64, 64],
    x: float32[64],
    buff_A: float32[64, 64],
    buff_B: float32[64, 64],
    buff_x: float32[64],
):
    for i in range(64, name="load"):
        buff_x[i] = x[i]
        for j in range(64):
            buff_A[i, j] = A[i, j]
            buff_B[i, j] = B[i, j]


def compute_tmp1(alpha: float32, buff_A: float32[64, 64], buff_x: float32[64], tmp1: float32[64]):
    for i in range(64, name="first"):
        tmp1[i] = 0.0
        for j in range(64):
            tmp1[i] += alpha * buff_A[i, j] * buff_x[j]


def compute_tmp2(beta: float32, buff_B: float32[64, 64], buff_x: float32[64], tmp2: float32[64]):
    for i in range(64, name="second"):
        tmp2[i] = 0.0
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
    tmp1: float32[64]
    tmp2: float32[64]
    load_data(A, B, x, buff_A, buff_B, buff_x)
    compute_tmp1(alpha, buff_A, buff_x, tmp1)
    compute_tmp2(beta, buff_B, buff_x, tmp2)
    for i in range(64, name="sum"):
        buff_y_out[i] = tmp1[i] + tmp2[i]
    for i in range(64, name="store"):
        y_out[i] = buff_y_out[i]


POINTS = ["gesummv-hlstrans-aug-true-generate-16-*"]
LOOPS = {
    "VITIS_LOOP_4_1": "load_data:load.i",
    "VITIS_LOOP_16_1": "compute_tmp1:first.i",
    "VITIS_LOOP_27_1": "compute_tmp2:second.i",
    "VITIS_LOOP_38_1": "sum.i",
    "VITIS_LOOP_45_1": "store.i",
    "5": "load_data:load.i",
    "8": "load_data:load.j",
    "17": "compute_tmp1:first.i",
    "20": "compute_tmp1:first.j",
    "28": "compute_tmp2:second.i",
    "31": "compute_tmp2:second.j",
    "39": "sum.i",
    "46": "store.i",
}
