"""PolyBench gesummv, doubles. After HLSyn (the kernels of GNN-DSE, UCLA-VAST/GNN-DSE dse_database),
whose loops the placeholders L0, L1, … of its ACCEL pragmas name.
"""


def kernel(
    alpha: float64,
    beta: float64,
    A: float64[N, N],
    B: float64[N, N],
    tmp: float64[N],
    x: float64[N],
    y: float64[N],
):
    for i in range(N, name="rows"):
        tmp[i] = 0.0
        y[i] = 0.0
        for j in range(N):
            tmp[i] = A[i, j] * x[j] + tmp[i]
            y[i] = B[i, j] * x[j] + y[i]
        y[i] = alpha * tmp[i] + beta * y[i]


POINTS = ["gesummv-hlsyn-*", "gesummv-medium-hlsyn-*"]
LOOPS = {
    "L0": "rows.i",
    "L1": "rows.j",
}
PARAMETERS = {
    "gesummv-medium-*": {"N": 250},
    "*": {"N": 90},
}
