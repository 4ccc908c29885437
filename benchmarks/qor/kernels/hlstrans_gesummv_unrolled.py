"""PolyBench gesummv in six functions, vectors unrolled. After HLStrans
data/argumentation_example/polybench/gesummv generate_6."""


def init_buffers(
    x: float32[64],
    buff_x: float32[64],
    tmp1: float32[64],
    tmp2: float32[64],
    buff_y_out: float32[64],
):
    for i in range(64, name="reset"):
        buff_x[i] = x[i]
        tmp1[i] = 0.0
        tmp2[i] = 0.0
        buff_y_out[i] = 0.0


def load_matrices(
    A: float32[64, 64], B: float32[64, 64], buff_A: float32[64, 64], buff_B: float32[64, 64]
):
    for i in range(64, name="load"):
        for j in range(64):
            buff_A[i, j] = A[i, j]
            buff_B[i, j] = B[i, j]


def compute_tmp1(alpha: float32, buff_A: float32[64, 64], buff_x: float32[64], tmp1: float32[64]):
    for i in range(64, name="first"):
        for j in range(64):
            tmp1[i] += alpha * buff_A[i, j] * buff_x[j]


def compute_tmp2(beta: float32, buff_B: float32[64, 64], buff_x: float32[64], tmp2: float32[64]):
    for i in range(64, name="second"):
        for j in range(64):
            tmp2[i] += beta * buff_B[i, j] * buff_x[j]


def compute_y_out(tmp1: float32[64], tmp2: float32[64], buff_y_out: float32[64]):
    for i in range(64, name="sum"):
        buff_y_out[i] = tmp1[i] + tmp2[i]


def write_output(buff_y_out: float32[64], y_out: float32[64]):
    for i in range(64, name="store"):
        y_out[i] = buff_y_out[i]


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
    init_buffers(x, buff_x, tmp1, tmp2, buff_y_out)
    load_matrices(A, B, buff_A, buff_B)
    compute_tmp1(alpha, buff_A, buff_x, tmp1)
    compute_tmp2(beta, buff_B, buff_x, tmp2)
    compute_y_out(tmp1, tmp2, buff_y_out)
    write_output(buff_y_out, y_out)


POINTS = ["gesummv-hlstrans-aug-true-generate-6-*"]
LOOPS = {
    "VITIS_LOOP_14_1": "load_matrices:load.i",
    "VITIS_LOOP_24_1": "compute_tmp1:first.i",
    "VITIS_LOOP_33_1": "compute_tmp2:second.i",
    "5": "init_buffers:reset.i",
    "16": "load_matrices:load.j",
    "26": "compute_tmp1:first.j",
    "35": "compute_tmp2:second.j",
    "43": "compute_y_out:sum.i",
    "50": "write_output:store.i",
}
