"""The distance from a write to a later read of its element, against running the loops."""

from __future__ import annotations

import itertools

import pytest
from designs import PLAIN, schedule_of

from hcl_explore.analysis.carried import Carried, carried_distance
from hcl_explore.analysis.plan import make_plan
from hcl_explore.analysis.values import values_of

ROWS, COLUMNS = 4, 5


def distance(write: str, read: str) -> Carried | None:
    """Of a nest ``for i in 1..ROWS: for j in 2..COLUMNS: A[write] = A[read]``, flattened."""
    schedule = schedule_of(f"""
def f(A: int32[32, 32]):
    for i in range(1, {1 + ROWS}):
        for j in range(2, {2 + COLUMNS}):
            A[{write}] = A[{read}]
""")
    program = schedule.program
    plan = make_plan(program, values_of(program), PLAIN)
    (inner,) = program.kernel.loops[0].loops
    (store,) = [access for access in inner.accesses if access.is_write]
    (load,) = [access for access in inner.accesses if not access.is_write]
    return carried_distance(store, load, inner.chain, plan)


def by_running(write: str, read: str) -> int | None:
    """The least distance, in iterations of the flattened nest, found by trying all of them."""
    order = list(itertools.product(range(1, 1 + ROWS), range(2, 2 + COLUMNS)))

    def place(subscripts: str, point: tuple[int, int]) -> object:
        return eval(f"({subscripts},)", {"i": point[0], "j": point[1]})

    found = [
        later - earlier
        for earlier, writing in enumerate(order)
        for later, reading in enumerate(order)
        if later > earlier and place(write, writing) == place(read, reading)
    ]
    return min(found, default=None)


@pytest.mark.parametrize(
    ("write", "read"),
    [
        ("i, j", "i, j"),
        ("i, j", "i, j - 1"),
        ("i, j", "i, j - 2"),
        ("i, j", "i, j + 1"),
        ("i, j", "i - 1, j"),
        ("i, j", "i - 1, j + 1"),
        ("i, j", "i - 1, j - 1"),
        ("i, j", "i - 1, j + 2"),
        ("i, j", "i + 1, j"),
        ("i, j", "i + 1, j - 1"),
        ("i, 0", "i, 0"),
        ("i, 0", "i - 1, 0"),
        ("i, 0", "i + 1, 0"),
        ("0, j", "0, j + 1"),
        ("0, j", "0, j"),
        ("0, j", "0, j - 1"),
        ("0, 0", "0, 0"),
        ("0, 0", "0, 1"),
        ("i, 2 * j", "i, 2 * j - 2"),
        ("i, 2 * j", "i, 2 * j - 1"),
        ("i, j // 2", "i, j // 2"),
        ("i, j // 2", "i, j // 2 - 1"),
        ("i, j // 2", "i, j // 2 + 1"),
        ("i, j // 2 * 2", "i, j // 2 * 2 - 1"),
        ("i, j % 3", "i, j % 3"),
        ("i // 2 * 2 + 2, j % 4 + 1", "i // 2 * 2 + 1, j % 4 + 1"),
        ("i // 2 * 2 + 2, j % 4 + 1", "i // 2 * 2, j % 4 + 2"),
        ("i // 2 + 1, i % 2", "i // 2, j % 2"),
        ("j // 32, j % 32", "i, j"),
    ],
)
def test_distances_of_a_flattened_nest(write: str, read: str) -> None:
    ours, expected = distance(write, read), by_running(write, read)
    if expected is None:
        assert ours is None
    else:
        assert ours == Carried(expected)


@pytest.mark.parametrize(
    ("read", "needed_by"),
    [
        ("A[2 * i + 1, j + 1]", None),
        ("A[2 * i + 2, j + 1]", None),
        ("A[2 * i, j + 1]", "the iteration 8 later"),
        ("A[2 * i + 2, j]", "the next iteration"),
    ],
)
def test_a_fused_index_that_is_divided_tells_the_distance(read: str, needed_by: str | None) -> None:
    schedule = schedule_of(f"""
def f(A: int32[36, 10]):
    for i, j in hcl.grid(16, 8):
        A[2 * i + 2, j + 1] = {read} // 3
""")
    schedule.fuse("i", "j")
    schedule.pipeline("i_j_fused")
    (loop,) = schedule.estimate().loops
    if needed_by is None:
        assert loop.ii == 1
    else:
        assert loop.ii_kinds == ("recurrence",) and needed_by in loop.ii_reason


def test_a_partly_unrolled_loop_counts_its_groups() -> None:
    schedule = schedule_of("""
def f(A: int32[36, 10]):
    for n in range(64):
        A[n // 8 + 1, n % 8] = A[n // 8, n % 8] + 1
""")
    schedule.unroll("n", factor=4)
    program = schedule.program
    plan = make_plan(program, values_of(program), PLAIN)
    (loop,) = program.kernel.loops
    store, load = sorted(loop.accesses, key=lambda access: not access.is_write)
    assert carried_distance(store, load, (loop,), plan) == Carried(2)


@pytest.mark.parametrize(
    ("write", "read"), [("i, j", "j, i"), ("i, i + j", "i, j"), ("i, j", "j, j")]
)
def test_where_subscripts_do_not_tell_the_answer_is_the_next_iteration(
    write: str, read: str
) -> None:
    assert distance(write, read) == Carried(1, is_exact=False)


def test_an_element_found_at_run_time_may_be_the_one_just_written() -> None:
    schedule = schedule_of("""
def count(x: int32[64], bins: int32[16]):
    for i in range(64):
        bins[x[i]] += 1
""")
    program = schedule.program
    plan = make_plan(program, values_of(program), PLAIN)
    (loop,) = program.kernel.loops
    (store,) = [access for access in loop.accesses if access.is_write]
    (load,) = [a for a in loop.accesses if not a.is_write and a.buffer.name == "bins"]
    assert carried_distance(store, load, (loop,), plan) == Carried(1, is_exact=False)
