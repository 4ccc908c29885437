"""PolyBench doitgen over tiles of 6 by 6 with sums in two halves in turn. After HLStrans
data/argumentation_example/polybench/doitgen generate_4 and generate_5."""


def doitgen(A: float64[25, 20, 30], C4: float64[30, 30], sum: float64[30]):
    sum_buffer: float64[2, 30]
    for r, q in hcl.grid(25, 20, name="rows"):
        if q < 19:
            for p in range(30, name="next"):
                sum_buffer[(q + 1) % 2, p] = 0.0
        for p in range(30, name="clear"):
            sum_buffer[q % 2, p] = 0.0
        for st in range(5, name="tiles"):
            for pt in range(5):
                partial_sum: float64[6]
                for p in range(6, name="begin"):
                    partial_sum[p] = 0.0
                for s in range(6, name="product"):
                    for p in range(6):
                        partial_sum[p] += A[r, q, 6 * st + s] * C4[6 * st + s, 6 * pt + p]
                for p in range(6, name="gather"):
                    sum_buffer[q % 2, 6 * pt + p] += partial_sum[p]
        for p in range(30, name="store"):
            A[r, q, p] = sum_buffer[q % 2, p]


POINTS = ["doitgen-hlstrans-aug-true-generate-4-*", "doitgen-hlstrans-aug-true-generate-5-*"]
LOOPS = {
    "VITIS_LOOP_46_1_VITIS_LOOP_48_2": "rows.q",
    "49": "rows.q",
    "6": "product.s",
    "16": "product.s",
    "18": "product.p",
    "27": "product.s",
    "29": "product.p",
    "55": "next.p",
    "61": "clear.p",
    "62": "tiles.st",
    "66": "tiles.st",
    "68": "tiles.pt",
    "72": "tiles.pt",
    "77": "gather.p",
    "81": "gather.p",
    "84": "store.p",
    "88": "store.p",
}
ARRAYS = {"local_A": None, "local_C4": None}
PARAMETERS = {"*": {"UNROLL_S": 6, "UNROLL_P": 6}}
