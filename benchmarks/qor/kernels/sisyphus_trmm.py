"""PolyBench trmm as Sisyphus writes it for the Vitis kernel flow. Its source is not stored: the
structure is read from loops, trip counts, partitions and bundles of the report."""


def load_B(vB: float32[200, 240], B: float32[200, 240]):
    for i in range(200, name="load"):
        for j in range(15):
            for u in range(16):
                B[i, 16 * j + u] = vB[i, 16 * j + u]


def load_B2(vB2: float32[200, 240], B2: float32[200, 240]):
    for i in range(200, name="load"):
        for j in range(15):
            for u in range(16):
                B2[i, 16 * j + u] = vB2[i, 16 * j + u]


def load_A(vA: float32[200, 200], A: float32[200, 200]):
    for i in range(200, name="load"):
        for j in range(25):
            for u in range(8):
                A[i, 8 * j + u] = vA[i, 8 * j + u]


def task0(A: float32[200, 200], B2: float32[200, 240], B: float32[200, 240]):
    for k0, i0, j0 in hcl.grid(100, 25, 3, name="product"):
        for i in range(8):
            for j in range(80):
                for k in range(2):
                    B[8 * i0 + i, 80 * j0 + j] += (
                        A[8 * i0 + i, 2 * k0 + k] * B2[2 * k0 + k, 80 * j0 + j]
                    )


def task1(alpha: float32, B: float32[200, 240]):
    for i0, j0 in hcl.grid(25, 3, name="scale"):
        for i in range(8):
            for j in range(80):
                B[8 * i0 + i, 80 * j0 + j] = alpha * B[8 * i0 + i, 80 * j0 + j]


def store_B(B: float32[200, 240], vB: float32[200, 240]):
    for i in range(200, name="store"):
        for j in range(15):
            for u in range(16):
                vB[i, 16 * j + u] = B[i, 16 * j + u]


def kernel_nlp(
    alpha: float32, vA: float32[200, 200], vB: float32[200, 240], vB2: float32[200, 240]
):
    A: float32[200, 200]
    B: float32[200, 240]
    B2: float32[200, 240]
    load_B(vB, B)
    load_B2(vB2, B2)
    load_A(vA, A)
    task0(A, B2, B)
    task1(alpha, B)
    store_B(B, vB)


POINTS = ["trmm-prometheus-artifact-sisyphus-*"]
LOOPS = {
    "VITIS_LOOP_14_1_VITIS_LOOP_15_2": "load_B:load.j",
    "VITIS_LOOP_39_1_VITIS_LOOP_40_2": "load_B2:load.j",
    "VITIS_LOOP_64_1_VITIS_LOOP_65_2": "load_A:load.j",
    "VITIS_LOOP_118_1_VITIS_LOOP_119_2_VITIS_LOOP_121_4": "task0:product.j0",
    "VITIS_LOOP_143_1_VITIS_LOOP_145_3": "task1:scale.j0",
    "VITIS_LOOP_81_1_VITIS_LOOP_82_2": "store_B:store.j",
}
DIRECTIVES = {
    "*": [
        "#pragma HLS interface m_axi port=vA bundle=A",
        "#pragma HLS interface m_axi port=vB bundle=B",
        "#pragma HLS interface m_axi port=vB2 bundle=B2",
        "#pragma HLS array_partition variable=kernel_nlp:vA cyclic dim=2 factor=8",
        "#pragma HLS array_partition variable=kernel_nlp:vB cyclic dim=2 factor=16",
        "#pragma HLS array_partition variable=kernel_nlp:vB2 cyclic dim=2 factor=16",
        "#pragma HLS array_partition variable=kernel_nlp:A cyclic dim=1 factor=8",
        "#pragma HLS array_partition variable=kernel_nlp:A cyclic dim=2 factor=8",
        "#pragma HLS array_partition variable=kernel_nlp:B cyclic dim=1 factor=8",
        "#pragma HLS array_partition variable=kernel_nlp:B cyclic dim=2 factor=80",
        "#pragma HLS array_partition variable=kernel_nlp:B2 cyclic dim=1 factor=8",
        "#pragma HLS array_partition variable=kernel_nlp:B2 cyclic dim=2 factor=80",
        "load_B:load.j: #pragma HLS pipeline II=1",
        "load_B2:load.j: #pragma HLS pipeline II=1",
        "load_A:load.j: #pragma HLS pipeline II=1",
        "task0:product.j0: #pragma HLS pipeline",
        "task1:scale.j0: #pragma HLS pipeline",
        "store_B:store.j: #pragma HLS pipeline II=1",
    ]
}
UNSAFE_MATH = True
