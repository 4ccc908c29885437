"""MachSuite spmv/crs: the inner bounds are data; its mean trip count is that of the tool's
LOOP_TRIPCOUNT. After HLStrans program_source/machsuite/spmv_crs."""


def spmv(
    val: float64[1666],
    cols: int32[1666],
    rowDelimiters: int32[495],
    vec: float64[494],
    out: float64[494],
):
    for i in range(494):
        total: float64 = 0.0
        begin: int32 = rowDelimiters[i]
        end: int32 = rowDelimiters[i + 1]
        for j in range(begin, end):
            total += val[j] * vec[cols[j]]
        out[i] = total


POINTS = ["spmv-crs-hlstrans-machsuite-plain-*"]
LOOPS = {"spmv_1": "i", "spmv_2": "j"}
TRIPS = {"j": 1666}
