"""PolyBench 2mm as Stream-HLS cuts it: stages that hand on tiles through FIFOs, sums' loops outside
(their inner ones in opt1 and opt3). The sources are not stored; the structure is read from loops,
trip counts, partitions and FIFO depths of the reports."""


def clear(F0: float32[180, 220]):
    for d0o, d1o in hcl.grid(180 // TI, 220 // TJ, name="node0"):
        for d0 in range(TI):
            for d1 in range(TJ):
                F0[TI * d0o + d0, TJ * d1o + d1] = 0.0


def second(
    F0: float32[180, 220],
    T: float32[180, 190],
    C: float32[190, 220],
    F1: float32[180, 220],
):
    acc: float32[180, 220]
    for k0, i0, j0 in hcl.grid(190 // TK, 180 // TI, 220 // TJ, name="node2"):
        for i in range(TI):
            for j in range(TJ):
                total: float32 = 0.0
                if k0 == 0:
                    total = F0[TI * i0 + i, TJ * j0 + j]
                else:
                    total = acc[TI * i0 + i, TJ * j0 + j]
                for k in range(TK):
                    total += T[TI * i0 + i, TK * k0 + k] * C[TK * k0 + k, TJ * j0 + j]
                acc[TI * i0 + i, TJ * j0 + j] = total
                if k0 == 190 // TK - 1:
                    F1[TI * i0 + i, TJ * j0 + j] = total


def first(
    A: float32[180, 210],
    B: float32[210, 190],
    T: float32[180, 190],
):
    acc: float32[180, 190]
    for k0, i0, j0 in hcl.grid(210 // UK, 180 // UI, 190 // UJ, name="node3"):
        for i in range(UI):
            for j in range(UJ):
                total: float32 = 0.0
                if k0 == 0:
                    total = 0.0
                else:
                    total = acc[UI * i0 + i, UJ * j0 + j]
                for k in range(UK):
                    total += A[UI * i0 + i, UK * k0 + k] * B[UK * k0 + k, UJ * j0 + j]
                acc[UI * i0 + i, UJ * j0 + j] = total
                if k0 == 210 // UK - 1:
                    T[UI * i0 + i, UJ * j0 + j] = total


def scale(alpha: float32, beta: float32, F1: float32[180, 220], D: float32[180, 220]):
    for i0, j0 in hcl.grid(180 // TI, 220 // TJ, name="node1"):
        for i in range(TI):
            for j in range(TJ):
                D[TI * i0 + i, TJ * j0 + j] = (
                    alpha * F1[TI * i0 + i, TJ * j0 + j] + beta * D[TI * i0 + i, TJ * j0 + j]
                )


def k2mm(
    alpha: float32,
    beta: float32,
    A: float32[180, 210],
    B: float32[210, 190],
    C: float32[190, 220],
    D: float32[180, 220],
):
    F0: float32[180, 220]
    F1: float32[180, 220]
    T: float32[180, 190]
    clear(F0)
    first(A, B, T)
    second(F0, T, C, F1)
    scale(alpha, beta, F1, D)


POINTS = ["2mm-streamhls-*-opt[245]-*"]
LOOPS = {
    "loop7_loop8_loop9": "first:node3.j0",
    "loop4_loop5_loop6": "second:node2.j0",
    "loop2_loop3": "scale:node1.j0",
    "loop0_loop1": "clear:node0.d1o",
    "loop14_loop15_loop16": "first:node3.j0",
    "loop8_loop9_loop10": "second:node2.j0",
    "loop4_loop5": "scale:node1.j0",
}
PARAMETERS = {
    "*": {
        "TI": "factor(v62, 1)",
        "TJ": "factor(v62, 2)",
        "TK": "factor(v60, 1)",
        "UI": "factor(v58, 1)",
        "UJ": "factor(v59, 2)",
        "UK": "factor(v58, 2)",
        "OUT": "39600 // (TI * TJ)",
        "MID": "34200 // (TI * TK)",
    }
}
DIRECTIVES = {
    "*": [
        "#pragma HLS array_partition variable=first:A cyclic dim=1 factor=UI",
        "#pragma HLS array_partition variable=first:A cyclic dim=2 factor=UK",
        "#pragma HLS array_partition variable=first:B cyclic dim=1 factor=UK",
        "#pragma HLS array_partition variable=first:B cyclic dim=2 factor=UJ",
        "#pragma HLS array_partition variable=second:C cyclic dim=1 factor=TK",
        "#pragma HLS array_partition variable=second:C cyclic dim=2 factor=TJ",
        "#pragma HLS array_partition variable=k2mm:D cyclic dim=1 factor=TI",
        "#pragma HLS array_partition variable=k2mm:D cyclic dim=2 factor=TJ",
        "#pragma HLS array_partition variable=second:acc cyclic dim=1 factor=TI",
        "#pragma HLS array_partition variable=second:acc cyclic dim=2 factor=TJ",
        "#pragma HLS array_partition variable=first:acc cyclic dim=1 factor=UI",
        "#pragma HLS array_partition variable=first:acc cyclic dim=2 factor=UJ",
        "#pragma HLS array_partition variable=k2mm:F0 cyclic dim=1 factor=TI",
        "#pragma HLS array_partition variable=k2mm:F0 cyclic dim=2 factor=TJ",
        "#pragma HLS array_partition variable=k2mm:F1 cyclic dim=1 factor=TI",
        "#pragma HLS array_partition variable=k2mm:F1 cyclic dim=2 factor=TJ",
        "#pragma HLS array_partition variable=k2mm:T cyclic dim=1 factor=TI",
        "#pragma HLS array_partition variable=k2mm:T cyclic dim=2 factor=TK",
        "#pragma HLS stream variable=k2mm:F0 depth=OUT",
        "#pragma HLS stream variable=k2mm:F1 depth=OUT",
        "#pragma HLS stream variable=k2mm:T depth=MID",
        "clear:node0.d1o: #pragma HLS pipeline II=1",
        "second:node2.j0: #pragma HLS pipeline II=1",
        "first:node3.j0: #pragma HLS pipeline II=1",
        "scale:node1.j0: #pragma HLS pipeline II=1",
        "k2mm: #pragma HLS dataflow",
    ]
}
UNSAFE_MATH = True
