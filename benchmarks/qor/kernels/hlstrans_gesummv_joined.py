"""PolyBench gesummv in three stages, both products in one loop. After HLStrans
data/argumentation_example/polybench/gesummv generate_1."""


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
    for i in range(64, name="both"):
        tmp1[i] = 0.0
        tmp2[i] = 0.0
        for j in range(64):
            tmp1[i] += alpha * buff_A[i, j] * buff_x[j]
            tmp2[i] += beta * buff_B[i, j] * buff_x[j]
    for i in range(64, name="sum"):
        y_out[i] = tmp1[i] + tmp2[i]


POINTS = ["gesummv-hlstrans-aug-true-generate-1-*"]
LOOPS = {
    "VITIS_LOOP_21_1": "load.i",
    "VITIS_LOOP_32_3": "both.i",
    "VITIS_LOOP_44_5": "sum.i",
    "4": "",
    "22": "load.i",
    "25": "load.j",
    "33": "both.i",
    "37": "both.j",
    "45": "sum.i",
}
