"""PolyBench bicg as plain loops, of the sizes that Stream-HLS takes (see atax_plain.py). No report
of it has been seen."""


def kernel(
    A: float32[410, 390],
    s: float32[390],
    q: float32[410],
    p: float32[390],
    r: float32[410],
):
    for i in range(390, name="init"):
        s[i] = 0.0
    for i in range(410, name="rows"):
        q[i] = 0.0
        for j in range(390):
            s[j] += r[i] * A[i, j]
            q[i] += A[i, j] * p[j]


POINTS = ["bicg-vitis-*"]
