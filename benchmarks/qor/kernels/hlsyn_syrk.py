"""PolyBench syrk, doubles. After HLSyn (the kernels of GNN-DSE, UCLA-VAST/GNN-DSE dse_database),
whose loops the placeholders L0, L1, … of its ACCEL pragmas name.
"""


def kernel(alpha: float64, beta: float64, C: float64[80, 80], A: float64[80, 60]):
    for i in range(80, name="rows"):
        for j in range(80, name="scale"):
            if j <= i:
                C[i, j] *= beta
        for k in range(60, name="sum"):
            for j in range(80, name="add"):
                if j <= i:
                    C[i, j] += alpha * A[i, k] * A[j, k]


POINTS = ["syrk-hlsyn-*"]
LOOPS = {
    "L0": "rows.i",
    "L1": "scale.j",
    "L2": "sum.k",
    "L3": "add.j",
}
