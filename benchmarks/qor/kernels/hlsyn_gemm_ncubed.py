"""MachSuite gemm (ncubed), doubles. After HLSyn (the kernels of GNN-DSE, UCLA-VAST/GNN-DSE
dse_database), whose loops the placeholders L0, L1, … of its ACCEL pragmas name.
"""


def kernel(m1: float64[4096], m2: float64[4096], prod: float64[4096]):
    for i in range(64, name="rows"):
        for j in range(64):
            total: float64 = 0.0
            for k in hcl.reduction(64):
                total += m1[64 * i + k] * m2[64 * k + j]
            prod[64 * i + j] = total


POINTS = ["gemm-ncubed-hlsyn-*"]
LOOPS = {
    "L0": "rows.i",
    "L1": "rows.j",
    "L2": "rows.k",
}
