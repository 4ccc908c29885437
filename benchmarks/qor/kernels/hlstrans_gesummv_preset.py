"""PolyBench gesummv with sums that are zeroed as the data are loaded. After HLStrans
data/argumentation_example/polybench/gesummv generate_7."""


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
    for i in range(64, name="load"):
        buff_x[i] = x[i]
        tmp1[i] = 0.0
        tmp2[i] = 0.0
        buff_y_out[i] = 0.0
        for j in range(64):
            buff_A[i, j] = A[i, j]
            buff_B[i, j] = B[i, j]
    for i in range(64, name="first"):
        for j in range(64):
            tmp1[i] += alpha * buff_A[i, j] * buff_x[j]
    for i in range(64, name="second"):
        for j in range(64):
            tmp2[i] += beta * buff_B[i, j] * buff_x[j]
    for i in range(64, name="sum"):
        buff_y_out[i] = tmp1[i] + tmp2[i]
    for i in range(64, name="store"):
        y_out[i] = buff_y_out[i]


POINTS = ["gesummv-hlstrans-aug-true-generate-7-*"]
LOOPS = {
    "lprd_1": "load.i",
    "VITIS_LOOP_5_1": "first.i",
    "VITIS_LOOP_15_1": "second.i",
    "lp5": "sum.i",
    "lpwr": "store.i",
    "42": "load.i",
    "6": "first.i",
    "16": "second.i",
    "57": "sum.i",
    "62": "store.i",
}
PARAMETERS = {"*": {"TILE_SIZE": 16}}
