"""PolyBench gemm with local copies. After HLStrans program_source/polybench/gemm/gemm_slow.c."""


def gemm(
    alpha: float32,
    beta: float32,
    A: float32[64, 64],
    B: float32[64, 64],
    C: float32[64, 64],
    D_out: float32[64, 64],
):
    buff_A: float32[64, 64]
    buff_B: float32[64, 64]
    buff_C: float32[64, 64]
    tmp1: float32[64, 64]
    for i, j in hcl.grid(64, 64, name="lprd"):
        buff_A[i, j] = A[i, j]
        buff_B[i, j] = B[i, j]
        buff_C[i, j] = C[i, j]
        tmp1[i, j] = 0.0
    for i, j, k in hcl.grid(64, 64, 64, name="lp1"):
        tmp1[i, j] = alpha * buff_A[i, k] * buff_B[k, j] + tmp1[i, j]
    for i, j in hcl.grid(64, 64, name="lp4"):
        buff_C[i, j] = beta * buff_C[i, j] + tmp1[i, j]
    for i, j in hcl.grid(64, 64, name="lpwr"):
        D_out[i, j] = buff_C[i, j]


POINTS = ["gemm-hlstrans-polybench-plain-*"]
LOOPS = {
    "lprd_1_lprd_2": "lprd.j",
    "lp1_lp2": "lp1.j",
    "lp4_lp5": "lp4.j",
    "lpwr_1_lpwr_2": "lpwr.j",
}
