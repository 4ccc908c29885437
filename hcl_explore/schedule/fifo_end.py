"""Where a stage touches what becomes a FIFO: one place for all its accesses to an array.

A FIFO hands out each element once. A stage that reads an element in several places, in an inner
loop, or under a condition takes it once, in the innermost loop that the element depends on, and
keeps it for all of them. One that writes an element in each branch of a condition puts it once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import mlir.ir as ir

from hcl_explore.ir import rewrite
from hcl_explore.ir.program import Access, Buffer, Call, Loop
from hcl_explore.schedule.stream_rewrite import get, put


@dataclass(frozen=True)
class End:
    """One end of the hand-over: the stage, the array as it is called there, and all its accesses.

    ``meeting`` stands for all of them: when an element is put, or taken.
    """

    stage: Loop | Call
    buffer: Buffer
    accesses: tuple[Access, ...]
    meeting: Access

    def use(self, stream: ir.Value) -> None:
        """Put into ``stream``, or take from it, in place of the accesses."""
        if self.meeting.is_write:
            for access in self.accesses:
                op = access.op
                with op.context, op.location, ir.InsertionPoint(op):
                    put(stream, op.operands[0], [])
        else:
            op = self._first_item()
            loads = [access.op for access in self.accesses]
            with op.context, loads[0].location, ir.InsertionPoint(op):
                token = get(stream, loads[0].results[0].type, [])
            for load in loads:
                load.results[0].replace_all_uses_with(token)
        for access in self.accesses:
            access.op.erase()

    def _first_item(self) -> ir.Operation:
        """What the token is taken in front of."""
        if self.meeting in self.accesses:
            return self.meeting.op
        assert self.meeting.loop is not None
        loop = self.meeting.loop.op
        items = [rewrite.item_in_body(access.op, loop) for access in self.accesses]
        body = [op.operation for op in loop.regions[0].blocks[0].operations]
        return next(op for op in body if op in items)


def ends(stage: Loop | Call, buffer: Buffer, accesses: Sequence[Access]) -> list[End]:
    """The ways in which ``accesses`` (all of them reads, or all writes) can meet; none where they
    are to different elements, or no place is common to them."""
    if len({access.subscripts for access in accesses}) > 1:
        return []
    if accesses[0].is_write:
        written = _either_branch(list(accesses))
        places = [] if written is None else [written]
    else:
        places = _places_to_read(accesses)
    return [End(stage, buffer, tuple(accesses), place) for place in places]


def _places_to_read(accesses: Sequence[Access]) -> list[Access]:
    """Where they are, if that is one place; and the loop that the element depends on."""
    first = min(accesses, key=lambda access: access.position)
    together = all((a.loop, a.guards) == (first.loop, first.guards) for a in accesses)
    places = [first] if together else []
    variables = {v for form in first.subscripts or () for v in form.variables()}
    used = [loop for loop in first.loops if loop in variables]
    if used and not (together and used[-1] is first.loop and not first.guards):
        places.append(replace(first, loop=used[-1], guards=()))
    return places


def _either_branch(accesses: list[Access]) -> Access | None:
    """One write for those in the two branches of a condition, and so on; None if several stay."""
    while len(accesses) > 1:
        pair = next(
            (
                (one, other)
                for one in accesses
                for other in accesses
                if one.guards and other.guards and _are_opposite(one, other)
            ),
            None,
        )
        if pair is None:
            return None
        both = replace(pair[0], guards=pair[0].guards[:-1])
        accesses = [both, *(access for access in accesses if access not in pair)]
    return accesses[0]


def _are_opposite(one: Access, other: Access) -> bool:
    last, same = one.guards[-1], other.guards[-1]
    return (
        one.loop is other.loop
        and [guard.op for guard in one.guards] == [guard.op for guard in other.guards]
        and all(
            a.negated == b.negated for a, b in zip(one.guards[:-1], other.guards[:-1], strict=True)
        )
        and not last.negated
        and same.negated
    )
