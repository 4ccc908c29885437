"""PolyBench doitgen as C programmers write it, with its sums in an argument. After HLStrans
data/argumentation_example/polybench/doitgen generate_8 and generate_13."""


def doitgen(A: float64[25, 20, 30], C4: float64[30, 30], sum: float64[30]):
    for r, q in hcl.grid(25, 20, name="rows"):
        for p in range(30, name="product"):
            sum[p] = 0.0
            for s in range(30):
                sum[p] += A[r, q, s] * C4[s, p]
        for p in range(30, name="store"):
            A[r, q, p] = sum[p]


POINTS = ["doitgen-hlstrans-aug-true-generate-8-*", "doitgen-hlstrans-aug-true-generate-13-*"]
LOOPS = {
    "VITIS_LOOP_6_1_VITIS_LOOP_7_2": "rows.q",
    "VITIS_LOOP_6_3": "product.p",
    "VITIS_LOOP_12_5": "store.p",
    "8": "rows.q",
    "10": "product.p",
    "13": "product.s",
    "18": "store.p",
}
