"""PolyBench mvt as Sisyphus writes it for the Vitis kernel flow. Its source is not stored: the
structure is read from loops, trip counts, partitions and bundles of the report, and from the
counters in the report of task0 (25 outer, 8 inner iterations)."""


def load_y_1(vy_1: float32[400], y_1: float32[400]):
    for j in range(25, name="load"):
        for u in range(16):
            y_1[16 * j + u] = vy_1[16 * j + u]


def load_A(vA: float32[400, 400], A: float32[400, 400]):
    for i in range(400, name="load"):
        for j in range(25):
            for u in range(16):
                A[i, 16 * j + u] = vA[i, 16 * j + u]


def load_x1(vx1: float32[400], x1: float32[400]):
    for j in range(25, name="load"):
        for u in range(16):
            x1[16 * j + u] = vx1[16 * j + u]


def load_y_2(vy_2: float32[400], y_2: float32[400]):
    for j in range(25, name="load"):
        for u in range(16):
            y_2[16 * j + u] = vy_2[16 * j + u]


def load_x2(vx2: float32[400], x2: float32[400]):
    for j in range(25, name="load"):
        for u in range(16):
            x2[16 * j + u] = vx2[16 * j + u]


def task0(A: float32[400, 400], y_1: float32[400], x1: float32[400]):
    for j0, i0 in hcl.grid(25, 8, name="first"):
        for i in range(50):
            for j in range(16):
                x1[50 * i0 + i] += A[50 * i0 + i, 16 * j0 + j] * y_1[16 * j0 + j]


def task1(A: float32[400, 400], y_2: float32[400], x2: float32[400]):
    for i0, j0 in hcl.grid(8, 25, name="second"):
        for j in range(16):
            for i in range(50):
                x2[16 * j0 + j] += A[50 * i0 + i, 16 * j0 + j] * y_2[50 * i0 + i]


def store_x1(x1: float32[400], vx1: float32[400]):
    for j in range(25, name="store"):
        for u in range(16):
            vx1[16 * j + u] = x1[16 * j + u]


def store_x2(x2: float32[400], vx2: float32[400]):
    for j in range(25, name="store"):
        for u in range(16):
            vx2[16 * j + u] = x2[16 * j + u]


def kernel_nlp(
    vy_2: float32[400],
    vy_1: float32[400],
    vA: float32[400, 400],
    vx2: float32[400],
    vx1: float32[400],
):
    y_2: float32[400]
    y_1: float32[400]
    A: float32[400, 400]
    x2: float32[400]
    x1: float32[400]
    load_y_1(vy_1, y_1)
    load_A(vA, A)
    load_x1(vx1, x1)
    load_y_2(vy_2, y_2)
    load_x2(vx2, x2)
    task0(A, y_1, x1)
    task1(A, y_2, x2)
    store_x1(x1, vx1)
    store_x2(x2, vx2)


POINTS = ["mvt-prometheus-artifact-sisyphus-*"]
LOOPS = {
    "VITIS_LOOP_14_1": "load_y_1:load.j",
    "VITIS_LOOP_37_1_VITIS_LOOP_38_2": "load_A:load.j",
    "VITIS_LOOP_62_1": "load_x1:load.j",
    "VITIS_LOOP_85_1": "load_y_2:load.j",
    "VITIS_LOOP_108_1": "load_x2:load.j",
    "VITIS_LOOP_182_2_VITIS_LOOP_183_3": "task0:first.i0",
    "VITIS_LOOP_201_2_VITIS_LOOP_202_3": "task1:second.j0",
    "VITIS_LOOP_131_1": "store_x1:store.j",
    "VITIS_LOOP_155_1": "store_x2:store.j",
}
DIRECTIVES = {
    "*": [
        "#pragma HLS interface m_axi port=vy_2 bundle=y_2",
        "#pragma HLS interface m_axi port=vy_1 bundle=y_1",
        "#pragma HLS interface m_axi port=vA bundle=A",
        "#pragma HLS interface m_axi port=vx2 bundle=x2",
        "#pragma HLS interface m_axi port=vx1 bundle=x1",
        "#pragma HLS array_partition variable=kernel_nlp:vy_2 cyclic dim=1 factor=16",
        "#pragma HLS array_partition variable=kernel_nlp:vy_1 cyclic dim=1 factor=16",
        "#pragma HLS array_partition variable=kernel_nlp:vA cyclic dim=2 factor=16",
        "#pragma HLS array_partition variable=kernel_nlp:vx2 cyclic dim=1 factor=16",
        "#pragma HLS array_partition variable=kernel_nlp:vx1 cyclic dim=1 factor=16",
        "#pragma HLS array_partition variable=kernel_nlp:y_2 complete dim=1",
        "#pragma HLS array_partition variable=kernel_nlp:y_1 cyclic dim=1 factor=16",
        "#pragma HLS array_partition variable=kernel_nlp:A cyclic dim=1 factor=50",
        "#pragma HLS array_partition variable=kernel_nlp:A cyclic dim=2 factor=16",
        "#pragma HLS array_partition variable=kernel_nlp:x2 complete dim=1",
        "#pragma HLS array_partition variable=kernel_nlp:x1 complete dim=1",
        "load_y_1:load.j: #pragma HLS pipeline II=1",
        "load_A:load.j: #pragma HLS pipeline II=1",
        "load_x1:load.j: #pragma HLS pipeline II=1",
        "load_y_2:load.j: #pragma HLS pipeline II=1",
        "load_x2:load.j: #pragma HLS pipeline II=1",
        "task0:first.i0: #pragma HLS pipeline",
        "task1:second.j0: #pragma HLS pipeline",
        "store_x1:store.j: #pragma HLS pipeline II=1",
        "store_x2:store.j: #pragma HLS pipeline II=1",
    ]
}
UNSAFE_MATH = True
