"""PolyBench gemver, doubles. After HLSyn (the kernels of GNN-DSE, UCLA-VAST/GNN-DSE dse_database),
whose loops the placeholders L0, L1, … of its ACCEL pragmas name.
"""


def kernel(
    alpha: float64,
    beta: float64,
    A: float64[N, N],
    u1: float64[N],
    v1: float64[N],
    u2: float64[N],
    v2: float64[N],
    w: float64[N],
    x: float64[N],
    y: float64[N],
    z: float64[N],
):
    for i in range(N, name="outer"):
        for j in range(N):
            A[i, j] += u1[i] * v1[j] + u2[i] * v2[j]
    for i in range(N, name="x"):
        for j in hcl.reduction(N):
            x[i] += beta * A[j, i] * y[j]
    for i in range(N, name="z"):
        x[i] += z[i]
    for i in range(N, name="w"):
        for j in hcl.reduction(N):
            w[i] += alpha * A[i, j] * x[j]


POINTS = ["gemver-hlsyn-*", "gemver-medium-hlsyn-*"]
LOOPS = {
    "L0": "outer.i",
    "L1": "x.i",
    "L2": "z.i",
    "L3": "w.i",
    "L4": "outer.j",
    "L5": "x.j",
    "L6": "w.j",
}
PARAMETERS = {
    "gemver-medium-*": {"N": 400},
    "*": {"N": 120},
}
