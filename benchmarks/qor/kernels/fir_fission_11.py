"""FIR of 11 taps, delay line and sum apart. After AugustKRZhu/PP4FPGA_HLS loop_fission and
loop_pipelining. The report of loop_pipelining was made with other pragmas than the source has now:
its log (vivado_hls.log) names a target interval of 2 for MAC and pipelines no other loop."""


def fir(x: int32, y: int32[1], c: int32[11]):
    shift_reg: int32[11]
    acc: int32 = 0
    for i in range(10, name="TDL"):
        shift_reg[10 - i] = shift_reg[9 - i]
    shift_reg[0] = x
    for i in range(11, name="MAC"):
        acc += shift_reg[10 - i] * c[10 - i]
    y[0] = acc


POINTS = ["fir-augkrz-loop-fission-*", "fir-augkrz-loop-pipelining-*"]
LOOPS = {"TDL": "TDL.i", "MAC": "MAC.i", "fir.c:80": "TDL.i", "fir.c:86": "MAC.i"}
DIRECTIVES = {
    "fir-augkrz-loop-pipelining-*": [
        "#pragma HLS array_partition variable=shift_reg complete",
        "MAC.i: #pragma HLS pipeline II=2",
    ]
}
