"""PolyBench gemm, doubles. After HLSyn (the kernels of GNN-DSE, UCLA-VAST/GNN-DSE dse_database),
whose loops the placeholders L0, L1, … of its ACCEL pragmas name.
"""


def kernel(alpha: float64, beta: float64, C: float64[I, J], A: float64[I, K], B: float64[K, J]):
    for i in range(I, name="rows"):
        for j in range(J, name="scale"):
            C[i, j] *= beta
        for k in range(K, name="sum"):
            for j in range(J, name="add"):
                C[i, j] += alpha * A[i, k] * B[k, j]


POINTS = ["gemm-p-hlsyn-*", "gemm-p-large-hlsyn-*"]
LOOPS = {
    "L0": "rows.i",
    "L1": "scale.j",
    "L2": "sum.k",
    "L3": "add.j",
}
PARAMETERS = {
    "gemm-p-large-*": {"I": 200, "J": 220, "K": 240},
    "*": {"I": 60, "J": 70, "K": 80},
}
