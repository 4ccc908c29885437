"""PolyBench atax as plain loops (Stream-HLS polybench/vitis/atax; its source is not stored)."""


def kernel(A: float32[390, 410], x: float32[410], y: float32[410], tmp: float32[390]):
    for i in range(410, name="init"):
        y[i] = 0.0
    for i in range(390, name="rows"):
        tmp[i] = 0.0
        for j in range(410, name="first"):
            tmp[i] += A[i, j] * x[j]
        for j in range(410, name="second"):
            y[j] += A[i, j] * tmp[i]


POINTS = ["atax-vitis-*"]
LOOPS = {
    "VITIS_LOOP_21_1": "init.i",
    "VITIS_LOOP_23_2": "rows.i",
    "VITIS_LOOP_26_3": "rows.j",
    "VITIS_LOOP_28_4": "rows.j_1",
}
