"""PolyBench jacobi-2d, doubles. After HLSyn (the kernels of GNN-DSE, UCLA-VAST/GNN-DSE
dse_database), whose loops the placeholders L0, L1, … of its ACCEL pragmas name.
"""


def kernel(A: float64[90, 90], B: float64[90, 90]):
    for t in range(40, name="steps"):
        for i in range(1, 89, name="there"):
            for j in range(1, 89):
                B[i, j] = 0.2 * (A[i, j] + A[i, j - 1] + A[i, j + 1] + A[i + 1, j] + A[i - 1, j])
        for i in range(1, 89, name="back"):
            for j in range(1, 89):
                A[i, j] = 0.2 * (B[i, j] + B[i, j - 1] + B[i, j + 1] + B[i + 1, j] + B[i - 1, j])


POINTS = ["jacobi-2d-hlsyn-*"]
LOOPS = {
    "L0": "steps.t",
    "L1": "there.i",
    "L2": "back.i",
    "L3": "there.j",
    "L4": "back.j",
}
