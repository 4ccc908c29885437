"""FIR of 128 taps of 8 bits, delay line and sum apart. After wh-xu project1/fir128_optimized1 and
fir128_optimized2. The data type is not in the stored source: 8 bits, from the register memory of
128 x 8 in the reports of that repository."""


def fir(x: int8, y: int32[1]):
    reg_x: int8[128]
    acc: int32 = 0
    for i in range(128, name="TDL"):
        if i == 127:
            reg_x[0] = x
        else:
            reg_x[127 - i] = reg_x[126 - i]
    for i in range(128, name="MAC"):
        acc += TAPS[127 - i] * reg_x[127 - i]
    y[0] = acc


POINTS = [
    "fir-whxu-fir128-optimized1-*",
    "fir-whxu-fir128-optimized2-ii1-*",
    "fir-whxu-fir128-optimized2-ii3-*",
]
LOOPS = {"TDL": "TDL.i", "MAC": "MAC.i"}
CONSTANTS = {"TAPS": ["range", -11, 11, 128]}
ARRAYS = {"c": "TAPS"}
