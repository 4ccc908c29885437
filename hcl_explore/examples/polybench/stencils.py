"""PolyBench, stencils: forty time steps on grids."""

from __future__ import annotations

from itertools import accumulate

import numpy as np

import hcl_explore.lang as hcl
from hcl_explore.examples.arrays import Array, uniform, wide
from hcl_explore.examples.polybench.example import polybench
from hcl_explore.examples.steps import complete, cyclic, lanes, pipeline, window_buffer
from hcl_explore.lang import ConstExpr, float32


def adi(u: float32[60, 60]):
    # u_t = 2 u_xx + u_yy in steps of 1/40 on a grid of spacing 1/60, u = 1 on the border.
    # Each half step solves tridiagonal equations (a, b, a) along one direction by elimination:
    # row j becomes v[j] = p[j] v[j + 1] + q[j].
    a: ConstExpr[float32] = -2.0 * (60 * 60) / 40 / 2
    b: ConstExpr[float32] = 1.0 + 2.0 * (60 * 60) / 40
    d: ConstExpr[float32] = -1.0 * (60 * 60) / 40 / 2
    e: ConstExpr[float32] = 1.0 + 1.0 * (60 * 60) / 40
    v: float32[60, 60]
    p: float32[60, 60]
    q: float32[60, 60]
    for t in range(40):
        for i in range(1, 59):
            v[0, i] = 1.0
            p[i, 0] = 0.0
            q[i, 0] = 1.0
            for j in range(1, 59):
                p[i, j] = -a / (a * p[i, j - 1] + b)
                q[i, j] = (
                    (1.0 + 2.0 * d) * u[j, i] - d * (u[j, i - 1] + u[j, i + 1]) - a * q[i, j - 1]
                ) / (a * p[i, j - 1] + b)
            v[59, i] = 1.0
            for j in range(58, 0, -1):
                v[j, i] = p[i, j] * v[j + 1, i] + q[i, j]
        for i in range(1, 59):
            u[i, 0] = 1.0
            p[i, 0] = 0.0
            q[i, 0] = 1.0
            for j in range(1, 59):
                p[i, j] = -d / (d * p[i, j - 1] + e)
                q[i, j] = (
                    (1.0 + 2.0 * a) * v[i, j] - a * (v[i - 1, j] + v[i + 1, j]) - d * q[i, j - 1]
                ) / (d * p[i, j - 1] + e)
            u[i, 59] = 1.0
            for j in range(58, 0, -1):
                u[i, j] = p[i, j] * u[i, j + 1] + q[i, j]


def fdtd_2d(ex: float32[60, 80], ey: float32[60, 80], hz: float32[60, 80], source: float32[40]):
    for t in range(40):
        for j in hcl.grid(80, name="border"):
            ey[0, j] = source[t]
        for i, j in hcl.grid(59, 80, name="ey"):
            ey[i + 1, j] -= 0.5 * (hz[i + 1, j] - hz[i, j])
        for i, j in hcl.grid(60, 79, name="ex"):
            ex[i, j + 1] -= 0.5 * (hz[i, j + 1] - hz[i, j])
        for i, j in hcl.grid(59, 79, name="hz"):
            hz[i, j] -= 0.7 * (ex[i, j + 1] - ex[i, j] + ey[i + 1, j] - ey[i, j])


def heat_3d(A: float32[20, 20, 20], B: float32[20, 20, 20]):
    for t in range(40):
        for i, j, k in hcl.grid(18, 18, 18, name="forth"):
            B[i + 1, j + 1, k + 1] = (
                0.125 * (A[i + 2, j + 1, k + 1] + A[i, j + 1, k + 1])
                + 0.125 * (A[i + 1, j + 2, k + 1] + A[i + 1, j, k + 1])
                + 0.125 * (A[i + 1, j + 1, k + 2] + A[i + 1, j + 1, k])
                + 0.25 * A[i + 1, j + 1, k + 1]
            )
        for i, j, k in hcl.grid(18, 18, 18, name="back"):
            A[i + 1, j + 1, k + 1] = (
                0.125 * (B[i + 2, j + 1, k + 1] + B[i, j + 1, k + 1])
                + 0.125 * (B[i + 1, j + 2, k + 1] + B[i + 1, j, k + 1])
                + 0.125 * (B[i + 1, j + 1, k + 2] + B[i + 1, j + 1, k])
                + 0.25 * B[i + 1, j + 1, k + 1]
            )


def jacobi_1d(A: float32[120], B: float32[120]):
    for t in range(40):
        for i in hcl.grid(118, name="forth"):
            B[i + 1] = 0.33333 * (A[i] + A[i + 1] + A[i + 2])
        for i in hcl.grid(118, name="back"):
            A[i + 1] = 0.33333 * (B[i] + B[i + 1] + B[i + 2])


def jacobi_2d(A: float32[90, 90], B: float32[90, 90]):
    for t in range(40):
        for i, j in hcl.grid(88, 88, name="forth"):
            B[i + 1, j + 1] = 0.2 * (
                A[i + 1, j + 1] + A[i + 1, j] + A[i + 1, j + 2] + A[i + 2, j + 1] + A[i, j + 1]
            )
        for i, j in hcl.grid(88, 88, name="back"):
            A[i + 1, j + 1] = 0.2 * (
                B[i + 1, j + 1] + B[i + 1, j] + B[i + 1, j + 2] + B[i + 2, j + 1] + B[i, j + 1]
            )


def seidel_2d(A: float32[120, 120]):
    for t, i, j in hcl.grid(40, 118, 118, name="sweep"):
        above: float32 = A[i, j] + A[i, j + 1] + A[i, j + 2]
        beside: float32 = A[i + 1, j] + A[i + 1, j + 1] + A[i + 1, j + 2]
        below: float32 = A[i + 2, j] + A[i + 2, j + 1] + A[i + 2, j + 2]
        A[i + 1, j + 1] = (above + beside + below) / 9


# --- references ------------------------------------------------------------------------------


def _second_difference(values: Array) -> Array:
    """u[i - 1] - 2 u[i] + u[i + 1] along the first dimension, of the inner points."""
    return values[:-2] - 2 * values[1:-1] + values[2:]


def _implicit(strength: float) -> Array:
    """The matrix of 1 - strength · second difference on 58 inner points."""
    return (1 + 2 * strength) * np.eye(58) - strength * (np.eye(58, k=1) + np.eye(58, k=-1))


def _adi(u: Array) -> None:
    grid = wide(u)[0]
    along_x, along_y = 2.0 * 3600 / 40 / 2, 1.0 * 3600 / 40 / 2
    for _ in range(40):
        half = np.ones((60, 60))
        right = grid[1:-1, 1:-1] + along_y * _second_difference(grid.T)[:, 1:-1].T
        right[[0, -1]] += along_x
        half[1:-1, 1:-1] = np.linalg.solve(_implicit(along_x), right)
        right = half[1:-1, 1:-1] + along_x * _second_difference(half)[:, 1:-1]
        right[:, [0, -1]] += along_y
        grid[1:-1, 1:-1] = np.linalg.solve(_implicit(along_y), right.T).T
        grid[1:-1, [0, -1]] = 1.0
    u[:] = grid


def _fdtd_2d(ex: Array, ey: Array, hz: Array, source: Array) -> None:
    x, y, z = wide(ex, ey, hz)
    for value in source:
        y[0] = value
        y[1:] -= 0.5 * np.diff(z, axis=0)
        x[:, 1:] -= 0.5 * np.diff(z, axis=1)
        z[:-1, :-1] -= 0.7 * (np.diff(x, axis=1)[:-1] + np.diff(y, axis=0)[:, :-1])
    ex[:], ey[:], hz[:] = x, y, z


def _heat_3d(A: Array, B: Array) -> None:
    a, b = wide(A, B)
    for _ in range(40):
        for source, target in ((a, b), (b, a)):
            change = sum(
                np.moveaxis(_second_difference(np.moveaxis(source, axis, 0)), 0, axis)[
                    tuple(slice(None) if other == axis else slice(1, -1) for other in range(3))
                ]
                for axis in range(3)
            )
            target[1:-1, 1:-1, 1:-1] = source[1:-1, 1:-1, 1:-1] + 0.125 * change
    A[:], B[:] = a, b


def _jacobi_1d(A: Array, B: Array) -> None:
    a, b = wide(A, B)
    for _ in range(40):
        b[1:-1] = 0.33333 * np.convolve(a, np.ones(3), "valid")
        a[1:-1] = 0.33333 * np.convolve(b, np.ones(3), "valid")
    A[:], B[:] = a, b


def _jacobi_2d(A: Array, B: Array) -> None:
    a, b = wide(A, B)
    for _ in range(40):
        for s, target in ((a, b), (b, a)):
            cross = s[:-2, 1:-1] + s[2:, 1:-1] + s[1:-1, :-2] + s[1:-1, 2:] + s[1:-1, 1:-1]
            target[1:-1, 1:-1] = cross / 5
    A[:], B[:] = a, b


def _seidel_2d(A: Array) -> None:
    grid = wide(A)[0]
    for _ in range(40):
        for i in range(1, 119):
            # All but the left neighbour, which has just been replaced: a linear recurrence.
            known = np.convolve(grid[i - 1] + grid[i + 1], np.ones(3), "valid")
            known += grid[i, 1:-1] + grid[i, 2:]
            grid[i, :-1] = list(
                accumulate(known, lambda left, rest: (left + rest) / 9, initial=grid[i, 0])
            )
    A[:] = grid


EXAMPLES = (
    polybench(
        adi,
        "diffusion by alternating directions, implicit along one at a time",
        lambda rng: (rng.uniform(0, 1, (60, 60)).astype(np.float32),),
        _adi,
        relative_tolerance=1e-4,
        schedule=(complete("u", 1), complete("v", 1), complete("p", 2), complete("q", 2)),
        remark=(
            "Rows of the implicit system do not depend on each other, so banks are what they "
            "wait for; the recurrences along a row remain."
        ),
    ),
    polybench(
        fdtd_2d,
        "Maxwell's equations in the plane, finite differences in time",
        lambda rng: (*(uniform(rng, 60, 80) for _ in range(3)), uniform(rng, 40)),
        _fdtd_2d,
        relative_tolerance=1e-5,
        schedule=(
            *cyclic(8, 2, "ex", "ey", "hz"),
            *(step for axis in ("j", "j_1", "j_2", "j_3") for step in lanes(axis, 8)),
        ),
    ),
    polybench(
        heat_3d,
        "heat equation in a cube, seven points",
        lambda rng: (uniform(rng, 20, 20, 20), uniform(rng, 20, 20, 20)),
        _heat_3d,
        relative_tolerance=1e-5,
        schedule=(
            complete("A", 3),
            complete("B", 3),
            pipeline("j", interval=3),
            pipeline("j_1", interval=3),
        ),
        remark="A line of 18 points in three cycles.",
    ),
    polybench(
        jacobi_1d,
        "three-point average, forth and back",
        lambda rng: (uniform(rng, 120), uniform(rng, 120)),
        _jacobi_1d,
        relative_tolerance=1e-5,
        schedule=(
            ("reuse_at", {"target": "A", "axis": "i"}),
            ("reuse_at", {"target": "B", "axis": "i_1"}),
            complete("A_reuse_i"),
            complete("B_reuse_i_1"),
            pipeline("i"),
            pipeline("i_1"),
        ),
    ),
    polybench(
        jacobi_2d,
        "five-point average, forth and back",
        lambda rng: (uniform(rng, 90, 90), uniform(rng, 90, 90)),
        _jacobi_2d,
        relative_tolerance=1e-5,
        schedule=(
            *window_buffer("A", "i", "j"),
            *window_buffer("B", "i_1", "j_1"),
            pipeline("j"),
            pipeline("j_1"),
        ),
    ),
    polybench(
        seidel_2d,
        "nine-point average in place: every point needs its neighbours of this sweep",
        lambda rng: (uniform(rng, 120, 120),),
        _seidel_2d,
        relative_tolerance=1e-5,
        schedule=(
            ("skew", {"axis": "j", "by": "i", "factor": 2}),
            ("reorder", {"axes": ["j", "i"]}),
            pipeline("i", interval=5),
        ),
    ),
)
