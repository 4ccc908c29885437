"""Boxes, counts and upward-exposed reads against the elements that small programs touch."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import oracle
import pytest

from hcl_explore.ir.program import Access, Loop, Program
from hcl_explore.polyhedral.boxes import count_of_boxes
from hcl_explore.polyhedral.footprint import (
    Box,
    element_count,
    footprint_box,
    upward_exposed_reads,
)

ProgramOf = Callable[[str], Program]
RandomProgram = Callable[..., Program]


def by_iteration(
    program: Program, accesses: Sequence[Access], fixed: Sequence[Loop]
) -> dict[tuple[int, ...], tuple[oracle.Point, set[tuple[int, ...]]]]:
    """For each iteration of the fixed loops its values and the elements that it touches."""
    found: dict[tuple[int, ...], tuple[oracle.Point, set[tuple[int, ...]]]] = {}
    for point in iterations(fixed):
        found[tuple(point[loop] for loop in fixed)] = (point, set())
    for one in oracle.run(program.kernel):
        if one.access in accesses:
            found[tuple(one.point[loop] for loop in fixed)][1].add(one.element)
    return found


def iterations(fixed: Sequence[Loop]) -> list[oracle.Point]:
    points: list[oracle.Point] = [{}]
    for loop in fixed:
        points = [
            {**point, loop: value}
            for point in points
            if all(oracle.holds(guard, point) for guard in loop.guards)
            for value in oracle.values(loop, point)
        ]
    return points


def elements_of(box: Box, point: oracle.Point) -> set[tuple[int, ...]]:
    found: set[tuple[int, ...]] = {()}
    for lower, extent in zip(box.lower, box.extents, strict=True):
        start = lower.value(point)
        found = {(*one, start + offset) for one in found for offset in range(extent)}
    return found


@pytest.mark.parametrize("seed", range(50))
def test_boxes_of_random_kernels(random_program: RandomProgram, seed: int) -> None:
    program = random_program(seed)
    for fixed in [(), *(loop.chain for loop in program.all_loops())]:
        around = list(fixed[-1].all_accesses() if fixed else program.kernel.all_accesses())
        for buffer in {access.buffer for access in around}:
            accesses = [access for access in around if access.buffer is buffer]
            box = footprint_box(accesses, fixed)
            assert box is not None
            covers = True
            for point, touched in by_iteration(program, accesses, fixed).values():
                inside = elements_of(box, point)
                assert touched <= inside
                covers = covers and touched == inside
            assert box.is_exact == covers


@pytest.mark.parametrize("seed", range(50))
def test_counts_of_random_kernels(random_program: RandomProgram, seed: int) -> None:
    program = random_program(seed)
    runs = oracle.run(program.kernel)
    for buffer in program.all_buffers():
        touched = {one.element for one in runs if one.access.buffer is buffer}
        assert element_count(buffer.accesses) == len(touched)


@pytest.mark.parametrize("seed", range(50))
def test_upward_exposed_reads_of_random_kernels(random_program: RandomProgram, seed: int) -> None:
    program = random_program(seed)
    runs = oracle.run(program.kernel)
    for loop in program.all_loops():
        for buffer in {access.buffer for access in loop.all_accesses()}:
            written: set[object] = set()
            exposed = False
            for one in runs:
                if loop not in one.access.loops or one.access.buffer is not buffer:
                    continue
                place = (tuple(one.point[outer] for outer in loop.chain), one.storage, one.element)
                if one.access.is_write:
                    written.add(place)
                elif place not in written:
                    exposed = True
            assert upward_exposed_reads(buffer, loop) == exposed


def box_of(program: Program, name: str, loop_name: str) -> Box | None:
    loop = next(loop for loop in program.all_loops() if loop.name == loop_name)
    accesses = [access for access in loop.all_accesses() if access.buffer.name == name]
    return footprint_box(accesses, loop.chain)


def shown(box: Box | None) -> list[tuple[str, int]] | None:
    if box is None:
        return None
    return [(str(form), extent) for form, extent in zip(box.lower, box.extents, strict=True)]


@pytest.mark.parametrize(
    ("loop", "expected"),
    [
        ("y", [("y - 1", 3), ("0", 10)]),
        ("x", [("y - 1", 3), ("x - 1", 3)]),
        ("dy", [("y + dy - 1", 1), ("x - 1", 3)]),
    ],
)
def test_the_box_of_a_window(
    program_of: ProgramOf, loop: str, expected: list[tuple[str, int]]
) -> None:
    program = program_of(
        """
def kernel(image: int32[10, 10], out: int32[10, 10]):
    for y in range(1, 9):
        for x in range(1, 9):
            total: int32 = 0
            for dy in range(3):
                for dx in range(3):
                    total += image[y + dy - 1, x + dx - 1]
            out[y, x] = total
"""
    )
    box = box_of(program, "image", loop)
    assert shown(box) == expected
    assert box is not None and box.is_exact


def test_bounds_that_move_with_the_fixed_loop(program_of: ProgramOf) -> None:
    program = program_of(
        """
def kernel(A: int32[40]):
    for i in range(4):
        for j in range(8 * i, 8 * i + 8):
            for k in range(j, min(j + 3, 40)):
                A[k] = 0
"""
    )
    assert shown(box_of(program, "A", "i")) == [("8 * i", 10)]
    assert shown(box_of(program, "A", "j")) == [("j", 3)]


def test_a_box_around_accesses_that_move_apart(program_of: ProgramOf) -> None:
    program = program_of(
        """
def kernel(A: int32[8]):
    for i in range(8):
        A[i] = A[0]
"""
    )
    box = box_of(program, "A", "i")
    assert shown(box) == [("0", 8)]
    assert box is not None and not box.is_exact


def test_no_box_where_a_subscript_is_data(program_of: ProgramOf) -> None:
    program = program_of(
        """
def kernel(A: int32[8], B: int32[8]):
    for i in range(8):
        A[B[i]] = 1
"""
    )
    assert box_of(program, "A", "i") is None
    assert element_count(next(b for b in program.all_buffers() if b.name == "A").accesses) is None


def test_a_store_under_a_condition_on_data_fills_nothing(program_of: ProgramOf) -> None:
    program = program_of(
        """
def kernel(A: int32[8], B: int32[8]):
    for i in range(8):
        for j in range(8):
            if B[j] > 0:
                A[j] = 1
            B[i] = A[j]
"""
    )
    outer, inner = program.all_loops()
    box = footprint_box(
        [a for a in inner.accesses if a.buffer.name == "A" and a.is_write], (outer,)
    )
    assert box is not None and not box.is_exact
    assert upward_exposed_reads(box.accesses[0].buffer, outer)


@pytest.mark.parametrize(
    ("reads", "expected"),
    [
        # A cross of five points over the 30 x 30 inside of a 32 x 32 array: all but the corners.
        ("A[i - 1, j] + A[i + 1, j] + A[i, j - 1] + A[i, j + 1]", 32 * 32 - 4),
        ("A[i - 1, j - 1] + A[i + 1, j + 1]", 30 * 30 * 2 - 28 * 28),
        ("A[31 - i, j] + A[0, 0]", 30 * 30 + 1),
    ],
)
def test_boxes_that_overlap_are_counted_once(
    program_of: ProgramOf, reads: str, expected: int
) -> None:
    program = program_of(f"""
def cross(A: int32[32, 32], B: int32[32, 32]):
    for i, j in hcl.grid(30, 30):
        B[i, j] = 0
    for i in range(1, 31):
        for j in range(1, 31):
            B[i, j] = {reads}
""")
    array = next(b for b in program.all_buffers() if b.name == "A")
    assert element_count(array.accesses) == expected


def test_conditions_on_a_loop_narrow_its_box(program_of: ProgramOf) -> None:
    program = program_of("""
def edges(A: int32[32, 32]):
    for i, j in hcl.grid(32, 32):
        if i >= 2 and i < 10 and 5 - j >= 0:
            A[i, 31 - j] = 1
        if j == 7:
            A[i, j] = 2
""")
    array = next(b for b in program.all_buffers() if b.name == "A")
    assert element_count(array.accesses) == 8 * 6 + 32


@pytest.mark.parametrize(("condition", "expected"), [("t >= 2", 30), ("t == 40", 0)])
def test_conditions_on_a_loop_outside_the_subscripts(
    program_of: ProgramOf, condition: str, expected: int
) -> None:
    program = program_of(f"""
def late(A: int32[32]):
    for t in range(40):
        for i in range(30):
            if {condition}:
                A[i] = t
""")
    array = next(b for b in program.all_buffers() if b.name == "A")
    assert element_count(array.accesses) == expected
    # Where it surely runs, no set library is needed.
    assert count_of_boxes(array.accesses) == (expected or None)
