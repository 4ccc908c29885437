"""FIR of 128 taps, registers and coefficients apart. After hanyax FIR/fir128_best."""


def fir(x: int32, y: int32[1]):
    shift_reg: int32[128]
    acc: int32 = 0
    for i in range(127):
        shift_reg[127 - i] = shift_reg[126 - i]
        acc += shift_reg[127 - i] * TAPS[127 - i]
    acc += x * TAPS[0]
    shift_reg[0] = x
    y[0] = acc


POINTS = ["fir-hanyax-fir128-best-*"]
LOOPS = {"SHIFT_ACCUM_LOOP": "i", "fir.cpp:29": "i", "fir.cpp:30": "i"}
CONSTANTS = {"TAPS": ["range", -11, 11, 128]}
ARRAYS = {"c": "TAPS"}
