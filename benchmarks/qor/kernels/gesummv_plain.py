"""PolyBench gesummv as plain loops, of the size that Stream-HLS takes (see atax_plain.py). No
report of it has been seen."""


def kernel(
    alpha: float32,
    beta: float32,
    A: float32[250, 250],
    B: float32[250, 250],
    tmp: float32[250],
    x: float32[250],
    y: float32[250],
):
    for i in range(250, name="rows"):
        tmp[i] = 0.0
        y[i] = 0.0
        for j in range(250):
            tmp[i] += A[i, j] * x[j]
            y[i] += B[i, j] * x[j]
        y[i] = alpha * tmp[i] + beta * y[i]


POINTS = ["gesummv-vitis-*"]
