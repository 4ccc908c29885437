"""PolyBench atax, both products in one loop. After HLStrans
data/argumentation_example/polybench/atax generate_3."""


def atax(A: float32[64, 64], x: float32[64], y_out: float32[64]):
    for i in range(64, name="rows"):
        temp: float32 = 0.0
        for j in range(64, name="product"):
            temp += A[i, j] * x[j]
        for j in range(64, name="update"):
            y_out[j] += A[i, j] * temp


POINTS = ["atax-hlstrans-aug-true-generate-3-*"]
LOOPS = {
    "VITIS_LOOP_14_1": "rows.i",
    "15": "rows.i",
    "18": "product.j",
    "22": "update.j",
}
