"""PolyBench atax, doubles. After HLSyn (the kernels of GNN-DSE, UCLA-VAST/GNN-DSE dse_database),
whose loops the placeholders L0, L1, … of its ACCEL pragmas name.
"""


def kernel(A: float64[M, N], x: float64[N], y: float64[N], tmp: float64[M]):
    for i in range(N, name="clear"):
        y[i] = 0.0
    for i in range(M, name="rows"):
        tmp[i] = 0.0
        for j in hcl.reduction(N, name="product"):
            tmp[i] += A[i, j] * x[j]
        for j in hcl.reduction(N, name="update"):
            y[j] += A[i, j] * tmp[i]


POINTS = ["atax-hlsyn-*", "atax-medium-hlsyn-*"]
LOOPS = {
    "L0": "rows.i",
    "L0_0": "product.j",
    "L0_1": "update.j",
    "L1": "product.j",
    "L2": "update.j",
}
PARAMETERS = {
    "atax-medium-*": {"M": 390, "N": 410},
    "*": {"M": 116, "N": 124},
}
