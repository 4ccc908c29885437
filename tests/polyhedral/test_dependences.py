"""Dependences against every conflict of small programs, found by running them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import oracle
import pytest

from hcl_explore.ir.program import Loop, Program
from hcl_explore.polyhedral.dependences import (
    Dependence,
    carried_dependences,
    dependences,
    parallel_violation,
)

ProgramOf = Callable[[str], Program]
RandomProgram = Callable[..., Program]


def summary(found: Sequence[Dependence]) -> dict[object, object]:
    assert all(one.exact for one in found)
    keys = [(one.source, one.sink, one.carrier) for one in found]
    assert len(set(keys)) == len(keys)
    return {
        key: (one.kind, one.distance, one.direction, one.min_distance)
        for key, one in zip(keys, found, strict=True)
    }


def true_summary(runs: Sequence[oracle.Run], fixed: Sequence[Loop] = ()) -> dict[object, object]:
    result: dict[object, object] = {}
    for (source, sink, carrier), distances in oracle.nearest_conflicts(runs, fixed).items():
        loops = source.loops[: len(distances[0])]
        spans = [
            (-(-min(column) // (loop.step or 1)), max(column) // (loop.step or 1))
            for loop, column in zip(loops, zip(*distances, strict=True), strict=True)
        ]
        kind = "anti" if not source.is_write else "output" if sink.is_write else "flow"
        result[source, sink, carrier] = (
            kind,
            tuple(low if low == high else None for low, high in spans),
            tuple(
                "<" if low > 0 else ">" if high < 0 else "=" if low == high == 0 else "*"
                for low, high in spans
            ),
            spans[carrier.depth][0] if carrier is not None else None,
        )
    return result


@pytest.mark.parametrize("seed", range(50))
def test_dependences_of_random_kernels(random_program: RandomProgram, seed: int) -> None:
    function = random_program(seed).kernel
    runs = oracle.run(function)
    assert summary(dependences(function)) == true_summary(runs)


@pytest.mark.parametrize("seed", range(100, 140))
def test_carried_dependences_of_random_kernels(random_program: RandomProgram, seed: int) -> None:
    function = random_program(seed).kernel
    runs = oracle.run(function)
    for loop in function.all_loops():
        inside = set(loop.all_accesses())
        found = true_summary([one for one in runs if one.access in inside], loop.chain[:-1])
        expected = {key: value for key, value in found.items() if key[2] is loop}  # type: ignore[index]
        assert summary(carried_dependences(loop)) == expected


@pytest.mark.parametrize("seed", range(200, 240))
def test_parallel_loops_of_random_kernels(random_program: RandomProgram, seed: int) -> None:
    function = random_program(seed, "float32").kernel
    runs = oracle.run(function)
    for loop in function.all_loops():
        inside = [one for one in runs if loop in one.access.loops]
        conflicts = any(
            one.storage == other.storage
            and one.element == other.element
            and (one.access.is_write or other.access.is_write)
            and all(one.point[outer] == other.point[outer] for outer in loop.chain[:-1])
            and one.point[loop] != other.point[loop]
            for one in inside
            for other in inside
        )
        assert (parallel_violation(loop) is not None) == conflicts


PLAIN = {
    "accumulate": """
def kernel(A: int32[5, 6], V: int32[5]):
    for i in range(5):
        for j in range(6):
            for k in range(3):
                V[i] = V[i] + A[i, j]
                V[i] = V[i] * 3
""",
    "scalar": """
def kernel(A: int32[5, 6]):
    t: int32 = 0
    for i in range(5):
        for j in range(0, 6, 2):
            A[i, j] = t
            t = A[i, j] + 1
""",
    "single iteration": """
def kernel(V: int32[5]):
    for i in range(1):
        for j in range(4):
            V[j] = V[j] + 1
            V[j] = V[j + i] + 1
""",
    "stencil with steps": """
def kernel(A: int32[40, 40]):
    for i in range(4, 20, 2):
        for j in range(4, 20, 3):
            A[i, j] = A[i - 4, j + 3] + A[i - 1, j] + A[i, j - 3] + A[i + 2, j]
""",
    "skewed subscripts": """
def kernel(A: int32[40, 40]):
    for i in range(2, 8):
        for j in range(2, 8):
            A[i + j, 2 * j] = A[i + j - 1, 2 * j - 2] + A[i + j + 2, 2 * j + 1]
""",
    "diagonal": """
def kernel(A: int32[40, 40]):
    for i in range(2, 8):
        A[i, 2 * i] = A[i - 1, 2 * i - 2] + A[i - 1, 2 * i] + A[i, 2 * i]
""",
    "private row": """
def kernel(A: int32[6, 6]):
    for i in range(6):
        row: int32[6]
        for j in range(6):
            row[j] = A[i, j]
        for j in range(1, 6):
            row[j] = row[j - 1] + row[j]
            A[i, j] = row[j]
""",
}


@pytest.mark.parametrize("name", PLAIN)
def test_plain_shapes(program_of: ProgramOf, name: str) -> None:
    function = program_of(PLAIN[name]).kernel
    runs = oracle.run(function)
    assert summary(dependences(function)) == true_summary(runs)
    for loop in function.all_loops():
        inside = set(loop.all_accesses())
        found = true_summary([one for one in runs if one.access in inside], loop.chain[:-1])
        expected = {key: value for key, value in found.items() if key[2] is loop}  # type: ignore[index]
        assert summary(carried_dependences(loop)) == expected


def test_a_subscript_read_from_memory_may_conflict_at_any_distance(program_of: ProgramOf) -> None:
    function = program_of(
        """
def kernel(B: int32[16], H: int32[8]):
    for i in range(16):
        H[B[i]] = H[B[i]] + 1
"""
    ).kernel
    (loop,) = function.all_loops()
    flow = [one for one in carried_dependences(loop) if one.kind == "flow"]
    assert [(one.buffer.name, one.min_distance, one.exact) for one in flow] == [("H", 1, False)]
    found = parallel_violation(loop)
    assert found is not None and not found.exact
    assert found.describe() == (
        "it cannot be decided whether the accesses to H keep their order: a subscript of H is not "
        "affine (line 6)."
    )


def test_an_accumulation_may_not_run_at_once(program_of: ProgramOf) -> None:
    function = program_of(
        """
def kernel(A: int32[16], S: int32[1]):
    for i in range(16):
        S[0] += A[i]
"""
    ).kernel
    (loop,) = function.all_loops()
    found = parallel_violation(loop)
    assert found is not None and found.only_reassociation and found.simultaneous
    assert parallel_violation(loop, reassociate=True) is None
    assert all(one.is_reduction for one in carried_dependences(loop))


def test_private_scalars_carry_nothing(program_of: ProgramOf) -> None:
    function = program_of(
        """
def kernel(A: int32[16]):
    for i in range(16):
        t: int32 = A[i]
        t += 1
        A[i] = t
"""
    ).kernel
    (loop,) = function.all_loops()
    assert carried_dependences(loop) == []
    assert parallel_violation(loop) is None
