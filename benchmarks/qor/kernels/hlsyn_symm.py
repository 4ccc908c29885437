"""PolyBench symm, doubles. After HLSyn (the kernels of GNN-DSE, UCLA-VAST/GNN-DSE dse_database),
whose loops the placeholders L0, L1, … of its ACCEL pragmas name.
"""


def kernel(
    alpha: float64, beta: float64, C: float64[60, 80], A: float64[60, 60], B: float64[60, 80]
):
    for i in range(60, name="rows"):
        for j in range(80):
            temp2: float64 = 0.0
            for k in range(60):
                if k < i:
                    C[k, j] += alpha * B[i, j] * A[i, k]
                    temp2 += B[k, j] * A[i, k]
            C[i, j] = beta * C[i, j] + alpha * B[i, j] * A[i, i] + alpha * temp2


POINTS = ["symm-hlsyn-*"]
LOOPS = {
    "L0": "rows.i",
    "L1": "rows.j",
    "L2": "rows.k",
}
