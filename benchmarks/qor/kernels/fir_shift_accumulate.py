"""FIR of 128 taps, shift register and sum in one loop, the first tap by a condition. After
hanyax .../FIR/fir128_baseline, fir128_optimized2, fir128_optimized5 and jas0xf Q2, Q3, Q4."""


def fir(x: int32, y: int32[1]):
    shift_reg: int32[128]
    acc: int32 = 0
    for i in range(128):
        if i == 127:
            acc += x * TAPS[0]
            shift_reg[0] = x
        else:
            shift_reg[127 - i] = shift_reg[126 - i]
            acc += shift_reg[127 - i] * TAPS[127 - i]
    y[0] = acc


POINTS = [
    "fir-hanyax-fir128-baseline-*",
    "fir-hanyax-fir128-optimized2-*",
    "fir-hanyax-fir128-optimized5-*",
    "fir-jas0xf-q3-*",
    "fir-jas0xf-q4-*",
]
LOOPS = {"SHIFT_ACCUM_LOOP": "i", "Shift_Accum_Loop": "i", "fir.cpp:25": "i", "fir.cpp:32": "i"}
CONSTANTS = {"TAPS": ["range", -11, 11, 128]}
ARRAYS = {"c": "TAPS"}
