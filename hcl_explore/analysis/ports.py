"""Memory ports: how many cycles the accesses of one iteration need, bank by bank."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import TypeAlias

from hcl_explore.analysis.datapath import Node
from hcl_explore.analysis.layout import Layout, Layouts
from hcl_explore.analysis.plan import Plan
from hcl_explore.ir.attributes import PartitionedDim
from hcl_explore.ir.linear import LinearForm
from hcl_explore.ir.program import Access, Buffer, Loop

_MOST_PLACES = 1 << 14


@dataclass(frozen=True)
class PortLoad:
    """What one iteration asks of a buffer: ``reads`` and ``writes`` of different elements,
    the number of them that fall on the busiest bank, and that bank's ``ports``; ``asked`` how many
    each access adds to those of the accesses before it (empty where there are too many to tell)."""

    buffer: Buffer
    reads: int
    writes: int
    busiest: int
    ports: int
    asked: Mapping[Access, int] = field(default_factory=dict, compare=False)

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
    if not loops or access.subscripts is None:
        return prod(plan[loop].copies for loop in loops)
    used = {v for form in access.subscripts for v in form.variables()}
    return prod(plan[loop].copies for loop in loops if loop in used)


def port_load(buffer: Buffer, accesses: list[Access], plan: Plan, layout: Layout) -> PortLoad:
    """The port load of one buffer, if it were laid out so."""
    reads_only = not any(access.is_write for access in accesses)
    ports = layout.read_ports if reads_only else layout.ports
    total = sum(copies_of(access, plan) for access in accesses)
    if total > _MOST_PLACES:
        # Beyond this the banks are taken as evenly used.
        banks_there = prod(e.banks(buffer.shape[e.dim - 1]) for e in layout.partition)
        writes = sum(copies_of(access, plan) for access in accesses if access.is_write)
        return PortLoad(buffer, total - writes, writes, -(-total // banks_there), ports)
    seen: defaultdict[tuple[bool, object], set[Place]] = defaultdict(set)
    written: defaultdict[object, defaultdict[Place, list[tuple[_Copies, int]]]] = defaultdict(
        lambda: defaultdict(list)
    )
    has_words = any(entry.packed for entry in layout.partition)
    asked: defaultdict[tuple[bool, object], set[Place]] = defaultdict(set)
    busy: defaultdict[Place | None, _Use] = defaultdict(_Use)
    counts = {True: 0, False: 0}
    asked_by: dict[Access, int] = {}
    all_copies = sorted(
        (_Copies(access, plan, layout) for access in accesses), key=lambda copies: copies.order
    )
    shifts = {copies.shift for copies in all_copies}
    is_alike = len(shifts) == 1 and None not in shifts
    read = {copies.shape for copies in all_copies if not copies.access.is_write}
    for copies in all_copies:
        if copies.access.is_write and copies.shape in read:
            stores = written[copies.shape]
            for number, place in enumerate(copies.places):
                stores[place].append((copies, number))
    for copies in all_copies:
        access = copies.access
        known = seen[access.is_write, copies.shape]
        stored = written.get(copies.shape)
        if access.is_write or stored is None:
            fresh = set(copies.places) - known
        else:
            fresh = {
                place
                for number, place in enumerate(copies.places)
                if place not in known
                and not (place in stored and _is_forwarded(copies, number, stored[place]))
            }
        known |= fresh
        counts[access.is_write] += len(fresh)
        asked_by[access] = len(fresh)
        if has_words:
            before = asked[access.is_write, copies.shape]
            fresh = copies.packed(fresh) - before
            before |= fresh
        for bank, count in copies.banks(fresh, is_alike=is_alike).items():
            busy[bank].add(access, count)
    everywhere = busy.pop(None, _Use()).most
    busiest = everywhere + max((use.most for use in busy.values()), default=0)
    return PortLoad(buffer, counts[False], counts[True], busiest, ports, asked_by)


def words_of(accesses: Sequence[Access], plan: Plan, layout: Layout) -> int:
    """How many different words an iteration's accesses touch, if a word holds one element of each
    bank."""
    words: set[object] = set()
    for access in accesses:
        copies = _Copies(access, plan, layout)
        words.update((copies.shape, copies.word(place)) for place in copies.places)
    return len(words)


class _Use:
    """Accesses to one bank in an iteration; of the two branches of an ``if`` only one runs."""

    def __init__(self) -> None:
        self.always = 0
        self.branches: dict[tuple[object, bool], int] = {}

    def add(self, access: Access, count: int) -> None:
        if access.guards:
            branch = (access.guards[-1].op, access.guards[-1].negated)
            self.branches[branch] = self.branches.get(branch, 0) + count
        else:
            self.always += count

    @property
    def most(self) -> int:
        branches = self.branches
        conditions = {op for op, _ in branches}
        return self.always + sum(
            max(branches.get((op, False), 0), branches.get((op, True), 0)) for op in conditions
        )


def program_order(access: Access) -> tuple[int, ...]:
    return (*(loop.position for loop in access.loops), access.position)


Place: TypeAlias = tuple[int, ...]
"""Where a copy's element lies relative to the other copies' of the same shape of subscripts."""


class _Copies:
    """The copies of one access that differ in the element they touch.

    ``places`` holds a place a copy; ``shape`` is what the subscripts of all copies share: copies of
    equal shape and place touch the same element.
    """

    def __init__(self, access: Access, plan: Plan, layout: Layout) -> None:
        self.access = access
        self.order = program_order(access)
        self.partition = layout.partition
        self.plan = plan
        loops = plan.copied_loops(access)
        self.rests: list[LinearForm] | None = None
        if access.subscripts is None:
            count = prod(plan[loop].copies for loop in loops)
            self.loops: list[Loop] = []
            self.shape: object = access
            self.places: list[Place] = [(number,) for number in range(count)]
            return
        used = {v for form in access.subscripts for v in form.variables()} if loops else set()
        self.loops = [loop for loop in loops if loop in used]
        columns = []
        self.rests = []
        for form in access.subscripts:
            factors, rest = _split(form, self.loops)
            self.rests.append(rest)
            column = [rest.constant]
            for loop, factor in zip(self.loops, factors, strict=True):
                steps = [factor * number for number in range(plan[loop].copies)]
                column = [base + step for base in column for step in steps]
            columns.append(column)
        self.shape = tuple((rest.terms, rest.roundings) for rest in self.rests)
        self.places = list(zip(*columns, strict=True)) if columns else [()]

    def values(self, number: int, shared: list[Loop]) -> tuple[int, ...]:
        """The values of the ``shared`` loops in a copy, by its number; those of the last loop
        change fastest, so that where all loops are shared the number itself orders the copies."""
        if self.loops == shared:
            return (number,)
        values = []
        for loop in reversed(self.loops):
            number, value = divmod(number, self.plan[loop].copies)
            if loop in shared:
                values.append(value)
        return tuple(reversed(values))

    def packed(self, places: set[Place]) -> set[Place]:
        """The places with, along a packed dimension, the word that holds each. Where words are not
        aligned in every iteration, elements stay apart."""
        if self.rests is None:
            return places
        lists = [list(place) for place in places]
        for entry in self.partition:
            dim, extent = entry.dim - 1, self.access.buffer.shape[entry.dim - 1]
            rule = _bank_rule(entry, extent, self.rests[dim], self.plan)
            if entry.packed and rule is not None and rule[2] == entry.banks(extent):
                for place in lists:
                    place[dim] = (place[dim] + rule[0]) // rule[2]
        return {tuple(place) for place in lists}

    def word(self, place: Place) -> Place:
        """The word that an element lies in, as far as its place tells."""
        if self.rests is None:
            return place
        word = list(place)
        for entry in self.partition:
            dim, extent = entry.dim - 1, self.access.buffer.shape[entry.dim - 1]
            if entry.kind == "cyclic":
                rule = _bank_rule(entry, extent, self.rests[dim], self.plan)
                word[dim] = (place[dim] + (rule[0] if rule else 0)) // entry.banks(extent)
            else:
                word[dim] = 0
        return tuple(word)

    @property
    def shift(self) -> tuple[object, ...] | None:
        """What moves the places from iteration to iteration along the dimensions that are cut:
        accesses that share it lie equally far apart in every iteration. None where an unrolled loop
        spreads them there, which the tool does not follow."""
        if self.rests is None:
            return None
        moving = []
        for entry in self.partition:
            rest = self.rests[entry.dim - 1]
            is_spread = bool(self.loops) and len({p[entry.dim - 1] for p in self.places}) > 1
            if is_spread or rest.roundings:
                return None
            moving.append(rest.terms)
        return tuple(moving)

    def banks(
        self, places: Collection[Place], *, is_alike: bool = False
    ) -> Mapping[Place | None, int]:
        """How many of the places fall on each bank; under None those whose bank is known only at
        run time, so that they keep a port of every bank busy. ``is_alike``: all accesses are moved
        alike, so that banks can be told apart although they are not known."""
        if all(entry.packed for entry in self.partition):
            return {(): len(places)}
        if self.rests is None:
            return {None: len(places)}
        rules = []
        is_known = True
        for entry in self.partition:
            if entry.packed:
                continue
            extent = self.access.buffer.shape[entry.dim - 1]
            rule = _bank_rule(entry, extent, self.rests[entry.dim - 1], self.plan)
            if rule is None:
                return {None: len(places)}
            number = entry.banks(extent)
            is_known = is_known and rule[2] == number
            rules.append((entry.dim - 1, *rule[:2], number if is_alike else rule[2]))
        banks: Counter[Place | None] = Counter(
            tuple((place[dim] + start) // size % number for dim, start, size, number in rules)
            for place in places
        )
        if is_known or is_alike:
            return banks
        # Wherever they lie, they are in different banks; else the tool takes all for one.
        return {None: 1 if max(banks.values(), default=0) <= 1 else len(places)}


def _is_forwarded(read: _Copies, number: int, writes: Iterable[tuple[_Copies, int]]) -> bool:
    """Whether the value that copy ``number`` reads was stored earlier in the same iteration: the
    tool then passes it on without a port, as a line buffer that feeds its window shows."""
    for write, other in writes:
        earlier, later = write.values(other, read.loops), read.values(number, write.loops)
        runs_first = earlier < later or (earlier == later and write.order < read.order)
        guards = write.access.guards
        if runs_first and (not guards or set(guards) <= set(read.access.guards)):
            return True
    return False


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


def _bank_rule(
    entry: PartitionedDim, extent: int, rest: LinearForm, plan: Plan
) -> tuple[int, int, int] | None:
    """``(start, size, number)``: place ``p`` along one partitioned dimension lies in bank
    ``(p + start) // size % number``. None where the bank is not the same in every iteration.

    With cyclic (or complete) banks the part that varies from iteration to iteration steps by
    multiples of something that also divides the number of banks: places that differ by less lie in
    different banks wherever they are, so ``number`` is that. Blocks need a constant subscript.
    """
    number = entry.banks(extent)
    if entry.kind != "block":
        if rest.roundings:
            return None
        common = math.gcd(number, *(f * _step(v, plan) for v, f in rest.terms))
        return sum(f * _first(v) for v, f in rest.terms), 1, common
    return (0, -(-extent // number), number) if rest.is_constant else None


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
