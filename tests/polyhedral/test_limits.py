"""Intricate kernels get a cautious answer in time."""

from __future__ import annotations

import time
from collections.abc import Callable

import orders
import pytest

from hcl_explore.ir.program import Program
from hcl_explore.polyhedral.bounds import first_out_of_bounds
from hcl_explore.polyhedral.dependences import carried_dependences, dependences, parallel_violation
from hcl_explore.polyhedral.footprint import element_count, footprint_box, upward_exposed_reads
from hcl_explore.polyhedral.legality import first_violation

ProgramOf = Callable[[str], Program]

STATEMENTS = [
    "A[(1000003 * i + 999983 * j) % 7919] = A[(7 * i + 13 * j) % 7907] + 1.0",
    "A[(17 * i + 31 * j) // 7 % 101] = A[(3 * i // 5 + 13 * j // 11) % 97] + 1.0",
    "A[(i // 2 + j // 3 + k // 5) % 64] = A[(i % 7 + j % 5 + k % 3)] + 1.0",
]


@pytest.mark.parametrize("statement", STATEMENTS)
def test_every_query_answers_in_time(program_of: ProgramOf, statement: str) -> None:
    program = program_of(
        f"""
def kernel(A: float32[10000]):
    for i in range(1000):
        for j in range(1000):
            for k in range(1000):
                {statement}
"""
    )
    chain = list(program.all_loops())
    accesses = list(program.kernel.all_accesses())
    start = time.process_time()
    # All of these conflict, whether isl finds the example in time or not.
    assert first_violation(accesses, orders.permute(chain, chain[::-1])) is not None
    assert parallel_violation(chain[2]) is not None
    assert any(one.kind == "flow" for one in carried_dependences(chain[0]))
    assert any(one.kind == "flow" for one in dependences(program.kernel))
    assert first_out_of_bounds(program) is None
    assert upward_exposed_reads(accesses[0].buffer, chain[1])
    assert footprint_box(accesses, chain[:1]) is not None
    assert element_count(accesses) in (None, 7919, 101, 64)
    assert time.process_time() - start < 30
