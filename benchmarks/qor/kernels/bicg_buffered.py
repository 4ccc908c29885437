"""PolyBench bicg with local copies. After HLStrans program_source/polybench/bicg."""


def bicg(
    A: float32[64, 64],
    s_out: float32[64],
    q_out: float32[64],
    p: float32[64],
    r: float32[64],
):
    buff_A: float32[64, 64]
    buff_p: float32[64]
    buff_r: float32[64]
    buff_s_out: float32[64]
    buff_q_out: float32[64]
    for i in range(64, name="lprd"):
        buff_p[i] = p[i]
        buff_r[i] = r[i]
        buff_s_out[i] = 0.0
        buff_q_out[i] = 0.0
        for j in range(64):
            buff_A[i, j] = A[i, j]
    for i in range(64, name="lp1"):
        for j in range(64):
            buff_s_out[j] = buff_s_out[j] + buff_r[i] * buff_A[i, j]
    for i in range(64, name="lp3"):
        for j in range(64):
            buff_q_out[i] = buff_q_out[i] + buff_A[i, j] * buff_p[j]
    for i in range(64, name="lpwr"):
        s_out[i] = buff_s_out[i]
        q_out[i] = buff_q_out[i]


POINTS = ["bicg-hlstrans-polybench-plain-*"]
LOOPS = {"lprd_1": "lprd.i", "lp1": "lp1.i", "lp3": "lp3.i", "lpwr": "lpwr.i"}
