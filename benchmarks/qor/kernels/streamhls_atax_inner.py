"""PolyBench atax as Stream-HLS cuts it for opt1 and opt3: the stages of streamhls_atax.py with the
sums' loops inside and the copied matrix handed on through an array, because it is read by columns,
as the reports of its other kernels have it. No report has been seen."""


def clear(F0: float32[410]):
    for d0o in range(410 // TJ, name="node0"):
        for d0 in range(TJ):
            F0[TJ * d0o + d0] = 0.0


def first(
    A: float32[390, 410],
    x: float32[410],
    T: float32[390],
):
    acc: float32[TI]
    for i0, j0 in hcl.grid(390 // TI, 410 // TJ, name="node3"):
        for i in range(TI):
            total: float32 = 0.0
            if j0 == 0:
                total = 0.0
            else:
                total = acc[i]
            for j in range(TJ):
                total += A[TI * i0 + i, TJ * j0 + j] * x[TJ * j0 + j]
            acc[i] = total
            if j0 == 410 // TJ - 1:
                T[TI * i0 + i] = total


def relay(A: float32[390, 410], R: float32[390, 410]):
    for i0, j0 in hcl.grid(390 // TI, 410 // TJ, name="node2"):
        for i in range(TI):
            for j in range(TJ):
                R[TI * i0 + i, TJ * j0 + j] = A[TI * i0 + i, TJ * j0 + j]


def second(
    F0: float32[410],
    R: float32[390, 410],
    T: float32[390],
    y: float32[410],
):
    acc: float32[TJ]
    for j0, i0 in hcl.grid(410 // TJ, 390 // TI, name="node1"):
        for j in range(TJ):
            total: float32 = 0.0
            if i0 == 0:
                total = F0[TJ * j0 + j]
            else:
                total = acc[j]
            for i in range(TI):
                total += R[TI * i0 + i, TJ * j0 + j] * T[TI * i0 + i]
            acc[j] = total
            if i0 == 390 // TI - 1:
                y[TJ * j0 + j] = total


def atax(A: float32[390, 410], x: float32[410], y: float32[410]):
    F0: float32[410]
    T: float32[390]
    R: float32[390, 410]
    clear(F0)
    first(A, x, T)
    relay(A, R)
    second(F0, R, T, y)


POINTS = ["atax-streamhls-*-opt[13]-*"]
LOOPS = {
    "loop10_loop11": "first:node3.j0",
    "loop6_loop7": "relay:node2.j0",
    "loop2_loop3": "second:node1.i0",
    "loop0": "clear:node0.d0o",
    "loop5_loop6": "first:node3.j0",
    "loop3_loop4": "relay:node2.j0",
    "loop1_loop2": "second:node1.i0",
}
PARAMETERS = {
    "*": {
        "TI": "factor(v44, 1)",
        "TJ": "factor(v44, 2)",
        "OUT": "410 // TJ",
        "MID": "390 // TI",
    }
}
DIRECTIVES = {
    "*": [
        "#pragma HLS array_partition variable=atax:A cyclic dim=1 factor=TI",
        "#pragma HLS array_partition variable=atax:A cyclic dim=2 factor=TJ",
        "#pragma HLS array_partition variable=first:x cyclic dim=1 factor=TJ",
        "#pragma HLS array_partition variable=first:acc complete dim=1",
        "#pragma HLS array_partition variable=second:acc complete dim=1",
        "#pragma HLS array_partition variable=atax:y cyclic dim=1 factor=TJ",
        "#pragma HLS array_partition variable=atax:T cyclic dim=1 factor=TI",
        "#pragma HLS array_partition variable=atax:R cyclic dim=1 factor=TI",
        "#pragma HLS array_partition variable=atax:R cyclic dim=2 factor=TJ",
        "#pragma HLS array_partition variable=atax:F0 cyclic dim=1 factor=TJ",
        "#pragma HLS stream variable=atax:F0 depth=OUT",
        "#pragma HLS stream variable=atax:T depth=MID",
        "clear:node0.d0o: #pragma HLS pipeline II=1",
        "first:node3.j0: #pragma HLS pipeline II=1",
        "relay:node2.j0: #pragma HLS pipeline II=1",
        "second:node1.i0: #pragma HLS pipeline II=1",
        "atax: #pragma HLS dataflow",
    ]
}
UNSAFE_MATH = True
