"""PolyBench gemm as ScaleHLS unrolls it (see scalehls_gemm.py) in the Vitis
kernel flow: arrays are copied to the chip and back in words of 16 elements, rows filled up."""


def kernel_nlp(
    vA: float32[200, 240],
    vB: float32[240, 224],
    vC: float32[200, 224],
    vAB: float32[200, 224],
    beta: float32,
    alpha: float32,
):
    A: float32[200, 240]
    B: float32[240, 220]
    C: float32[200, 220]
    AB: float32[200, 220]
    for i in range(200, name="load_A"):
        for j in range(15):
            for u in range(16):
                A[i, 16 * j + u] = vA[i, 16 * j + u]
    for i in range(240, name="load_B"):
        for j in range(14):
            for u in range(16):
                word: float32 = vB[i, 16 * j + u]
                if 16 * j + u < 220:
                    B[i, 16 * j + u] = word
    for i in range(200, name="load_C"):
        for j in range(14):
            for u in range(16):
                word: float32 = vC[i, 16 * j + u]
                if 16 * j + u < 220:
                    C[i, 16 * j + u] = word
    for i in range(200, name="load_AB"):
        for j in range(14):
            for u in range(16):
                word: float32 = vAB[i, 16 * j + u]
                if 16 * j + u < 220:
                    AB[i, 16 * j + u] = word
    for k0, i0, j0 in hcl.grid(80, 50, 22, name="product"):
        with hcl.meta_for(4) as i:
            a0: float32 = alpha * A[4 * i0 + i, 3 * k0]
            a1: float32 = alpha * A[4 * i0 + i, 3 * k0 + 1]
            a2: float32 = alpha * A[4 * i0 + i, 3 * k0 + 2]
            with hcl.meta_for(10) as j:
                AB[4 * i0 + i, 10 * j0 + j] += (
                    a0 * B[3 * k0, 10 * j0 + j]
                    + a1 * B[3 * k0 + 1, 10 * j0 + j]
                    + a2 * B[3 * k0 + 2, 10 * j0 + j]
                )
    for i0, j0 in hcl.grid(20, 22, name="add"):
        with hcl.meta_for(10) as i:
            with hcl.meta_for(10) as j:
                C[10 * i0 + i, 10 * j0 + j] = (
                    beta * C[10 * i0 + i, 10 * j0 + j] + AB[10 * i0 + i, 10 * j0 + j]
                )
    for i in range(200, name="store_C"):
        for j in range(14):
            for u in range(16):
                word: float32 = 0.0
                if 16 * j + u < 220:
                    word = C[i, 16 * j + u]
                vC[i, 16 * j + u] = word
    for i in range(200, name="store_AB"):
        for j in range(14):
            for u in range(16):
                word: float32 = 0.0
                if 16 * j + u < 220:
                    word = AB[i, 16 * j + u]
                vAB[i, 16 * j + u] = word


POINTS = ["gemm-prometheus-artifact-scalehls-*"]
LOOPS = {
    "VITIS_LOOP_64_1_VITIS_LOOP_65_2": "load_A.j",
    "VITIS_LOOP_74_4_VITIS_LOOP_75_5": "load_B.j",
    "VITIS_LOOP_84_7_VITIS_LOOP_85_8": "load_C.j",
    "VITIS_LOOP_94_10_VITIS_LOOP_95_11": "load_AB.j",
    "VITIS_LOOP_120_13_VITIS_LOOP_121_14_VITIS_LOOP_122_15": "product.j0",
    "VITIS_LOOP_501_16_VITIS_LOOP_502_17": "add.j0",
    "VITIS_LOOP_1007_18_VITIS_LOOP_1008_19": "store_C.j",
    "VITIS_LOOP_1018_21_VITIS_LOOP_1019_22": "store_AB.j",
}
DIRECTIVES = {
    "*": [
        "#pragma HLS interface m_axi port=vA bundle=A",
        "#pragma HLS array_partition variable=vA cyclic dim=2 factor=16",
        "#pragma HLS interface m_axi port=vB bundle=B",
        "#pragma HLS array_partition variable=vB cyclic dim=2 factor=16",
        "#pragma HLS interface m_axi port=vC bundle=C",
        "#pragma HLS array_partition variable=vC cyclic dim=2 factor=16",
        "#pragma HLS interface m_axi port=vAB bundle=AB",
        "#pragma HLS array_partition variable=vAB cyclic dim=2 factor=16",
        "load_A.j: #pragma HLS pipeline",
        "load_B.j: #pragma HLS pipeline",
        "load_C.j: #pragma HLS pipeline",
        "load_AB.j: #pragma HLS pipeline",
        "#pragma HLS array_partition variable=A cyclic factor=4 dim=1",
        "#pragma HLS array_partition variable=A cyclic factor=3 dim=2",
        "#pragma HLS array_partition variable=B cyclic factor=3 dim=1",
        "#pragma HLS array_partition variable=B cyclic factor=10 dim=2",
        "#pragma HLS array_partition variable=C cyclic factor=10 dim=1",
        "#pragma HLS array_partition variable=C cyclic factor=10 dim=2",
        "#pragma HLS array_partition variable=AB cyclic factor=10 dim=1",
        "#pragma HLS array_partition variable=AB cyclic factor=10 dim=2",
        "product.j0: #pragma HLS pipeline II=2",
        "add.j0: #pragma HLS pipeline II=2",
        "store_C.j: #pragma HLS pipeline",
        "store_AB.j: #pragma HLS pipeline",
        "#pragma HLS resource variable=A core=ram_t2p_bram",
        "#pragma HLS resource variable=AB core=ram_t2p_bram",
        "#pragma HLS resource variable=B core=ram_t2p_bram",
        "#pragma HLS resource variable=C core=ram_t2p_bram",
    ]
}
UNSAFE_MATH = True
