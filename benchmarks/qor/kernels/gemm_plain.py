"""PolyBench gemm as plain loops, of the sizes that Stream-HLS takes (see atax_plain.py). No report
of it has been seen."""


def kernel(
    alpha: float32,
    beta: float32,
    C: float32[200, 220],
    A: float32[200, 240],
    B: float32[240, 220],
):
    for i in range(200, name="rows"):
        for j in range(220, name="scale"):
            C[i, j] *= beta
        for k in range(240, name="sum"):
            for j in range(220):
                C[i, j] += alpha * A[i, k] * B[k, j]


POINTS = ["gemm-vitis-*"]
