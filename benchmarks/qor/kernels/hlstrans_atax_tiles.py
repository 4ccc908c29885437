"""PolyBench atax over tiles of 4 by 4, integers. After HLStrans
data/argumentation_example/polybench/atax generate_11."""


def atax(A: int32[32, 32], x: int32[32], y_out: int32[32]):
    temp: int32[32]
    for i in range(32, name="reset"):
        y_out[i] = 0
    for i in range(32, name="clear"):
        temp[i] = 0
    for ii, jj, i in hcl.grid(8, 8, 4, name="first"):
        total: int32 = temp[4 * ii + i]
        for j in range(4):
            total = int32(total + A[4 * ii + i, 4 * jj + j] * x[4 * jj + j])
        temp[4 * ii + i] = total
    for jj, ii, j in hcl.grid(8, 8, 4, name="second"):
        total: int32 = y_out[4 * jj + j]
        for i in range(4):
            total = int32(total + A[4 * ii + i, 4 * jj + j] * temp[4 * ii + i])
        y_out[4 * jj + j] = total


POINTS = ["atax-hlstrans-aug-true-generate-11-*"]
LOOPS = {
    "VITIS_LOOP_69_1": "reset.i",
    "VITIS_LOOP_9_1": "clear.i",
    "VITIS_LOOP_38_1_VITIS_LOOP_39_2_VITIS_LOOP_40_3": "second.j",
    "VITIS_LOOP_15_3_VITIS_LOOP_16_4": "first.i",
    "10": "clear.i",
    "17": "first.i",
    "21": "first.j",
    "41": "second.j",
    "45": "second.i",
    "70": "reset.i",
}
