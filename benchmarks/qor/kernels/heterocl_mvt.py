"""PolyBench mvt as HeteroCL writes it: one product by rows, summed in a tree, one by columns. Its
source is not stored, the structure is read from loops, trip counts and directives."""


def kernel(
    A: float32[400, 400],
    y1: float32[400],
    y2: float32[400],
    x1: float32[400],
    x2: float32[400],
):
    for i in range(400, name="first"):
        total: float32 = 0.0
        for j in range(400):
            total += A[i, j] * y1[j]
        x1[i] = x1[i] + total
    for j in range(400, name="second"):
        for i in range(400):
            x2[i] += A[j, i] * y2[j]


POINTS = ["mvt-heterocl-*"]
LOOPS = {"l_S_i_j_0_i": "first.i", "l_j1": "second.j", "27": "first.i", "38": "second.j"}
ARRAYS = {"v0": "A", "v1": "y1", "v4": "x2"}
UNSAFE_MATH = True
