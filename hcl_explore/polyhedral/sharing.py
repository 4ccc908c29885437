"""Arrays that two tasks of a region touch while both run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

from hcl_explore.ir.linear import Symbol
from hcl_explore.ir.program import Access, Buffer, Call, Function, Program
from hcl_explore.polyhedral.conflicts import Model
from hcl_explore.polyhedral.domain import is_exact
from hcl_explore.polyhedral.positions import Position, position_of, region_positions
from hcl_explore.polyhedral.system import TooComplexError, limited


@dataclass(frozen=True)
class Shared:
    """Two tasks that may touch the same element of ``buffer``, ``writer`` with a store."""

    buffer: Buffer
    writer: Call
    store: Access
    other: Call
    access: Access


@dataclass(frozen=True)
class _Touch:
    access: Access
    position: Mapping[Symbol, int]

    @cached_property
    def model(self) -> Model:
        return Model(self.position)

    @cached_property
    def box(self) -> list[tuple[int, int]]:
        """Bounds of each subscript: most pairs of a large array of tasks are apart by these."""
        return [self.model.ranges.of_form(form) for form in self.access.subscripts or ()]


def shared_arrays(program: Program, region: Function) -> Iterator[Shared]:
    """One example for each array of ``region`` that one task writes and another one touches.

    Parts that are proved to have no element in common are no example, nor is an array of the region
    itself that one task fills and one other reads: that one waits for the end of the first, and
    hardware has two such arrays, for two runs at a time (a ping-pong buffer). Where the region is
    part of a task itself, they are apart if they are so at each position of that task.
    """
    for buffer in region.buffers:
        if buffer.kind in ("stream", "constant"):
            continue
        found = _shared(program, region, buffer, {})
        if found is not None and any(region.symbols):
            positions = region_positions(program).get(region.name, ())
            at_each = (_shared(program, region, buffer, position) for position in positions)
            found = next((one for one in at_each if one is not None), None)
        if found is not None:
            yield found


def _shared(
    program: Program, region: Function, buffer: Buffer, position: Position
) -> Shared | None:
    touching = {
        call: list(_touches(program, call, buffer, position))
        for call in region.all_calls()
        if buffer in call.arguments
    }
    return None if _is_ping_pong(buffer, touching) else _example(buffer, touching)


def _touches(program: Program, call: Call, buffer: Buffer, caller: Position) -> Iterator[_Touch]:
    """The accesses of a task to an array that it is handed, also in the functions it calls."""
    callee = program.functions.get(call.callee)
    if callee is None:
        return
    position = position_of(call, callee, caller)
    places = [place for place, handed in enumerate(call.arguments) if handed is buffer]
    for own in callee.buffers:
        if own.argument_position in places:
            yield from (_Touch(a, position) for a in own.accesses if not a.is_call)
            for inner in own.calls:
                yield from _touches(program, inner, own, position)


def _is_ping_pong(buffer: Buffer, touching: Mapping[Call, list[_Touch]]) -> bool:
    writing = [any(touch.access.is_write for touch in each) for each in touching.values()]
    return buffer.kind == "local" and len(writing) == 2 and sum(writing) == 1


def _example(buffer: Buffer, touching: Mapping[Call, list[_Touch]]) -> Shared | None:
    for near in _neighbours([(call, touch) for call in touching for touch in touching[call]]):
        for (first, one), (second, other) in combinations(near, 2):
            is_apart = first is second or not (one.access.is_write or other.access.is_write)
            if is_apart or not may_meet(one, other):
                continue
            if one.access.is_write:
                return Shared(buffer, first, one.access, second, other.access)
            return Shared(buffer, second, other.access, first, one.access)
    return None


def _neighbours(touches: list[tuple[Call, _Touch]]) -> Iterable[list[tuple[Call, _Touch]]]:
    """Groups of accesses that are apart from all others, by the ranges of their subscripts: the
    hundreds of tasks of a large array are mostly hundreds of groups."""
    boxes = [touch.box for _, touch in touches]
    rank = min(map(len, boxes), default=0)
    sections = [_sections([box[dim] for box in boxes]) for dim in range(rank)]
    groups: dict[tuple[int, ...], list[tuple[Call, _Touch]]] = {}
    for number, each in enumerate(touches):
        groups.setdefault(tuple(section[number] for section in sections), []).append(each)
    return groups.values()


def _sections(ranges: list[tuple[int, int]]) -> list[int]:
    """A number for each range: different for those that no chain of overlaps connects."""
    found = [0] * len(ranges)
    section, end = 0, None
    for number in sorted(range(len(ranges)), key=ranges.__getitem__):
        low, high = ranges[number]
        if end is not None and low > end:
            section += 1
        end = high if end is None else max(end, high)
        found[number] = section
    return found


def may_meet(one: _Touch, other: _Touch) -> bool:
    """Whether two accesses at their positions may have an element in common."""
    if one.access.subscripts is None or other.access.subscripts is None:
        return True
    for (low, high), (start, end) in zip(one.box, other.box, strict=True):
        if high < start or end < low:
            return False
    if not (is_exact(one.access) and is_exact(other.access)):
        return True
    solver = one.model.solver
    try:
        with limited():
            sets = [list(touch.model.elements(touch.access, solver)) for touch in (one, other)]
            return any(
                not left.intersect(right).is_empty() for left in sets[0] for right in sets[1]
            )
    except TooComplexError:
        return True
