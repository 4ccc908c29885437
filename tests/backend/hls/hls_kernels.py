"""Kernels with schedules whose C++ is kept as golden files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import hcl_explore as hcl
from hcl_explore.backend.hls import HlsCode, HlsOptions, emit
from hcl_explore.ir.printing import ModuleLike, print_with_locations


@dataclass(frozen=True)
class Case:
    """A kernel's text, what is done to it, and how it is emitted."""

    text: str
    schedule: Callable[[hcl.Schedule], None] | None = None
    options: HlsOptions = field(default_factory=HlsOptions)
    dialect: str = "vitis"

    def module(self) -> ModuleLike:
        schedule = hcl.customize(self.text)
        if self.schedule is not None:
            self.schedule(schedule)
        return schedule.snapshot.module

    def mlir(self) -> str:
        return print_with_locations(self.module())

    def code(self) -> HlsCode:
        return emit(self.module(), dialect=self.dialect, options=self.options)


GEMM = """
def gemm(A: float32[32, 32], B: float32[32, 32]) -> float32[32, 32]:
    C: float32[32, 32] = 0.0
    for i, j, k in hcl.grid(32, 32, 32, name="mm"):
        C[i, j] += A[i, k] * B[k, j]
    return C
"""

INT_GEMM = """
def gemm(A: int8[16, 16], B: int8[16, 16], C: int32[16, 16]):
    for i, j in hcl.grid(16, 16, name="mm"):
        total: int32 = 0
        for k in hcl.reduction(16):
            total += A[i, k] * B[k, j]
        C[i, j] = C[i, j] - total
"""

STENCIL = """
def blur(image: uint8[34, 34]) -> uint8[32, 32]:
    out: uint8[32, 32]
    for y, x in hcl.grid(32, 32, name="blur"):
        total: uint16 = 0
        for r, c in hcl.grid(3, 3):
            total += image[y + r, x + c]
        out[y, x] = total // 9
    return out
"""

HISTOGRAM = """
def histogram(samples: uint8[100], limit: int32) -> int32[16]:
    counts: int32[16] = 0
    for i in range(100):
        counts[samples[i] >> 4] += 1
    n: int32 = 0
    while n < limit:
        n += samples[n]
        counts[0] += n
    for i in range(n):
        if counts[i % 16] > 3 and i % 3 == 1:
            counts[i % 16] = 0
        elif i < 5:
            counts[1] = i
        else:
            counts[2] -= 1
    return counts
"""

CALLS = """
def scale(A: int32[16], factor: int8) -> int32[16]:
    B: int32[16]
    for i in range(16):
        B[i] = A[i] * factor
    return B

def total(A: int32[16]) -> int32:
    s: int32 = 0
    for i in range(16):
        s += A[i]
    return s

def clip(x: int32, low: int32, high: int32) -> int32:
    return min(max(x, low), high)

def pipeline(A: int32[16], factor: int8) -> (int32[16], int32):
    B = scale(A, factor)
    C: int32[16]
    for i in range(16):
        C[i] = clip(B[i], -100, 100)
    return C, total(C)
"""

TRIANGULAR = """
def lu(A: float64[20, 20]):
    for i in range(20):
        for j in range(i):
            for k in range(j):
                A[i, j] -= A[i, k] * A[k, j]
            A[i, j] /= A[j, j]
        for j in range(i, 20):
            for k in range(i):
                A[i, j] -= A[i, k] * A[k, j]
"""

WIDTHS = """
def widths(a: int16[8], b: uint32[8], f: float32[8], n: index, h: float16[8]) -> (
    int64[8], bool[8], float32[8]
):
    o: int64[8]
    p: bool[8]
    q: float32[8]
    for i in range(8):
        o[i] = (a[i] + b[i]) * a[i] // 7 - b[i] % 5
        p[i] = a[i] > b[i] or not (f[i] < 1.0)
        q[i] = hcl.sqrt(abs(f[i])) if a[i] > 0 else max(f[i], 0.0) + min(f[i], 2.0 * f[7 - i])
        h[i] = h[i] * 0.1 + h[i]
    for i in range(n):
        o[i] += i * i * i
    return o, p, q
"""

TABLE = """
KX = [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]

def sobel(image: uint8[32, 32]) -> uint8[32, 32]:
    out: uint8[32, 32] = 0
    for y, x in hcl.grid(30, 30):
        gx: int32 = 0
        gy: int32 = 0
        for r, c in hcl.reduction(3, 3):
            gx += image[y + r, x + c] * KX[r][c]
            gy += image[y + r, x + c] * KX[c][r]
        m: int32 = abs(gx) + abs(gy)
        out[y + 1, x + 1] = min(m, 255)
    return out
"""

STAGES = """
def stages(A: float32[64]) -> float32[64]:
    B: float32[64]
    for i in range(64):
        B[i] = A[i] * 2.0
    C: float32[64]
    for i in range(64):
        C[i] = hcl.exp(B[i]) + 1.0
    return C
"""

FIXED = """
def smooth(A: Fixed(16, 8)[16], w: UFixed(70, 66), n: int32) -> Fixed(12, 4)[14]:
    K: Fixed(8, 6)[3] = [0.25, 0.5, 0.25]
    B: Fixed(12, 4)[14]
    for i in range(14):
        total: Fixed(24, 14) = 0
        for k in range(3):
            total += K[k] * A[i + k]
        rest: Fixed(40, 20) = total / 2 - w * n
        B[i] = rest if total > 0.5 else float32(abs(total)) * 1.5
    A[0] = B[0]
    return B
"""

KEYWORDS = """
def double(register: int32[4], I: int32[4]) -> int32:
    int8_t: int32 = 0
    for new in range(4):
        for delete, union_ in hcl.grid(4, 4, name="float"):
            int8_t += register[new] * I[delete] + union_
    return int8_t
"""


def _gemm(s: hcl.Schedule) -> None:
    s.split("k", 8)
    s.reorder("k.outer", "i", "j", "k.inner")
    s.pipeline("j", initiation_interval=1)
    s.partition(s.A, dim=2, factor=8, partition_type=hcl.Partition.Cyclic)
    s.partition(s.B, dim=1, factor=8, partition_type=hcl.Partition.Block)


def _int_gemm(s: hcl.Schedule) -> None:
    s.pipeline("j", rewind=True)
    s.partition(s.A, dim=2)
    s.partition(s.B, dim=0)


def _stencil(s: hcl.Schedule) -> None:
    s.reuse_at(s.image, "y")
    s.unroll("r")
    s.unroll("c", factor=3)
    s.pipeline("x")


def _stages(s: hcl.Schedule) -> None:
    s.dataflow("stages")
    s.bind_storage(s.B, "URAM")
    s.parallel("S_i_1.i")


def _triangular(s: hcl.Schedule) -> None:
    s.pipeline("k")


CASES: dict[str, Case] = {
    "gemm": Case(GEMM),
    "gemm_scheduled": Case(GEMM, _gemm),
    "gemm_ap_memory": Case(GEMM, _gemm, HlsOptions(interface="ap_memory")),
    "gemm_on_chip": Case(GEMM, options=HlsOptions(transfer="copy")),
    "gemm_catapult": Case(GEMM, _gemm, dialect="catapult"),
    "int_gemm": Case(INT_GEMM, _int_gemm),
    "blur": Case(STENCIL, _stencil),
    "histogram": Case(HISTOGRAM),
    "pipeline": Case(CALLS),
    "lu": Case(TRIANGULAR, _triangular),
    "widths": Case(WIDTHS),
    "sobel": Case(TABLE),
    "stages": Case(STAGES, _stages),
    "fixed": Case(FIXED),
    "keywords": Case(KEYWORDS),
}
