"""FIR of 128 taps of 8 bits, delay line and sum in one loop. After wh-xu project1/fir128_best,
fir128_optimized3, fir128_optimized4, fir128_optimized5."""


def fir(x: int8, y: int32[1]):
    reg_x: int8[128]
    acc: int32 = 0
    for i in range(127):
        reg_x[127 - i] = reg_x[126 - i]
        acc += TAPS[127 - i] * reg_x[127 - i]
    reg_x[0] = x
    acc += TAPS[0] * x
    y[0] = acc


POINTS = [
    "fir-whxu-fir128-best-*",
    "fir-whxu-fir128-optimized3-fission-ii1-*",
    "fir-whxu-fir128-optimized4-unroll4-*",
    "fir-whxu-fir128-optimized5-*",
]
LOOPS = {
    "Loop 1": "i",
    "loop": "i",
    "fir.cpp:28": None,
    "fir.cpp:31": "i",
    "fir.cpp:32": "i",
    "fir.cpp:33": "i",
    "fir.cpp:34": "i",
}
CONSTANTS = {"TAPS": ["range", -11, 11, 128]}
ARRAYS = {"c": "TAPS"}
