"""PolyBench gesummv as Stream-HLS cuts it: stages that hand on tiles through FIFOs, sums' loops
outside (their inner ones in opt1 and opt3). The sources are not stored; the structure is read
from loops, trip counts, partitions and FIFO depths of the reports.
"""


def clear(F0: float32[250]):
    for d0o in range(250 // TI, name="node0"):
        for d0 in range(TI):
            F0[TI * d0o + d0] = 0.0


def first(
    A: float32[250, 250],
    x: float32[250],
    F1: float32[250],
):
    acc: float32[250]
    for j0, i0 in hcl.grid(250 // TJ, 250 // TI, name="node3"):
        for i in range(TI):
            total: float32 = 0.0
            if j0 == 0:
                total = 0.0
            else:
                total = acc[TI * i0 + i]
            for j in range(TJ):
                total += A[TI * i0 + i, TJ * j0 + j] * x[TJ * j0 + j]
            acc[TI * i0 + i] = total
            if j0 == 250 // TJ - 1:
                F1[TI * i0 + i] = total


def second(
    F0: float32[250],
    B: float32[250, 250],
    w: float32[250],
    F2: float32[250],
):
    acc: float32[250]
    for j0, i0 in hcl.grid(250 // TJ, 250 // TI, name="node2"):
        for i in range(TI):
            total: float32 = 0.0
            if j0 == 0:
                total = F0[TI * i0 + i]
            else:
                total = acc[TI * i0 + i]
            for j in range(TJ):
                total += B[TI * i0 + i, TJ * j0 + j] * w[TJ * j0 + j]
            acc[TI * i0 + i] = total
            if j0 == 250 // TJ - 1:
                F2[TI * i0 + i] = total


def join(alpha: float32, beta: float32, F1: float32[250], F2: float32[250], y: float32[250]):
    for i0 in range(250 // TI, name="node1"):
        for i in range(TI):
            y[TI * i0 + i] = alpha * F1[TI * i0 + i] + beta * F2[TI * i0 + i]


def gesummv(
    alpha: float32,
    beta: float32,
    A: float32[250, 250],
    B: float32[250, 250],
    x: float32[250],
    w: float32[250],
    y: float32[250],
):
    F0: float32[250]
    F1: float32[250]
    F2: float32[250]
    clear(F0)
    first(A, x, F1)
    second(F0, B, w, F2)
    join(alpha, beta, F1, F2, y)


POINTS = ["gesummv-streamhls-*-opt[245]-*"]
LOOPS = {
    "loop8_loop9": "first:node3.i0",
    "loop4_loop5": "second:node2.i0",
    "loop2": "join:node1.i0",
    "loop0": "clear:node0.d0o",
}
PLACES = {
    "*-opt2-*": {
        "loop4_loop5": "first:node3.i0",
        "loop2_loop3": "second:node2.i0",
        "loop1": "join:node1.i0",
    },
}
PARAMETERS = {
    "*": {
        "TI": "factor(v48, 1)",
        "TJ": "factor(v48, 2)",
        "OUT": "250 // TI",
    }
}
DIRECTIVES = {
    "*": [
        "#pragma HLS array_partition variable=gesummv:A cyclic dim=1 factor=TI",
        "#pragma HLS array_partition variable=gesummv:A cyclic dim=2 factor=TJ",
        "#pragma HLS array_partition variable=gesummv:B cyclic dim=1 factor=TI",
        "#pragma HLS array_partition variable=gesummv:B cyclic dim=2 factor=TJ",
        "#pragma HLS array_partition variable=gesummv:x cyclic dim=1 factor=TJ",
        "#pragma HLS array_partition variable=gesummv:w cyclic dim=1 factor=TJ",
        "#pragma HLS array_partition variable=gesummv:y cyclic dim=1 factor=TI",
        "#pragma HLS array_partition variable=first:acc cyclic dim=1 factor=TI",
        "#pragma HLS array_partition variable=second:acc cyclic dim=1 factor=TI",
        "#pragma HLS array_partition variable=gesummv:F0 cyclic dim=1 factor=TI",
        "#pragma HLS stream variable=gesummv:F0 depth=OUT",
        "#pragma HLS array_partition variable=gesummv:F1 cyclic dim=1 factor=TI",
        "#pragma HLS stream variable=gesummv:F1 depth=OUT",
        "#pragma HLS array_partition variable=gesummv:F2 cyclic dim=1 factor=TI",
        "#pragma HLS stream variable=gesummv:F2 depth=OUT",
        "clear:node0.d0o: #pragma HLS pipeline II=1",
        "first:node3.i0: #pragma HLS pipeline II=1",
        "second:node2.i0: #pragma HLS pipeline II=1",
        "join:node1.i0: #pragma HLS pipeline II=1",
        "gesummv: #pragma HLS dataflow",
    ]
}
UNSAFE_MATH = True
