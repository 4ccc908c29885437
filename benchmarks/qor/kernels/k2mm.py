"""PolyBench 2mm with local copies. After HLStrans program_source/polybench/k2mm/k2mm_slow.c."""


def k2mm(
    alpha: float32,
    beta: float32,
    A: float32[64, 64],
    B: float32[64, 64],
    C: float32[64, 64],
    D: float32[64, 64],
    E_out: float32[64, 64],
):
    buff_A: float32[64, 64]
    buff_B: float32[64, 64]
    buff_C: float32[64, 64]
    buff_D: float32[64, 64]
    buff_E_out: float32[64, 64]
    tmp1: float32[64, 64]
    tmp2: float32[64, 64]
    for i, j in hcl.grid(64, 64, name="lprd"):
        buff_A[i, j] = A[i, j]
        buff_B[i, j] = B[i, j]
        buff_C[i, j] = C[i, j]
        buff_D[i, j] = D[i, j]
        buff_E_out[i, j] = 0.0
        tmp1[i, j] = 0.0
        tmp2[i, j] = 0.0
    for i, j, k in hcl.grid(64, 64, 64, name="lp1"):
        tmp1[i, j] += alpha * buff_A[i, k] * buff_B[k, j]
    for i, j, k in hcl.grid(64, 64, 64, name="lp4"):
        tmp2[i, j] += tmp1[i, k] * buff_C[k, j]
    for i, j in hcl.grid(64, 64, name="lp7"):
        buff_E_out[i, j] = tmp2[i, j] + beta * buff_D[i, j]
    for i, j in hcl.grid(64, 64, name="lpwr"):
        E_out[i, j] = buff_E_out[i, j]


POINTS = ["2mm-hlstrans-polybench-plain-*"]
LOOPS = {
    "lprd_1_lprd_2": "lprd.j",
    "lp1_lp2": "lp1.j",
    "lp4_lp5": "lp4.j",
    "lp7_lp8": "lp7.j",
    "lpwr_1_lpwr_2": "lpwr.j",
}
