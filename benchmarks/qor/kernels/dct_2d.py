"""Two-dimensional DCT of 8 x 8 (Vivado HLS tutorial). After vivado_hls_training improve_area/dct.c;
the one-dimensional transform reads and writes a row of a given matrix."""


def read_data(source: int16[64], buf: int16[8, 8]):
    for r in range(8):
        for c in range(8):
            buf[r, c] = source[r * 8 + c]


def write_data(buf: int16[8, 8], target: int16[64]):
    for r in range(8):
        for c in range(8):
            target[r * 8 + c] = buf[r, c]


def dct_1d(src: int16[8, 8], dst: int16[8, 8], row: index):
    for k in range(8):
        tmp: int32 = 0
        for n in range(8):
            tmp += src[row, n] * COEFFICIENTS[k, n]
        dst[row, k] = (tmp + 4096) >> 13


def dct_2d(in_block: int16[8, 8], out_block: int16[8, 8]):
    row_outbuf: int16[8, 8]
    col_outbuf: int16[8, 8]
    col_inbuf: int16[8, 8]
    for i in range(8, name="Row_DCT"):
        dct_1d(in_block, row_outbuf, i)
    for j in range(8, name="Xpose_Row"):
        for i in range(8):
            col_inbuf[j, i] = row_outbuf[i, j]
    for i in range(8, name="Col_DCT"):
        dct_1d(col_inbuf, col_outbuf, i)
    for j in range(8, name="Xpose_Col"):
        for i in range(8):
            out_block[j, i] = col_outbuf[i, j]


def dct(source: int16[64], target: int16[64]):
    buf_2d_in: int16[8, 8]
    buf_2d_out: int16[8, 8]
    read_data(source, buf_2d_in)
    dct_2d(buf_2d_in, buf_2d_out)
    write_data(buf_2d_out, target)


POINTS = ["dct-2d-xup-*"]
LOOPS = {
    "RD_Loop_Row": "read_data:r",
    "RD_Loop_Col": "read_data:c",
    "WR_Loop_Row": "write_data:r",
    "WR_Loop_Col": "write_data:c",
    "RD_Loop_Row_RD_Loop_Col": "read_data:c",
    "WR_Loop_Row_WR_Loop_Col": "write_data:c",
    "Xpose_Row_Inner_Loop": "dct_2d:Xpose_Row.i",
    "Xpose_Col_Inner_Loop": "dct_2d:Xpose_Col.i",
    "DCT_Outer_Loop": "dct_1d:k",
    "dct": "",
    "dct_2d": "dct_2d",
}
ARRAYS = {"col_inbuf": "dct_2d:col_inbuf"}
CONSTANTS = {"COEFFICIENTS": ["range", -11363, 11363, 8, 8]}
