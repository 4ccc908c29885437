"""Analysis for reuse_at: how iterations walk along an array, and what is kept between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import mlir.ir as ir

from hcl_explore.errors import NotApplicableError, ScheduleError
from hcl_explore.ir import rewrite
from hcl_explore.ir.linear import LinearForm
from hcl_explore.ir.program import Access, Buffer, Loop, Program
from hcl_explore.polyhedral.footprint import Box, footprint_box
from hcl_explore.polyhedral.legality import simultaneous_violation
from hcl_explore.schedule.legality import not_applicable, source_lines


@dataclass(frozen=True)
class Walk:
    """How one loop walks along one dimension of the target.

    An iteration reads ``window`` elements from ``start`` on (a form in the loop's variable) and the
    next one is ``shift`` further. The loop has to run from ``first``, before its own start
    ``begin`` where it is to fill the array in extra iterations, in order to take in every element
    before it is read.
    """

    loop: Loop
    dim: int
    start: LinearForm
    window: int
    shift: int
    first: int
    begin: int
    end: int

    @property
    def fresh(self) -> int:
        """Elements that an iteration takes in."""
        return min(self.shift, self.window)

    @property
    def is_longer(self) -> bool:
        return self.first < self.begin


@dataclass(frozen=True)
class ReusePlan:
    """What to build: the walk whose elements are kept; where the next inner loop walks along
    another dimension, that walk too; ``after`` is the last operation in the body of the loop that
    writes the target."""

    target: Buffer
    reads: Sequence[Access]
    box: Box
    rows: Walk
    columns: Walk | None
    after: ir.Operation | None


def plan_reuse(program: Program, target: Buffer, axis: Loop) -> ReusePlan | ScheduleError:
    """What to build so that ``axis`` keeps what it reads of ``target`` again, or why it cannot.

    The accesses to ``target`` inside ``axis`` must be affine loads and stores.
    """
    shape_refusal = _loop_refusal(program, axis)
    if shape_refusal is not None:
        return shape_refusal
    accesses = [access for access in axis.all_accesses() if access.buffer is target]
    writes = [access for access in accesses if access.is_write]
    items = _items(axis)
    last_write = max(
        (items[rewrite.item_in_body(access.op, axis.op)] for access in writes), default=-1
    )
    reads = [
        access
        for access in accesses
        if not access.is_write and items[rewrite.item_in_body(access.op, axis.op)] > last_write
    ]
    if not reads:
        return _written_refusal(program, target, axis, writes[-1])
    box = footprint_box(reads, axis.chain)
    if box is None:
        return not_applicable(
            program,
            axis,
            f"reuse_at: what an iteration of '{axis.name}' reads of '{target.name}' is no box of "
            "constant size",
            "The inner loops need constant bounds, and the subscripts must move together.",
        )
    rows = _row_walk(program, target, axis, reads, box)
    if isinstance(rows, ScheduleError):
        return rows
    for access in writes:
        if not _spares_kept(access, rows, axis):
            return _written_refusal(program, target, axis, access)
    if writes and rows.is_longer:
        return _written_refusal(program, target, axis, writes[0])
    after = next((op for op, number in items.items() if number == last_write), None)
    columns = None if writes else _column_walk(reads, box, rows)
    return ReusePlan(target, reads, box, rows, columns, after)


def _loop_refusal(program: Program, axis: Loop) -> ScheduleError | None:
    if axis.trip_count is None:
        return not_applicable(
            program,
            axis,
            f"reuse_at: the trip count of '{axis.name}' is not a constant",
            "Only loops with constant bounds can be lengthened to fill the array.",
        )
    if axis.parallel or axis.unroll is not None:
        return not_applicable(
            program,
            axis,
            f"reuse_at: loop '{axis.name}' is {'parallel' if axis.parallel else 'unrolled'}, and "
            "the kept elements are handed from one iteration to the next",
            "Undo that step first.",
        )
    return None


def _written_refusal(program: Program, target: Buffer, axis: Loop, write: Access) -> ScheduleError:
    message = (
        f"reuse_at: '{target.name}' is written inside '{axis.name}', so what is kept of it could "
        "be out of date"
    )
    advice = "Reuse an array that the loop only reads."
    accesses = [access for access in target.accesses if axis in access.loops]
    example = simultaneous_violation(accesses, axis.depth)
    if example is None or not example.exact:
        return NotApplicableError(message, span=program.sources.span(write.place), advice=advice)
    lines = [f"{message}: {example.conflict}", *source_lines(program, example)]
    return NotApplicableError("\n".join(lines), advice=advice)


def _items(axis: Loop) -> dict[ir.Operation, int]:
    """The operations of the loop's body with their places in it."""
    block = axis.op.regions[0].blocks[0]
    return {op.operation: number for number, op in enumerate(block.operations)}


def _row_walk(
    program: Program, target: Buffer, axis: Loop, reads: Sequence[Access], box: Box
) -> Walk | ScheduleError:
    moving = [dim for dim, form in enumerate(box.lower) if axis in form.variables()]
    if len(moving) != 1:
        how = "do not move" if not moving else f"move along {len(moving)} dimensions"
        return not_applicable(
            program,
            axis,
            f"reuse_at: the elements of '{target.name}' that are read {how} from one iteration of "
            f"'{axis.name}' to the next",
            "Name a loop that walks along one dimension; use buffer_at for elements that stay.",
        )
    walk = _walk(axis, moving[0], reads, box)
    if walk is None:
        return not_applicable(
            program,
            axis,
            f"reuse_at: '{axis.name}' does not walk forward along '{target.name}' in equal steps",
            "The subscript must be a positive multiple of the loop variable plus something.",
        )
    if walk.shift >= walk.window:
        return not_applicable(
            program,
            axis,
            f"reuse_at: no element of '{target.name}' that an iteration of '{axis.name}' reads is "
            "read again by the next",
            "Name a loop over which a window slides by less than its size.",
        )
    return walk


def _walk(loop: Loop, dim: int, reads: Sequence[Access], box: Box) -> Walk | None:
    start, window = box.lower[dim], box.extents[dim]
    step = loop.step or 1
    shift = start.coefficient(loop) * step
    rounded = any(loop in rounding.form.variables() for rounding in start.roundings)
    if shift <= 0 or rounded:
        return None
    begin = max(form.constant for form in loop.lower or ())
    end = min(form.constant for form in loop.upper or ())
    active = _first_active(loop, reads, begin, step)
    filling = -(-(window - min(shift, window)) // shift)
    return Walk(loop, dim, start, window, shift, active - filling * step, begin, end)


def _first_active(loop: Loop, reads: Sequence[Access], begin: int, step: int) -> int:
    """The first iteration in which a read runs, as far as conditions on the variable alone say."""
    firsts = []
    for access in reads:
        first = begin
        for guard in access.all_guards:
            for constraint in guard.constraints or ():
                form = constraint.form
                if not guard.negated and form.terms == ((loop, 1),) and not form.roundings:
                    first = max(first, -form.constant)
        firsts.append(first)
    return begin + -(-(min(firsts) - begin) // step) * step


def _spares_kept(write: Access, rows: Walk, axis: Loop) -> bool:
    """Whether the write, which runs before the new elements are taken in, leaves those kept from
    earlier iterations alone: it only touches new elements, later ones, or ones given up."""
    written = footprint_box([write], axis.chain)
    if written is None:
        return False
    offset = written.lower[rows.dim].minus(rows.start)
    if not offset.is_constant:
        return False
    last = offset.constant + written.extents[rows.dim] - 1
    return offset.constant >= rows.window - rows.shift or last < 0


def _column_walk(reads: Sequence[Access], box: Box, rows: Walk) -> Walk | None:
    """The walk of the next inner loop, where it can take in the new elements bit by bit."""
    loop = rows.loop.only_loop
    if loop is None or loop.trip_count is None or loop.parallel or loop.unroll is not None:
        return None
    inner = footprint_box(reads, loop.chain)
    if inner is None:
        return None
    moving = [dim for dim, form in enumerate(inner.lower) if loop in form.variables()]
    if len(moving) != 1 or moving[0] == rows.dim:
        return None
    for dim in range(len(box.lower)):
        same = inner.lower[dim].minus(box.lower[dim]) == LinearForm()
        if dim != moving[0] and not (same and inner.extents[dim] == box.extents[dim]):
            return None
    return _walk(loop, moving[0], reads, inner)
