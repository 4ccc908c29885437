"""buffer_at: local arrays of what an iteration touches."""

from __future__ import annotations

from typing import Any

import pytest
from same import assert_same

import hcl_explore as hcl
from hcl_explore import float32, index, int32
from hcl_explore.errors import NotApplicableError


def gemm(A: float32[12, 6], B: float32[6, 10]) -> float32[12, 10]:
    C: float32[12, 10] = 0.0
    for i, j, k in hcl.grid(12, 10, 6, name="mm"):
        C[i, j] += A[i, k] * B[k, j]
    return C


def init_inside(A: float32[12, 6], B: float32[6, 10]) -> float32[12, 10]:
    C: float32[12, 10]
    for i in hcl.grid(12, name="mm"):
        for j in range(10):
            C[i, j] = 0.0
        for k, j1 in hcl.grid(6, 10):
            C[i, j1] += A[i, k] * B[k, j1]
    return C


def accumulate(C: int32[8, 8]):
    for t in range(3):
        for i in range(1, 7):
            for j in range(1, 7):
                if i > j:
                    C[i, j] = C[i - 1, j] + C[i, j + 1]


def guarded_edge(A: int32[8, 8], B: int32[8, 8]):
    for i in range(8):
        for j in range(8):
            if i >= 1:
                B[i, j] = A[i - 1, j] * 2


def gather(A: int32[8], where: int32[8], B: int32[8]):
    for i in range(2):
        for j in range(4):
            B[4 * i + j] = A[where[j]]


def helper(row: int32[8]):
    for j in range(8):
        row[j] += 1


def calls(A: int32[8], B: int32[8]):
    for i in range(2):
        helper(A)
        for j in range(8):
            B[j] = A[j]


def triangular(A: int32[8, 8], B: int32[8]):
    for i in range(8):
        for j in range(i + 1):
            B[i] += A[i, j]


def every_other(A: int32[8, 8], B: int32[8, 8]):
    for i in range(8):
        for j in range(4):
            B[i, 2 * j] = A[i, j]


def scalar_argument(A: int32[16, 4], n: index) -> int32[4]:
    out: int32[4] = 0
    for i in range(4):
        for j in range(4):
            out[i] += A[n, j]
    return out


def test_write_buffer_of_a_reduction(golden) -> None:
    s = hcl.customize(gemm)
    s.reorder("k", "j")
    buffer = s.buffer_at(s.C, "i")
    assert (buffer.name, buffer.shape, buffer.dtype) == ("C_buf", (10,), "float32")
    golden(s.ir)
    assert_same(s)


def test_no_load_where_the_iteration_starts_from_a_known_value(golden) -> None:
    s = hcl.customize(init_inside)
    s.buffer_at(s.C, "i")
    assert "load_C_buf" not in s.ir
    golden(s.ir)
    assert_same(s)


def test_compute_at_of_the_initial_value_saves_the_load() -> None:
    s = hcl.customize(gemm)
    s.reorder("k", "j")
    s.compute_at("init_C", "mm.i")
    s.buffer_at(s.C, "i")
    assert "load_C_buf" not in s.ir
    assert "store_C_buf" in s.ir
    assert_same(s)


def test_a_register_where_an_iteration_touches_one_element() -> None:
    s = hcl.customize(gemm)
    buffer = s.buffer_at(s.C, "j")
    assert buffer.shape == ()
    assert_same(s)


@pytest.mark.parametrize("factor", [2, 4, 5, 7])
def test_tiles_that_do_not_fill_the_array(factor: int) -> None:
    s = hcl.customize(gemm)
    s.split("j", factor)
    s.reorder("j.outer", "i", "j.inner", "k")
    s.buffer_at(s.C, "j.outer")
    s.buffer_at(s.B, "j.outer")
    s.buffer_at(s.A, "i")
    assert_same(s)


def test_a_buffer_of_a_buffer() -> None:
    s = hcl.customize(gemm)
    s.split("i", 4)
    s.buffer_at(s.A, "i.outer")
    buffer = s.buffer_at(s.A_buf, "i.inner")
    assert buffer.shape == (6,)
    assert_same(s)


def first_of_all(A: int32[4, 4], B: int32[4, 4]):
    for i in range(4):
        B[i, 3] = A[i, 0]
        for j in range(3):
            B[i, j] = A[i, j] + A[i, j + 1]


def test_where_the_body_begins_with_the_access() -> None:
    s = hcl.customize(first_of_all)
    s.buffer_at(s.A, "i")
    assert_same(s)


def test_two_buffers_of_one_array_have_different_names() -> None:
    s = hcl.customize(gemm)
    s.buffer_at(s.C, "i")
    s.split("C_d0", 3)
    second = s.buffer_at(s.C, "C_d0.outer")
    assert second.name == "C_buf_1"
    assert_same(s)


def test_elements_that_are_not_written_come_back_unchanged() -> None:
    s = hcl.customize(accumulate)
    s.buffer_at(s.C, "i")
    assert "load_C_buf" in s.ir
    assert_same(s)
    s = hcl.customize(accumulate)
    s.buffer_at(s.C, "t")
    assert_same(s)


def test_a_box_that_leaves_the_array_in_some_iterations(golden) -> None:
    s = hcl.customize(guarded_edge)
    s.buffer_at(s.A, "i")
    golden(s.ir)
    assert_same(s)


def test_triangular_footprint() -> None:
    s = hcl.customize(triangular)
    buffer = s.buffer_at(s.A, "i")
    assert buffer.shape == (8,)
    s.buffer_at(s.B, "i")
    assert_same(s)


def test_subscript_by_a_scalar_argument() -> None:
    s = hcl.customize(scalar_argument)
    s.buffer_at(s.A, "i")
    assert_same(s, scalars=(9,))


@pytest.mark.parametrize(
    ("kernel", "target", "axis", "message"),
    [
        (gemm, "C", "k", "'k' is an innermost loop"),
        (gemm, "A", "C_d0", "nothing in loop 'C_d0' touches 'A'"),
        (gather, "A", "i", "a subscript of 'A' is not affine"),
        (calls, "A", "i", "'A' is handed to helper inside 'i'"),
    ],
)
def test_refusals(kernel, target: str, axis: str, message: str) -> None:
    s = hcl.customize(kernel)
    before = s.ir
    with pytest.raises(NotApplicableError, match=message) as caught:
        s.buffer_at(target, axis)
    assert str(caught.value).startswith("buffer_at: ")
    assert caught.value.advice
    assert caught.value.span is not None
    assert s.ir == before
    assert not s.history


def test_refusal_of_a_scalar_and_of_what_is_local_already() -> None:
    def scalars(A: int32[8, 8], B: int32[8]):
        for i in range(8):
            total: int32 = 0
            for j in range(8):
                total += A[i, j]
            B[i] = total

    s = hcl.customize(scalars)
    with pytest.raises(NotApplicableError, match="'total' is a scalar"):
        s.buffer_at("total", "i")
    buffer = s.buffer_at(s.A, "i")
    with pytest.raises(NotApplicableError, match="'A_buf' is already local to one iteration"):
        s.buffer_at(buffer, "i")


def test_in_a_parallel_loop_only_what_is_written_may_be_copied_out() -> None:
    s = hcl.customize(triangular)
    s.parallel("i")
    s.buffer_at(s.B, "i")
    assert_same(s)
    s = hcl.customize(every_other)
    s.parallel("i")
    with pytest.raises(NotApplicableError, match="'i' is parallel"):
        s.buffer_at(s.B, "i")


def through_rows(A: int32[6, 8], B: int32[6, 8]):
    T: int32[6, 8]
    for i in range(6):
        for j in range(8):
            T[i, j] = A[i, j] * 2
        for j1 in range(1, 8):
            B[i, j1] = T[i, j1] - T[i, j1 - 1]


def rows_kept(A: int32[6, 8], B: int32[6, 8]):
    T: int32[6, 8]
    for i in range(6):
        for j in range(8):
            T[i, j] = A[i, j] * 2
        for j1 in range(8):
            B[i, j1] = T[i, j1] + 1
    for i2 in range(6):
        B[i2, 0] = T[i2, 0]


def row_before(A: int32[6, 8], B: int32[6, 8]):
    T: int32[7, 8] = 0
    for i in range(6):
        for j in range(8):
            T[i + 1, j] = A[i, j] * 2
        for j1 in range(8):
            B[i, j1] = T[i, j1] + 1


def test_an_array_that_each_iteration_fills_for_itself_is_replaced() -> None:
    s = hcl.customize(through_rows)
    handle = s.T
    s.buffer_at("T", "i")
    assert {b.name: b.shape for b in s.program.all_buffers()} == {
        "A": (6, 8),
        "B": (6, 8),
        "T_buf": (8,),
    }
    assert handle.name == "T_buf"
    assert "load_T_buf" not in s.ir
    assert "store_T_buf" not in s.ir
    assert_same(s)
    s.undo()
    assert handle.name == "T"


@pytest.mark.parametrize("kernel", [rows_kept, row_before])
def test_an_array_that_others_read_stays(kernel: object) -> None:
    s = hcl.customize(kernel)
    s.buffer_at("T", "i")
    assert {"T", "T_buf"} <= {b.name for b in s.program.all_buffers()}
    assert_same(s)


# --- elements that are written, and others that are only read ------------------------------------


def substitution(L: int32[9, 9], b: int32[9], x: int32[9]):
    for i in range(9):
        x[i] = b[i]
        for j in range(i):
            x[i] -= L[i, j] * x[j]


def factorisation(A: int32[9, 9]):
    for i in range(9):
        for j in range(i):
            for k in range(j):
                A[i, j] -= A[i, k] * A[j, k]


def up_to_itself(L: int32[9, 9], x: int32[9]):
    for i in range(9):
        for j in range(i + 1):
            x[i] -= L[i, j] * x[j]


def chosen_at_run_time(L: int32[9, 9], p: int32[9], x: int32[9]):
    for i in range(9):
        for j in range(i):
            if p[j] > 40:
                x[i] -= L[i, j] * x[j]


@pytest.mark.parametrize(
    ("kernel", "target", "axis"),
    [
        (substitution, "x", "i"),
        (factorisation, "A", "j"),
        (chosen_at_run_time, "x", "i"),
    ],
)
def test_what_is_written_stays_in_a_register(kernel: Any, target: str, axis: str) -> None:
    s = hcl.customize(kernel)
    made = s.buffer_at(target, axis)
    assert s.program.buffer(made.current_key(s)).shape == ()
    assert_same(s)


def test_a_read_that_may_meet_what_is_written_is_served_too() -> None:
    s = hcl.customize(up_to_itself)
    made = s.buffer_at("x", "i")
    assert s.program.buffer(made.current_key(s)).shape == (9,)
    assert_same(s)
