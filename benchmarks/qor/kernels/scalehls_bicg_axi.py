"""PolyBench bicg as ScaleHLS unrolls it (see scalehls_bicg.py) in the Vitis
kernel flow: arrays are copied to the chip and back in words of 16 elements, rows filled up."""


def kernel_nlp(
    vA: float32[410, 400],
    vp: float32[400],
    vr: float32[416],
    vq: float32[416],
    vs: float32[400],
):
    A: float32[410, 390]
    p: float32[390]
    r: float32[410]
    q: float32[410]
    s: float32[390]
    for i in range(410, name="load_A"):
        for j in range(25):
            for u in range(16):
                word: float32 = vA[i, 16 * j + u]
                if 16 * j + u < 390:
                    A[i, 16 * j + u] = word
    for j in range(25, name="load_p"):
        for u in range(16):
            word: float32 = vp[16 * j + u]
            if 16 * j + u < 390:
                p[16 * j + u] = word
    for j in range(26, name="load_r"):
        for u in range(16):
            word: float32 = vr[16 * j + u]
            if 16 * j + u < 410:
                r[16 * j + u] = word
    for j in range(26, name="load_q"):
        for u in range(16):
            word: float32 = vq[16 * j + u]
            if 16 * j + u < 410:
                q[16 * j + u] = word
    for j in range(25, name="load_s"):
        for u in range(16):
            word: float32 = vs[16 * j + u]
            if 16 * j + u < 390:
                s[16 * j + u] = word
    for i0, j0 in hcl.grid(41, 39, name="both"):
        with hcl.meta_for(10) as j:
            s[10 * j0 + j] += (
                r[10 * i0] * A[10 * i0, 10 * j0 + j]
                + r[10 * i0 + 1] * A[10 * i0 + 1, 10 * j0 + j]
                + r[10 * i0 + 2] * A[10 * i0 + 2, 10 * j0 + j]
                + r[10 * i0 + 3] * A[10 * i0 + 3, 10 * j0 + j]
                + r[10 * i0 + 4] * A[10 * i0 + 4, 10 * j0 + j]
                + r[10 * i0 + 5] * A[10 * i0 + 5, 10 * j0 + j]
                + r[10 * i0 + 6] * A[10 * i0 + 6, 10 * j0 + j]
                + r[10 * i0 + 7] * A[10 * i0 + 7, 10 * j0 + j]
                + r[10 * i0 + 8] * A[10 * i0 + 8, 10 * j0 + j]
                + r[10 * i0 + 9] * A[10 * i0 + 9, 10 * j0 + j]
            )
        with hcl.meta_for(10) as i:
            q[10 * i0 + i] += (
                A[10 * i0 + i, 10 * j0] * p[10 * j0]
                + A[10 * i0 + i, 10 * j0 + 1] * p[10 * j0 + 1]
                + A[10 * i0 + i, 10 * j0 + 2] * p[10 * j0 + 2]
                + A[10 * i0 + i, 10 * j0 + 3] * p[10 * j0 + 3]
                + A[10 * i0 + i, 10 * j0 + 4] * p[10 * j0 + 4]
                + A[10 * i0 + i, 10 * j0 + 5] * p[10 * j0 + 5]
                + A[10 * i0 + i, 10 * j0 + 6] * p[10 * j0 + 6]
                + A[10 * i0 + i, 10 * j0 + 7] * p[10 * j0 + 7]
                + A[10 * i0 + i, 10 * j0 + 8] * p[10 * j0 + 8]
                + A[10 * i0 + i, 10 * j0 + 9] * p[10 * j0 + 9]
            )
    for j in range(26, name="store_q"):
        for u in range(16):
            word: float32 = 0.0
            if 16 * j + u < 410:
                word = q[16 * j + u]
            vq[16 * j + u] = word
    for j in range(25, name="store_s"):
        for u in range(16):
            word: float32 = 0.0
            if 16 * j + u < 390:
                word = s[16 * j + u]
            vs[16 * j + u] = word


POINTS = ["bicg-prometheus-artifact-scalehls-*"]
LOOPS = {
    "VITIS_LOOP_58_1_VITIS_LOOP_59_2": "load_A.j",
    "VITIS_LOOP_68_4": "load_p.j",
    "VITIS_LOOP_76_6": "load_r.j",
    "VITIS_LOOP_84_8": "load_q.j",
    "VITIS_LOOP_92_10": "load_s.j",
    "VITIS_LOOP_119_12_VITIS_LOOP_120_13": "both.j0",
    "VITIS_LOOP_686_14": "store_q.j",
    "VITIS_LOOP_695_16": "store_s.j",
}
DIRECTIVES = {
    "*": [
        "#pragma HLS interface m_axi port=vA bundle=A",
        "#pragma HLS array_partition variable=vA cyclic dim=2 factor=16",
        "#pragma HLS interface m_axi port=vp bundle=p",
        "#pragma HLS array_partition variable=vp cyclic dim=1 factor=16",
        "#pragma HLS interface m_axi port=vr bundle=r",
        "#pragma HLS array_partition variable=vr cyclic dim=1 factor=16",
        "#pragma HLS interface m_axi port=vq bundle=q",
        "#pragma HLS array_partition variable=vq cyclic dim=1 factor=16",
        "#pragma HLS interface m_axi port=vs bundle=s",
        "#pragma HLS array_partition variable=vs cyclic dim=1 factor=16",
        "load_A.j: #pragma HLS pipeline",
        "load_p.j: #pragma HLS pipeline",
        "load_r.j: #pragma HLS pipeline",
        "load_q.j: #pragma HLS pipeline",
        "load_s.j: #pragma HLS pipeline",
        "#pragma HLS array_partition variable=A cyclic factor=10 dim=1",
        "#pragma HLS array_partition variable=A cyclic factor=10 dim=2",
        "#pragma HLS array_partition variable=p cyclic factor=10 dim=1",
        "#pragma HLS array_partition variable=r cyclic factor=10 dim=1",
        "#pragma HLS array_partition variable=q cyclic factor=10 dim=1",
        "#pragma HLS array_partition variable=s cyclic factor=10 dim=1",
        "both.j0: #pragma HLS pipeline II=9",
        "store_q.j: #pragma HLS pipeline",
        "store_s.j: #pragma HLS pipeline",
        "#pragma HLS resource variable=A core=ram_t2p_bram",
        "#pragma HLS resource variable=p core=ram_t2p_bram",
        "#pragma HLS resource variable=q core=ram_t2p_bram",
        "#pragma HLS resource variable=r core=ram_t2p_bram",
        "#pragma HLS resource variable=s core=ram_t2p_bram",
    ]
}
UNSAFE_MATH = True
