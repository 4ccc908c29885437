"""PolyBench doitgen, doubles, its sums marked as reductions. After HLSyn (the kernels of GNN-DSE,
UCLA-VAST/GNN-DSE dse_database), whose loops the placeholders L0, L1, … of its ACCEL pragmas
name.
"""


def kernel(A: float64[25, 20, 30], C4: float64[30, 30], sum: float64[30]):
    for r in range(25, name="rows"):
        for q in range(20):
            for p in range(30, name="product"):
                sum[p] = 0.0
                for s in hcl.reduction(30):
                    sum[p] += A[r, q, s] * C4[s, p]
            for p in range(30, name="store"):
                A[r, q, p] = sum[p]


POINTS = ["doitgen-red-hlsyn-*"]
LOOPS = {
    "L0": "rows.r",
    "L1": "rows.q",
    "L2": "product.p",
    "L3": "product.s",
}
