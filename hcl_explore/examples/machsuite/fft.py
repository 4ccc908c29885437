"""MachSuite: fast Fourier transforms of 1024 and 512 points."""

from __future__ import annotations

import numpy as np

import hcl_explore.lang as hcl
from hcl_explore.examples.arrays import Array
from hcl_explore.examples.machsuite.example import machsuite
from hcl_explore.examples.steps import complete, pipeline
from hcl_explore.lang import ConstExpr, float64, index, int32

ROOT_RE = np.cos(2 * np.pi * np.arange(4) / 8)
ROOT_IM = -np.sin(2 * np.pi * np.arange(4) / 8)
REVERSED = np.array([0, 4, 2, 6, 1, 5, 3, 7], np.int32)


def fft_strided(re: float64[1024], im: float64[1024], root_re: float64[512], root_im: float64[512]):
    # Decimation in frequency: the result is in bit-reversed order.
    span: int32 = 512
    stride: int32 = 1
    while span > 0:
        for pair in hcl.grid(512, name="butterflies"):
            within: int32 = pair & (span - 1)
            even: int32 = 2 * pair - within
            odd: int32 = even + span
            difference_re: float64 = re[even] - re[odd]
            difference_im: float64 = im[even] - im[odd]
            re[even] += re[odd]
            im[even] += im[odd]
            root: int32 = within * stride
            re[odd] = difference_re * root_re[root] - difference_im * root_im[root]
            im[odd] = difference_re * root_im[root] + difference_im * root_re[root]
        span = span >> 1
        stride = stride << 1


def fft8(re: float64[8], im: float64[8]):
    with hcl.meta_for(3) as stage:
        span: ConstExpr[int32] = 4 >> stage
        for block, k in hcl.grid(1 << stage, span, name="butterflies"):
            a_re: float64 = re[2 * span * block + k]
            a_im: float64 = im[2 * span * block + k]
            b_re: float64 = re[2 * span * block + k + span]
            b_im: float64 = im[2 * span * block + k + span]
            re[2 * span * block + k] = a_re + b_re
            im[2 * span * block + k] = a_im + b_im
            root_re: float64 = ROOT_RE[k * (1 << stage)]
            root_im: float64 = ROOT_IM[k * (1 << stage)]
            re[2 * span * block + k + span] = (a_re - b_re) * root_re - (a_im - b_im) * root_im
            im[2 * span * block + k + span] = (a_re - b_re) * root_im + (a_im - b_im) * root_re


def fft_transpose(re: float64[512], im: float64[512]):
    # 512 = 8 · 8 · 8: transforms of 8 points along one digit of the position after the other, with
    # factors in between, each of which leaves its result transposed.
    angle: float64 = -2.0 * 3.141592653589793 / 512.0
    local_re: float64[8]
    local_im: float64[8]
    with hcl.meta_for(3) as stage:
        done: ConstExpr[int32] = 8**stage
        left: ConstExpr[int32] = 64 // 8**stage
        work_re: float64[512]
        work_im: float64[512]
        for low, high in hcl.grid(done, left, name="transforms"):
            for n in hcl.grid(8, name="gather"):
                local_re[n] = re[(n * left + high) * done + low]
                local_im[n] = im[(n * left + high) * done + low]
            fft8(local_re, local_im)
            for k in hcl.grid(8, name="scatter"):
                source: index = REVERSED[k]
                turn: float64 = angle * (done * high * k)
                c: float64 = hcl.cos(turn)
                s: float64 = hcl.sin(turn)
                work_re[(high * 8 + k) * done + low] = local_re[source] * c - local_im[source] * s
                work_im[(high * 8 + k) * done + low] = local_re[source] * s + local_im[source] * c
        for i in hcl.grid(512, name="copy_back"):
            re[i] = work_re[i]
            im[i] = work_im[i]


def _store(re: Array, im: Array, spectrum: Array) -> None:
    re[:], im[:] = spectrum.real, spectrum.imag


def _fft_strided(re: Array, im: Array, root_re: Array, root_im: Array) -> None:
    del root_re, root_im
    order = [int(f"{i:010b}"[::-1], 2) for i in range(1024)]
    _store(re, im, np.fft.fft(re + 1j * im)[order])


def _fft_transpose(re: Array, im: Array) -> None:
    _store(re, im, np.fft.fft(re + 1j * im))


def _roots(rng: np.random.Generator) -> tuple[Array, ...]:
    angles = -2 * np.pi * np.arange(512) / 1024
    return (*rng.uniform(-1, 1, (2, 1024)), np.cos(angles), np.sin(angles))


EXAMPLES = (
    machsuite(
        fft_strided,
        "Fourier transform of 1024 points, radix 2, result in bit-reversed order",
        _roots,
        _fft_strided,
        relative_tolerance=1e-12,
        remark=(
            "The positions of a butterfly are calculated at run time, so nothing proves that "
            "the next one does not need its results."
        ),
    ),
    machsuite(
        fft_transpose,
        "Fourier transform of 512 points by transforms of 8 and transpositions",
        lambda rng: tuple(rng.uniform(-1, 1, (2, 512))),
        _fft_transpose,
        relative_tolerance=1e-12,
        schedule=(
            ("inline", {"func": "fft8"}),
            complete("local_re"),
            complete("local_im"),
            *(pipeline(f"{band}.high") for band in ("transforms", "transforms_1", "transforms_2")),
        ),
        remark="A transform of eight points unrolled into one pipeline.",
    ),
)
