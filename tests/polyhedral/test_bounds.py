"""Proofs of bounds against running the program."""

from __future__ import annotations

from collections.abc import Callable

import oracle
import pytest

from hcl_explore.ir.program import Access, Program
from hcl_explore.polyhedral.bounds import first_out_of_bounds

ProgramOf = Callable[[str], Program]


def leaves(one: oracle.Run) -> bool:
    return any(
        not 0 <= index < extent
        for index, extent in zip(one.element, one.access.buffer.shape, strict=True)
    )


@pytest.mark.parametrize("extent", [6, 9, 13])
@pytest.mark.parametrize("seed", range(40))
def test_random_kernels(random_program: Callable[..., Program], seed: int, extent: int) -> None:
    program = random_program(seed, "int32", extent)
    leaving = [one for one in oracle.run(program.kernel) if leaves(one)]
    found = first_out_of_bounds(program)
    assert (found is None) == (not leaving)
    if found is None:
        return

    def line(access: Access) -> int:
        assert access.place is not None
        return access.place.line

    assert line(found.access) == min(line(one.access) for one in leaving)
    values = tuple(value for _, value in found.iteration)
    one = next(r for r in leaving if r.access is found.access and r.iteration == values)
    assert one.element[found.dim - 1] == found.index
    assert found.extent == found.access.buffer.shape[found.dim - 1]
    assert not 0 <= found.index < found.extent


def message(program: Program) -> str | None:
    found = first_out_of_bounds(program)
    return None if found is None else found.message


def test_the_message_names_the_first_iteration(program_of: ProgramOf) -> None:
    program = program_of(
        """
def kernel(A: int32[8, 4], B: int32[8]):
    for i in range(8):
        B[i] = 0
        for j in range(4):
            B[i] += A[i, j + i]
"""
    )
    assert message(program) == (
        "'A' is read at index 4 in dimension 2, outside 0..3, in iteration (i=1, j=3)."
    )


def test_conditions_keep_accesses_inside(program_of: ProgramOf) -> None:
    program = program_of(
        """
def kernel(A: int32[8]):
    for i in range(10):
        if i >= 1 and i < 9:
            A[i - 1] = i
        else:
            A[i % 8] = 0
"""
    )
    assert message(program) is None


@pytest.mark.parametrize(
    ("subscript", "expected"),
    [
        ("i", None),
        ("i + n - i", None),
        ("i + 8", "'A' is written at index 8, outside 0..7, in iteration (i=0, n=1)."),
    ],
)
def test_index_arguments(program_of: ProgramOf, subscript: str, expected: str | None) -> None:
    """Wrong for some arguments only is left to the run; wrong for all of them is an error."""
    program = program_of(
        f"""
def kernel(A: int32[8], n: index):
    for i in range(n):
        A[{subscript}] = 1
"""
    )
    assert message(program) == expected


def test_callees_are_checked_too(program_of: ProgramOf) -> None:
    program = program_of(
        """
def inner(A: int32[4]):
    for i in range(5):
        A[i] = 0

def kernel(A: int32[4]):
    inner(A)
"""
    )
    assert message(program) == "'A' is written at index 4, outside 0..3, in iteration (i=4)."
