"""PolyBench mvt as Stream-HLS cuts it for opt3: two stages of tiles with the sums' loops inside,
one of which takes its matrix from a copying stage through an array. The sources are not stored; the
structure is read from loops, trip counts, partitions and FIFO depths of the report."""


def clear1(F0: float32[400]):
    for d0o in range(400 // TI, name="node0"):
        for d0 in range(TI):
            F0[TI * d0o + d0] = 0.0


def clear2(F1: float32[400]):
    for d0o in range(400 // UJ, name="node1"):
        for d0 in range(UJ):
            F1[UJ * d0o + d0] = 0.0


def first(
    F0: float32[400],
    A1: float32[400, 400],
    y1: float32[400],
    x1: float32[400],
):
    acc: float32[TI]
    for i0, j0 in hcl.grid(400 // TI, 400 // TJ, name="node4"):
        for i in range(TI):
            total: float32 = 0.0
            if j0 == 0:
                total = F0[TI * i0 + i]
            else:
                total = acc[i]
            for j in range(TJ):
                total += A1[TI * i0 + i, TJ * j0 + j] * y1[TJ * j0 + j]
            acc[i] = total
            if j0 == 400 // TJ - 1:
                x1[TI * i0 + i] = total


def relay(A2: float32[400, 400], R: float32[400, 400]):
    for j0, i0 in hcl.grid(400 // UJ, 400 // UI, name="node3"):
        for i in range(UI):
            for j in range(UJ):
                R[UI * i0 + i, UJ * j0 + j] = A2[UI * i0 + i, UJ * j0 + j]


def second(
    F1: float32[400],
    R: float32[400, 400],
    y2: float32[400],
    x2: float32[400],
):
    acc: float32[UJ]
    for j0, i0 in hcl.grid(400 // UJ, 400 // UI, name="node2"):
        for j in range(UJ):
            total: float32 = 0.0
            if i0 == 0:
                total = F1[UJ * j0 + j]
            else:
                total = acc[j]
            for i in range(UI):
                total += R[UI * i0 + i, UJ * j0 + j] * y2[UI * i0 + i]
            acc[j] = total
            if i0 == 400 // UI - 1:
                x2[UJ * j0 + j] = total


def mvt(
    A1: float32[400, 400],
    A2: float32[400, 400],
    y1: float32[400],
    y2: float32[400],
    x1: float32[400],
    x2: float32[400],
):
    F0: float32[400]
    F1: float32[400]
    R: float32[400, 400]
    clear1(F0)
    clear2(F1)
    first(F0, A1, y1, x1)
    relay(A2, R)
    second(F1, R, y2, x2)


POINTS = ["mvt-streamhls-*-opt[13]-*"]
LOOPS = {
    "loop12_loop13": "first:node4.j0",
    "loop8_loop9": "relay:node3.i0",
    "loop4_loop5": "second:node2.i0",
    "loop2": "clear1:node0.d0o",
    "loop0": "clear2:node1.d0o",
}
PLACES = {
    "*-opt1-*": {
        "loop6_loop7": "first:node4.j0",
        "loop4_loop5": "relay:node3.i0",
        "loop2_loop3": "second:node2.i0",
        "loop1": "clear1:node0.d0o",
    },
}
PARAMETERS = {
    "*": {
        "TI": "factor(v47, 1)",
        "TJ": "factor(v47, 2)",
        "UI": "factor(v48, 1)",
        "UJ": "factor(v48, 2)",
        "OUT1": "400 // TI",
        "OUT2": "400 // UJ",
    }
}
DIRECTIVES = {
    "*": [
        "#pragma HLS array_partition variable=mvt:A1 cyclic dim=1 factor=TI",
        "#pragma HLS array_partition variable=mvt:A1 cyclic dim=2 factor=TJ",
        "#pragma HLS array_partition variable=mvt:A2 cyclic dim=1 factor=UI",
        "#pragma HLS array_partition variable=mvt:A2 cyclic dim=2 factor=UJ",
        "#pragma HLS array_partition variable=mvt:R cyclic dim=1 factor=UI",
        "#pragma HLS array_partition variable=mvt:R cyclic dim=2 factor=UJ",
        "#pragma HLS array_partition variable=mvt:y1 cyclic dim=1 factor=TJ",
        "#pragma HLS array_partition variable=mvt:y2 cyclic dim=1 factor=UI",
        "#pragma HLS array_partition variable=mvt:x1 cyclic dim=1 factor=TI",
        "#pragma HLS array_partition variable=mvt:x2 cyclic dim=1 factor=UJ",
        "#pragma HLS array_partition variable=mvt:F0 cyclic dim=1 factor=TI",
        "#pragma HLS array_partition variable=mvt:F1 cyclic dim=1 factor=UJ",
        "#pragma HLS array_partition variable=first:acc complete dim=1",
        "#pragma HLS array_partition variable=second:acc complete dim=1",
        "#pragma HLS stream variable=mvt:F0 depth=OUT1",
        "#pragma HLS stream variable=mvt:F1 depth=OUT2",
        "clear1:node0.d0o: #pragma HLS pipeline II=1",
        "clear2:node1.d0o: #pragma HLS pipeline II=1",
        "first:node4.j0: #pragma HLS pipeline II=1",
        "second:node2.i0: #pragma HLS pipeline II=1",
        "relay:node3.i0: #pragma HLS pipeline II=1",
        "mvt: #pragma HLS dataflow",
    ]
}
UNSAFE_MATH = True
