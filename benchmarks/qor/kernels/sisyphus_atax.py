"""PolyBench atax as Sisyphus writes it for the Vitis kernel flow. Its source is not stored: the
structure is read from loops, trip counts, partitions and bundles of the report."""


def load_A(vA: float32[390, 410], A: float32[390, 410]):
    for i in range(390, name="load"):
        for j in range(205):
            for u in range(2):
                A[i, 2 * j + u] = vA[i, 2 * j + u]


def load_x(vx: float32[410], x: float32[410]):
    for j in range(205, name="load"):
        for u in range(2):
            x[2 * j + u] = vx[2 * j + u]


def task2(A: float32[390, 410], x: float32[410], tmp: float32[390]):
    for i0 in range(195, name="product"):
        for i in range(2):
            total: float32 = 0.0
            for j in range(410):
                total += A[2 * i0 + i, j] * x[j]
            tmp[2 * i0 + i] = total


def task3(A: float32[390, 410], tmp: float32[390], y: float32[410]):
    for i0 in range(195, name="update"):
        for j in range(410):
            for i in range(2):
                y[j] += A[2 * i0 + i, j] * tmp[2 * i0 + i]


def store_tmp(tmp: float32[390], vtmp: float32[390]):
    for j in range(195, name="store"):
        for u in range(2):
            vtmp[2 * j + u] = tmp[2 * j + u]


def store_y(y: float32[410], vy: float32[410]):
    for j in range(205, name="store"):
        for u in range(2):
            vy[2 * j + u] = y[2 * j + u]


def kernel_nlp(vA: float32[390, 410], vx: float32[410], vy: float32[410], vtmp: float32[390]):
    A: float32[390, 410]
    x: float32[410]
    y: float32[410]
    tmp: float32[390]
    load_x(vx, x)
    load_A(vA, A)
    for j in range(410, name="clear"):
        y[j] = 0.0
    task2(A, x, tmp)
    task3(A, tmp, y)
    store_tmp(tmp, vtmp)
    store_y(y, vy)


POINTS = ["atax-prometheus-artifact-sisyphus-*"]
LOOPS = {
    "VITIS_LOOP_41_1_VITIS_LOOP_42_2": "load_A:load.j",
    "VITIS_LOOP_32_1": "load_x:load.j",
    "VITIS_LOOP_102_3": "task2:product.i0",
    "VITIS_LOOP_123_3": "task3:update.i0",
    "VITIS_LOOP_62_1": "store_tmp:store.j",
    "VITIS_LOOP_52_1": "store_y:store.j",
}
DIRECTIVES = {
    "*": [
        "#pragma HLS interface m_axi port=vA bundle=A",
        "#pragma HLS interface m_axi port=vx bundle=x",
        "#pragma HLS interface m_axi port=vy bundle=y",
        "#pragma HLS interface m_axi port=vtmp bundle=tmp",
        "#pragma HLS array_partition variable=kernel_nlp:vA cyclic dim=2 factor=2",
        "#pragma HLS array_partition variable=kernel_nlp:vx cyclic dim=1 factor=2",
        "#pragma HLS array_partition variable=kernel_nlp:vy cyclic dim=1 factor=2",
        "#pragma HLS array_partition variable=kernel_nlp:vtmp cyclic dim=1 factor=2",
        "#pragma HLS array_partition variable=kernel_nlp:x complete dim=1",
        "#pragma HLS array_partition variable=kernel_nlp:y complete dim=1",
        "#pragma HLS array_partition variable=kernel_nlp:A cyclic dim=1 factor=2",
        "#pragma HLS array_partition variable=kernel_nlp:A complete dim=2",
        "#pragma HLS array_partition variable=kernel_nlp:tmp complete dim=1",
        "load_A:load.j: #pragma HLS pipeline II=1",
        "load_x:load.j: #pragma HLS pipeline II=1",
        "clear.j: #pragma HLS unroll",
        "task2:product.i0: #pragma HLS pipeline",
        "task3:update.i0: #pragma HLS pipeline",
        "store_tmp:store.j: #pragma HLS pipeline II=1",
        "store_y:store.j: #pragma HLS pipeline II=1",
    ]
}
UNSAFE_MATH = True
