"""PolyBench 3mm as plain loops (Stream-HLS polybench/vitis/3mm; its source is not stored, the
structure is read from the report: three nests flattened over a reset accumulator)."""


def kernel(
    A: float32[180, 200],
    B: float32[200, 190],
    C: float32[190, 220],
    D: float32[220, 210],
    E: float32[180, 190],
    F: float32[190, 210],
    G: float32[180, 210],
):
    for i in range(180, name="E"):
        for j in range(190):
            E[i, j] = 0.0
            for k in range(200):
                E[i, j] += A[i, k] * B[k, j]
    for i in range(190, name="F"):
        for j in range(210):
            F[i, j] = 0.0
            for k in range(220):
                F[i, j] += C[i, k] * D[k, j]
    for i in range(180, name="G"):
        for j in range(210):
            G[i, j] = 0.0
            for k in range(190):
                G[i, j] += E[i, k] * F[k, j]


POINTS = ["3mm-vitis-*"]
LOOPS = {
    "VITIS_LOOP_34_1_VITIS_LOOP_35_2_VITIS_LOOP_38_3": "E.k",
    "VITIS_LOOP_42_4_VITIS_LOOP_43_5_VITIS_LOOP_46_6": "F.k",
    "VITIS_LOOP_50_7_VITIS_LOOP_51_8_VITIS_LOOP_54_9": "G.k",
}
