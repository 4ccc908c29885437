"""PolyBench mvt as plain loops, of the size that Stream-HLS takes (see atax_plain.py). No report of
it has been seen."""


def kernel(
    A: float32[400, 400],
    x1: float32[400],
    x2: float32[400],
    y1: float32[400],
    y2: float32[400],
):
    for i, j in hcl.grid(400, 400, name="first"):
        x1[i] += A[i, j] * y1[j]
    for i, j in hcl.grid(400, 400, name="second"):
        x2[i] += A[j, i] * y2[j]


POINTS = ["mvt-vitis-*"]
