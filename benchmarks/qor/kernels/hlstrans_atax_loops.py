"""PolyBench atax in one function, sums in arrays. After HLStrans
data/argumentation_example/polybench/atax generate_16."""


def atax(A: float32[32, 32], x: float32[32], y_out: float32[32]):
    tmp: float32[32] = 0.0
    for i in range(32, name="first"):
        for j in range(32):
            tmp[i] += A[i, j] * x[j]
    for j in range(32, name="second"):
        y_out[j] = 0.0
        for i in range(32):
            y_out[j] += A[i, j] * tmp[i]


POINTS = ["atax-hlstrans-aug-true-generate-16-*"]
LOOPS = {
    "Loop 1": "init_tmp.tmp_d0",
    "VITIS_LOOP_20_1": "first.i",
    "VITIS_LOOP_28_3": "second.j",
    "21": "first.i",
    "29": "second.j",
}
PARAMETERS = {"*": {"UNROLL_FACTOR": 4}}
