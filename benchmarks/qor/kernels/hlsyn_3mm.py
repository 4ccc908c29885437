"""PolyBench 3mm, doubles. After HLSyn (the kernels of GNN-DSE, UCLA-VAST/GNN-DSE dse_database),
whose loops the placeholders L0, L1, … of its ACCEL pragmas name.
"""


def kernel(
    E: float64[40, 50],
    A: float64[40, 60],
    B: float64[60, 50],
    F: float64[50, 70],
    C: float64[50, 80],
    D: float64[80, 70],
    G: float64[40, 70],
):
    for i in range(40, name="e"):
        for j in range(50):
            E[i, j] = 0.0
            for k in hcl.reduction(60):
                E[i, j] += A[i, k] * B[k, j]
    for i in range(50, name="f"):
        for j in range(70):
            F[i, j] = 0.0
            for k in hcl.reduction(80):
                F[i, j] += C[i, k] * D[k, j]
    for i in range(40, name="g"):
        for j in range(70):
            G[i, j] = 0.0
            for k in hcl.reduction(50):
                G[i, j] += E[i, k] * F[k, j]


POINTS = ["3mm-hlsyn-*"]
LOOPS = {
    "L0": "e.i",
    "L1": "f.i",
    "L2": "g.i",
    "L3": "e.j",
    "L4": "f.j",
    "L5": "g.j",
    "L6": "e.k",
    "L7": "f.k",
    "L8": "g.k",
}
