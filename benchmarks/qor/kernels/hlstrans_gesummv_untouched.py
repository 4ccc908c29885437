"""PolyBench gesummv as C programmers write it. After HLStrans
data/argumentation_example/polybench/gesummv generate_15."""


def gesummv(
    alpha: float32,
    beta: float32,
    A: float32[64, 64],
    B: float32[64, 64],
    x: float32[64],
    y_out: float32[64],
):
    y: float32[64] = 0.0
    for i in range(64, name="rows"):
        tmp: float32 = 0.0
        for j in range(64):
            tmp += A[i, j] * x[j]
            y[i] += B[i, j] * x[j]
        y_out[i] = alpha * tmp + beta * y[i]


POINTS = ["gesummv-hlstrans-aug-true-generate-15-*"]
LOOPS = {"Loop 1": "init_y.y_d0", "VITIS_LOOP_6_1": "rows.i"}
