"""PolyBench doitgen with C4 copied once and sums in a local array. After HLStrans
data/argumentation_example/polybench/doitgen generate_16."""


def doitgen(A: float64[25, 20, 30], C4: float64[30, 30], sum: float64[30]):
    C4_buffer: float64[30, 30]
    for s, p in hcl.grid(30, 30, name="load"):
        C4_buffer[s, p] = C4[s, p]
    for r, q in hcl.grid(25, 20, name="rows"):
        sum_buffer: float64[30]
        for p in range(30, name="clear"):
            sum_buffer[p] = 0.0
        for st in range(5, name="tiles"):
            A_tile: float64[6]
            for s in range(6, name="load_a"):
                A_tile[s] = A[r, q, 6 * st + s]
            for s in range(6, name="product"):
                for p in range(30):
                    sum_buffer[p] += A_tile[s] * C4_buffer[6 * st + s, p]
        for p in range(30, name="store"):
            A[r, q, p] = sum_buffer[p]


POINTS = ["doitgen-hlstrans-aug-true-generate-16-*"]
LOOPS = {
    "VITIS_LOOP_4_1_VITIS_LOOP_5_2": "load.p",
    "VITIS_LOOP_65_1_VITIS_LOOP_66_2": "rows.q",
    "6": "load.p",
    "22": "load_a.s",
    "27": "load_a.s",
    "34": "product.s",
    "37": "product.p",
    "38": "product.p",
    "49": "store.p",
    "67": "rows.q",
}
ARRAYS = {"A_tile0": "A_tile", "A_tile1": None}
