"""MachSuite gemm/ncubed. After HLStrans program_source/machsuite/gemm_ncubed."""


def gemm(m1: float64[4096], m2: float64[4096], prod: float64[4096]):
    for i in range(64):
        for j in range(64):
            total: float64 = 0.0
            for k in range(64):
                total += m1[i * 64 + k] * m2[k * 64 + j]
            prod[i * 64 + j] = total


POINTS = ["gemm-ncubed-hlstrans-machsuite-plain-*"]
LOOPS = {"outer_middle": "j"}
