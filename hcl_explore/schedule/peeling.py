"""A loop cut in two: its first or last iterations get a loop of their own."""

from __future__ import annotations

import mlir.ir as ir

from hcl_explore.ir import attributes as attrs
from hcl_explore.ir import rewrite
from hcl_explore.ir.duplicate import Renaming, rename_loop
from hcl_explore.ir.fresh_names import fresh_name
from hcl_explore.ir.program import Loop, Program
from hcl_explore.schedule.primitive import Outcome


def peel_loop(program: Program, axis: Loop, count: int, *, last: bool) -> Outcome:
    """Peel ``count`` iterations of ``axis``, a loop of ``program`` with constant bounds, in the
    module that it is part of; ``loops`` of the outcome are both, in the order in which they run."""
    function = program.functions[axis.function]
    root = axis.chain[0]
    bands = {band for loop in function.all_loops() for band in (loop.band, loop.op_name) if band}
    band = fresh_name(f"{root.band}.peel", bands) if root is axis else root.band
    copy = axis.op.clone(ir.InsertionPoint(axis.op))
    peeled, rest = copy.operation, axis.op
    if last:
        peeled.move_after(rest)
    taken = set() if root is axis else {loop.name for loop in root.subtree()}
    renaming = Renaming(taken, {buffer.name for buffer in function.buffers})
    rename_loop(peeled, f"{axis.name}.peel")
    renaming.rename_loops([peeled])
    renaming.rename_arrays([peeled])
    if root is axis:
        attrs.set_text(peeled, attrs.OP_NAME, band)
    name = renaming.new_loops[f"{axis.name}.peel"]
    first, cut, end = _edges(axis, count, last=last)
    _set_range(rest, *((first, cut) if last else (cut, end)))
    _set_range(peeled, *((cut, end) if last else (first, cut)))
    prefix = f"{function.name}:{band}"
    pair = (f"{prefix}.{name}", axis.key)
    forwarding = {axis.key: pair[::-1] if last else pair}
    for loop in axis.subtree():
        if loop is not axis:
            twin = f"{prefix}.{renaming.new_loops[loop.name]}"
            forwarding[loop.key] = (loop.key, twin) if last else (twin, loop.key)
    for buffer in function.buffers:
        if buffer.name in renaming.new_buffers:
            twin = f"{function.name}:{renaming.new_buffers[buffer.name]}"
            forwarding[buffer.key] = (buffer.key, twin)
    return Outcome(forwarding, loops=forwarding[axis.key])


def _edges(axis: Loop, count: int, *, last: bool) -> tuple[int, int, int]:
    """Start, cut and end of the loop's range."""
    step = axis.step or 1
    first = max(form.constant for form in axis.lower or ())
    end = min(form.constant for form in axis.upper or ())
    before = (axis.trip_count or 0) - count if last else count
    return first, first + before * step, end


def _set_range(loop: ir.Operation, first: int, end: int) -> None:
    context = loop.context
    rewrite.replace_bounds(
        loop, rewrite.Bound.constant(first, context), rewrite.Bound.constant(end, context)
    )
