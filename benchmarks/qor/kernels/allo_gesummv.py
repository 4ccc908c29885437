"""PolyBench gesummv as Allo writes it for the Vitis kernel flow. Its source is not stored: the
structure is read from loops, trip counts, partitions and bundles of the report."""


def load_A(vA: float32[250, 256], A: float32[250, 256]):
    for i in range(250, name="load"):
        for j in range(16):
            for u in range(16):
                A[i, 16 * j + u] = vA[i, 16 * j + u]


def load_B(vB: float32[250, 256], B: float32[250, 256]):
    for i in range(250, name="load"):
        for j in range(16):
            for u in range(16):
                B[i, 16 * j + u] = vB[i, 16 * j + u]


def compute_tmp(
    A: float32[250, 256], B: float32[250, 256], x: float32[256], tmp: float32[250], y: float32[250]
):
    tt: float32[250]
    yy: float32[250]
    for i in range(250, name="begin"):
        tt[i] = 0.0
        yy[i] = 0.0
    for j in range(250, name="sum"):
        for i in range(250):
            tt[i] += A[i, j] * x[j]
            yy[i] += B[i, j] * x[j]
    for i in range(250, name="end"):
        tmp[i] = tt[i]
        y[i] = yy[i]


def compute_y(alpha: float32, beta: float32, tmp: float32[250], y: float32[250], out: float32[250]):
    for i in range(250, name="join"):
        out[i] = alpha * tmp[i] + beta * y[i]


def kernel_nlp(
    alpha: float32,
    beta: float32,
    vA: float32[250, 256],
    vB: float32[250, 256],
    x: float32[256],
    out: float32[250],
):
    A: float32[250, 256]
    B: float32[250, 256]
    tmp: float32[250]
    y: float32[250]
    load_A(vA, A)
    load_B(vB, B)
    compute_tmp(A, B, x, tmp, y)
    compute_y(alpha, beta, tmp, y, out)


POINTS = ["gesummv-prometheus-artifact-allo-mem-*"]
LOOPS = {
    "VITIS_LOOP_129_1_VITIS_LOOP_130_2": "load_A:load.j",
    "VITIS_LOOP_139_4_VITIS_LOOP_140_5": "load_B:load.j",
    "l_load_i0": "compute_tmp:begin.i",
    "l_tmp_j": "compute_tmp:sum.j",
    "l_store_i1": "compute_tmp:end.i",
    "l_load_i01": "compute_y:join.i",
}
DIRECTIVES = {
    "*": [
        "#pragma HLS interface m_axi port=vA bundle=g0",
        "#pragma HLS interface m_axi port=vB bundle=g1",
        "#pragma HLS array_partition variable=kernel_nlp:vA cyclic dim=2 factor=16",
        "#pragma HLS array_partition variable=kernel_nlp:vB cyclic dim=2 factor=16",
        "#pragma HLS array_partition variable=kernel_nlp:A complete dim=1",
        "#pragma HLS array_partition variable=kernel_nlp:B complete dim=1",
        "#pragma HLS array_partition variable=kernel_nlp:A cyclic dim=2 factor=16",
        "#pragma HLS array_partition variable=kernel_nlp:B cyclic dim=2 factor=16",
        "#pragma HLS array_partition variable=tt complete dim=0",
        "#pragma HLS array_partition variable=yy complete dim=0",
        "load_A:load.j: #pragma HLS pipeline II=1",
        "load_B:load.j: #pragma HLS pipeline II=1",
        "compute_tmp:begin.i: #pragma HLS pipeline II=1",
        "compute_tmp:sum.j: #pragma HLS pipeline II=1",
        "compute_tmp:end.i: #pragma HLS pipeline II=1",
        "compute_y:join.i: #pragma HLS pipeline II=1",
    ]
}
UNSAFE_MATH = True
