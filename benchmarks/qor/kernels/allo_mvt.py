"""PolyBench mvt as Allo writes it for the Vitis kernel flow. Its source is not stored: the
structure is read from loops, trip counts, partitions and bundles of the report."""


def load_A(vA: float32[400, 400], A: float32[400, 400]):
    for i in range(400, name="load"):
        for j in range(25):
            for u in range(16):
                A[i, 16 * j + u] = vA[i, 16 * j + u]


def stage(A: float32[400, 400], y: float32[400], x: float32[400]):
    for i in range(400, name="product"):
        total: float32 = 0.0
        for j in range(400):
            total += A[i, j] * y[j]
        x[i] = x[i] + total


def kernel_nlp(
    vA: float32[400, 400],
    y1: float32[400],
    y2: float32[400],
    x1: float32[400],
    x2: float32[400],
):
    A: float32[400, 400]
    A1: float32[400, 400]
    A2: float32[400, 400]
    load_A(vA, A)
    for i, j0 in hcl.grid(400, 25, name="split"):
        for u in range(16):
            A1[i, 16 * j0 + u] = A[i, 16 * j0 + u]
            A2[i, 16 * j0 + u] = A[i, 16 * j0 + u]
    stage(A1, y1, x1)
    stage(A2, y2, x2)


POINTS = ["mvt-prometheus-artifact-allo-mem-*"]
LOOPS = {
    "VITIS_LOOP_121_1_VITIS_LOOP_122_2": "load_A:load.j",
    "VITIS_LOOP_198_16_VITIS_LOOP_199_17": "split.j0",
    "l_A_i0": "stage:product.i",
    "l_B_i1": "stage:product.i",
}
DIRECTIVES = {
    "*": [
        "#pragma HLS interface m_axi port=vA bundle=gmem0",
        "#pragma HLS array_partition variable=kernel_nlp:vA cyclic dim=2 factor=16",
        "#pragma HLS array_partition variable=kernel_nlp:A complete dim=2",
        "#pragma HLS array_partition variable=kernel_nlp:A1 complete dim=2",
        "#pragma HLS array_partition variable=kernel_nlp:A2 complete dim=2",
        "#pragma HLS array_partition variable=kernel_nlp:y1 complete dim=1",
        "#pragma HLS array_partition variable=kernel_nlp:y2 complete dim=1",
        "load_A:load.j: #pragma HLS pipeline II=1",
        "split.j0: #pragma HLS pipeline II=1",
        "stage:product.i: #pragma HLS pipeline II=1",
    ]
}
UNSAFE_MATH = True
