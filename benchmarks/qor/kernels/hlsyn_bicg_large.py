"""PolyBench bicg, doubles, the larger form, whose loop that zeroes has no pragma. After HLSyn (the
kernels of GNN-DSE, UCLA-VAST/GNN-DSE dse_database), whose loops the placeholders L0, L1, … of
its ACCEL pragmas name.
"""


def kernel(
    A: float64[410, 390], s: float64[390], q: float64[410], p: float64[390], r: float64[410]
):
    for i in range(390, name="clear"):
        s[i] = 0.0
    for i in range(410, name="rows"):
        q[i] = 0.0
        for j in hcl.reduction(390):
            s[j] += r[i] * A[i, j]
            q[i] += A[i, j] * p[j]


POINTS = ["bicg-large-hlsyn-*"]
LOOPS = {
    "L0": "rows.i",
    "L1": "rows.j",
}
