"""PolyBench gemm as Stream-HLS cuts it: stages that hand on tiles of TI x TJ through FIFOs, the
product over tiles with the sum's loop inside. The sources are not stored; the structure is read
from loops, trip counts, partitions and FIFO depths of the reports (streamhls opt3)."""


def clear(F0: float32[200, 220]):
    for i0, j0 in hcl.grid(200 // TI, 220 // TJ, name="node0"):
        for i in range(TI):
            for j in range(TJ):
                F0[TI * i0 + i, TJ * j0 + j] = 0.0


def product(
    F0: float32[200, 220], A: float32[200, 240], B: float32[240, 220], F1: float32[200, 220]
):
    acc: float32[TI, TJ]
    for i0, j0, k0 in hcl.grid(200 // TI, 220 // TJ, 240 // TK, name="node2"):
        for i in range(TI):
            for j in range(TJ):
                total: float32 = 0.0
                if k0 == 0:
                    total = F0[TI * i0 + i, TJ * j0 + j]
                else:
                    total = acc[i, j]
                for k in range(TK):
                    total += A[TI * i0 + i, TK * k0 + k] * B[TK * k0 + k, TJ * j0 + j]
                acc[i, j] = total
                if k0 == 240 // TK - 1:
                    F1[TI * i0 + i, TJ * j0 + j] = total


def scale(alpha: float32, beta: float32, F1: float32[200, 220], C: float32[200, 220]):
    for i0, j0 in hcl.grid(200 // TI, 220 // TJ, name="node1"):
        for i in range(TI):
            for j in range(TJ):
                C[TI * i0 + i, TJ * j0 + j] = (
                    alpha * F1[TI * i0 + i, TJ * j0 + j] + beta * C[TI * i0 + i, TJ * j0 + j]
                )


def gemm(
    alpha: float32,
    beta: float32,
    A: float32[200, 240],
    B: float32[240, 220],
    C: float32[200, 220],
):
    F0: float32[200, 220]
    F1: float32[200, 220]
    clear(F0)
    product(F0, A, B, F1)
    scale(alpha, beta, F1, C)


POINTS = ["gemm-streamhls-*-opt[13]-*"]
LOOPS = {
    "loop0_loop1": "clear:node0.j0",
    "loop4_loop5": "scale:node1.j0",
    "loop8_loop9_loop10": "product:node2.k0",
    "loop2_loop3": "scale:node1.j0",
    "loop4_loop5_loop6": "product:node2.k0",
}
PARAMETERS = {
    "*": {
        "TI": "factor(v39, 1)",
        "TJ": "factor(v40, 2)",
        "TK": "factor(v39, 2)",
        "TOKENS": "44000 // (TI * TJ)",
    }
}
DIRECTIVES = {
    "*": [
        "#pragma HLS array_partition variable=product:A cyclic dim=1 factor=TI",
        "#pragma HLS array_partition variable=product:A cyclic dim=2 factor=TK",
        "#pragma HLS array_partition variable=product:B cyclic dim=1 factor=TK",
        "#pragma HLS array_partition variable=product:B cyclic dim=2 factor=TJ",
        "#pragma HLS array_partition variable=gemm:C cyclic dim=1 factor=TI",
        "#pragma HLS array_partition variable=gemm:C cyclic dim=2 factor=TJ",
        "#pragma HLS array_partition variable=acc complete dim=0",
        "#pragma HLS array_partition variable=gemm:F0 cyclic dim=1 factor=TI",
        "#pragma HLS array_partition variable=gemm:F0 cyclic dim=2 factor=TJ",
        "#pragma HLS array_partition variable=gemm:F1 cyclic dim=1 factor=TI",
        "#pragma HLS array_partition variable=gemm:F1 cyclic dim=2 factor=TJ",
        "#pragma HLS stream variable=gemm:F0 depth=TOKENS",
        "#pragma HLS stream variable=gemm:F1 depth=TOKENS",
        "clear:node0.j0: #pragma HLS pipeline II=1",
        "product:node2.k0: #pragma HLS pipeline II=1",
        "scale:node1.j0: #pragma HLS pipeline II=1",
        "gemm: #pragma HLS dataflow",
    ]
}
UNSAFE_MATH = True
