"""MachSuite spmv/ellpack. After HLStrans program_source/machsuite/spmv_ellpack (N = L = 1024)."""


def spmv_ellpack(
    nzval: float64[1048576], cols: int32[1048576], vec: float64[1024], out: float64[1024]
):
    for i in range(1024):
        total: float64 = out[i]
        for j in range(1024):
            total += nzval[j + i * 1024] * vec[cols[j + i * 1024]]
        out[i] = total


POINTS = ["spmv-ellpack-hlstrans-machsuite-plain-*"]
LOOPS = {"ellpack_1": "i", "ellpack_2": "j"}
