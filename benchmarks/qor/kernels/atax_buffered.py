"""PolyBench atax with local copies. After HLStrans program_source/polybench/atax."""


def atax(A: float32[64, 64], x: float32[64], y_out: float32[64]):
    buff_A: float32[64, 64]
    buff_x: float32[64]
    buff_y_out: float32[64]
    tmp1: float32[64]
    for i in range(64, name="lprd"):
        buff_x[i] = x[i]
        buff_y_out[i] = 0.0
        tmp1[i] = 0.0
        for j in range(64):
            buff_A[i, j] = A[i, j]
    for i in range(64, name="lp1"):
        for j in range(64):
            tmp1[i] = tmp1[i] + buff_A[i, j] * buff_x[j]
    for i in range(64, name="lp3"):
        for j in range(64):
            buff_y_out[j] = buff_y_out[j] + buff_A[i, j] * tmp1[i]
    for i in range(64, name="lpwr"):
        y_out[i] = buff_y_out[i]


POINTS = ["atax-hlstrans-polybench-plain-*"]
LOOPS = {"lprd_1": "lprd.i", "lp1": "lp1.i", "lp3": "lp3.i", "lpwr_1": "lpwr.i"}
