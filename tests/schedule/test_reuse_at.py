"""reuse_at: line buffers and window buffers."""

from __future__ import annotations

import numpy as np
import pytest
from same import assert_same

import hcl_explore as hcl
from hcl_explore import int32, uint8
from hcl_explore.errors import NotApplicableError


def conv(A: int32[10, 12], F: int32[3, 3]) -> int32[8, 10]:
    B: int32[8, 10]
    for y, x in hcl.grid(8, 10, name="conv"):
        v: int32 = 0
        for r, c in hcl.reduction(3, 3):
            v += A[y + r, x + c] * F[r, c]
        B[y, x] = v
    return B


def channels(A: int32[3, 8, 9], F: int32[2, 3, 3, 3]) -> int32[2, 6, 7]:
    B: int32[2, 6, 7] = 0
    for o, y, x in hcl.grid(2, 6, 7, name="conv"):
        for c, r, q in hcl.grid(3, 3, 3):
            B[o, y, x] += A[c, y + r, x + q] * F[o, c, r, q]
    return B


def strided(A: int32[17, 19]) -> int32[8, 9]:
    B: int32[8, 9] = 0
    for y, x in hcl.grid(8, 9, name="conv"):
        for r, c in hcl.grid(3, 3):
            B[y, x] += A[2 * y + r, 2 * x + c] * (r + 5 * c)
    return B


def stride_three(A: int32[30]) -> int32[8]:
    B: int32[8] = 0
    for i in range(8):
        for j in range(5):
            B[i] += A[3 * i + j] * j
    return B


def from_one(A: int32[16]) -> int32[16]:
    B: int32[16] = 0
    for i in range(1, 15):
        B[i] = A[i - 1] + 2 * A[i] + 3 * A[i + 1]
    return B


def stepped(A: int32[32]) -> int32[32]:
    B: int32[32] = 0
    for i in range(3, 28, 2):
        B[i] = A[i - 3] + 2 * A[i] + 3 * A[i + 2]
    return B


def imperfect(A: int32[10, 10]) -> int32[8, 10]:
    B: int32[8, 10] = 0
    for y in range(8):
        for x in range(10):
            B[y, x] = A[y, x] + A[y + 1, x]
        for x1 in range(10):
            B[y, x1] += A[y + 2, x1]
    return B


def guarded(A: int32[10]) -> int32[10]:
    B: int32[10] = 0
    for i in range(10):
        if i >= 2:
            B[i] = A[i - 2] + A[i - 1] + A[i]
    return B


def in_place(A: int32[10]):
    for t in range(3):
        for i in range(1, 9):
            A[i] = A[i - 1] + A[i] + A[i + 1]


def writes_ahead(A: int32[12]) -> int32[10]:
    B: int32[10]
    for i in range(10):
        for k in range(1):
            A[i + 2 + k] = i
        for j in range(3):
            B[i] = A[i + j]
    return B


def writes_behind(A: int32[12]) -> int32[10]:
    B: int32[10]
    for i in range(1, 10):
        for j in range(3):
            B[i] = A[i + j]
        A[i - 1] = 7
    return B


def writes_kept(A: int32[12]) -> int32[10]:
    B: int32[10] = 0
    for i in range(10):
        for k in range(1):
            A[i + 1 + k] += 5
        for j in range(3):
            B[i] += A[i + j]
    return B


def pooled(A: int32[16, 16]) -> int32[8, 8]:
    B: int32[8, 8] = 0
    for y, x in hcl.grid(8, 8):
        for r, c in hcl.grid(2, 2):
            B[y, x] += A[2 * y + r, 2 * x + c]
    return B


def diagonal(A: int32[16, 16]) -> int32[8]:
    B: int32[8] = 0
    for y in range(8):
        for r in range(3):
            B[y] += A[y + r, y]
    return B


def backward(A: int32[16]) -> int32[8]:
    B: int32[8] = 0
    for y in range(8):
        for r in range(3):
            B[y] += A[10 - y + r]
    return B


def sobel(image: uint8[18, 20]) -> uint8[16, 18]:
    out: uint8[16, 18]
    for y, x in hcl.grid(16, 18, name="sobel"):
        gx: int32 = image[y, x + 2] - image[y, x]
        gx += 2 * (image[y + 1, x + 2] - image[y + 1, x])
        gx += image[y + 2, x + 2] - image[y + 2, x]
        gy: int32 = image[y + 2, x] - image[y, x]
        gy += 2 * (image[y + 2, x + 1] - image[y, x + 1])
        gy += image[y + 2, x + 2] - image[y, x + 2]
        out[y, x] = min(abs(gx) + abs(gy), 255)
    return out


def test_line_buffer(golden) -> None:
    s = hcl.customize(conv)
    lines = s.reuse_at(s.A, "y")
    assert (lines.name, lines.shape) == ("A_reuse_y", (3, 12))
    golden(s.ir)
    assert_same(s)


def test_line_and_window_buffer(golden) -> None:
    s = hcl.customize(conv)
    lines = s.reuse_at(s.A, "y")
    window = s.reuse_at(lines, "x")
    assert (window.name, window.shape) == ("A_reuse_y_x", (3, 3))
    golden(s.ir)
    assert_same(s)


def test_each_pixel_is_read_once() -> None:
    s = hcl.customize(conv)
    s.reuse_at(s.reuse_at(s.A, "y"), "x")
    [read] = s.program.buffer("conv:A").accesses
    assert [loop.name for loop in read.loops] == ["y", "x"]
    assert [loop.trip_count for loop in read.loops] == [10, 12]
    assert [str(form) for form in read.subscripts] == ["y", "x"]


def test_window_buffer_can_be_pipelined_and_partitioned() -> None:
    s = hcl.customize(conv)
    lines = s.reuse_at(s.A, "y")
    window = s.reuse_at(lines, "x")
    s.partition(lines, dim=1)
    s.partition(window, dim=0)
    s.pipeline("x")
    assert_same(s)


@pytest.mark.parametrize("kernel", [sobel, strided, channels])
def test_line_and_window_buffers_of_other_stencils(kernel) -> None:
    s = hcl.customize(kernel)
    array = s.program.kernel.buffers[0].name
    lines = s.reuse_at(array, "y")
    assert_same(s)
    s.reuse_at(lines, "x")
    assert_same(s)


@pytest.mark.parametrize(
    ("kernel", "axis", "shape"),
    [
        (from_one, "i", (3,)),
        (stepped, "i", (6,)),
        (stride_three, "i", (5,)),
        (imperfect, "y", (3, 10)),
        (guarded, "i", (3,)),
    ],
)
def test_windows(kernel, axis: str, shape: tuple[int, ...]) -> None:
    s = hcl.customize(kernel)
    assert s.reuse_at(s.A, axis).shape == shape
    assert_same(s)


def test_an_iteration_that_runs_already_fills_the_window() -> None:
    s = hcl.customize(guarded)
    s.reuse_at(s.A, "i")
    assert s.program.loop("guarded:S_i_0.i").trip_count == 10


@pytest.mark.parametrize("factor", [2, 5])
def test_in_tiles(factor: int) -> None:
    s = hcl.customize(conv)
    s.split("x", factor)
    s.reorder("x.outer", "y", "x.inner")
    lines = s.reuse_at(s.A, "y")
    s.reuse_at(lines, "x.inner")
    assert_same(s)


def test_a_loop_without_constant_bounds_cannot_be_lengthened() -> None:
    s = hcl.customize(conv)
    s.split("x", 4)
    with pytest.raises(NotApplicableError, match=r"trip count of 'x.inner' is not a constant"):
        s.reuse_at(s.A, "x.inner")


def test_over_a_split_row() -> None:
    s = hcl.customize(conv)
    s.split("x", 5)
    lines = s.reuse_at(s.A, "y")
    s.reuse_at(lines, "x.outer")
    assert_same(s)


def test_of_a_local_copy() -> None:
    s = hcl.customize(conv)
    s.split("y", 4)
    tile = s.buffer_at(s.A, "y.outer")
    lines = s.reuse_at(tile, "y.inner")
    s.reuse_at(lines, "x")
    assert_same(s)


@pytest.mark.parametrize(
    ("kernel", "axis", "message"),
    [
        (writes_ahead, "i", r"'A' is written inside 'i', .*: iteration \(i=\d.*A\["),
        (in_place, "i", "'A' is written inside 'i', so what is kept of it could be out of date"),
        (writes_behind, "i", r"'A' is written inside 'i', .*: iteration \(i=\d.*A\["),
        (writes_kept, "i", r"'A' is written inside 'i', .*: iteration \(i=\d.*A\["),
        (pooled, "y", "no element of 'A' .* is read again by the next"),
        (diagonal, "y", "move along 2 dimensions"),
        (backward, "y", "does not walk forward along 'A'"),
        (conv, "r", "no element of 'A' .* is read again"),
    ],
)
def test_refusals(kernel, axis: str, message: str) -> None:
    s = hcl.customize(kernel)
    before = s.ir
    with pytest.raises(NotApplicableError, match=message) as caught:
        s.reuse_at(s.A, axis)
    assert str(caught.value).startswith("reuse_at: ")
    assert caught.value.advice
    assert s.ir == before


def test_refusal_where_elements_stay() -> None:
    s = hcl.customize(conv)
    with pytest.raises(NotApplicableError, match="'F' that are read do not move") as caught:
        s.reuse_at(s.F, "y")
    assert "buffer_at" in caught.value.advice


def test_refusal_of_parallel_and_unrolled_loops() -> None:
    s = hcl.customize(conv)
    s.parallel("y")
    with pytest.raises(NotApplicableError, match="loop 'y' is parallel"):
        s.reuse_at(s.A, "y")
    s = hcl.customize(from_one)
    s.unroll("i", 2)
    with pytest.raises(NotApplicableError, match="loop 'i' is unrolled"):
        s.reuse_at(s.A, "i")


@pytest.mark.parametrize("trial", range(12))
def test_random_stencils(trial: int) -> None:
    """Windows of random size, stride and start, in one and two dimensions."""
    rng = np.random.default_rng(trial)
    sizes, strides, starts = (rng.integers(1, high, 2) for high in (5, 4, 4))
    sizes = sizes + 1
    trips = rng.integers(3, 7, 2)
    shape = [int(s + t * st + w) for s, t, st, w in zip(starts, trips, strides, sizes, strict=True)]
    text = f"""
def stencil(A: int32[{shape[0]}, {shape[1]}]) -> int32[{trips[0]}, {trips[1]}]:
    B: int32[{trips[0]}, {trips[1]}] = 0
    for y, x in hcl.grid({trips[0]}, {trips[1]}, name="s"):
        for r, c in hcl.grid({sizes[0]}, {sizes[1]}):
            B[y, x] += A[{strides[0]} * y + r + {starts[0]}, {strides[1]} * x + c] * (3 * r + c + 1)
    return B
"""
    s = hcl.customize(text)
    if s.can("reuse_at", "A", "y"):
        s.reuse_at("A", "y")
        assert_same(s)
        if s.can("reuse_at", "A_reuse_y", "x"):
            s.reuse_at("A_reuse_y", "x")
            assert_same(s)
    if s.can("reuse_at", "A", "x"):
        s.reuse_at("A", "x")
        assert_same(s)
