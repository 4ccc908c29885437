"""The truth for small programs: every instance of every access, in order, by running the loops.

Nothing here uses isl or the room under test except the time functions that it is asked about.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from zlib import crc32

from hcl_explore.ir.linear import LinearForm, Variable
from hcl_explore.ir.program import Access, Buffer, Function, Guard, Loop
from hcl_explore.polyhedral.time import Time, original_time

Point = dict[Variable, int]


@dataclass(frozen=True)
class Run:
    """One instance: its place in the program's order, its loop values, and what it touches."""

    number: int
    access: Access
    point: Mapping[Variable, int]

    @property
    def element(self) -> tuple[int, ...]:
        assert self.access.subscripts is not None
        return tuple(form.value(self.point) for form in self.access.subscripts)

    @property
    def storage(self) -> tuple[Buffer, tuple[int, ...]]:
        """The buffer and the iteration to which it is private."""
        return self.access.buffer, tuple(self.point[loop] for loop in self.access.buffer.home)

    @property
    def iteration(self) -> tuple[int, ...]:
        return tuple(self.point[loop] for loop in self.access.loops)


def run(function: Function, symbols: Mapping[Variable, int] | None = None) -> list[Run]:
    """All instances in the order in which the program runs them."""
    found: list[Run] = []
    for access, point in _body(function.accesses, function.loops, dict(symbols or {})):
        found.append(Run(len(found), access, point))
    return found


def _body(
    accesses: Sequence[Access], loops: Sequence[Loop], point: Point
) -> Iterator[tuple[Access, Point]]:
    items: list[Access | Loop] = sorted([*accesses, *loops], key=lambda item: item.position)
    for item in items:
        if not all(holds(guard, point) for guard in item.guards):
            continue
        if isinstance(item, Access):
            yield item, point
            continue
        for value in values(item, point):
            yield from _body(item.accesses, item.loops, {**point, item: value})


def values(loop: Loop, point: Mapping[Variable, int]) -> range:
    assert loop.lower is not None and loop.upper is not None and loop.step is not None
    return range(
        max(form.value(point) for form in loop.lower),
        min(form.value(point) for form in loop.upper),
        loop.step,
    )


def holds(guard: Guard, point: Mapping[Variable, int]) -> bool:
    assert guard.constraints is not None
    is_true = all(
        c.form.value(point) == 0 if c.is_equality else c.form.value(point) >= 0
        for c in guard.constraints
    )
    return is_true != guard.negated


def at(time: Time, point: Mapping[Variable, int], length: int = 24) -> tuple[int, ...]:
    parts = tuple(p.value(point) if isinstance(p, LinearForm) else p for p in time)
    return parts + (0,) * (length - len(parts))


def broken_pairs(
    runs: Sequence[Run],
    after: Callable[[Access], Time],
    before: Callable[[Access], Time] = original_time,
) -> Iterator[tuple[Run, Run]]:
    """Every two conflicting instances that ``after`` reverses or makes simultaneous."""
    new = {one.number: at(after(one.access), one.point) for one in runs}
    old = {one.number: at(before(one.access), one.point) for one in runs}
    places: dict[object, list[Run]] = {}
    for one in runs:
        places.setdefault((*one.storage, one.element), []).append(one)
    for group in places.values():
        for x in group:
            for y in group:
                conflict = x.access.is_write or y.access.is_write
                if conflict and old[x.number] < old[y.number] and new[x.number] >= new[y.number]:
                    yield x, y


def final_memory(order: Sequence[Run]) -> dict[object, int]:
    """Run the integer program in another order of its accesses: what every element holds then.

    A store computes its value from what the loads of its own iteration saw.
    """
    memory: dict[object, int] = {}
    seen: dict[tuple[object, tuple[int, ...]], int] = {}
    for one in order:
        place = (*one.storage, one.element)
        if one.access.is_write:
            memory[place] = _value(one.access.op.operands[0], one, seen)
        else:
            start = crc32(repr((one.access.buffer.name, one.element)).encode()) % 97
            seen[one.access.op, one.iteration] = memory.get(place, start)
    return memory


def _value(value: object, one: Run, seen: Mapping[tuple[object, tuple[int, ...]], int]) -> int:
    import mlir.ir as ir

    assert isinstance(value, ir.Value)
    op = value.owner.operation
    if op.name in ("affine.load", "memref.load"):
        return seen[op, one.iteration]
    if op.name == "arith.constant":
        return int(ir.IntegerAttr(op.attributes["value"]).value)
    arguments = [_value(operand, one, seen) for operand in op.operands]
    return _wrap(_OPERATIONS[op.name](*arguments), value.type.width)


def _wrap(number: int, width: int) -> int:
    number %= 1 << width
    return number - (1 << width) if number >> (width - 1) else number


_OPERATIONS: dict[str, Callable[..., int]] = {
    "arith.addi": lambda a, b: a + b,
    "arith.subi": lambda a, b: a - b,
    "arith.muli": lambda a, b: a * b,
    "arith.maxsi": max,
    "arith.minsi": min,
    "arith.andi": lambda a, b: a & b,
    "arith.ori": lambda a, b: a | b,
    "arith.xori": lambda a, b: a ^ b,
    "arith.extsi": lambda a: a,
    "arith.trunci": lambda a: a,
}


def nearest_conflicts(
    runs: Sequence[Run], fixed: Sequence[Loop] = ()
) -> dict[tuple[Access, Access, Loop | None], list[tuple[int, ...]]]:
    """For each pair of accesses and carrier the distances (in values of the common loops) between
    a read and the last write before it, a read and the next write, a write and the last write."""
    found: dict[tuple[Access, Access, Loop | None], list[tuple[int, ...]]] = {}
    places: dict[object, list[Run]] = {}
    for one in runs:
        outer = tuple(one.point[loop] for loop in fixed)
        places.setdefault((outer, *one.storage, one.element), []).append(one)
    for group in places.values():
        for number, one in enumerate(group):
            before = [other for other in group[:number] if other.access.is_write]
            after = [other for other in group[number + 1 :] if other.access.is_write]
            pairs = [(before[-1], one)] if before else []
            pairs += [(one, after[0])] if after and not one.access.is_write else []
            for source, sink in pairs:
                shared = [
                    loop
                    for loop, other in zip(source.access.loops, sink.access.loops, strict=False)
                    if loop is other
                ]
                distance = tuple(sink.point[loop] - source.point[loop] for loop in shared)
                carrier = next(
                    (loop for loop, gap in zip(shared, distance, strict=True) if gap), None
                )
                found.setdefault((source.access, sink.access, carrier), []).append(distance)
    return found
