"""Accumulators of eight channels. After the Vivado HLS tutorial's array_io.c."""


def array_io(d_o: int16[32], d_i: int16[32]):
    acc: int32[8]
    for i in range(32):
        acc[i % 8] = acc[i % 8] + d_i[i]
        d_o[i] = acc[i % 8]


POINTS = ["array-io-xup-*"]
LOOPS = {"For_Loop": "i"}
