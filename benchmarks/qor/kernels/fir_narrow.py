"""FIR of 128 taps of 5 bits on samples of 17 bits. After jas0xf Q2."""


def fir(x: Int(17), y: Int(17)[1]):
    shift_reg: Int(17)[128]
    acc: int16 = 0
    for i in range(128):
        if i == 127:
            acc += x * TAPS[0]
            shift_reg[0] = x
        else:
            shift_reg[127 - i] = shift_reg[126 - i]
            acc += shift_reg[127 - i] * TAPS[127 - i]
    y[0] = acc


POINTS = ["fir-jas0xf-q2-*"]
LOOPS = {"SHIFT_ACCUM_LOOP": "i", "Shift_Accum_Loop": "i"}
CONSTANTS = {"TAPS": ["range", -11, 11, 128]}
ARRAYS = {"c": "TAPS"}
