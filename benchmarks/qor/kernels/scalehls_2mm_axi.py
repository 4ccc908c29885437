"""PolyBench 2mm as ScaleHLS unrolls it (see scalehls_2mm.py) in the Vitis
kernel flow: arrays are copied to the chip and back in words of 16 elements, rows filled up.
Its last nest fills an array that nothing reads: the tool leaves that out, and so does this."""


def kernel_nlp(
    vA: float32[180, 224],
    vB: float32[210, 192],
    vC: float32[190, 224],
    vAB: float32[180, 192],
    vABC: float32[180, 224],
):
    A: float32[180, 210]
    B: float32[210, 190]
    C: float32[190, 220]
    AB: float32[180, 190]
    ABC: float32[180, 220]
    for i in range(180, name="load_A"):
        for j in range(14):
            for u in range(16):
                word: float32 = vA[i, 16 * j + u]
                if 16 * j + u < 210:
                    A[i, 16 * j + u] = word
    for i in range(210, name="load_B"):
        for j in range(12):
            for u in range(16):
                word: float32 = vB[i, 16 * j + u]
                if 16 * j + u < 190:
                    B[i, 16 * j + u] = word
    for i in range(190, name="load_C"):
        for j in range(14):
            for u in range(16):
                word: float32 = vC[i, 16 * j + u]
                if 16 * j + u < 220:
                    C[i, 16 * j + u] = word
    for i in range(180, name="load_AB"):
        for j in range(12):
            for u in range(16):
                word: float32 = vAB[i, 16 * j + u]
                if 16 * j + u < 190:
                    AB[i, 16 * j + u] = word
    for i in range(180, name="load_ABC"):
        for j in range(14):
            for u in range(16):
                word: float32 = vABC[i, 16 * j + u]
                if 16 * j + u < 220:
                    ABC[i, 16 * j + u] = word
    for k, i0, j0 in hcl.grid(210, 15, 19, name="first"):
        with hcl.meta_for(12) as i:
            with hcl.meta_for(10) as j:
                AB[12 * i0 + i, 10 * j0 + j] += A[12 * i0 + i, k] * B[k, 10 * j0 + j]
    for k, i0, j0 in hcl.grid(190, 15, 22, name="second"):
        with hcl.meta_for(12) as i:
            with hcl.meta_for(10) as j:
                ABC[12 * i0 + i, 10 * j0 + j] += AB[12 * i0 + i, k] * C[k, 10 * j0 + j]
    for i in range(180, name="store_AB"):
        for j in range(12):
            for u in range(16):
                word: float32 = 0.0
                if 16 * j + u < 190:
                    word = AB[i, 16 * j + u]
                vAB[i, 16 * j + u] = word
    for i in range(180, name="store_ABC"):
        for j in range(14):
            for u in range(16):
                word: float32 = 0.0
                if 16 * j + u < 220:
                    word = ABC[i, 16 * j + u]
                vABC[i, 16 * j + u] = word


POINTS = ["2mm-prometheus-artifact-scalehls-*"]
LOOPS = {
    "VITIS_LOOP_72_1_VITIS_LOOP_73_2": "load_A.j",
    "VITIS_LOOP_82_4_VITIS_LOOP_83_5": "load_B.j",
    "VITIS_LOOP_92_7_VITIS_LOOP_93_8": "load_C.j",
    "VITIS_LOOP_122_16_VITIS_LOOP_123_17": "load_AB.j",
    "VITIS_LOOP_132_19_VITIS_LOOP_133_20": "load_ABC.j",
    "VITIS_LOOP_169_22_VITIS_LOOP_170_23_VITIS_LOOP_171_24": "first.j0",
    "VITIS_LOOP_678_25_VITIS_LOOP_679_26_VITIS_LOOP_680_27": "second.j0",
    "VITIS_LOOP_1913_30_VITIS_LOOP_1914_31": "store_AB.j",
    "VITIS_LOOP_1924_33_VITIS_LOOP_1925_34": "store_ABC.j",
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
        "#pragma HLS interface m_axi port=vABC bundle=ABC",
        "#pragma HLS array_partition variable=vABC cyclic dim=2 factor=16",
        "load_A.j: #pragma HLS pipeline",
        "load_B.j: #pragma HLS pipeline",
        "load_C.j: #pragma HLS pipeline",
        "load_AB.j: #pragma HLS pipeline",
        "load_ABC.j: #pragma HLS pipeline",
        "#pragma HLS array_partition variable=A cyclic factor=12 dim=1",
        "#pragma HLS array_partition variable=B cyclic factor=10 dim=2",
        "#pragma HLS array_partition variable=C cyclic factor=10 dim=2",
        "#pragma HLS array_partition variable=AB cyclic factor=12 dim=1",
        "#pragma HLS array_partition variable=AB cyclic factor=10 dim=2",
        "#pragma HLS array_partition variable=ABC cyclic factor=12 dim=1",
        "#pragma HLS array_partition variable=ABC cyclic factor=10 dim=2",
        "first.j0: #pragma HLS pipeline II=2",
        "second.j0: #pragma HLS pipeline II=2",
        "store_AB.j: #pragma HLS pipeline",
        "store_ABC.j: #pragma HLS pipeline",
        "#pragma HLS resource variable=A core=ram_t2p_bram",
        "#pragma HLS resource variable=AB core=ram_t2p_bram",
        "#pragma HLS resource variable=ABC core=ram_t2p_bram",
        "#pragma HLS resource variable=B core=ram_t2p_bram",
        "#pragma HLS resource variable=C core=ram_t2p_bram",
    ]
}
UNSAFE_MATH = True
