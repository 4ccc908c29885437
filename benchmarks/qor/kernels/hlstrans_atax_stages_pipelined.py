"""PolyBench atax in two functions of a dataflow region, sums in zeroed local arrays. After HLStrans
data/argumentation_example/polybench/atax generate_2."""


def compute_y_tiled(A: float32[32, 32], x: float32[32], y: float32[32]):
    y_local: float32[32] = 0.0
    for i in range(32, name="first"):
        for j in range(32):
            y_local[i] += A[i, j] * x[j]
    for i in range(32, name="hand_on"):
        y[i] = y_local[i]


def compute_y_out_tiled(A: float32[32, 32], y: float32[32], y_out: float32[32]):
    y_out_local: float32[32] = 0.0
    for j in range(32, name="second"):
        for i in range(32):
            y_out_local[j] += A[i, j] * y[i]
    for j in range(32, name="store"):
        y_out[j] = y_out_local[j]


def atax(A: float32[32, 32], x: float32[32], y_out: float32[32]):
    y: float32[32]
    compute_y_tiled(A, x, y)
    compute_y_out_tiled(A, y, y_out)


POINTS = ["atax-hlstrans-aug-true-generate-2-*"]
LOOPS = {
    "VITIS_LOOP_18_3": "compute_y_tiled:hand_on.i",
    "VITIS_LOOP_10_1": "compute_y_tiled:first.i",
    "VITIS_LOOP_11_2": "compute_y_tiled:first.j",
    "VITIS_LOOP_38_3": "compute_y_out_tiled:store.j",
    "VITIS_LOOP_30_1": "compute_y_out_tiled:second.j",
    "VITIS_LOOP_31_2": "compute_y_out_tiled:second.i",
    "12": "compute_y_tiled:first.j",
    "13": "compute_y_tiled:first.j",
    "32": "compute_y_out_tiled:second.i",
    "33": "compute_y_out_tiled:second.i",
    "46": "",
}
ARRAYS = {"y": "atax:y", "A": "atax:A"}
PARAMETERS = {"*": {"PARTITION_FACTOR": 4}}
