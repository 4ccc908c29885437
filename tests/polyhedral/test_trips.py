"""Numbers of iterations against counting them."""

from __future__ import annotations

from collections.abc import Callable

import oracle
import pytest

from hcl_explore.ir.program import Loop, Program
from hcl_explore.polyhedral.trips import average_trip_count, total_iterations

ProgramOf = Callable[[str], Program]


def true_count(loop: Loop) -> int:
    def count(chain: tuple[Loop, ...], point: oracle.Point) -> int:
        if not chain:
            return 1
        if not all(oracle.holds(guard, point) for guard in chain[0].guards):
            return 0
        values = oracle.values(chain[0], point)
        return sum(count(chain[1:], {**point, chain[0]: value}) for value in values)

    return count(loop.chain, {})


@pytest.mark.parametrize("seed", range(60))
def test_random_nests(random_program: Callable[..., Program], seed: int) -> None:
    for loop in random_program(seed).all_loops():
        assert total_iterations(loop) == true_count(loop)


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
