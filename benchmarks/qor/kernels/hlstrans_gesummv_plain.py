"""PolyBench gesummv without copies, the product in a function that is inlined twice. After
HLStrans data/argumentation_example/polybench/gesummv generate_13."""


def gesummv(
    alpha: float32,
    beta: float32,
    A: float32[64, 64],
    B: float32[64, 64],
    x: float32[64],
    y_out: float32[64],
):
    tmp1: float32[64]
    tmp2: float32[64]
    for i in range(64, name="first"):
        tmp1[i] = 0.0
        for j in range(64):
            tmp1[i] += alpha * A[i, j] * x[j]
    for i in range(64, name="second"):
        tmp2[i] = 0.0
        for j in range(64):
            tmp2[i] += beta * B[i, j] * x[j]
    for i in range(64, name="sum"):
        y_out[i] = tmp1[i] + tmp2[i]


POINTS = ["gesummv-hlstrans-aug-true-generate-13-*"]
LOOPS = {
    "VITIS_LOOP_5_1": "first.i",
    "VITIS_LOOP_17_1": "sum.i",
    "18": "sum.i",
}
DIRECTIVES = {
    "*": [
        "A: #pragma HLS interface m_axi port=A bundle=gmem",
        "#pragma HLS interface m_axi port=B bundle=gmem",
        "#pragma HLS interface m_axi port=x bundle=gmem",
        "#pragma HLS interface m_axi port=y_out bundle=gmem",
        "#pragma HLS array_partition variable=A cyclic factor=16 dim=2",
        "#pragma HLS array_partition variable=B cyclic factor=16 dim=2",
        "#pragma HLS array_partition variable=x cyclic factor=16",
        "#pragma HLS array_partition variable=y_out cyclic factor=16",
        "first.i: #pragma HLS pipeline II=1",
        "first.j: #pragma HLS unroll factor=16",
        "second.i: #pragma HLS pipeline II=1",
        "second.j: #pragma HLS unroll factor=16",
        "sum.i: #pragma HLS pipeline II=1",
    ]
}
