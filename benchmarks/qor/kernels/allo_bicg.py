"""PolyBench bicg as Allo writes it for the Vitis kernel flow. Its source is not stored: the
structure is read from loops, trip counts, partitions and bundles of the report."""


def load_A(vA: float32[410, 400], A: float32[410, 400]):
    for i in range(410, name="load"):
        for j in range(25):
            for u in range(16):
                A[i, 16 * j + u] = vA[i, 16 * j + u]


def load_A2(vA2: float32[410, 400], A2: float32[410, 400]):
    for i in range(410, name="load"):
        for j in range(25):
            for u in range(16):
                A2[i, 16 * j + u] = vA2[i, 16 * j + u]


def stage_s(A: float32[410, 400], r: float32[410], s: float32[400]):
    for i in range(410, name="rows"):
        for j in range(400):
            s[j] += A[i, j] * r[i]


def stage_q(A2: float32[410, 400], p: float32[390], q: float32[410]):
    for j in range(390, name="columns"):
        for i in range(410):
            q[i] += A2[i, j] * p[j]


def kernel_nlp(
    vA: float32[410, 400],
    vA2: float32[410, 400],
    r: float32[410],
    p: float32[390],
    vs: float32[400],
    vq: float32[410],
):
    A: float32[410, 400]
    A2: float32[410, 400]
    s: float32[400]
    q: float32[410]
    load_A(vA, A)
    load_A2(vA2, A2)
    for j in range(400, name="clear_s"):
        s[j] = 0.0
    for i in range(410, name="clear_q"):
        q[i] = 0.0
    stage_s(A, r, s)
    stage_q(A2, p, q)
    for j0 in range(25, name="store_s"):
        for u in range(16):
            vs[16 * j0 + u] = s[16 * j0 + u]
    for i0 in range(41, name="store_q"):
        for u in range(10):
            vq[10 * i0 + u] = q[10 * i0 + u]


POINTS = ["bicg-prometheus-artifact-allo-mem-*"]
LOOPS = {
    "VITIS_LOOP_112_1_VITIS_LOOP_113_2": "load_A:load.j",
    "VITIS_LOOP_122_4_VITIS_LOOP_123_5": "load_A2:load.j",
    "l_S_i0_0_i0": "stage_s:rows.i",
    "l_S_i1_0_j1": "stage_q:columns.j",
}
DIRECTIVES = {
    "*": [
        "#pragma HLS interface m_axi port=vA bundle=gmem0",
        "#pragma HLS interface m_axi port=vA2 bundle=gmem1",
        "#pragma HLS interface m_axi port=vs bundle=gmem2",
        "#pragma HLS interface m_axi port=vq bundle=gmem3",
        "#pragma HLS array_partition variable=kernel_nlp:vA cyclic dim=2 factor=16",
        "#pragma HLS array_partition variable=kernel_nlp:vA2 cyclic dim=2 factor=16",
        "#pragma HLS array_partition variable=kernel_nlp:vs cyclic dim=1 factor=16",
        "#pragma HLS array_partition variable=kernel_nlp:vq cyclic dim=1 factor=10",
        "#pragma HLS array_partition variable=kernel_nlp:A complete dim=2",
        "#pragma HLS array_partition variable=kernel_nlp:A2 complete dim=1",
        "#pragma HLS array_partition variable=kernel_nlp:A2 cyclic dim=2 factor=16",
        "#pragma HLS array_partition variable=kernel_nlp:s complete dim=1",
        "#pragma HLS array_partition variable=kernel_nlp:q complete dim=1",
        "clear_s.j: #pragma HLS unroll",
        "clear_q.i: #pragma HLS unroll",
        "load_A:load.j: #pragma HLS pipeline II=1",
        "load_A2:load.j: #pragma HLS pipeline II=1",
        "stage_s:rows.i: #pragma HLS pipeline II=1",
        "stage_q:columns.j: #pragma HLS pipeline II=1",
        "store_s.j0: #pragma HLS pipeline II=1",
        "store_q.i0: #pragma HLS pipeline II=1",
    ]
}
UNSAFE_MATH = True
