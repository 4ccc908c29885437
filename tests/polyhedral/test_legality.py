"""Verdicts on new orders against every conflict of small programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from random import Random

import oracle
import orders
import pytest
from nests import BODIES, DOMAINS, NESTS, source_of

from hcl_explore.ir.program import Access, Program
from hcl_explore.polyhedral.legality import first_violation
from hcl_explore.polyhedral.reductions import Reduction, find_reductions
from hcl_explore.polyhedral.time import original_time
from hcl_explore.polyhedral.violation import Violation

pytestmark = pytest.mark.slow

ProgramOf = Callable[[str], Program]


class Truth:
    """A program's instances, and which conflicts a new order breaks."""

    def __init__(self, program: Program) -> None:
        self.function = program.kernel
        self.runs = oracle.run(program.kernel)
        self.accesses = list(program.kernel.all_accesses())
        self.reductions = find_reductions(self.accesses)

    def broken(self, order: orders.Order) -> list[tuple[oracle.Run, oracle.Run]]:
        """All of them, but for accumulations whose order does not show."""
        torn = self._torn(order)
        return [
            (x, y)
            for x, y in oracle.broken_pairs(self.runs, order)
            if not self._commute(x.access, y.access, exactly=True)
            or {self.reductions[x.access], self.reductions[y.access]} & torn
        ]

    def _commute(self, one: Access, other: Access, *, exactly: bool) -> bool:
        left, right = self.reductions.get(one), self.reductions.get(other)
        return left is not None and _same_kind(left, right) and (left.is_exact or not exactly)

    def _torn(self, order: orders.Order) -> set[Reduction]:
        """The accumulations with something of their kind between a load and its store."""
        torn: set[Reduction] = set()
        times = {one.number: oracle.at(order(one.access), one.point) for one in self.runs}
        spans = [
            (self.reductions[load.access], times[load.number], times[store.number])
            for load in self.runs
            for store in self.runs
            if load.access in self.reductions
            and self.reductions[load.access].load is load.access
            and self.reductions[load.access].store is store.access
            and load.iteration == store.iteration
        ]
        for one, start, end in spans:
            for other, first, last in spans:
                inside = start <= first <= end or start <= last <= end
                if _same_kind(one, other) and inside and (start, end) != (first, last):
                    torn.add(one)
        for number, (one, start, end) in enumerate(spans):
            if start >= end or (one, start, end) in spans[:number]:
                torn.add(one)
        return torn

    def instance(self, violation: Violation, which: str) -> oracle.Run:
        instance = getattr(violation, which)
        values = tuple(value for _, value in instance.iteration)
        (one,) = (r for r in self.runs if r.access is instance.access and r.iteration == values)
        return one

    def is_smallest(self, x: oracle.Run, y: oracle.Run, order: orders.Order) -> bool:
        real = [
            (a.number, b.number)
            for a, b in self.broken(order)
            if not self._commute(a.access, b.access, exactly=False)
        ]
        return not real or (x.number, y.number) <= min(real)


def _same_kind(one: Reduction, other: Reduction | None) -> bool:
    return other is not None and (one.buffer, one.operation) == (other.buffer, other.operation)


def check_verdicts(program: Program, seed: int) -> None:
    """Every order of the program: the verdict is right, and its example a true and smallest one."""
    truth = Truth(program)
    for name, order in orders.all_orders(program.kernel, Random(seed)):
        found = first_violation(truth.accesses, order)
        broken = truth.broken(order)
        assert (found is not None) == bool(broken), name
        if found is None:
            continue
        x, y = truth.instance(found, "first"), truth.instance(found, "second")
        assert (x, y) in broken, name
        assert truth.is_smallest(x, y, order), name
        assert found.exact and found.element == x.element == y.element
        assert found.distance == tuple(
            y.point[loop] - x.point[loop]
            for loop, other in zip(x.access.loops, y.access.loops, strict=False)
            if loop is other
        )


@pytest.mark.parametrize(("domain", "body"), NESTS, ids=lambda name: name)
def test_floating_point_nests(program_of: ProgramOf, domain: str, body: str) -> None:
    check_verdicts(program_of(source_of(domain, body, "float32")), len(domain) + len(body))


@pytest.mark.parametrize("seed", range(40))
def test_random_floating_point_kernels(random_program: Callable[..., Program], seed: int) -> None:
    check_verdicts(random_program(seed, "float32"), seed)


def check_results(program: Program, seed: int) -> Counter[str]:
    """Every order of an integer program that is called legal leaves the same memory."""
    truth = Truth(program)
    expected = oracle.final_memory(truth.runs)
    counts: Counter[str] = Counter()
    for name, order in orders.all_orders(program.kernel, Random(seed)):
        found = first_violation(truth.accesses, order)
        if found is not None:
            counts["refused"] += 1
            continue
        times = {one.number: oracle.at(order(one.access), one.point) for one in truth.runs}
        for tie in (1, -1):
            new = sorted(truth.runs, key=lambda one: (times[one.number], tie * one.number))
            assert oracle.final_memory(new) == expected, name
        counts["accepted"] += 1
    return counts


@pytest.mark.parametrize("domain", DOMAINS)
def test_integer_nests_keep_their_results(program_of: ProgramOf, domain: str) -> None:
    counts: Counter[str] = Counter()
    for body in BODIES:
        counts += check_results(program_of(source_of(domain, body, "int32")), len(body))
    assert counts["accepted"] > 40
    assert counts["refused"] > 40 or domain == "never run"


@pytest.mark.parametrize("seed", range(200, 240))
def test_random_integer_kernels_keep_their_results(
    random_program: Callable[..., Program], seed: int
) -> None:
    check_results(random_program(seed), seed)


def test_an_accumulation_between_the_halves_of_another(program_of: ProgramOf) -> None:
    """Both add to V, but this order runs the second between the load and the store of the first."""
    program = program_of(
        """
def kernel(V: int32[8], W: int32[8]):
    for i in range(4):
        V[4 - i] += W[i]
        for j in range(i, 7, 2):
            V[2 * i] += W[j + 1]
"""
    )
    truth = Truth(program)
    order = orders.skew(*program.all_loops())
    assert truth.broken(order)
    assert first_violation(truth.accesses, order) is not None


@pytest.mark.parametrize(
    "body",
    [
        "A[i + n] = A[i] + 1.0",
        "A[i] = A[n - i] + 1.0",
        "A[i + n] = A[i + n - 2] + 1.0",
        "A[2 * i] = A[n] + 1.0",
        "A[i % 4] = A[i // 2] + 1.0",
        "A[i + 1] = B[i]\n        if i > n - 3:\n            A[i] = 2.0",
    ],
)
def test_index_arguments_stand_for_every_value(program_of: ProgramOf, body: str) -> None:
    program = program_of(
        f"""
def kernel(A: float32[64], B: float32[64], n: index):
    for i in range(n):
        {body}
"""
    )
    accesses = list(program.kernel.all_accesses())
    (symbol,) = {v for loop in program.all_loops() for v in loop.bound_variables()}
    runs = [oracle.run(program.kernel, {symbol: value}) for value in range(10)]
    for name, order in orders.all_orders(program.kernel, Random(1)):
        broken = any(any(oracle.broken_pairs(one, order)) for one in runs)
        assert (first_violation(accesses, order) is not None) == broken, name


# --- what users read ------------------------------------------------------------------------

STENCIL = """
def jacobi(A: float32[16, 16]):
    for i in range(1, 16):
        for j in range(15):
            A[i, j] = A[i - 1, j + 1] + 1.0
"""


def test_the_example_in_words(program_of: ProgramOf) -> None:
    program = program_of(STENCIL)
    chain = list(program.all_loops())
    found = first_violation(list(program.kernel.all_accesses()), orders.permute(chain, chain[::-1]))
    assert found is not None
    assert found.kind == "flow" and not found.only_reassociation and not found.simultaneous
    assert found.describe() == (
        "iteration (i=2, j=0) reads A[1, 1], written by (i=1, j=1), which the new order runs "
        "later. Dependence distance (1, -1)."
    )
    lines = ["import hcl_explore as hcl", "from hcl_explore import *", *STENCIL.splitlines()]
    shown = found.describe(lines, 1).splitlines()[1:]
    assert len(shown) == 1 and shown[0].endswith(":7   A[i, j] = A[i - 1, j + 1] + 1.0")


def test_reassociation_is_told_apart(program_of: ProgramOf) -> None:
    program = program_of(
        """
def kernel(A: float32[8], S: float32[1]):
    for i in range(8):
        S[0] += A[i]
"""
    )
    (loop,) = program.all_loops()
    accesses = list(loop.all_accesses())
    found = first_violation(accesses, orders.reverse(loop))
    assert found is not None and found.only_reassociation
    assert found.describe().endswith("Both accumulate into it, so only the rounding changes.")
    assert first_violation(accesses, orders.reverse(loop), reassociate=True) is None
    assert first_violation(accesses, orders.at_once(loop), reassociate=True) is not None


def test_index_arguments_get_a_value_in_the_example(program_of: ProgramOf) -> None:
    program = program_of(
        """
def kernel(A: int32[64], n: index):
    for i in range(n):
        A[i + n] = A[i] + 1
        A[i + 1] = A[i] - 1
"""
    )
    (loop,) = program.all_loops()
    found = first_violation(list(loop.all_accesses()), orders.reverse(loop))
    assert found is not None and found.exact
    ((symbol, value),) = found.symbols
    assert symbol.name == "n" and value >= 2
    assert f"for n={value}." in found.describe()


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("A[B[i]] = i", "a subscript of A is not affine (line 9)"),
        ("A[i * i] = A[i]", "a subscript of A is not affine (line 9)"),
        (
            "if B[i] > 2:\n            A[0] = i",
            "a condition is not affine (line 10)",
        ),
        (
            "for j in range(B[i]):\n            A[j] = 3 - A[j]",
            "loop 'j' has bounds that are not affine",
        ),
        (
            "while A[i] > 3:\n            A[0] = A[0] // 2",
            "is a while loop",
        ),
        ("fill(A)", "a call may write all of it (line 9)"),
    ],
)
def test_what_is_not_affine_is_refused_with_its_reason(
    program_of: ProgramOf, body: str, reason: str
) -> None:
    program = program_of(
        f"""def fill(A: int32[64]):
    for q in range(64):
        A[q] = A[q] - 1

def kernel(A: int32[64], B: int32[64]):
    for i in range(8):
        {body}
"""
    )
    loop = next(loop for loop in program.kernel.all_loops() if loop.name == "i")
    found = first_violation(list(loop.all_accesses()), orders.reverse(loop))
    assert found is not None and not found.exact
    assert found.element is None and found.distance is None
    assert reason in found.describe()


def test_what_is_not_affine_may_stay_where_it_is(program_of: ProgramOf) -> None:
    program = program_of(
        """
def kernel(A: int32[64], B: int32[64], C: int32[8, 8]):
    for i in range(8):
        for j in range(8):
            C[i, j] = A[B[i + j]]
"""
    )
    chain = list(program.all_loops())
    assert (
        first_violation(list(program.kernel.all_accesses()), orders.permute(chain, chain[::-1]))
        is None
    )


def test_the_order_as_it_stands_is_legal(program_of: ProgramOf) -> None:
    program = program_of(STENCIL)
    assert first_violation(list(program.kernel.all_accesses()), original_time) is None
