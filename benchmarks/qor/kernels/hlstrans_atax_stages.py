"""PolyBench atax in two functions of a dataflow region, sums in local arrays, unrolled by parts.
After HLStrans data/argumentation_example/polybench/atax generate_1."""


def compute_y(A: float32[32, 32], x: float32[32], y: float32[32]):
    y_local: float32[32]
    for i in range(32, name="first"):
        y_local[i] = 0.0
        for j in range(32):
            y_local[i] += A[i, j] * x[j]
        y[i] = y_local[i]


def compute_y_out(A: float32[32, 32], y: float32[32], y_out: float32[32]):
    y_out_local: float32[32]
    for j in range(32, name="second"):
        y_out_local[j] = 0.0
        for i in range(32):
            y_out_local[j] += A[i, j] * y[i]
        y_out[j] = y_out_local[j]


def atax(A: float32[32, 32], x: float32[32], y_out: float32[32]):
    y: float32[32]
    compute_y(A, x, y)
    compute_y_out(A, y, y_out)


POINTS = ["atax-hlstrans-aug-true-generate-1-*"]
LOOPS = {
    "VITIS_LOOP_10_1": "compute_y:first.i",
    "VITIS_LOOP_12_2": "compute_y:first.j",
    "VITIS_LOOP_27_1": "compute_y_out:second.j",
    "VITIS_LOOP_29_2": "compute_y_out:second.i",
    "13": "compute_y:first.j",
    "30": "compute_y_out:second.i",
    "40": "",
}
ARRAYS = {"y": "atax:y", "A": "atax:A"}
PARAMETERS = {"*": {"PARTITION_FACTOR": 4}}
