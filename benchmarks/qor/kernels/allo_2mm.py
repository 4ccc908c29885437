"""PolyBench 2mm as Allo writes it for the Vitis kernel flow. Its source is not stored: the
structure is read from loops, trip counts, partitions and bundles of the report."""


def load_A(vA: float32[180, 210], A: float32[180, 210]):
    for i, j in hcl.grid(180, 210, name="load"):
        A[i, j] = vA[i, j]


def load_B(vB: float32[210, 190], B: float32[210, 190]):
    for i, j in hcl.grid(210, 190, name="load"):
        B[i, j] = vB[i, j]


def load_C(vC: float32[190, 220], C: float32[190, 220]):
    for i, j in hcl.grid(190, 220, name="load"):
        C[i, j] = vC[i, j]


def load_D(vD: float32[180, 220], D: float32[180, 220]):
    for i, j in hcl.grid(180, 220, name="load"):
        D[i, j] = vD[i, j]


def mm1(A: float32[180, 210], B: float32[210, 190], AB: float32[180, 190]):
    for i in range(180, name="mm1"):
        acc: float32[190]
        for j in range(190, name="begin"):
            acc[j] = 0.0
        for k in range(210, name="sum"):
            for j in range(190):
                acc[j] += A[i, k] * B[k, j]
        for j in range(190, name="back"):
            AB[i, j] = acc[j]


def mm2(AB: float32[180, 190], C: float32[190, 220], ABC: float32[180, 220]):
    for i in range(180, name="mm2"):
        acc: float32[220]
        for j in range(220, name="begin"):
            acc[j] = 0.0
        for k in range(190, name="sum"):
            for j in range(220):
                acc[j] += AB[i, k] * C[k, j]
        for j in range(220, name="back"):
            ABC[i, j] = acc[j]


def ele_add(
    alpha: float32,
    beta: float32,
    ABC: float32[180, 220],
    D: float32[180, 220],
    vout: float32[180, 220],
):
    for i, j in hcl.grid(180, 220, name="add"):
        vout[i, j] = alpha * ABC[i, j] + beta * D[i, j]


def kernel_nlp(
    alpha: float32,
    beta: float32,
    vA: float32[180, 210],
    vB: float32[210, 190],
    vC: float32[190, 220],
    vD: float32[180, 220],
    vout: float32[180, 220],
):
    A: float32[180, 210]
    B: float32[210, 190]
    C: float32[190, 220]
    D: float32[180, 220]
    AB: float32[180, 190]
    ABC: float32[180, 220]
    load_A(vA, A)
    load_B(vB, B)
    load_C(vC, C)
    load_D(vD, D)
    mm1(A, B, AB)
    mm2(AB, C, ABC)
    ele_add(alpha, beta, ABC, D, vout)


POINTS = ["2mm-prometheus-artifact-allo-mem-*"]
LOOPS = {
    "l_S_buf0_buf0_l_0_l_buf0_l_1": "load_A:load.j",
    "l_S_buf1_buf1_l_0_l_buf1_l_1": "load_B:load.j",
    "l_S_buf2_buf2_l_0_l_buf2_l_1": "load_C:load.j",
    "l_S_buf3_buf3_l_0_l_buf3_l_1": "load_D:load.j",
    "l_S_k0_0_k0": "mm1:sum.k",
    "l_S_k1_0_k1": "mm2:sum.k",
    "l_S_i2_j2_0_i2_l_j2": "ele_add:add.j",
}
DIRECTIVES = {
    "*": [
        "#pragma HLS interface m_axi port=vA bundle=gA",
        "#pragma HLS interface m_axi port=vB bundle=gB",
        "#pragma HLS interface m_axi port=vC bundle=gC",
        "#pragma HLS interface m_axi port=vD bundle=gD",
        "#pragma HLS interface m_axi port=vout bundle=gout",
        "#pragma HLS array_partition variable=kernel_nlp:B complete dim=2",
        "#pragma HLS array_partition variable=kernel_nlp:C complete dim=2",
        "#pragma HLS array_partition variable=mm1:acc complete dim=1",
        "#pragma HLS array_partition variable=mm2:acc complete dim=1",
        "#pragma HLS array_partition variable=kernel_nlp:AB complete dim=2",
        "#pragma HLS array_partition variable=kernel_nlp:ABC complete dim=2",
        "#pragma HLS stream variable=kernel_nlp:AB depth=180",
        "#pragma HLS stream variable=kernel_nlp:ABC depth=180",
        "load_A:load.j: #pragma HLS pipeline II=1",
        "load_B:load.j: #pragma HLS pipeline II=1",
        "load_C:load.j: #pragma HLS pipeline II=1",
        "load_D:load.j: #pragma HLS pipeline II=1",
        "mm1:sum.k: #pragma HLS pipeline II=1",
        "mm2:sum.k: #pragma HLS pipeline II=1",
        "ele_add:add.j: #pragma HLS pipeline II=1",
        "mm1:begin.j: #pragma HLS unroll",
        "mm1:back.j: #pragma HLS unroll",
        "mm2:begin.j: #pragma HLS unroll",
        "mm2:back.j: #pragma HLS unroll",
        "kernel_nlp: #pragma HLS dataflow",
    ]
}
UNSAFE_MATH = True
