"""PolyBench gesummv with local copies, the sum stored at once. After HLStrans
data/argumentation_example/polybench/gesummv generate_14."""


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
    tmp1: float32[64]
    tmp2: float32[64]
    for i in range(64, name="load"):
        buff_x[i] = x[i]
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
            tmp2[i] += beta * buff_B[i, j] * buff_x[j]
    for i in range(64, name="sum"):
        y_out[i] = tmp1[i] + tmp2[i]


POINTS = ["gesummv-hlstrans-aug-true-generate-14-*"]
LOOPS = {
    "VITIS_LOOP_7_1": "load.i",
    "VITIS_LOOP_21_1": "first.i",
    "VITIS_LOOP_34_1": "second.i",
    "VITIS_LOOP_47_1": "sum.i",
    "8": "load.i",
    "11": "load.j",
    "22": "first.i",
    "25": "first.j",
    "35": "second.i",
    "38": "second.j",
    "48": "sum.i",
}
PARAMETERS = {"*": {"TILE_SIZE": 16}}
