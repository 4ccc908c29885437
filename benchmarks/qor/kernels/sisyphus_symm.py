"""PolyBench symm as Sisyphus writes it for the Vitis kernel flow. Its source is not stored: the
structure is read from loops, trip counts, partitions and bundles of the report. The triangles
of two loops are 199 x 100 iterations here, as many as they make."""


def load_temp2(vtemp2: float32[200, 240], temp2: float32[200, 240]):
    for i in range(200, name="load"):
        for j in range(15):
            for u in range(16):
                temp2[i, 16 * j + u] = vtemp2[i, 16 * j + u]


def load_B(vB: float32[200, 240], B: float32[200, 240]):
    for i in range(200, name="load"):
        for j in range(15):
            for u in range(16):
                B[i, 16 * j + u] = vB[i, 16 * j + u]


def load_A(vA: float32[200, 200], A: float32[200, 200]):
    for i in range(200, name="load"):
        for j in range(25):
            for u in range(8):
                A[i, 8 * j + u] = vA[i, 8 * j + u]


def load_C(vC: float32[200, 240], C: float32[200, 240]):
    for i in range(200, name="load"):
        for j in range(15):
            for u in range(16):
                C[i, 16 * j + u] = vC[i, 16 * j + u]


def task0(temp2: float32[200, 240]):
    for i0 in range(50, name="clear"):
        for i in range(4):
            for j in range(240):
                temp2[4 * i0 + i, j] = 0.0


def task1(alpha: float32, A: float32[200, 200], B: float32[200, 240], C: float32[200, 240]):
    for i, k in hcl.grid(199, 100, name="below"):
        for j in range(240):
            C[k, j] += alpha * B[i, j] * A[i, k]


def task2(
    alpha: float32,
    beta: float32,
    A: float32[200, 200],
    B: float32[200, 240],
    C: float32[200, 240],
):
    for i, j0 in hcl.grid(200, 8, name="diagonal"):
        for j in range(30):
            C[i, 30 * j0 + j] = beta * C[i, 30 * j0 + j] + alpha * B[i, 30 * j0 + j] * A[i, i]


def task3(alpha: float32, A: float32[200, 200], B: float32[200, 240], temp2: float32[200, 240]):
    for k, i in hcl.grid(100, 199, name="sums"):
        for j in range(240):
            temp2[i, j] += alpha * B[k, j] * A[i, k]


def store_temp2(temp2: float32[200, 240], vtemp2: float32[200, 240]):
    for i in range(200, name="store"):
        for j in range(15):
            for u in range(16):
                vtemp2[i, 16 * j + u] = temp2[i, 16 * j + u]


def store_C(C: float32[200, 240], vC: float32[200, 240]):
    for i in range(200, name="store"):
        for j in range(15):
            for u in range(16):
                vC[i, 16 * j + u] = C[i, 16 * j + u]


def kernel_nlp(
    alpha: float32,
    beta: float32,
    vA: float32[200, 200],
    vB: float32[200, 240],
    vC: float32[200, 240],
    vtemp2: float32[200, 240],
):
    A: float32[200, 200]
    B: float32[200, 240]
    C: float32[200, 240]
    temp2: float32[200, 240]
    load_temp2(vtemp2, temp2)
    load_B(vB, B)
    load_A(vA, A)
    load_C(vC, C)
    task0(temp2)
    task1(alpha, A, B, C)
    task2(alpha, beta, A, B, C)
    task3(alpha, A, B, temp2)
    store_temp2(temp2, vtemp2)
    store_C(C, vC)


POINTS = ["symm-prometheus-artifact-sisyphus-*"]
LOOPS = {
    "VITIS_LOOP_14_1_VITIS_LOOP_15_2": "load_temp2:load.j",
    "VITIS_LOOP_39_1_VITIS_LOOP_40_2": "load_B:load.j",
    "VITIS_LOOP_64_1_VITIS_LOOP_65_2": "load_A:load.j",
    "VITIS_LOOP_81_1_VITIS_LOOP_82_2": "load_C:load.j",
    "VITIS_LOOP_160_1_VITIS_LOOP_162_3": "task0:clear.i0",
    "VITIS_LOOP_190_3_VITIS_LOOP_191_4": "task1:below.k",
    "VITIS_LOOP_214_2_VITIS_LOOP_215_3": "task2:diagonal.j0",
    "VITIS_LOOP_241_1_VITIS_LOOP_244_4": "task3:sums.i",
    "VITIS_LOOP_106_1_VITIS_LOOP_107_2": "store_temp2:store.j",
    "VITIS_LOOP_132_1_VITIS_LOOP_133_2": "store_C:store.j",
}
DIRECTIVES = {
    "*": [
        "#pragma HLS interface m_axi port=vA bundle=A",
        "#pragma HLS interface m_axi port=vB bundle=B",
        "#pragma HLS interface m_axi port=vC bundle=C",
        "#pragma HLS interface m_axi port=vtemp2 bundle=temp2",
        "#pragma HLS array_partition variable=kernel_nlp:vA cyclic dim=2 factor=8",
        "#pragma HLS array_partition variable=kernel_nlp:vB cyclic dim=2 factor=16",
        "#pragma HLS array_partition variable=kernel_nlp:vC cyclic dim=2 factor=16",
        "#pragma HLS array_partition variable=kernel_nlp:vtemp2 cyclic dim=2 factor=16",
        "#pragma HLS array_partition variable=kernel_nlp:temp2 cyclic dim=1 factor=4",
        "#pragma HLS array_partition variable=kernel_nlp:temp2 complete dim=2",
        "#pragma HLS array_partition variable=kernel_nlp:C complete dim=2",
        "#pragma HLS array_partition variable=kernel_nlp:B cyclic dim=1 factor=2",
        "#pragma HLS array_partition variable=kernel_nlp:B complete dim=2",
        "#pragma HLS array_partition variable=kernel_nlp:A cyclic dim=1 factor=2",
        "#pragma HLS array_partition variable=kernel_nlp:A cyclic dim=2 factor=8",
        "load_temp2:load.j: #pragma HLS pipeline II=1",
        "load_B:load.j: #pragma HLS pipeline II=1",
        "load_A:load.j: #pragma HLS pipeline II=1",
        "load_C:load.j: #pragma HLS pipeline II=1",
        "task0:clear.i0: #pragma HLS pipeline",
        "task1:below.k: #pragma HLS pipeline",
        "task2:diagonal.j0: #pragma HLS pipeline",
        "task3:sums.i: #pragma HLS pipeline",
        "store_temp2:store.j: #pragma HLS pipeline II=1",
        "store_C:store.j: #pragma HLS pipeline II=1",
    ]
}
UNSAFE_MATH = True
