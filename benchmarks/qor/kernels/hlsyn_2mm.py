"""PolyBench 2mm, doubles. After HLSyn (the kernels of GNN-DSE, UCLA-VAST/GNN-DSE dse_database),
whose loops the placeholders L0, L1, … of its ACCEL pragmas name.
"""


def kernel(
    alpha: float64,
    beta: float64,
    tmp: float64[40, 50],
    A: float64[40, 70],
    B: float64[70, 50],
    C: float64[50, 80],
    D: float64[40, 80],
):
    for i in range(40, name="first"):
        for j in range(50):
            tmp[i, j] = 0.0
            for k in hcl.reduction(70):
                tmp[i, j] += alpha * A[i, k] * B[k, j]
    for i in range(40, name="second"):
        for j in range(80):
            D[i, j] *= beta
            for k in hcl.reduction(50):
                D[i, j] += tmp[i, k] * C[k, j]


POINTS = ["2mm-hlsyn-*"]
LOOPS = {
    "L0": "first.i",
    "L1": "second.i",
    "L2": "first.j",
    "L3": "second.j",
    "L4": "first.k",
    "L5": "second.k",
}
