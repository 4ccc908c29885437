"""PolyBench bicg as HeteroCL writes it: both products in functions that pipeline the reduction. Its
source is not stored, the structure is read from loops, trip counts and directives."""


def stage_s(A: float32[410, 390], r: float32[410], s: float32[390]):
    for i in range(410, name="rows"):
        for j in range(390):
            s[j] += A[i, j] * r[i]


def stage_q(A2: float32[410, 390], p: float32[390], q: float32[410]):
    for j in range(390, name="columns"):
        for i in range(410):
            q[i] += A2[i, j] * p[j]


def kernel(
    A: float32[410, 390],
    A2: float32[410, 390],
    r: float32[410],
    s: float32[390],
    p: float32[390],
    q: float32[410],
):
    stage_s(A, r, s)
    stage_q(A2, p, q)


POINTS = ["bicg-heterocl-*"]
LOOPS = {
    "l_S_i0_0_i0": "stage_s:rows.i",
    "l_S_i1_0_j1": "stage_q:columns.j",
    "29": "stage_s:rows.i",
    "30": "stage_s:rows.j",
    "51": "stage_q:columns.j",
    "52": "stage_q:columns.i",
}
ARRAYS = {"v0": "kernel:A", "v2": "kernel:s", "v12": "kernel:A2", "v14": "kernel:q"}
