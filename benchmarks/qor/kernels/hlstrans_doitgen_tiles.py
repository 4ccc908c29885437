"""PolyBench doitgen over tiles of 6 by 6 with partial sums. After HLStrans
data/argumentation_example/polybench/doitgen generate_1."""


def doitgen(A: float64[25, 20, 30], C4: float64[30, 30], sum: float64[30]):
    for r, q in hcl.grid(25, 20, name="rows"):
        sum_buffer: float64[30]
        for p in range(30, name="clear"):
            sum_buffer[p] = 0.0
        for st in range(5, name="tiles"):
            for pt in range(5):
                partial_sum: float64[6]
                for p in range(6, name="begin"):
                    partial_sum[p] = 0.0
                for s in range(6, name="product"):
                    for p in range(6):
                        partial_sum[p] += A[r, q, 6 * st + s] * C4[6 * st + s, 6 * pt + p]
                for p in range(6, name="gather"):
                    sum_buffer[6 * pt + p] += partial_sum[p]
        for p in range(30, name="store"):
            A[r, q, p] = sum_buffer[p]


POINTS = ["doitgen-hlstrans-aug-true-generate-1-*"]
LOOPS = {
    "VITIS_LOOP_41_1_VITIS_LOOP_43_2": "rows.q",
    "6": "product.s",
    "14": "product.s",
    "16": "product.p",
    "25": "product.s",
    "27": "product.p",
    "44": "rows.q",
    "49": "clear.p",
    "68": "gather.p",
    "75": "store.p",
}
ARRAYS = {"local_A": None, "local_C4": None}
PARAMETERS = {"*": {"UNROLL_S": 6, "UNROLL_P": 6}}
