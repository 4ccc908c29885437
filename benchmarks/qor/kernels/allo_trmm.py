"""PolyBench trmm as Allo writes it for the Vitis kernel flow. Its source is not stored: the
structure is read from loops, trip counts, partitions and bundles of the report."""


def load_A(vA: float32[200, 208], A: float32[200, 208]):
    for i in range(200, name="load"):
        for j in range(13):
            for u in range(16):
                A[i, 16 * j + u] = vA[i, 16 * j + u]


def load_B(vB: float32[200, 240], B: float32[200, 240]):
    for i in range(200, name="load"):
        for j in range(15):
            for u in range(16):
                B[i, 16 * j + u] = vB[i, 16 * j + u]


def S0(A: float32[200, 208], B: float32[200, 240]):
    acc: float32[240]
    for i in range(200, name="update"):
        for j0 in range(12, name="init"):
            for j in range(20):
                acc[20 * j0 + j] = 0.0
        for k, j0 in hcl.grid(200, 12, name="sum"):
            for j in range(20):
                acc[20 * j0 + j] += A[i, k] * B[k, 20 * j0 + j]
        for j0 in range(12, name="back"):
            for j in range(20):
                B[i, 20 * j0 + j] += acc[20 * j0 + j]


def S1(alpha: float32, B: float32[200, 240]):
    for i, j0 in hcl.grid(200, 12, name="scale"):
        for j in range(20):
            B[i, 20 * j0 + j] = alpha * B[i, 20 * j0 + j]


def store_B(B: float32[200, 240], vB: float32[200, 240]):
    for i in range(200, name="store"):
        for j in range(15):
            for u in range(16):
                vB[i, 16 * j + u] = B[i, 16 * j + u]


def kernel_nlp(alpha: float32, vA: float32[200, 208], vB: float32[200, 240]):
    A: float32[200, 208]
    B: float32[200, 240]
    load_A(vA, A)
    load_B(vB, B)
    S0(A, B)
    S1(alpha, B)
    store_B(B, vB)


POINTS = ["trmm-prometheus-artifact-allo-mem-*"]
LOOPS = {
    "VITIS_LOOP_103_1_VITIS_LOOP_104_2": "load_A:load.j",
    "VITIS_LOOP_113_4_VITIS_LOOP_114_5": "load_B:load.j",
    "l_update_i1": "S0:update.i",
    "l_j1_init": "S0:init.j0",
    "l_S_k1_0_k1_l_j1": "S0:sum.j0",
    "l_j1_back": "S0:back.j0",
    "l_mul_i0_l_j0": "S1:scale.j0",
    "VITIS_LOOP_126_7_VITIS_LOOP_127_8": "store_B:store.j",
}
DIRECTIVES = {
    "*": [
        "#pragma HLS interface m_axi port=vA bundle=gmem0",
        "#pragma HLS interface m_axi port=vB bundle=gmem1",
        "#pragma HLS array_partition variable=kernel_nlp:vA cyclic dim=2 factor=16",
        "#pragma HLS array_partition variable=kernel_nlp:vB cyclic dim=2 factor=16",
        "#pragma HLS array_partition variable=kernel_nlp:B cyclic dim=2 factor=20",
        "#pragma HLS array_partition variable=acc cyclic dim=1 factor=20",
        "load_A:load.j: #pragma HLS pipeline II=1",
        "load_B:load.j: #pragma HLS pipeline II=1",
        "S0:init.j0: #pragma HLS pipeline II=1",
        "S0:sum.j0: #pragma HLS pipeline II=1",
        "S0:back.j0: #pragma HLS pipeline II=1",
        "S1:scale.j0: #pragma HLS pipeline II=1",
        "store_B:store.j: #pragma HLS pipeline II=1",
    ]
}
UNSAFE_MATH = True
