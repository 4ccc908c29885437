"""PolyBench mvt as Stream-HLS cuts it: stages that hand on tiles through FIFOs, sums' loops outside
(their inner ones in opt1 and opt3). The sources are not stored; the structure is read from loops,
trip counts, partitions and FIFO depths of the reports."""


def clear1(F0: float32[400]):
    for d0o in range(400 // TI, name="node0"):
        for d0 in range(TI):
            F0[TI * d0o + d0] = 0.0


def clear2(F1: float32[400]):
    for d0o in range(400 // TI, name="node1"):
        for d0 in range(TI):
            F1[TI * d0o + d0] = 0.0


def first(
    F0: float32[400],
    A: float32[400, 400],
    y1: float32[400],
    x1: float32[400],
):
    acc: float32[400]
    for j0, i0 in hcl.grid(400 // TJ, 400 // TI, name="node4"):
        for i in range(TI):
            total: float32 = 0.0
            if j0 == 0:
                total = F0[TI * i0 + i]
            else:
                total = acc[TI * i0 + i]
            for j in range(TJ):
                total += A[TI * i0 + i, TJ * j0 + j] * y1[TJ * j0 + j]
            acc[TI * i0 + i] = total
            if j0 == 400 // TJ - 1:
                x1[TI * i0 + i] = total


def relay(A: float32[400, 400], R: float32[400, 400]):
    for i0, j0 in hcl.grid(400 // TI, 400 // TJ, name="node3"):
        for i in range(TI):
            for j in range(TJ):
                R[TI * i0 + i, TJ * j0 + j] = A[TI * i0 + i, TJ * j0 + j]


def second(
    F1: float32[400],
    R: float32[400, 400],
    y2: float32[400],
    x2: float32[400],
):
    acc: float32[400]
    for i0, j0 in hcl.grid(400 // TI, 400 // TJ, name="node2"):
        for j in range(TJ):
            total: float32 = 0.0
            if i0 == 0:
                total = F1[TJ * j0 + j]
            else:
                total = acc[TJ * j0 + j]
            for i in range(TI):
                total += R[TI * i0 + i, TJ * j0 + j] * y2[TI * i0 + i]
            acc[TJ * j0 + j] = total
            if i0 == 400 // TI - 1:
                x2[TJ * j0 + j] = total


def mvt(
    A: float32[400, 400],
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
    first(F0, A, y1, x1)
    relay(A, R)
    second(F1, R, y2, x2)


POINTS = ["mvt-streamhls-*-opt[245]-*"]
LOOPS = {
    "loop12_loop13": "first:node4.i0",
    "loop8_loop9": "relay:node3.j0",
    "loop4_loop5": "second:node2.j0",
    "loop2": "clear2:node1.d0o",
    "loop0": "clear1:node0.d0o",
}
PLACES = {
    "*-opt2-*": {
        "loop6_loop7": "first:node4.i0",
        "loop4_loop5": "relay:node3.j0",
        "loop2_loop3": "second:node2.j0",
        "loop1": "clear2:node1.d0o",
    },
}
PARAMETERS = {
    "*": {
        "TI": "factor(v47, 1)",
        "TJ": "factor(v47, 2)",
        "OUT": "400 // TI",
        "ALL": "160000 // (TI * TJ)",
    }
}
DIRECTIVES = {
    "*": [
        "#pragma HLS array_partition variable=mvt:A cyclic dim=1 factor=TI",
        "#pragma HLS array_partition variable=mvt:A cyclic dim=2 factor=TJ",
        "#pragma HLS array_partition variable=mvt:R cyclic dim=1 factor=TI",
        "#pragma HLS array_partition variable=mvt:R cyclic dim=2 factor=TJ",
        "#pragma HLS array_partition variable=mvt:y1 cyclic dim=1 factor=TI",
        "#pragma HLS array_partition variable=mvt:y2 cyclic dim=1 factor=TI",
        "#pragma HLS array_partition variable=mvt:x1 cyclic dim=1 factor=TI",
        "#pragma HLS array_partition variable=mvt:x2 cyclic dim=1 factor=TI",
        "#pragma HLS array_partition variable=mvt:F0 cyclic dim=1 factor=TI",
        "#pragma HLS array_partition variable=mvt:F1 cyclic dim=1 factor=TI",
        "#pragma HLS array_partition variable=first:acc cyclic dim=1 factor=TI",
        "#pragma HLS array_partition variable=second:acc cyclic dim=1 factor=TJ",
        "#pragma HLS stream variable=mvt:F0 depth=OUT",
        "#pragma HLS stream variable=mvt:F1 depth=OUT",
        "#pragma HLS stream variable=mvt:R depth=ALL",
        "clear1:node0.d0o: #pragma HLS pipeline II=1",
        "clear2:node1.d0o: #pragma HLS pipeline II=1",
        "first:node4.i0: #pragma HLS pipeline II=1",
        "second:node2.j0: #pragma HLS pipeline II=1",
        "relay:node3.j0: #pragma HLS pipeline II=1",
        "mvt: #pragma HLS dataflow",
    ]
}
UNSAFE_MATH = True
