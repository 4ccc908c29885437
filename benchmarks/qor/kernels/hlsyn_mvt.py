"""PolyBench mvt, doubles. After HLSyn (the kernels of GNN-DSE, UCLA-VAST/GNN-DSE dse_database),
whose loops the placeholders L0, L1, … of its ACCEL pragmas name.
"""


def kernel(x1: float64[N], x2: float64[N], y1: float64[N], y2: float64[N], A: float64[N, N]):
    for i in range(N, name="first"):
        for j in hcl.reduction(N):
            x1[i] += A[i, j] * y1[j]
    for i in range(N, name="second"):
        for j in hcl.reduction(N):
            x2[i] += A[j, i] * y2[j]


POINTS = ["mvt-hlsyn-*", "mvt-medium-hlsyn-*"]
LOOPS = {
    "L0": "first.i",
    "L1": "second.i",
    "L2": "first.j",
    "L3": "second.j",
}
PARAMETERS = {
    "mvt-medium-*": {"N": 400},
    "*": {"N": 120},
}
