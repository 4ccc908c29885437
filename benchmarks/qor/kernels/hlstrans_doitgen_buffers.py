"""PolyBench doitgen over tiles of A and rows of C4 that are copied. After HLStrans
data/argumentation_example/polybench/doitgen generate_11."""


def doitgen(A: float64[25, 20, 30], C4: float64[30, 30], sum: float64[30]):
    for r, q in hcl.grid(25, 20, name="rows"):
        for p in range(30, name="clear"):
            sum[p] = 0.0
        for st in range(6, name="tiles"):
            A_buf: float64[5]
            C4_buf: float64[5, 30]
            for s in range(5, name="load_a"):
                A_buf[s] = A[r, q, 5 * st + s]
            for s in range(5, name="load_c"):
                for p in range(30):
                    C4_buf[s, p] = C4[5 * st + s, p]
            for s in range(5, name="product"):
                for p in range(30):
                    sum[p] += A_buf[s] * C4_buf[s, p]
        for p in range(30, name="store"):
            A[r, q, p] = sum[p]


POINTS = ["doitgen-hlstrans-aug-true-generate-11-*"]
LOOPS = {
    "MAIN_LOOP_VITIS_LOOP_60_1": "rows.q",
    "61": "rows.q",
    "7": "clear.p",
    "24": "load_c.p",
    "30": "product.s",
    "33": "product.p",
    "40": "store.p",
}
PARAMETERS = {"*": {"TILE_P": 6, "TILE_S": 5}}
