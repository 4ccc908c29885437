"""Whether what one stage writes can be handed to another through a FIFO.

It can where every element is written once and read once, in the same order. Decided exactly by isl
on affine accesses: the order of the writes and that of the reads are relations between elements.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import islpy as isl

from hcl_explore.ir.program import Access
from hcl_explore.polyhedral.domain import access_cases, is_exact
from hcl_explore.polyhedral.system import Solver, System, TooComplexError, difference, limited
from hcl_explore.polyhedral.touched import symbols_of

Element = tuple[int, ...]


@dataclass(frozen=True)
class Mismatch:
    """Why a FIFO cannot stand for the array. ``element`` is written or read ``twice``, written and
    never read (``unread``), or read and never written (``unwritten``); ``order``: ``element`` is
    written before ``other``, but read after it; ``undecided``: something is not affine, or too
    intricate."""

    kind: Literal["written twice", "read twice", "unread", "unwritten", "order", "undecided"]
    element: Element = ()
    other: Element = ()


def handover_mismatch(write: Access, read: Access) -> Mismatch | None:
    """What speaks against a FIFO from ``write`` to ``read``, the only two accesses of an array, in
    loop nests one of which ends before the other begins; None where nothing does."""
    if not (is_exact(write) and is_exact(read)) or any((*symbols_of(write), *symbols_of(read))):
        return Mismatch("undecided")
    try:
        with limited():
            return _mismatch(write, read)
    except TooComplexError:
        return Mismatch("undecided")


def _mismatch(write: Access, read: Access) -> Mismatch | None:
    solver = Solver()
    writes, reads = _times(solver, write), _times(solver, read)
    if not writes.is_single_valued():
        return Mismatch("written twice", _twice(writes))
    if not reads.is_single_valued():
        return Mismatch("read twice", _twice(reads))
    written, got = writes.domain(), reads.domain()
    unread = written.subtract(got)
    if not unread.is_empty():
        return Mismatch("unread", _point(unread))
    unwritten = got.subtract(written)
    if not unwritten.is_empty():
        return Mismatch("unwritten", _point(unwritten))
    swapped = writes.lex_lt_map(writes).intersect(reads.lex_ge_map(reads))
    if swapped.is_empty():
        return None
    pair = _point(swapped.wrap())
    rank = len(pair) // 2
    return Mismatch("order", pair[:rank], pair[rank:])


def _times(solver: Solver, access: Access) -> Any:
    """From each element to the iterations that touch it; one statement, so the values of its loops
    tell the order."""
    result = None
    for case in access_cases(access):
        system = System()
        elements = [system.new_variable() for _ in access.subscripts or ()]
        times = [system.new_variable() for _ in access.loops]
        values = system.add_instance(access.loops, case)
        for number, form in zip(elements, access.subscripts or (), strict=True):
            system.equalities.append(difference({number: 1}, system.row(form, values)))
        for number, loop in zip(times, access.loops, strict=True):
            system.equalities.append(difference({number: 1}, values[loop]))
        part = solver.relation(system, [], elements, times)
        result = part if result is None else result.union(part)
    assert result is not None
    return result


def _twice(times: Any) -> Element:
    """An element that is touched at two times."""
    several = times.subtract(times.lexmin())
    return _point(several.domain())


def _point(points: Any) -> Element:
    point = points.lexmin().sample_point()
    rank = points.dim(isl.dim_type.set)
    return tuple(
        int(point.get_coordinate_val(isl.dim_type.set, place).to_python()) for place in range(rank)
    )
