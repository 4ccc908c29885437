"""PolyBench atax as ScaleHLS unrolls it: the loops of a tile (15 x 5 of the rows, 3 x 10 of the
columns) are written out, the tile's products of a sum added up first; in the Vitis
kernel flow: arrays are copied to the chip and back in words of 16 elements, rows filled up."""


def kernel_nlp(
    vA: float32[390, 416],
    vx: float32[416],
    vy: float32[416],
):
    A: float32[390, 410]
    x: float32[410]
    y: float32[410]
    for i in range(390, name="load_A"):
        for j in range(26):
            for u in range(16):
                word: float32 = vA[i, 16 * j + u]
                if 16 * j + u < 410:
                    A[i, 16 * j + u] = word
    for j in range(26, name="load_x"):
        for u in range(16):
            word: float32 = vx[16 * j + u]
            if 16 * j + u < 410:
                x[16 * j + u] = word
    for j in range(26, name="load_y"):
        for u in range(16):
            word: float32 = vy[16 * j + u]
            if 16 * j + u < 410:
                y[16 * j + u] = word
    tmp: float32[390]
    for i0 in range(30, name="clear"):
        with hcl.meta_for(13) as i:
            tmp[13 * i0 + i] = 0.0
    for j0, i0 in hcl.grid(82, 26, name="rows"):
        with hcl.meta_for(15) as i:
            tmp[15 * i0 + i] += (
                A[15 * i0 + i, 5 * j0] * x[5 * j0]
                + A[15 * i0 + i, 5 * j0 + 1] * x[5 * j0 + 1]
                + A[15 * i0 + i, 5 * j0 + 2] * x[5 * j0 + 2]
                + A[15 * i0 + i, 5 * j0 + 3] * x[5 * j0 + 3]
                + A[15 * i0 + i, 5 * j0 + 4] * x[5 * j0 + 4]
            )
    for i0, j0 in hcl.grid(130, 41, name="columns"):
        with hcl.meta_for(10) as j:
            y[10 * j0 + j] += (
                A[3 * i0, 10 * j0 + j] * tmp[3 * i0]
                + A[3 * i0 + 1, 10 * j0 + j] * tmp[3 * i0 + 1]
                + A[3 * i0 + 2, 10 * j0 + j] * tmp[3 * i0 + 2]
            )
    for j in range(26, name="store_y"):
        for u in range(16):
            word: float32 = 0.0
            if 16 * j + u < 410:
                word = y[16 * j + u]
            vy[16 * j + u] = word


POINTS = ["atax-prometheus-artifact-scalehls-*"]
LOOPS = {
    "VITIS_LOOP_51_1_VITIS_LOOP_52_2": "load_A.j",
    "VITIS_LOOP_61_4": "load_x.j",
    "VITIS_LOOP_69_6": "load_y.j",
    "VITIS_LOOP_95_8": "clear.i0",
    "VITIS_LOOP_111_9_VITIS_LOOP_112_10": "rows.i0",
    "VITIS_LOOP_376_11_VITIS_LOOP_377_12": "columns.j0",
    "VITIS_LOOP_496_13": "store_y.j",
}
DIRECTIVES = {
    "*": [
        "#pragma HLS interface m_axi port=vA bundle=A",
        "#pragma HLS array_partition variable=vA cyclic dim=2 factor=16",
        "#pragma HLS interface m_axi port=vx bundle=x",
        "#pragma HLS array_partition variable=vx cyclic dim=1 factor=16",
        "#pragma HLS interface m_axi port=vy bundle=y",
        "#pragma HLS array_partition variable=vy cyclic dim=1 factor=16",
        "load_A.j: #pragma HLS pipeline",
        "load_x.j: #pragma HLS pipeline",
        "load_y.j: #pragma HLS pipeline",
        "#pragma HLS array_partition variable=A cyclic factor=15 dim=1",
        "#pragma HLS array_partition variable=A cyclic factor=10 dim=2",
        "#pragma HLS array_partition variable=x cyclic factor=5 dim=1",
        "#pragma HLS array_partition variable=y cyclic factor=10 dim=1",
        "#pragma HLS array_partition variable=tmp cyclic factor=15 dim=1",
        "clear.i0: #pragma HLS pipeline II=1",
        "rows.i0: #pragma HLS pipeline II=4",
        "columns.j0: #pragma HLS pipeline II=2",
        "store_y.j: #pragma HLS pipeline",
        "#pragma HLS resource variable=A core=ram_t2p_bram",
        "#pragma HLS resource variable=tmp core=ram_t2p_bram",
        "#pragma HLS resource variable=x core=ram_t2p_bram",
        "#pragma HLS resource variable=y core=ram_t2p_bram",
    ]
}
UNSAFE_MATH = True
