"""Kernels that the schedule tests share; small, so that running them is cheap."""

import hcl_explore as hcl
from hcl_explore import float32, int32


def matmul(A: int32[8, 6], B: int32[6, 10]) -> int32[8, 10]:
    C: int32[8, 10] = 0
    for i, j, k in hcl.grid(8, 10, 6, name="mm"):
        C[i, j] += A[i, k] * B[k, j]
    return C


def dot(x: float32[16], y: float32[16]) -> float32[1]:
    total: float32[1] = 0.0
    for i, j in hcl.grid(4, 4, name="dot"):
        total[0] += x[4 * i + j] * y[4 * i + j]
    return total


def triangle(A: int32[9, 9]):
    for i in range(9):
        for j in range(i, 9):
            A[i, j] = A[i, j] * 2 + i


def skewed(A: int32[8, 8]):
    for i, j in hcl.grid(7, 7, name="stencil"):
        A[i + 1, j] = A[i, j + 1] + 1


def imperfect(A: int32[6, 5], rows: int32[6]):
    for i in range(6):
        rows[i] = 0
        for j in range(5):
            rows[i] += A[i, j]


def stepped(A: int32[20]):
    for i in range(3, 20, 3):
        A[i] = A[i] + i


def two_bands(A: int32[4], B: int32[4]):
    for i in hcl.grid(4, name="first"):
        A[i] = A[i] + 1
    for i in hcl.grid(4, name="second"):
        B[i] = A[i] * 2


def inner_scale(x: int32[4, 4], y: int32[4, 4]):
    for p, q in hcl.grid(4, 4, name="scale"):
        y[p, q] = x[p, q] * 3


def caller(A: int32[4, 4], B: int32[4, 4]):
    inner_scale(A, B)
    for i, j in hcl.grid(4, 4, name="add"):
        B[i, j] += A[i, j]
