"""PolyBench bicg as Stream-HLS cuts it: stages that hand on tiles through FIFOs, sums' loops
outside (their inner ones in opt1 and opt3). The sources are not stored; the structure is read
from loops, trip counts, partitions and FIFO depths of the reports.
"""


def clear_q(F0: float32[410]):
    for d0o in range(410 // TI, name="node0"):
        for d0 in range(TI):
            F0[TI * d0o + d0] = 0.0


def clear_s(F1: float32[390]):
    for d0o in range(390 // UJ, name="node1"):
        for d0 in range(UJ):
            F1[UJ * d0o + d0] = 0.0


def make_q(
    F0: float32[410],
    A: float32[410, 390],
    p: float32[390],
    q: float32[410],
):
    acc: float32[410]
    for j0, i0 in hcl.grid(390 // TJ, 410 // TI, name="node2"):
        for i in range(TI):
            total: float32 = 0.0
            if j0 == 0:
                total = F0[TI * i0 + i]
            else:
                total = acc[TI * i0 + i]
            for j in range(TJ):
                total += A[TI * i0 + i, TJ * j0 + j] * p[TJ * j0 + j]
            acc[TI * i0 + i] = total
            if j0 == 390 // TJ - 1:
                q[TI * i0 + i] = total


def make_s(
    F1: float32[390],
    A: float32[410, 390],
    r: float32[410],
    s: float32[390],
):
    acc: float32[390]
    for i0, j0 in hcl.grid(410 // UI, 390 // UJ, name="node3"):
        for j in range(UJ):
            total: float32 = 0.0
            if i0 == 0:
                total = F1[UJ * j0 + j]
            else:
                total = acc[UJ * j0 + j]
            for i in range(UI):
                total += A[UI * i0 + i, UJ * j0 + j] * r[UI * i0 + i]
            acc[UJ * j0 + j] = total
            if i0 == 410 // UI - 1:
                s[UJ * j0 + j] = total


def bicg(
    A: float32[410, 390],
    A2: float32[410, 390],
    p: float32[390],
    r: float32[410],
    q: float32[410],
    s: float32[390],
):
    F0: float32[410]
    F1: float32[390]
    clear_q(F0)
    clear_s(F1)
    make_q(F0, A, p, q)
    make_s(F1, A2, r, s)


POINTS = ["bicg-streamhls-*-opt[245]-*"]
LOOPS = {
    "loop4_loop5": "make_q:node2.i0",
    "loop8_loop9": "make_s:node3.j0",
    "loop1": "clear_s:node1.d0o",
    "loop2": "clear_s:node1.d0o",
    "loop0": "clear_q:node0.d0o",
}
PLACES = {
    "*-opt2-*": {"loop2_loop3": "make_q:node2.i0", "loop4_loop5": "make_s:node3.j0"},
}
PARAMETERS = {
    "*": {
        "TI": "factor(v45, 1)",
        "TJ": "factor(v43, 1)",
        "UI": "factor(v42, 1)",
        "UJ": "factor(v44, 1)",
        "QS": "410 // TI",
        "SS": "390 // UJ",
    }
}
DIRECTIVES = {
    "*": [
        "#pragma HLS array_partition variable=bicg:A cyclic dim=1 factor=TI",
        "#pragma HLS array_partition variable=bicg:A cyclic dim=2 factor=TJ",
        "#pragma HLS array_partition variable=bicg:A2 cyclic dim=1 factor=UI",
        "#pragma HLS array_partition variable=bicg:A2 cyclic dim=2 factor=UJ",
        "#pragma HLS array_partition variable=bicg:p cyclic dim=1 factor=TJ",
        "#pragma HLS array_partition variable=bicg:s cyclic dim=1 factor=UJ",
        "#pragma HLS array_partition variable=bicg:r cyclic dim=1 factor=UI",
        "#pragma HLS array_partition variable=bicg:q cyclic dim=1 factor=TI",
        "#pragma HLS array_partition variable=make_q:acc cyclic dim=1 factor=TI",
        "#pragma HLS array_partition variable=make_s:acc cyclic dim=1 factor=UJ",
        "#pragma HLS array_partition variable=bicg:F0 cyclic dim=1 factor=TI",
        "#pragma HLS array_partition variable=bicg:F1 cyclic dim=1 factor=UJ",
        "#pragma HLS stream variable=bicg:F0 depth=QS",
        "#pragma HLS stream variable=bicg:F1 depth=SS",
        "clear_q:node0.d0o: #pragma HLS pipeline II=1",
        "clear_s:node1.d0o: #pragma HLS pipeline II=1",
        "make_q:node2.i0: #pragma HLS pipeline II=1",
        "make_s:node3.j0: #pragma HLS pipeline II=1",
        "bicg: #pragma HLS dataflow",
    ]
}
UNSAFE_MATH = True
