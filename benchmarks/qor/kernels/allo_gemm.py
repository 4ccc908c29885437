"""PolyBench gemm as Allo writes it: rows through a dataflow loop, the sums of a row side by side.
Its source is not stored, the structure is read from loops, trip counts and directives.
"""


def rows(A: float32[200, 240], B: float32[240, 220], AB: float32[200, 220]):
    for i in range(200, name="mm1"):
        acc: float32[220]
        for j in range(220, name="begin"):
            acc[j] = 0.0
        for k in range(240, name="sum"):
            for j in range(220):
                acc[j] += A[i, k] * B[k, j]
        for j in range(220, name="back"):
            AB[i, j] = acc[j]


def ele_add(
    alpha: float32,
    beta: float32,
    AB: float32[200, 220],
    C: float32[200, 220],
    out: float32[200, 220],
):
    for i, j in hcl.grid(200, 220, name="add"):
        out[i, j] = alpha * AB[i, j] + beta * C[i, j]


def gemm(
    alpha: float32,
    beta: float32,
    A: float32[200, 240],
    B: float32[240, 220],
    C: float32[200, 220],
    out: float32[200, 220],
):
    AB: float32[200, 220]
    rows(A, B, AB)
    ele_add(alpha, beta, AB, C, out)


POINTS = ["gemm-allo-*"]
LOOPS = {
    "l_mm1_i0": "rows:mm1.i",
    "l_S_k0_0_k0": "rows:sum.k",
    "l_S_i2_j2_0_i2_l_j2": "ele_add:add.j",
}
DIRECTIVES = {
    "*": [
        "#pragma HLS array_partition variable=gemm:B complete dim=2",
        "#pragma HLS array_partition variable=acc complete dim=1",
        "#pragma HLS array_partition variable=gemm:AB complete dim=2",
        "#pragma HLS array_partition variable=gemm:C complete dim=2",
        "#pragma HLS array_partition variable=gemm:out complete dim=2",
        "rows:begin.j: #pragma HLS unroll",
        "rows:sum.k: #pragma HLS pipeline II=4",
        "rows:back.j: #pragma HLS unroll",
        "ele_add:add.j: #pragma HLS pipeline II=1",
        "gemm: #pragma HLS dataflow",
    ]
}
