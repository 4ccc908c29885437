"""Whether two accesses of one buffer touch the same element, in one iteration or some apart."""

from __future__ import annotations

from hcl_explore.ir.program import Access, Loop


def are_exclusive(first: Access, second: Access) -> bool:
    """Whether the accesses stand in the two branches of one ``if``."""
    branches = {guard.op: guard.negated for guard in first.guards}
    return any(branches.get(g.op, g.negated) != g.negated for g in second.guards)


def relation_of(first: Access, second: Access) -> str:
    """Whether two accesses of one buffer, in the same iteration, touch the ``same`` element,
    ``different`` ones, or ``maybe`` the same."""
    if are_exclusive(first, second):
        return "different"
    if first.subscripts is None or second.subscripts is None:
        return "maybe"
    if first.subscripts == second.subscripts:
        return "same"
    for left, right in zip(first.subscripts, second.subscripts, strict=True):
        difference = left.plus(right.times(-1))
        if difference.is_constant and difference.constant:
            return "different"
    return "maybe"


def distance_along(loop: Loop, store: Access | None, load: Access | None) -> int | None:
    """How many iterations of ``loop`` alone lie between a write and the read of its element; 0 if
    all of them touch the same; None where they touch no common element, or not at a fixed distance.
    """
    if store is None or load is None or store.buffer is not load.buffer:
        return None
    if store.subscripts is None or load.subscripts is None:
        return None
    distance = None
    for written, read in zip(store.subscripts, load.subscripts, strict=True):
        gap = written.plus(read.times(-1))
        if not gap.is_constant:
            return None
        step = read.coefficient(loop) * (loop.step or 1)
        if step == 0:
            if gap.constant:
                return None
        elif gap.constant % step or distance not in (None, gap.constant // step):
            return None
        else:
            distance = gap.constant // step
    if distance is None:
        return 0
    return distance or None
