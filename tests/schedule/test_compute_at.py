"""compute_at and merge: one nest out of two."""

from __future__ import annotations

import itertools

import pytest
from same import assert_same

import hcl_explore as hcl
from hcl_explore import int32
from hcl_explore.errors import (
    ArgumentError,
    LegalityError,
    NotApplicableError,
    StaleHandleError,
    UnknownNameError,
)


def rows(A: int32[8, 10]) -> int32[8, 8]:
    B: int32[8, 10]
    for y, x in hcl.grid(8, 10, name="blur"):
        t: int32 = A[y, x] * 3
        B[y, x] = t + 1
    C: int32[8, 8]
    for y1, x1 in hcl.grid(8, 8, name="edge"):
        C[y1, x1] = B[y1, x1] + B[y1, x1 + 1] + B[y1, x1 + 2]
    return C


def pointwise(A: int32[6, 7]) -> int32[6, 7]:
    B: int32[6, 7]
    for i, j in hcl.grid(6, 7, name="p"):
        B[i, j] = A[i, j] * 3
    C: int32[6, 7]
    for i, j in hcl.grid(6, 7, name="q"):
        C[i, j] = B[i, j] + 1
    return C


def halo(A: int32[8]) -> int32[8]:
    B: int32[10] = 0
    for x in hcl.grid(8, name="p"):
        B[x] = A[x]
    C: int32[8]
    for x in hcl.grid(8, name="q"):
        C[x] = B[x] + B[x + 1]
    return C


def stencil(A: int32[12, 14]) -> int32[10, 12]:
    B: int32[12, 14]
    for y, x in hcl.grid(12, 14, name="p"):
        B[y, x] = A[y, x] * 3
    C: int32[10, 12]
    for y1, x1 in hcl.grid(10, 12, name="q"):
        C[y1, x1] = B[y1, x1] + B[y1 + 2, x1 + 1] + B[y1 + 1, x1 + 2]
    return C


def padded(A: int32[12, 12]) -> int32[12, 12]:
    B: int32[14, 14] = 0
    for y, x in hcl.grid(12, 12, name="p"):
        B[y + 1, x + 1] = A[y, x] * 3
    C: int32[12, 12]
    for y1, x1 in hcl.grid(12, 12, name="q"):
        C[y1, x1] = B[y1, x1] + B[y1 + 2, x1 + 1] + B[y1 + 1, x1 + 2]
    return C


def transposed(A: int32[12, 12]) -> int32[12, 12]:
    B: int32[12, 12]
    for y, x in hcl.grid(12, 12, name="p"):
        B[y, x] = A[y, x] * 3
    C: int32[12, 12]
    for y1, x1 in hcl.grid(12, 12, name="q"):
        C[y1, x1] = B[x1, y1]
    return C


def shifted(A: int32[10]) -> int32[8]:
    B: int32[10] = 0
    for x in range(1, 9):
        B[x] = A[x]
    C: int32[8] = 0
    for x1 in range(8):
        for j in range(x1, x1 + 3):
            C[x1] += B[x1 + 1] * j
    return C


def triangles(A: int32[8, 8], B: int32[8, 8]):
    for i in range(8):
        for j in range(i + 1):
            B[i, j] = A[i, j]
    for k in range(8):
        for m in range(k + 1):
            A[k, m] = 2 * B[k, m]


def between(A: int32[8], B: int32[8]) -> int32[8]:
    C: int32[8]
    for i in hcl.grid(8, name="p"):
        B[i] = A[i] + 1
    for k in hcl.grid(8, name="middle"):
        A[k] = B[7 - k]
    for j in hcl.grid(8, name="q"):
        C[j] = B[j]
    return C


def nested(A: int32[4, 8], B: int32[4, 8]):
    for t in hcl.grid(4, name="time"):
        for i in range(8):
            B[t, i] = A[t, i] * 2
        for k in range(8):
            A[t, k] = B[t, k] + 1


def test_rows_of_a_producer(golden) -> None:
    s = hcl.customize(rows)
    handle = s.get_loops().blur.x
    s.compute_at("blur", "y1")
    golden(s.ir)
    assert_same(s)
    assert handle.loop.key == "rows:edge.x"
    assert repr(s.history[-1]) == 's.compute_at("blur", "y1")'


def test_then_the_buffer_between_shrinks_to_a_row() -> None:
    s = hcl.customize(rows)
    s.compute_at("blur", "y1")
    assert s.buffer_at(s.B, "y1").shape == (10,)
    assert "load_B_buf" not in s.ir
    assert_same(s)


def test_at_the_inner_loop() -> None:
    s = hcl.customize(pointwise)
    s.compute_at("p", "q.j")
    assert [loop.key for loop in s.program.kernel.all_loops()] == [
        "pointwise:q.i",
        "pointwise:q.j",
    ]
    assert_same(s)


def test_loops_that_start_elsewhere(golden) -> None:
    s = hcl.customize(shifted)
    s.compute_at("x", "x1")
    golden(s.ir)
    assert_same(s)


def test_triangular_loops_meet() -> None:
    s = hcl.customize(triangles)
    s.compute_at("i", "m")
    assert_same(s)


def test_inside_a_common_loop() -> None:
    s = hcl.customize(nested)
    s.compute_at("time.i", "k")
    assert_same(s)


def test_taken_names_get_a_number() -> None:
    s = hcl.customize(pointwise)
    inner = s.get_loops().p.j
    s.compute_at("p", "q.i")
    assert inner.loop.name == "j_1"
    assert_same(s)


@pytest.mark.parametrize(
    ("kernel", "producer", "axis", "trips"),
    [
        (halo, "p", "q.x", {"p.peel": 1, "q": 7, "q.peel": 1}),
        (rows, "blur", "x1", {"edge": 8}),
        (stencil, "p", "y1", {"p.peel": 2, "q": 10}),
        (stencil, "p", "x1", {"p.peel": 2, "q": 10}),
        (padded, "p", "y1", {"init_B": 14, "p.peel": 1, "q": 11, "q.peel": 1}),
        (padded, "p", "x1", {"init_B": 14, "p.peel": 1, "q": 11, "q.peel": 1}),
    ],
)
def test_a_producer_runs_ahead_of_a_halo(
    kernel, producer: str, axis: str, trips: dict[str, int]
) -> None:
    s = hcl.customize(kernel)
    s.compute_at(producer, axis)
    bands = {loop.band: loop.trip_count for loop in s.program.kernel.loops}
    assert {name: bands[name] for name in trips} == trips
    assert len(s.history) == 1
    assert_same(s)


def test_what_runs_ahead_has_names(golden) -> None:
    s = hcl.customize(halo)
    x = s.get_loops().q.x
    s.compute_at("p", "q.x")
    golden(s.ir)
    with pytest.raises(StaleHandleError, match="is no longer one loop"):
        s.unroll(x)


def test_an_array_read_backward_is_no_halo() -> None:
    s = hcl.customize("""
def kernel(A: int32[8], B: int32[8], C: int32[8]):
    for i in range(8):
        B[i] = A[i]
    for j in range(8):
        C[j] = B[7 - j]
""")
    with pytest.raises(LegalityError, match=r"iteration \(j=3\) reads B\[4\], written by \(i=4\)"):
        s.compute_at("i", "j")


def test_too_far_a_halo_is_refused_with_the_dependence() -> None:
    s = hcl.customize(transposed)
    with pytest.raises(LegalityError) as caught:
        s.compute_at("p", "y1")
    text = str(caught.value)
    assert "compute_at(y, y1) is illegal: iteration (y1=0, x1=1) reads B[1, 0], written by" in text
    assert "C[y1, x1] = B[x1, y1]" in text
    assert "B[y, x] = A[y, x] * 3" in text
    assert not s.history


@pytest.mark.parametrize("reads", list(itertools.combinations(range(5), 2)))
def test_every_stencil_of_two_reads(reads: tuple[int, int]) -> None:
    first, second = reads
    s = hcl.customize(f"""
def kernel(A: int32[16], B: int32[16]) -> int32[16]:
    C: int32[16] = 0
    for x in range(14):
        B[x] = A[x] * 2
    for y in range(2, 12):
        C[y] = B[y - 2 + {first}] + B[y - 2 + {second}]
    return C
""")
    s.compute_at("x", "y")
    assert_same(s)


def test_a_nest_between_is_respected() -> None:
    s = hcl.customize(between)
    with pytest.raises(LegalityError, match=r"iteration \(k=0\)"):
        s.compute_at("p", "q.j")
    assert not s.history


@pytest.mark.parametrize(
    ("kernel", "producer", "axis", "message"),
    [
        (rows, "edge", "y", "'y1' comes after 'y'"),
        (rows, "blur", "x", "'x' is not in a nest beside 'y'"),
        (nested, "time", "time.i", "not in a nest beside"),
        (shifted, "x", "j", "'x' is not a perfect nest of 2 loops"),
    ],
)
def test_refusals(kernel, producer: str, axis: str, message: str) -> None:
    s = hcl.customize(kernel)
    before = s.ir
    with pytest.raises(NotApplicableError, match=message) as caught:
        s.compute_at(producer, axis)
    assert caught.value.advice
    assert caught.value.span is not None
    assert s.ir == before


def test_unknown_band_and_marked_loops() -> None:
    s = hcl.customize(pointwise)
    with pytest.raises(UnknownNameError, match="no loop 'r'"):
        s.compute_at("r", "q.j")
    s.pipeline("q.i")
    with pytest.raises(NotApplicableError, match="'i' is already pipelined"):
        s.compute_at("p", "q.i")


def test_a_band_handle_goes_by_its_name() -> None:
    s = hcl.customize(pointwise)
    band = s.get_loops().p
    s.split("p.i", 2)
    assert band["i.outer"].name == "i.outer"
    with pytest.raises(UnknownNameError, match=r"no loop 'i' in band 'p'.*\n?.*i\.outer"):
        band["i"]
    with pytest.raises(StaleHandleError, match="band 'p' belongs to another schedule"):
        hcl.customize(pointwise).compute_at(band, "q.i")
    s.outline(band)
    assert s.history[-1].call == 's.outline("p")'
    with pytest.raises(UnknownNameError, match="no band 'p'"):
        s.unfold(band, [0])


def test_merge(golden) -> None:
    s = hcl.customize(pointwise)
    s.merge("p", "q", depth=2)
    golden(s.ir)
    assert_same(s)


def test_other_names_of_primitives() -> None:
    s = hcl.customize(pointwise)
    s.loop_fusion("p", "q")
    assert s.can("interchange", "q.i", "q.j")
    s.loop_fission("q.i")
    assert [step.primitive for step in s.history] == ["merge", "distribute"]
    assert_same(s)


def test_merge_is_refused() -> None:
    s = hcl.customize(halo)
    with pytest.raises(LegalityError, match=r"merge\(x, x\) is illegal"):
        s.merge("p", "q")
    s = hcl.customize(nested)
    with pytest.raises(NotApplicableError, match="not loops of one block"):
        s.merge("time", "k")
    s = hcl.customize(shifted)
    with pytest.raises(ArgumentError, match="not a perfect nest of 3 loops"):
        s.merge("x", "x1", depth=3)


@pytest.mark.parametrize(("read", "write"), list(itertools.product(range(-2, 3), repeat=2)))
def test_merge_agrees_with_brute_force(read: int, write: int) -> None:
    """A[i + w] = ...; ... = A[j + r]: the verdict is that of running every order by hand."""
    s = hcl.customize(f"""
def kernel(A: int32[12], B: int32[12]):
    for i in range(2, 10):
        A[i + {write}] = i + B[i]
    for j in range(2, 10):
        B[j] = A[j + {read}] * 2
""")
    legal = _run_apart(read, write) == _run_merged(read, write)
    assert bool(s.can("merge", "i", "j")) == legal
    if legal:
        s.merge("i", "j")
        assert_same(s)


def _run_apart(read: int, write: int) -> list[object]:
    A, B = [f"a{n}" for n in range(12)], [f"b{n}" for n in range(12)]
    for i in range(2, 10):
        A[i + write] = f"f({i}, {B[i]})"
    for j in range(2, 10):
        B[j] = f"g({A[j + read]})"
    return [A, B]


def _run_merged(read: int, write: int) -> list[object]:
    A, B = [f"a{n}" for n in range(12)], [f"b{n}" for n in range(12)]
    for i in range(2, 10):
        A[i + write] = f"f({i}, {B[i]})"
        B[i] = f"g({A[i + read]})"
    return [A, B]
