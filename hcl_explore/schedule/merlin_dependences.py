"""Which loops the Merlin compiler runs in parallel: those that carry no dependence, and sums that
it recognises as reductions."""

from __future__ import annotations

from hcl_explore.ir.program import Buffer, Loop
from hcl_explore.polyhedral.dependences import Dependence, carried_dependences


def serial_reason(loop: Loop) -> str | None:
    """Why a parallel factor on ``loop`` would gain nothing; None where it would."""
    carried = carried_dependences(loop)
    if not carried:
        return None
    if not all(one.is_reduction for one in carried):
        return f"{loop.name} carries a dependence through {_first(carried)}"
    if not loop.reduction:
        return f"{loop.name} accumulates in {_first(carried)} and is not marked as a reduction"
    if other := read_elsewhere(loop):
        return f"{other.name} is also read in {loop.name}, elsewhere than where it accumulates"
    written = {access.buffer for access in loop.all_accesses() if access.is_write}
    if len(written) > 1:
        return f"{loop.name} is no reduction alone: it writes " + ", ".join(
            sorted(buffer.name for buffer in written)
        )
    return None


def read_elsewhere(loop: Loop) -> Buffer | None:
    """An array that the loop accumulates in and also reads at other subscripts, so that the tool
    cannot tell that the sum is not what is read."""
    sums = {one.buffer: one.source.subscripts for one in carried_dependences(loop)}
    for access in loop.all_accesses():
        if access.buffer in sums and access.subscripts != sums[access.buffer]:
            return access.buffer
    return None


def _first(carried: list[Dependence]) -> str:
    return next((d.buffer.name for d in carried if not d.is_reduction), carried[0].buffer.name)
