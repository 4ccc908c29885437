"""PolyBench 3mm as Stream-HLS cuts it for opt1 and opt3: the stages of streamhls_3mm.py with the
sums' loops inside and the second product handed on through an array, because it is read by columns,
as the reports of its other kernels have it. No report has been seen."""


def clear(F0: float32[180, 210]):
    for d0o, d1o in hcl.grid(180 // GI, 210 // GJ, name="node0"):
        for d0 in range(GI):
            for d1 in range(GJ):
                F0[GI * d0o + d0, GJ * d1o + d1] = 0.0


def make_e(
    A: float32[180, 200],
    B: float32[200, 190],
    E: float32[180, 190],
):
    acc: float32[EI, EJ]
    for i0, j0, k0 in hcl.grid(180 // EI, 190 // EJ, 200 // EK, name="node3"):
        for i in range(EI):
            for j in range(EJ):
                total: float32 = 0.0
                if k0 == 0:
                    total = 0.0
                else:
                    total = acc[i, j]
                for k in range(EK):
                    total += A[EI * i0 + i, EK * k0 + k] * B[EK * k0 + k, EJ * j0 + j]
                acc[i, j] = total
                if k0 == 200 // EK - 1:
                    E[EI * i0 + i, EJ * j0 + j] = total


def make_f(
    C: float32[190, 220],
    D: float32[220, 210],
    F: float32[190, 210],
):
    acc: float32[FI, FJ]
    for i0, j0, k0 in hcl.grid(190 // FI, 210 // FJ, 220 // FK, name="node2"):
        for i in range(FI):
            for j in range(FJ):
                total: float32 = 0.0
                if k0 == 0:
                    total = 0.0
                else:
                    total = acc[i, j]
                for k in range(FK):
                    total += C[FI * i0 + i, FK * k0 + k] * D[FK * k0 + k, FJ * j0 + j]
                acc[i, j] = total
                if k0 == 220 // FK - 1:
                    F[FI * i0 + i, FJ * j0 + j] = total


def make_g(
    F0: float32[180, 210],
    E: float32[180, 190],
    F: float32[190, 210],
    G: float32[180, 210],
):
    acc: float32[GI, GJ]
    for i0, j0, k0 in hcl.grid(180 // GI, 210 // GJ, 190 // GK, name="node1"):
        for i in range(GI):
            for j in range(GJ):
                total: float32 = 0.0
                if k0 == 0:
                    total = F0[GI * i0 + i, GJ * j0 + j]
                else:
                    total = acc[i, j]
                for k in range(GK):
                    total += E[GI * i0 + i, GK * k0 + k] * F[GK * k0 + k, GJ * j0 + j]
                acc[i, j] = total
                if k0 == 190 // GK - 1:
                    G[GI * i0 + i, GJ * j0 + j] = total


def k3mm(
    A: float32[180, 200],
    B: float32[200, 190],
    C: float32[190, 220],
    D: float32[220, 210],
    G: float32[180, 210],
):
    F0: float32[180, 210]
    E: float32[180, 190]
    F: float32[190, 210]
    clear(F0)
    make_e(A, B, E)
    make_f(C, D, F)
    make_g(F0, E, F, G)


POINTS = ["3mm-streamhls-*-opt[13]-*"]
LOOPS = {
    "loop16_loop17_loop18": "make_e:node3.k0",
    "loop10_loop11_loop12": "make_f:node2.k0",
    "loop4_loop5_loop6": "make_g:node1.k0",
    "loop0_loop1": "clear:node0.d1o",
    "loop8_loop9_loop10": "make_e:node3.k0",
    "loop5_loop6_loop7": "make_f:node2.k0",
    "loop2_loop3_loop4": "make_g:node1.k0",
}
PARAMETERS = {
    "*": {
        "EI": "factor(v62, 1)",
        "EJ": "factor(v63, 2)",
        "EK": "factor(v62, 2)",
        "FI": "factor(v64, 1)",
        "FJ": "factor(v65, 2)",
        "FK": "factor(v64, 2)",
        "GI": "factor(v66, 1)",
        "GJ": "factor(v66, 2)",
        "GK": "factor(v12, 1)",
        "OUT": "37800 // (GI * GJ)",
        "TE": "34200 // (GI * GK)",
    }
}
DIRECTIVES = {
    "*": [
        "#pragma HLS array_partition variable=make_e:A cyclic dim=1 factor=EI",
        "#pragma HLS array_partition variable=make_e:A cyclic dim=2 factor=EK",
        "#pragma HLS array_partition variable=make_e:B cyclic dim=1 factor=EK",
        "#pragma HLS array_partition variable=make_e:B cyclic dim=2 factor=EJ",
        "#pragma HLS array_partition variable=make_f:C cyclic dim=1 factor=FI",
        "#pragma HLS array_partition variable=make_f:C cyclic dim=2 factor=FK",
        "#pragma HLS array_partition variable=make_f:D cyclic dim=1 factor=FK",
        "#pragma HLS array_partition variable=make_f:D cyclic dim=2 factor=FJ",
        "#pragma HLS array_partition variable=k3mm:G cyclic dim=1 factor=GI",
        "#pragma HLS array_partition variable=k3mm:G cyclic dim=2 factor=GJ",
        "#pragma HLS array_partition variable=make_e:acc complete dim=0",
        "#pragma HLS array_partition variable=make_f:acc complete dim=0",
        "#pragma HLS array_partition variable=make_g:acc complete dim=0",
        "#pragma HLS array_partition variable=k3mm:F0 cyclic dim=1 factor=GI",
        "#pragma HLS array_partition variable=k3mm:F0 cyclic dim=2 factor=GJ",
        "#pragma HLS array_partition variable=k3mm:E cyclic dim=1 factor=GI",
        "#pragma HLS array_partition variable=k3mm:E cyclic dim=2 factor=GK",
        "#pragma HLS array_partition variable=k3mm:F cyclic dim=1 factor=GK",
        "#pragma HLS array_partition variable=k3mm:F cyclic dim=2 factor=GJ",
        "#pragma HLS stream variable=k3mm:F0 depth=OUT",
        "#pragma HLS stream variable=k3mm:E depth=TE",
        "clear:node0.d1o: #pragma HLS pipeline II=1",
        "make_e:node3.k0: #pragma HLS pipeline II=1",
        "make_f:node2.k0: #pragma HLS pipeline II=1",
        "make_g:node1.k0: #pragma HLS pipeline II=1",
        "k3mm: #pragma HLS dataflow",
    ]
}
UNSAFE_MATH = True
