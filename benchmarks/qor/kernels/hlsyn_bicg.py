"""PolyBench bicg, doubles. After HLSyn (the kernels of GNN-DSE, UCLA-VAST/GNN-DSE dse_database),
whose loops the placeholders L0, L1, … of its ACCEL pragmas name.
"""


def kernel(A: float64[N, M], s: float64[M], q: float64[N], p: float64[M], r: float64[N]):
    for i in range(M, name="clear"):
        s[i] = 0.0
    for i in range(N, name="rows"):
        q[i] = 0.0
        for j in hcl.reduction(M):
            s[j] += r[i] * A[i, j]
            q[i] += A[i, j] * p[j]


POINTS = ["bicg-hlsyn-*", "bicg-medium-hlsyn-*"]
LOOPS = {
    "L0": "clear.i",
    "L1": "rows.i",
    "L2": "rows.j",
}
PARAMETERS = {
    "bicg-medium-*": {"M": 390, "N": 410},
    "*": {"M": 116, "N": 124},
}
