"""PolyBench symm, doubles, its inner loop cut in two. After HLSyn (the kernels of GNN-DSE,
UCLA-VAST/GNN-DSE dse_database), whose loops the placeholders L0, L1, … of its ACCEL pragmas
name.
"""


def kernel(alpha: float64, beta: float64, C: float64[M, N], A: float64[M, M], B: float64[M, N]):
    for j in range(N, name="columns"):
        for i in range(M):
            tmp: float64 = B[i, j]
            for k in hcl.reduction(M, name="update"):
                if k < i:
                    C[k, j] += alpha * tmp * A[i, k]
            temp2: float64 = 0.0
            for k in hcl.reduction(M, name="sum"):
                if k < i:
                    temp2 += B[k, j] * A[i, k]
            C[i, j] = beta * C[i, j] + alpha * B[i, j] * A[i, i] + alpha * temp2


POINTS = ["symm-opt-hlsyn-*", "symm-opt-medium-hlsyn-*"]
LOOPS = {
    "L0": "columns.j",
    "L1": "columns.i",
    "L2": "update.k",
    "L3": "sum.k",
}
PARAMETERS = {
    "symm-opt-medium-*": {"M": 200, "N": 240},
    "*": {"M": 60, "N": 80},
}
