"""FIR of 128 taps, shift register and sum in loops of their own. After jas0xf Q5&6."""


def fir(x: int32, y: int32[1]):
    shift_reg: int32[128]
    acc: int32 = 0
    for i in range(127, name="TDL"):
        shift_reg[127 - i] = shift_reg[126 - i]
    shift_reg[0] = x
    for i in range(128, name="MAC"):
        acc += shift_reg[127 - i] * TAPS[127 - i]
    y[0] = acc


POINTS = ["fir-jas0xf-q5and6-*"]
LOOPS = {
    "TDL": "TDL.i",
    "MAC": "MAC.i",
    "fir.cpp:36": "TDL.i",
    "fir.cpp:37": "TDL.i",
    "fir.cpp:46": "MAC.i",
    "fir.cpp:47": "MAC.i",
}
CONSTANTS = {"TAPS": ["range", -11, 11, 128]}
ARRAYS = {"c": "TAPS"}
