"""PolyBench syrk as Allo writes it for the Vitis kernel flow. Its source is not stored: the
structure is read from loops, trip counts, partitions and bundles of the report."""


def load_A(vA: float32[240, 208], A: float32[240, 208]):
    for i in range(240, name="load"):
        for j in range(13):
            for u in range(16):
                A[i, 16 * j + u] = vA[i, 16 * j + u]


def load_A2(vA2: float32[240, 208], A2: float32[240, 208]):
    for i in range(240, name="load"):
        for j in range(13):
            for u in range(16):
                A2[i, 16 * j + u] = vA2[i, 16 * j + u]


def load_C(vC: float32[240, 240], C: float32[240, 240]):
    for i in range(240, name="load"):
        for j in range(15):
            for u in range(16):
                C[i, 16 * j + u] = vC[i, 16 * j + u]


def update(beta: float32, C: float32[240, 240]):
    for i in range(240, name="rows"):
        for j in range(240):
            C[i, j] = beta * C[i, j]


def compute_sum(alpha: float32, A: float32[240, 208], A2: float32[240, 208], C: float32[240, 240]):
    acc: float32[240, 240]
    for i in range(240, name="begin"):
        for j in range(240):
            acc[i, j] = C[i, j]
    for i, k in hcl.grid(240, 200, name="sum"):
        for j in range(240):
            acc[i, j] += alpha * A[i, k] * A2[j, k]
    for i in range(240, name="end"):
        for j in range(240):
            C[i, j] = acc[i, j]


def store_C(C: float32[240, 240], vC2: float32[240, 240]):
    for i in range(240, name="store"):
        for j in range(15):
            for u in range(16):
                vC2[i, 16 * j + u] = C[i, 16 * j + u]


def kernel_nlp(
    alpha: float32,
    beta: float32,
    vA: float32[240, 208],
    vA2: float32[240, 208],
    vC: float32[240, 240],
    vC2: float32[240, 240],
):
    A: float32[240, 208]
    A2: float32[240, 208]
    C: float32[240, 240]
    load_A(vA, A)
    load_A2(vA2, A2)
    load_C(vC, C)
    update(beta, C)
    compute_sum(alpha, A, A2, C)
    store_C(C, vC2)


POINTS = ["syrk-prometheus-artifact-allo-mem-*"]
LOOPS = {
    "VITIS_LOOP_131_1_VITIS_LOOP_132_2": "load_A:load.j",
    "VITIS_LOOP_141_4_VITIS_LOOP_142_5": "load_A2:load.j",
    "VITIS_LOOP_151_7_VITIS_LOOP_152_8": "load_C:load.j",
    "l_update_i0": "update:rows.i",
    "l_load_i01": "compute_sum:begin.i",
    "l_sum_i1_l_k1": "compute_sum:sum.k",
    "l_store_i2": "compute_sum:end.i",
}
DIRECTIVES = {
    "*": [
        "#pragma HLS interface m_axi port=vA bundle=g0",
        "#pragma HLS interface m_axi port=vA2 bundle=g1",
        "#pragma HLS interface m_axi port=vC bundle=g2",
        "#pragma HLS interface m_axi port=vC2 bundle=g3",
        "#pragma HLS array_partition variable=kernel_nlp:vA cyclic dim=2 factor=16",
        "#pragma HLS array_partition variable=kernel_nlp:vA2 cyclic dim=2 factor=16",
        "#pragma HLS array_partition variable=kernel_nlp:vC cyclic dim=2 factor=16",
        "#pragma HLS array_partition variable=kernel_nlp:vC2 cyclic dim=2 factor=16",
        "#pragma HLS array_partition variable=kernel_nlp:A2 cyclic dim=2 factor=16",
        "#pragma HLS array_partition variable=kernel_nlp:C complete dim=2",
        "#pragma HLS array_partition variable=kernel_nlp:A2 complete dim=1",
        "#pragma HLS array_partition variable=acc complete dim=2",
        "#pragma HLS array_partition variable=kernel_nlp:A complete dim=2",
        "load_A:load.j: #pragma HLS pipeline II=1",
        "load_A2:load.j: #pragma HLS pipeline II=1",
        "load_C:load.j: #pragma HLS pipeline II=1",
        "update:rows.i: #pragma HLS pipeline II=1",
        "compute_sum:begin.i: #pragma HLS pipeline II=1",
        "compute_sum:sum.k: #pragma HLS pipeline II=1",
        "compute_sum:end.i: #pragma HLS pipeline II=1",
        "store_C:store.j: #pragma HLS pipeline II=1",
    ]
}
UNSAFE_MATH = True
