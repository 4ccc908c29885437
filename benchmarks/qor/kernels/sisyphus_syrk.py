"""PolyBench syrk as Sisyphus writes it for the Vitis kernel flow. Its source is not stored: the
structure is read from loops, trip counts, partitions and bundles of the report. The rows of the
product are whole ones here, as many iterations as the report counts."""


def load_C(vC: float32[240, 240], C: float32[240, 240]):
    for i in range(240, name="load"):
        for j in range(15):
            for u in range(16):
                C[i, 16 * j + u] = vC[i, 16 * j + u]


def task0(beta: float32, C: float32[240, 240]):
    for i0 in range(80, name="scale"):
        for i in range(3):
            for j in range(240):
                C[3 * i0 + i, j] = beta * C[3 * i0 + i, j]


def load_A(half: int32, vA: float32[2, 240, 100], A_S1: float32[240, 100]):
    for i in range(120, name="load"):
        for j in range(25):
            for u in range(8):
                A_S1[2 * i + (8 * j + u) // 100, (8 * j + u) % 100] = vA[
                    half, 2 * i + (8 * j + u) // 100, (8 * j + u) % 100
                ]


def task1(alpha: float32, A_S1: float32[240, 100], C: float32[240, 240]):
    for k, i0 in hcl.grid(100, 80, name="product"):
        for i in range(3):
            for j in range(240):
                C[3 * i0 + i, j] += alpha * A_S1[3 * i0 + i, k] * A_S1[j, k]


def store_C(C: float32[240, 240], vC: float32[240, 240]):
    for i in range(240, name="store"):
        for j in range(15):
            for u in range(16):
                vC[i, 16 * j + u] = C[i, 16 * j + u]


def kernel_nlp(alpha: float32, beta: float32, vC: float32[240, 240], vA: float32[2, 240, 100]):
    C: float32[240, 240]
    A_S1: float32[240, 100]
    load_C(vC, C)
    task0(beta, C)
    for half in range(2, name="halves"):
        load_A(half, vA, A_S1)
        task1(alpha, A_S1, C)
    store_C(C, vC)


POINTS = ["syrk-prometheus-artifact-sisyphus-*"]
LOOPS = {
    "VITIS_LOOP_14_1_VITIS_LOOP_15_2": "load_C:load.j",
    "VITIS_LOOP_94_3": "task0:scale.i0",
    "VITIS_LOOP_122_2": "halves.half",
    "VITIS_LOOP_39_1_VITIS_LOOP_40_2": "load_A:load.j",
    "VITIS_LOOP_124_3_VITIS_LOOP_125_4": "task1:product.i0",
    "VITIS_LOOP_56_1_VITIS_LOOP_57_2": "store_C:store.j",
}
DIRECTIVES = {
    "*": [
        "#pragma HLS interface m_axi port=vC bundle=C",
        "#pragma HLS interface m_axi port=vA bundle=A",
        "#pragma HLS array_partition variable=kernel_nlp:vC cyclic dim=2 factor=16",
        "#pragma HLS array_partition variable=kernel_nlp:vA cyclic dim=3 factor=8",
        "#pragma HLS array_partition variable=kernel_nlp:C cyclic dim=1 factor=3",
        "#pragma HLS array_partition variable=kernel_nlp:C complete dim=2",
        "#pragma HLS array_partition variable=kernel_nlp:A_S1 complete dim=1",
        "load_C:load.j: #pragma HLS pipeline II=1",
        "task0:scale.i0: #pragma HLS pipeline",
        "load_A:load.j: #pragma HLS pipeline II=1",
        "task1:product.i0: #pragma HLS pipeline",
        "store_C:store.j: #pragma HLS pipeline II=1",
    ]
}
UNSAFE_MATH = True
