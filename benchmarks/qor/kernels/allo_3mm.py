"""PolyBench 3mm as Allo writes it for the Vitis kernel flow. Its source is not stored: the
structure is read from loops, trip counts, partitions and bundles of the report."""


def load_A(vA: float32[180, 200], A: float32[180, 200]):
    for i, j in hcl.grid(180, 200, name="load"):
        A[i, j] = vA[i, j]


def load_B(vB: float32[200, 190], B: float32[200, 190]):
    for i, j in hcl.grid(200, 190, name="load"):
        B[i, j] = vB[i, j]


def load_C(vC: float32[190, 220], C: float32[190, 220]):
    for i, j in hcl.grid(190, 220, name="load"):
        C[i, j] = vC[i, j]


def load_D(vD: float32[220, 210], D: float32[220, 210]):
    for i, j in hcl.grid(220, 210, name="load"):
        D[i, j] = vD[i, j]


def mm1(A: float32[180, 200], B: float32[200, 190], AB: float32[180, 190]):
    for i in range(180, name="mm1"):
        acc: float32[190]
        for j in range(190, name="begin"):
            acc[j] = 0.0
        for k in range(200, name="sum"):
            for j in range(190):
                acc[j] += A[i, k] * B[k, j]
        for j in range(190, name="back"):
            AB[i, j] = acc[j]


def mm2(C: float32[190, 220], D: float32[220, 210], CD: float32[190, 210]):
    for i in range(190, name="mm2"):
        acc: float32[210]
        for j in range(210, name="begin"):
            acc[j] = 0.0
        for k in range(220, name="sum"):
            for j in range(210):
                acc[j] += C[i, k] * D[k, j]
        for j in range(210, name="back"):
            CD[i, j] = acc[j]


def mm3(AB: float32[180, 190], CD: float32[190, 210], G: float32[180, 210]):
    for i in range(180, name="mm3"):
        acc: float32[210]
        for j in range(210, name="begin"):
            acc[j] = 0.0
        for k in range(190, name="sum"):
            for j in range(210):
                acc[j] += AB[i, k] * CD[k, j]
        for j in range(210, name="back"):
            G[i, j] = acc[j]


def store(G: float32[180, 210], vG: float32[180, 210]):
    for i, j in hcl.grid(180, 210, name="store"):
        vG[i, j] = G[i, j]


def k3mm(
    vA: float32[180, 200],
    vB: float32[200, 190],
    vC: float32[190, 220],
    vD: float32[220, 210],
    vG: float32[180, 210],
):
    A: float32[180, 200]
    B: float32[200, 190]
    C: float32[190, 220]
    D: float32[220, 210]
    AB: float32[180, 190]
    CD: float32[190, 210]
    G: float32[180, 210]
    load_A(vA, A)
    load_B(vB, B)
    load_C(vC, C)
    load_D(vD, D)
    mm1(A, B, AB)
    mm2(C, D, CD)
    mm3(AB, CD, G)
    store(G, vG)


POINTS = ["3mm-allo-*", "3mm-prometheus-artifact-allo-mem-*"]
LOOPS = {
    "l_S_buf0_buf0_l_0_l_buf0_l_1": "load_A:load.j",
    "l_S_buf1_buf1_l_0_l_buf1_l_1": "load_B:load.j",
    "l_S_buf2_buf2_l_0_l_buf2_l_1": "load_C:load.j",
    "l_S_buf3_buf3_l_0_l_buf3_l_1": "load_D:load.j",
    "l_S_k0_0_k0": "mm1:sum.k",
    "l_S_k1_0_k1": "mm2:sum.k",
    "l_S_k2_0_k2": "mm3:sum.k",
    "l_S_result4_result4_l_0_l_result4_l_1": "store:store.j",
}
DIRECTIVES = {
    "*": [
        "#pragma HLS interface m_axi port=vA bundle=gA",
        "#pragma HLS interface m_axi port=vB bundle=gB",
        "#pragma HLS interface m_axi port=vC bundle=gC",
        "#pragma HLS interface m_axi port=vD bundle=gD",
        "#pragma HLS interface m_axi port=vG bundle=gG",
        "#pragma HLS array_partition variable=k3mm:B complete dim=2",
        "#pragma HLS array_partition variable=k3mm:D complete dim=2",
        "#pragma HLS array_partition variable=mm1:acc complete dim=1",
        "#pragma HLS array_partition variable=mm2:acc complete dim=1",
        "#pragma HLS array_partition variable=mm3:acc complete dim=1",
        "#pragma HLS array_partition variable=k3mm:AB complete dim=2",
        "#pragma HLS array_partition variable=k3mm:CD complete dim=2",
        "#pragma HLS array_partition variable=k3mm:G complete dim=2",
        "#pragma HLS stream variable=k3mm:AB depth=180",
        "#pragma HLS stream variable=k3mm:CD depth=190",
        "load_A:load.j: #pragma HLS pipeline II=1",
        "load_B:load.j: #pragma HLS pipeline II=1",
        "load_C:load.j: #pragma HLS pipeline II=1",
        "load_D:load.j: #pragma HLS pipeline II=1",
        "mm1:sum.k: #pragma HLS pipeline II=1",
        "mm2:sum.k: #pragma HLS pipeline II=1",
        "mm3:sum.k: #pragma HLS pipeline II=1",
        "store:store.j: #pragma HLS pipeline II=1",
        "mm1:begin.j: #pragma HLS unroll",
        "mm1:back.j: #pragma HLS unroll",
        "mm2:begin.j: #pragma HLS unroll",
        "mm2:back.j: #pragma HLS unroll",
        "mm3:begin.j: #pragma HLS unroll",
        "mm3:back.j: #pragma HLS unroll",
        "k3mm: #pragma HLS dataflow",
    ]
}
UNSAFE_MATH = True
