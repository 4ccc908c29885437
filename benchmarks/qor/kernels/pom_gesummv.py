"""PolyBench gesummv as POM unrolls it by 5 x 2, the sums' loop outside; its source is not stored,
the structure is read from loops, trip counts and directives.
"""


def test_gesummv(
    alpha: float32,
    beta: float32,
    A: float32[250, 250],
    B: float32[250, 250],
    tmp: float32[250],
    x: float32[250],
    y: float32[250],
):
    for j0, i0 in hcl.grid(125, 50, name="sums"):
        for i in range(5):
            for j in range(2):
                tmp[5 * i0 + i] += A[5 * i0 + i, 2 * j0 + j] * x[2 * j0 + j]
                y[5 * i0 + i] += B[5 * i0 + i, 2 * j0 + j] * x[2 * j0 + j]
    for i in range(250, name="join"):
        y[i] = alpha * tmp[i] + beta * y[i]


POINTS = ["gesummv-pom-*"]
LOOPS = {
    "VITIS_LOOP_58_1_VITIS_LOOP_59_2": "sums.i0",
    "VITIS_LOOP_165_3": "join.i",
    "60": "sums.i0",
    "166": "join.i",
}
ARRAYS = {"v2": "A", "v3": "B", "v4": "tmp", "v5": "x", "v6": "y"}
