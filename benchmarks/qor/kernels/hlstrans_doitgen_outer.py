"""PolyBench doitgen, each element of A times a row of C4. After HLStrans
data/argumentation_example/polybench/doitgen generate_9 and generate_10."""


def doitgen(A: float64[25, 20, 30], C4: float64[30, 30], sum: float64[30]):
    for r, q in hcl.grid(25, 20, name="rows"):
        for p in range(30, name="clear"):
            sum[p] = 0.0
        for s in range(30, name="product"):
            for p in range(30):
                sum[p] += A[r, q, s] * C4[s, p]
        for p in range(30, name="store"):
            A[r, q, p] = sum[p]


POINTS = ["doitgen-hlstrans-aug-true-generate-9-*", "doitgen-hlstrans-aug-true-generate-10-*"]
LOOPS = {
    "VITIS_LOOP_33_1_VITIS_LOOP_34_2": "rows.q",
    "VITIS_LOOP_16_1": "rows.r",
    "VITIS_LOOP_18_2": "rows.q",
    "19": "rows.q",
    "35": "rows.q",
    "17": "rows.r",
    "23": "clear.p",
    "29": "product.s",
    "32": "product.p",
    "9": "product.p",
    "11": "product.p",
    "39": "clear.p",
    "50": "store.p",
}
PLACES = {"doitgen-hlstrans-aug-true-generate-10-*": {"39": "store.p"}}
PARAMETERS = {
    "doitgen-hlstrans-aug-true-generate-10-*": {"TILE_P": 5, "TILE_S": 5},
    "doitgen-hlstrans-aug-true-generate-9-*": {"TILE_P": 8, "TILE_S": 8},
}
