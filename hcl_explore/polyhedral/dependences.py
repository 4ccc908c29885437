"""Dependences: which access must stay after which, at what distance, and which loop carries them.

A read depends on the last write of its element before it (flow); a write on the reads since and on
the last write before it (anti, output). Each pair of accesses has one entry per carrier.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from hcl_explore.ir.program import Access, Buffer, Function, Loop
from hcl_explore.polyhedral.differences import Box, Pair, common_loops
from hcl_explore.polyhedral.domain import WIDE, Ranges, is_exact
from hcl_explore.polyhedral.flow import Flow
from hcl_explore.polyhedral.legality import conflicting_pairs, simultaneous_violation
from hcl_explore.polyhedral.reductions import find_reductions
from hcl_explore.polyhedral.system import TooComplexError, limited
from hcl_explore.polyhedral.touched import position_in_body
from hcl_explore.polyhedral.uniform import CarriedSet, plain_dependences
from hcl_explore.polyhedral.violation import Kind, Violation, kind_of

Direction = Literal["<", "=", ">", "*"]


@dataclass(frozen=True, repr=False)
class Dependence:
    """``sink`` must run after ``source``.

    ``distance`` is in iterations of the loops around both, outermost first, None where it is not
    constant; ``direction`` is ``<`` where the sink runs in a later iteration. ``carrier`` is the
    loop that carries it, at ``min_distance`` iterations or more; None if it is loop-independent.
    ``exact`` is False where something is not affine or too intricate to be decided in time, so that
    the dependence is only possible.
    ``is_reduction`` marks the two ends of one kind of accumulation.
    """

    kind: Kind
    source: Access
    sink: Access
    buffer: Buffer
    distance: tuple[int | None, ...]
    direction: tuple[Direction, ...]
    carrier: Loop | None
    min_distance: int | None
    is_reduction: bool
    exact: bool

    def __repr__(self) -> str:
        """``<flow: write C[i, j] -> read C[i, j], distance (0, 0, 1), carried by k, reduction>``"""
        shown = ", ".join(
            sign if step is None else str(step)
            for step, sign in zip(self.distance, self.direction, strict=True)
        )
        notes = [f"carried by {self.carrier.name}" if self.carrier else "within one iteration"]
        notes += ["reduction"] * self.is_reduction + ["possible"] * (not self.exact)
        ends = " -> ".join(repr(end).strip("<>") for end in (self.source, self.sink))
        return f"<{self.kind}: {ends}, distance ({shown}), {', '.join(notes)}>"


def dependences(scope: Function | Loop) -> list[Dependence]:
    """All dependences between the accesses of a function, or within one iteration of the loops
    around a loop."""
    fixed = scope.chain[:-1] if isinstance(scope, Loop) else ()
    result: list[Dependence] = []
    for group in _by_buffer(scope.all_accesses()):
        if any(access.is_write for access in group):
            result += _as_dependences(_nearest(group, fixed), group)
    return result


def carried_dependences(loop: Loop) -> list[Dependence]:
    """The dependences that ``loop`` carries: those that bound how far its iterations overlap."""
    ranges, fixed = Ranges(), loop.chain[:-1]
    result: list[Dependence] = []
    for group in _by_buffer(loop.all_accesses()):
        if loop in group[0].buffer.home or not any(access.is_write for access in group):
            continue
        pairs = (Pair(source, sink, ranges) for source, sink in conflicting_pairs(group))
        # ``loop`` is the outermost that is not fixed, so its box comes first.
        if any(next(_boxes(pair, fixed), (None, ()))[0] is loop for pair in pairs):
            found = _nearest(group, fixed)
            result += _as_dependences([one for one in found if one.carrier is loop], group)
    return result


def parallel_violation(loop: Loop, *, reassociate: bool = False) -> Violation | None:
    """Two iterations of ``loop`` (within one iteration of the loops around it) that conflict.

    They may not run at once, even if they only accumulate: the updates would race.
    ``reassociate`` accepts accumulations, which then need a reduction when they are carried out.
    """
    return simultaneous_violation(list(loop.all_accesses()), loop.depth, reassociate=reassociate)


def _by_buffer(accesses: Iterable[Access]) -> list[list[Access]]:
    groups: dict[Buffer, list[Access]] = {}
    for access in accesses:
        groups.setdefault(access.buffer, []).append(access)
    return list(groups.values())


def _nearest(group: Sequence[Access], fixed: Sequence[Loop]) -> list[CarriedSet]:
    """The nearest conflicts among the accesses of one buffer."""
    plain = plain_dependences(group, fixed)
    if plain is not None:
        return plain
    try:
        with limited():
            return _nearest_exactly(group, fixed)
    except TooComplexError:
        return list(_possible(group, Ranges(), fixed))


def _nearest_exactly(group: Sequence[Access], fixed: Sequence[Loop]) -> list[CarriedSet]:
    reads = [access for access in group if not access.is_write]
    writes = [access for access in group if access.is_write]
    flow = Flow(group, fixed)
    found = flow.nearest(writes, writes)
    if reads:
        found += flow.nearest(writes, reads)
        found += flow.nearest(reads, writes, backward=True)
    return found


def _possible(
    group: Sequence[Access], ranges: Ranges, fixed: Sequence[Loop]
) -> Iterator[CarriedSet]:
    """Every conflict within an iteration of ``fixed`` that intervals of distances cannot exclude,
    whether it is a nearest one or not."""
    for source, sink in conflicting_pairs(group):
        for carrier, box in _boxes(Pair(source, sink, ranges), fixed):
            yield _interval(source, sink, carrier, box)


def _boxes(pair: Pair, fixed: Sequence[Loop]) -> Iterator[tuple[Loop | None, Box]]:
    """For each carrier, outermost first, bounds of the distances at which it may carry a conflict
    of the pair."""
    box = pair.box()
    for depth, loop in enumerate(pair.common):
        if box is None:
            return
        if depth >= len(fixed):
            carried = pair.narrow(box, depth, 1, WIDE)
            if carried is not None:
                yield loop, carried
        box = pair.narrow(box, depth, 0, 0)
    depth = len(pair.common)
    first, second = position_in_body(pair.first, depth), position_in_body(pair.second, depth)
    if box is not None and first < second:
        yield None, box


def _interval(source: Access, sink: Access, carrier: Loop | None, box: Box) -> CarriedSet:
    return CarriedSet(
        source,
        sink,
        carrier,
        tuple(low if low > -WIDE // 2 else None for low, _ in box),
        tuple(high if high < WIDE // 2 else None for _, high in box),
        is_certain=False,
    )


def _as_dependences(found: Iterable[CarriedSet], group: Sequence[Access]) -> list[Dependence]:
    reductions = find_reductions(group)
    result = []
    for one in found:
        left, right = reductions.get(one.source), reductions.get(one.sink)
        loops = common_loops(one.source, one.sink)
        spans = [
            _iterations(loop, least, most)
            for loop, least, most in zip(loops, one.least, one.most, strict=True)
        ]
        result.append(
            Dependence(
                kind=kind_of(one.source, one.sink),
                source=one.source,
                sink=one.sink,
                buffer=one.source.buffer,
                distance=tuple(low if low == high else None for low, high in spans),
                direction=tuple(_direction(low, high) for low, high in spans),
                carrier=one.carrier,
                min_distance=spans[one.carrier.depth][0] if one.carrier is not None else None,
                is_reduction=left is not None
                and right is not None
                and left.operation == right.operation,
                exact=one.is_certain and is_exact(one.source) and is_exact(one.sink),
            )
        )
    return result


def _iterations(loop: Loop, least: int | None, most: int | None) -> tuple[int | None, int | None]:
    """A span of values of the loop variable as a span of iterations."""
    step = loop.step or 1
    return (
        None if least is None else -(-least // step),
        None if most is None else most // step,
    )


def _direction(low: int | None, high: int | None) -> Direction:
    if low is not None and low > 0:
        return "<"
    if high is not None and high < 0:
        return ">"
    return "=" if low == high == 0 else "*"
