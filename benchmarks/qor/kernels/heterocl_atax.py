"""PolyBench atax as HeteroCL writes it: both products in functions, unrolled by 20. Its source is
not stored, the structure is read from loops, trip counts and directives.
"""


def stage_m(A: float32[390, 410], x: float32[410], tmp: float32[390]):
    for r in range(410, name="outer"):
        for m in range(390):
            tmp[m] += A[m, r] * x[r]


def stage_n(A2: float32[390, 410], tmp: float32[390], y: float32[410]):
    for k in range(390, name="outer"):
        for n in range(410):
            y[n] += A2[k, n] * tmp[k]


def kernel(
    A: float32[390, 410],
    A2: float32[390, 410],
    x: float32[410],
    tmp: float32[390],
    y: float32[410],
):
    stage_m(A, x, tmp)
    stage_n(A2, tmp, y)


POINTS = ["atax-heterocl-*"]
LOOPS = {
    "l_S_m_0_r": "stage_m:outer.r",
    "l_m": "stage_m:outer.m",
    "l_S_n_0_k": "stage_n:outer.k",
    "l_n": "stage_n:outer.n",
}
DIRECTIVES = {
    "*": [
        "#pragma HLS array_partition variable=kernel:A cyclic factor=20 dim=1",
        "#pragma HLS array_partition variable=kernel:tmp cyclic factor=20 dim=1",
        "#pragma HLS array_partition variable=kernel:A2 cyclic factor=20 dim=2",
        "#pragma HLS array_partition variable=kernel:y cyclic factor=20 dim=1",
        "stage_m:outer.m: #pragma HLS pipeline II=1",
        "stage_m:outer.m: #pragma HLS unroll factor=20",
        "stage_n:outer.n: #pragma HLS pipeline II=1",
        "stage_n:outer.n: #pragma HLS unroll factor=20",
    ]
}
