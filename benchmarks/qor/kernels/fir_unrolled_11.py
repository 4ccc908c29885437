"""FIR of 11 taps, the delay line unrolled by hand. After AugustKRZhu/PP4FPGA_HLS loop_unrolling."""


def fir(x: int32, y: int32[1], c: int32[11]):
    shift_reg: int32[11]
    acc: int32 = 0
    for i in range(3, name="TDL"):
        shift_reg[10 - 3 * i] = shift_reg[9 - 3 * i]
        shift_reg[9 - 3 * i] = shift_reg[8 - 3 * i]
        shift_reg[8 - 3 * i] = shift_reg[7 - 3 * i]
    shift_reg[1] = shift_reg[0]
    shift_reg[0] = x
    for i in range(11, name="MAC"):
        acc += shift_reg[10 - i] * c[10 - i]
    y[0] = acc


POINTS = ["fir-augkrz-loop-unrolling-*"]
LOOPS = {"TDL": "TDL.i", "MAC": "MAC.i"}
