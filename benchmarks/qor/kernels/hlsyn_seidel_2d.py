"""PolyBench seidel-2d, doubles. After HLSyn (the kernels of GNN-DSE, UCLA-VAST/GNN-DSE
dse_database), whose loops the placeholders L0, L1, … of its ACCEL pragmas name.
"""


def kernel(A: float64[120, 120]):
    for t in range(40, name="steps"):
        for i in range(1, 119, name="rows"):
            for j in range(1, 119):
                A[i, j] = (
                    A[i - 1, j - 1]
                    + A[i - 1, j]
                    + A[i - 1, j + 1]
                    + A[i, j - 1]
                    + A[i, j]
                    + A[i, j + 1]
                    + A[i + 1, j - 1]
                    + A[i + 1, j]
                    + A[i + 1, j + 1]
                ) / 9.0


POINTS = ["seidel-2d-hlsyn-*"]
LOOPS = {
    "L0": "steps.t",
    "L1": "rows.i",
    "L2": "rows.j",
}
