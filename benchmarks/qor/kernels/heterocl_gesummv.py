"""PolyBench gesummv as HeteroCL and Allo write it: sums of all rows side by side, column by column.
The sources are not stored, the structure is read from loops, trip counts and directives."""


def compute_tmp(
    A: float32[250, 250], B: float32[250, 250], x: float32[250], tmp: float32[250], y: float32[250]
):
    tt: float32[250]
    yy: float32[250]
    for i in range(250, name="load"):
        tt[i] = 0.0
        yy[i] = 0.0
    for j in range(250, name="sum"):
        for i in range(250):
            tt[i] += A[i, j] * x[j]
            yy[i] += B[i, j] * x[j]
    for i in range(250, name="store"):
        tmp[i] = tt[i]
        y[i] = yy[i]


def compute_y(alpha: float32, beta: float32, tmp: float32[250], y: float32[250], out: float32[250]):
    for i in range(250, name="join"):
        out[i] = alpha * tmp[i] + beta * y[i]


def kernel(
    alpha: float32,
    beta: float32,
    A: float32[250, 250],
    B: float32[250, 250],
    x: float32[250],
    out: float32[250],
):
    tmp: float32[250]
    y: float32[250]
    compute_tmp(A, B, x, tmp, y)
    compute_y(alpha, beta, tmp, y, out)


POINTS = ["gesummv-heterocl-*", "gesummv-allo-*"]
LOOPS = {
    "l_load_i0": "compute_tmp:load.i",
    "l_tmp_j": "compute_tmp:sum.j",
    "l_store_i1": "compute_tmp:store.i",
    "l_load_i01": "compute_y:join.i",
}
DIRECTIVES = {
    "gesummv-heterocl-*": [
        "#pragma HLS array_partition variable=kernel:A complete dim=1",
        "#pragma HLS array_partition variable=kernel:B complete dim=1",
        "#pragma HLS array_partition variable=tt complete dim=0",
        "#pragma HLS array_partition variable=yy complete dim=0",
        "compute_tmp:load.i: #pragma HLS pipeline II=1",
        "compute_tmp:sum.j: #pragma HLS pipeline II=1",
        "compute_tmp:store.i: #pragma HLS pipeline II=1",
        "compute_y:join.i: #pragma HLS pipeline II=1",
    ],
    "gesummv-allo-*": [
        "#pragma HLS array_partition variable=kernel:A complete dim=1",
        "#pragma HLS array_partition variable=kernel:B complete dim=1",
        "#pragma HLS array_partition variable=tt complete dim=0",
        "#pragma HLS array_partition variable=yy complete dim=0",
        "#pragma HLS stream variable=kernel:tmp depth=250",
        "#pragma HLS stream variable=kernel:y depth=250",
        "compute_tmp:load.i: #pragma HLS pipeline II=1",
        "compute_tmp:sum.j: #pragma HLS pipeline II=1",
        "compute_tmp:store.i: #pragma HLS pipeline II=1",
        "compute_y:join.i: #pragma HLS pipeline II=1",
        "kernel: #pragma HLS dataflow",
    ],
}
