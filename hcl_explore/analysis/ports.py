"""Memory ports: how many cycles the accesses of one iteration need, bank by bank."""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from math import prod
from typing import TypeAlias

from hcl_explore.analysis.datapath import Node
from hcl_explore.analysis.layout import PORTS_PER_BANK, Layout, Layouts
from hcl_explore.analysis.plan import Plan
from hcl_explore.ir.attributes import PartitionedDim
from hcl_explore.ir.linear import LinearForm
from hcl_explore.ir.program import Access, Buffer, Loop

_MOST_PLACES = 1 << 14


@dataclass(frozen=True)
class PortLoad:
    """What one iteration asks of a buffer: ``reads`` and ``writes`` of different elements,
    the number of them that fall on the busiest bank, and that bank's ``ports``."""

    buffer: Buffer
    reads: int
    writes: int
    busiest: int
    ports: int

    @property
    def cycles(self) -> int:
        return -(-self.busiest // self.ports)


def port_loads(nodes: Iterable[Node], plan: Plan, layouts: Layouts) -> dict[Buffer, PortLoad]:
    """The port loads of the loads and stores among ``nodes``, for buffers in memory."""
    by_buffer: defaultdict[Buffer, list[Access]] = defaultdict(list)
    for node in nodes:
        if node.access is not None:
            by_buffer[node.access.buffer].append(node.access)
    return {
        buffer: port_load(buffer, accesses, plan, layouts[buffer])
        for buffer, accesses in by_buffer.items()
    }


def copies_of(access: Access, plan: Plan) -> int:
    """How many different elements the copies of one access touch."""
    loops = plan.copied_loops(access)
    if access.subscripts is None:
        return prod(plan[loop].copies for loop in loops)
    used = {v for form in access.subscripts for v in form.variables()}
    return prod(plan[loop].copies for loop in loops if loop in used)


def port_load(buffer: Buffer, accesses: list[Access], plan: Plan, layout: Layout) -> PortLoad:
    """The port load of one buffer, if it were laid out so."""
    places: set[tuple[object, ...]] = set()
    written: defaultdict[Place, list[_Copy]] = defaultdict(list)
    busy: defaultdict[tuple[int, ...] | None, _Use] = defaultdict(_Use)
    counts = {True: 0, False: 0}
    reads_only = not any(access.is_write for access in accesses)
    ports = layout.read_ports if reads_only else PORTS_PER_BANK
    for access in sorted(accesses, key=_program_order):
        for copy in _copies(access, plan, layout):
            key = (access.is_write, *copy.place)
            if key in places or (not access.is_write and _is_forwarded(copy, written[copy.place])):
                continue
            places.add(key)
            counts[access.is_write] += 1
            if access.is_write:
                written[copy.place].append(copy)
            busy[copy.banks].add(access)
        if len(places) >= _MOST_PLACES:
            # Beyond this the banks are taken as evenly used.
            total = sum(copies_of(a, plan) for a in accesses)
            banks_there = prod(e.banks(buffer.shape[e.dim - 1]) for e in layout.partition)
            writes = sum(copies_of(a, plan) for a in accesses if a.is_write)
            share = -(-total // banks_there)
            return PortLoad(buffer, total - writes, writes, share, ports)
    everywhere = busy.pop(None, _Use()).most
    busiest = everywhere + max((use.most for use in busy.values()), default=0)
    return PortLoad(buffer, counts[False], counts[True], busiest, ports)


class _Use:
    """Accesses to one bank in an iteration; of the two branches of an ``if`` only one runs."""

    def __init__(self) -> None:
        self.always = 0
        self.branches: Counter[tuple[object, bool]] = Counter()

    def add(self, access: Access) -> None:
        if access.guards:
            guard = access.guards[-1]
            self.branches[guard.op, guard.negated] += 1
        else:
            self.always += 1

    @property
    def most(self) -> int:
        conditions = {op for op, _ in self.branches}
        return self.always + sum(
            max(self.branches[op, False], self.branches[op, True]) for op in conditions
        )


def _program_order(access: Access) -> tuple[int, ...]:
    return (*(loop.position for loop in access.loops), access.position)


Place: TypeAlias = tuple[object, ...]


@dataclass(frozen=True)
class _Copy:
    """One copy of an access in unrolled loops: the element (as what identifies it within the
    iteration), its bank (None where it is known only at run time, so that the access keeps a port
    of every bank busy), and the values of the unrolled loops around it."""

    access: Access
    place: Place
    banks: tuple[int, ...] | None
    values: tuple[tuple[Loop, int], ...]


def _is_forwarded(read: _Copy, writes: Iterable[_Copy]) -> bool:
    """Whether the value read was stored earlier in the same iteration: the tool then passes it on
    without a port, as a line buffer that feeds its window shows."""
    for write in writes:
        known = dict(write.values)
        shared = [(known[loop], value) for loop, value in read.values if loop in known]
        runs_first = [a for a, _ in shared] <= [b for _, b in shared]
        if runs_first and set(write.access.guards) <= set(read.access.guards):
            return True
    return False


def _copies(access: Access, plan: Plan, layout: Layout) -> Iterable[_Copy]:
    """The copies of one access that differ in the element they touch."""
    loops = plan.copied_loops(access)
    if access.subscripts is None:
        for number in range(prod(plan[loop].copies for loop in loops)):
            yield _Copy(access, (access, number), None, ())
        return
    used = {v for form in access.subscripts for v in form.variables()}
    loops = [loop for loop in loops if loop in used]
    dims = layout.partition
    ranges = [range(plan[loop].copies) for loop in loops]
    split = [_split(form, loops) for form in access.subscripts]
    for point in itertools.product(*ranges):
        offsets = tuple(
            sum(f * x for f, x in zip(factors, point, strict=True)) for factors, _ in split
        )
        place = tuple(
            replace(rest, constant=rest.constant + offset)
            for (_, rest), offset in zip(split, offsets, strict=True)
        )
        banks = [
            _bank(e, access.buffer.shape[e.dim - 1], split[e.dim - 1][1], offsets[e.dim - 1], plan)
            for e in dims
        ]
        known = tuple(bank for bank in banks if bank is not None)
        yield _Copy(
            access,
            place,
            known if len(known) == len(banks) else None,
            tuple(zip(loops, point, strict=True)),
        )


def _split(form: LinearForm, loops: list[Loop]) -> tuple[list[int], LinearForm]:
    """The steps of the copied loops in a subscript, and the rest of it with their first values."""
    factors = []
    rest = form
    for loop in loops:
        factor = form.coefficient(loop)
        factors.append(factor * (loop.step or 1))
        if loop.lower is not None and loop.lower[0].is_constant:
            start = LinearForm(((loop, -factor),), factor * loop.lower[0].constant)
            is_whole = loop.trip_count is not None
            rest = rest.plus(start) if factor and is_whole else rest
    return factors, rest


def _bank(
    entry: PartitionedDim, extent: int, rest: LinearForm, offset: int, plan: Plan
) -> int | None:
    """The bank along one partitioned dimension, if it is the same in every iteration.

    With cyclic banks the part that varies from iteration to iteration must step by multiples of
    the factor; block and complete partitions need a constant subscript.
    """
    number = entry.banks(extent)
    if entry.kind == "cyclic":
        if rest.roundings or any(f * _step(v, plan) % number for v, f in rest.terms):
            return None
        starts = sum(f * _first(v) for v, f in rest.terms)
        return (rest.constant + starts + offset) % number
    if not rest.is_constant:
        return None
    return (rest.constant + offset) // -(-extent // number)


def _step(variable: object, plan: Plan) -> int:
    """How far a variable moves between the iterations that are left after unrolling."""
    if not isinstance(variable, Loop):
        return 1
    entry = plan[variable]
    return (variable.step or 1) * (1 if entry.mode == "unrolled" else entry.copies)


def _first(variable: object) -> int:
    """The first value of a loop whose start is constant, so that its steps count from there."""
    if isinstance(variable, Loop) and variable.lower is not None:
        start = variable.lower[0]
        return start.constant if start.is_constant else 0
    return 0
