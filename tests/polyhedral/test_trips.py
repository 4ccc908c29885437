"""Numbers of iterations against counting them."""

from __future__ import annotations

from collections.abc import Callable

import oracle
import pytest

from hcl_explore.ir.program import Guard, Loop, Program
from hcl_explore.polyhedral.trips import average_trip_count, total_iterations, total_runs

ProgramOf = Callable[[str], Program]


def true_count(loop: Loop) -> int:
    return true_runs(loop.chain, ())


def true_runs(loops: tuple[Loop, ...], guards: tuple[Guard, ...]) -> int:
    def count(chain: tuple[Loop, ...], point: oracle.Point) -> int:
        if not chain:
            return int(all(oracle.holds(guard, point) for guard in guards))
        if not all(oracle.holds(guard, point) for guard in chain[0].guards):
            return 0
        values = oracle.values(chain[0], point)
        return sum(count(chain[1:], {**point, chain[0]: value}) for value in values)

    return count(loops, {})


@pytest.mark.parametrize("seed", range(60))
def test_random_nests(random_program: Callable[..., Program], seed: int) -> None:
    for loop in random_program(seed).all_loops():
        assert total_iterations(loop) == true_count(loop)


@pytest.mark.parametrize("seed", range(60))
def test_accesses_under_conditions(random_program: Callable[..., Program], seed: int) -> None:
    for function in random_program(seed).functions.values():
        for access in function.all_accesses():
            assert total_runs(access.loops, access.guards) == true_runs(access.loops, access.guards)


@pytest.mark.parametrize(
    ("condition", "runs"),
    [
        ("i >= 2:\n                if j >= 2", 1998 * 1998),
        ("i >= 2:\n                pass\n            else", 2 * 2000),
        ("i == 7", 2000),
        ("j < 5", 2000 * 5),
    ],
)
def test_conditions_on_each_loop_are_counted_without_running_through_all(
    program_of: ProgramOf, condition: str, runs: int
) -> None:
    program = program_of(
        f"""
def kernel(V: int32[2000, 2000]):
    for i in range(2000):
        for j in range(2000):
            if {condition}:
                    V[i, j] = 1
"""
    )
    (access,) = program.kernel.all_accesses()
    assert total_runs(access.loops, access.guards) == runs


@pytest.mark.parametrize(
    "loops",
    [
        ("range(20)", "range(i, 20)", "range(j, 20)"),
        ("range(20)", "range(i + 1)", "range(i, j + 20)"),
        ("range(0, 20, 3)", "range(i, i + 9, 2)", "range(j, 40)"),
        ("range(10)", "range(i, 5)", "range(3)"),
        ("range(3)", "range(2 * i, 5)", "range(j)"),
    ],
)
def test_shapes(program_of: ProgramOf, loops: tuple[str, str, str]) -> None:
    source = (
        "def kernel(V: int32[4]):\n"
        f"    for i in {loops[0]}:\n"
        f"        for j in {loops[1]}:\n"
        f"            for k in {loops[2]}:\n"
        "                V[0] = 1\n"
    )
    for loop in program_of(source).all_loops():
        assert total_iterations(loop) == true_count(loop)


def test_a_large_triangular_nest_is_summed_in_closed_form(program_of: ProgramOf) -> None:
    program = program_of(
        """
def kernel(V: int32[4]):
    for i in range(4000):
        for j in range(i, 4000):
            for k in range(i, j + 1):
                V[0] = 1
"""
    )
    outer, middle, inner = program.all_loops()
    size = 4000
    assert total_iterations(outer) == size
    assert total_iterations(middle) == size * (size + 1) // 2
    assert total_iterations(inner) == size * (size + 1) * (size + 2) // 6
    assert average_trip_count(middle) == (size + 1) / 2


def test_counts_that_depend_on_an_argument_are_unknown(program_of: ProgramOf) -> None:
    program = program_of(
        """
def kernel(V: int32[8], n: index):
    for i in range(n):
        V[0] = 1
"""
    )
    (loop,) = program.all_loops()
    assert total_iterations(loop) is None
    assert average_trip_count(loop) is None
