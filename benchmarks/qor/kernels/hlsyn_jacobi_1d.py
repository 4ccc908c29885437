"""PolyBench jacobi-1d, doubles. After HLSyn (the kernels of GNN-DSE, UCLA-VAST/GNN-DSE
dse_database), whose loops the placeholders L0, L1, … of its ACCEL pragmas name.
"""


def kernel(A: float64[120], B: float64[120]):
    for t in range(40, name="steps"):
        for i in range(1, 119, name="there"):
            B[i] = 0.33333 * (A[i - 1] + A[i] + A[i + 1])
        for i in range(1, 119, name="back"):
            A[i] = 0.33333 * (B[i - 1] + B[i] + B[i + 1])


POINTS = ["jacobi-1d-hlsyn-*"]
LOOPS = {
    "L0": "steps.t",
    "L1": "there.i",
    "L2": "back.i",
}
