"""PolyBench trmm, doubles. After HLSyn (the kernels of GNN-DSE, UCLA-VAST/GNN-DSE dse_database),
whose loops the placeholders L0, L1, … of its ACCEL pragmas name.
"""


def kernel(alpha: float64, A: float64[60, 60], B: float64[60, 80]):
    for i in range(60, name="rows"):
        for j in range(80):
            for k in hcl.reduction(60):
                if k > i:
                    B[i, j] += A[k, i] * B[k, j]
            B[i, j] = alpha * B[i, j]


POINTS = ["trmm-hlsyn-*"]
LOOPS = {
    "L0": "rows.i",
    "L1": "rows.j",
    "L2": "rows.k",
}
