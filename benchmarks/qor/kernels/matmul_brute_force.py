"""32 x 32 product, arrays filled from streams. After b07901181/AAHLS-Lab-B-10 Brute_Force; the
streams stand as arrays of the interface."""


def read_data(source: int32[1024], into: int32[32, 32]):
    for s in range(1024):
        into[s // 32, s % 32] = source[s]


def read_data_b(source: int32[1024], into: int32[32, 32]):
    for s in range(1024):
        into[s // 32, s % 32] = source[s]


def brute_force(A: int32[32, 32], B: int32[32, 32], Cs: int32[1024]):
    for s in range(1024):
        total: int32 = 0
        for k in range(32):
            total += A[s // 32, k] * B[k, s % 32]
        Cs[s] = total


def matrix_mul(As: int32[1024], Bs: int32[1024], Cs: int32[1024]):
    A: int32[32, 32]
    B: int32[32, 32]
    read_data(As, A)
    read_data_b(Bs, B)
    brute_force(A, B, Cs)


POINTS = ["matmul-labb-brute-force-*"]
LOOPS = {
    "read_A": "read_data:s",
    "read_B": "read_data_b:s",
    "brute_force": "brute_force:s",
    "matrix_mul.cpp:15": "",
    "matrix_mul.cpp:27": "read_data:s",
    "matrix_mul.cpp:45": "read_data_b:s",
    "matrix_mul.cpp:69": "brute_force:s",
}
