"""PolyBench atax in tiles of 8, their sums in local arrays, the first product handed on through a
FIFO. After HLStrans data/argumentation_example/polybench/atax generate_24; its four functions are
inlined. They are no dataflow region: two of them read the same array, and the report's interval is
its latency and 1."""


def atax(A: float32[32, 32], x: float32[32], y_out: float32[32]):
    buff_A: float32[32, 32]
    buff_x: float32[32]
    buff_y_out: float32[32] = 0.0
    tmp1_stream: float32[32]
    for i in range(32, name="read"):
        buff_x[i] = x[i]
        for j in range(32):
            buff_A[i, j] = A[i, j]
    for ii in range(4, name="first"):
        local_tmp1: float32[8] = 0.0
        for jj, i in hcl.grid(4, 8, name="sums"):
            for j in range(8):
                local_tmp1[i] += buff_A[8 * ii + i, 8 * jj + j] * buff_x[8 * jj + j]
        for i in range(8, name="hand_on"):
            tmp1_stream[8 * ii + i] = local_tmp1[i]
    tmp1: float32[32]
    for i in range(32, name="take"):
        tmp1[i] = tmp1_stream[i]
    for ii, jj in hcl.grid(4, 4, name="second"):
        local_y_out: float32[8] = 0.0
        for i in range(8, name="update"):
            for j in range(8):
                local_y_out[j] += buff_A[8 * ii + i, 8 * jj + j] * tmp1[8 * ii + i]
        for j in range(8, name="add"):
            buff_y_out[8 * jj + j] += local_y_out[j]
    for i in range(32, name="write"):
        y_out[i] = buff_y_out[i]


POINTS = ["atax-hlstrans-aug-true-generate-24-*"]
LOOPS = {
    "VITIS_LOOP_8_1": "read.i",
    "VITIS_LOOP_22_1": "first.ii",
    "VITIS_LOOP_24_2_VITIS_LOOP_25_3": "sums.i",
    "VITIS_LOOP_32_5": "hand_on.i",
    "VITIS_LOOP_45_1": "take.i",
    "VITIS_LOOP_50_2_VITIS_LOOP_51_3": "second.jj",
    "VITIS_LOOP_53_4": "update.i",
    "VITIS_LOOP_59_6": "add.j",
    "VITIS_LOOP_71_1": "write.i",
    "Loop 1": "init_buff_y_out.buff_y_out_d0",
    "9": "read.i",
    "26": "sums.i",
    "33": "hand_on.i",
    "46": "take.i",
    "54": "update.i",
    "60": "add.j",
    "72": "write.i",
    "4": None,
    "18": None,
    "40": None,
    "68": None,
    "83": None,
}
PARAMETERS = {"*": {"N": 32}}
