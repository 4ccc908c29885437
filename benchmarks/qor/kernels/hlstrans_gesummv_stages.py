"""PolyBench gesummv with local copies: load, two products, sum, store. After HLStrans
data/argumentation_example/polybench/gesummv generate_2. The vector that two
stages read is two arrays here."""


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
    buff_x2: float32[64]
    buff_y_out: float32[64]
    tmp1: float32[64]
    tmp2: float32[64]
    for i in range(64, name="load"):
        buff_x[i] = x[i]
        buff_x2[i] = x[i]
        for j in range(64):
            buff_A[i, j] = A[i, j]
            buff_B[i, j] = B[i, j]
    for i in range(64, name="first"):
        tmp1[i] = 0.0
        for j in range(64):
            tmp1[i] += alpha * buff_A[i, j] * buff_x[j]
    for i in range(64, name="second"):
        tmp2[i] = 0.0
        for j in range(64):
            tmp2[i] += beta * buff_B[i, j] * buff_x2[j]
    for i in range(64, name="sum"):
        buff_y_out[i] = tmp1[i] + tmp2[i]
    for i in range(64, name="store"):
        y_out[i] = buff_y_out[i]


POINTS = ["gesummv-hlstrans-aug-true-generate-2-*"]
LOOPS = {
    "VITIS_LOOP_5_1": "load.i",
    "VITIS_LOOP_18_1": "first.i",
    "VITIS_LOOP_30_1": "second.i",
    "VITIS_LOOP_42_1": "sum.i",
    "VITIS_LOOP_50_1": "store.i",
    "6": "load.i",
    "9": "load.j",
    "19": "first.i",
    "22": "first.j",
    "31": "second.i",
    "34": "second.j",
    "43": "sum.i",
    "51": "store.i",
    "57": "",
}
