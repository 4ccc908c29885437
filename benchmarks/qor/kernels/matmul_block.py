"""128 x 128 product by blocks of 32, arrays filled from streams. After b07901181/AAHLS-Lab-B-10
Block_MM_1; the streams stand as arrays of the interface."""


def read_data(source: int32[16384], into: int32[128, 128]):
    for s in range(16384):
        into[s // 128, s % 128] = source[s]


def read_data_b(source: int32[16384], into: int32[128, 128]):
    for s in range(16384):
        into[s // 128, s % 128] = source[s]


def block_mm(A: int32[128, 128], B: int32[128, 128], Cs: int32[16384]):
    C: int32[128, 128] = 0
    for kb in range(4):
        for s in range(16384):
            for k in range(32):
                C[s // 128, s % 128] += A[s // 128, 32 * kb + k] * B[32 * kb + k, s % 128]
                if kb >= 3 and k >= 31:
                    Cs[s] = C[s // 128, s % 128]


def matrix_mul(As: int32[16384], Bs: int32[16384], Cs: int32[16384]):
    A: int32[128, 128]
    B: int32[128, 128]
    read_data(As, A)
    read_data_b(Bs, B)
    block_mm(A, B, Cs)


POINTS = ["matmul-labb-block-mm-1-*"]
LOOPS = {
    "read_A": "read_data:s",
    "read_B": "read_data_b:s",
    "Loop 1": "block_mm:C_d1",
    "VITIS_LOOP_71_1_VITIS_LOOP_72_2": "block_mm:s",
    "matrix_mul.cpp:15": "",
    "matrix_mul.cpp:29": "read_data:s",
    "matrix_mul.cpp:47": "read_data_b:s",
    "matrix_mul.cpp:74": None,
    "matrix_mul.cpp:75": "block_mm:k",
}
