"""FIR of 11 taps with coefficients from a port. After AugustKRZhu/PP4FPGA_HLS lab2 and my_ver (one
loop), whose sources are not stored; read from the fission version and its comments."""


def fir(x: int32, y: int32[1], c: int32[11]):
    shift_reg: int32[11]
    acc: int32 = 0
    data: int32 = 0
    for i in range(11):
        if i == 10:
            shift_reg[0] = x
            data = x
        else:
            data = shift_reg[9 - i]
            shift_reg[10 - i] = data
        acc += data * c[10 - i]
    y[0] = acc


POINTS = ["fir-augkrz-baseline-*"]
LOOPS = {"Shift_Accum_Loop": "i"}
