"""A loop cut in two: its first or last iterations get a loop of their own."""

from __future__ import annotations

from typing import TypeAlias

import mlir.ir as ir

from hcl_explore.ir import attributes as attrs
from hcl_explore.ir import rewrite
from hcl_explore.ir.duplicate import Renaming, rename_loop
from hcl_explore.ir.fresh_names import fresh_name
from hcl_explore.ir.program import Loop, Program
from hcl_explore.schedule.primitive import Outcome


def peel_loop(program: Program, axis: Loop, count: int, *, last: bool) -> Outcome:
    """Peel ``count`` iterations of ``axis``, a loop of ``program``, in the module it is part of;
    ``loops`` of the outcome are both, in the order in which they run. If its bounds are not
    constants, it has one start; with ``last``, one end and no step."""
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
    near, far = _ranges(axis, count, last=last)
    rewrite.replace_bounds(rest, *far)
    rewrite.replace_bounds(peeled, *near)
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


_Range: TypeAlias = "tuple[rewrite.Bound, rewrite.Bound]"


def _ranges(axis: Loop, count: int, *, last: bool) -> tuple[_Range, _Range]:
    """What the peeled loop runs over, and what the rest."""
    step = axis.step or 1
    if axis.trip_count is None:
        return _varying_ranges(axis, -count if last else count * step)
    context = axis.op.context
    start = max(form.constant for form in axis.lower or ())
    before = axis.trip_count - count if last else count
    first, cut, end = (
        rewrite.Bound.constant(value, context)
        for value in (start, start + before * step, min(form.constant for form in axis.upper or ()))
    )
    return ((cut, end), (first, cut)) if last else ((first, cut), (cut, end))


def _varying_ranges(axis: Loop, by: int) -> tuple[_Range, _Range]:
    """The same around a cut ``by`` values after the start, or, negative, before the end. Where the
    loop runs less often than that, the peeled loop has all its iterations."""
    lower, upper = rewrite.bounds_of(axis.op)
    edge, other = (upper, lower) if by < 0 else (lower, upper)
    width = edge.map.n_inputs
    (at,) = edge.map.results
    ends = [end.shift_dims(other.map.n_inputs, width) for end in other.map.results]
    inputs = width + other.map.n_inputs
    cut = rewrite.Bound(ir.AffineMap.get(width, 0, [at + by], axis.op.context), edge.operands)
    within = rewrite.Bound(
        ir.AffineMap.get(inputs, 0, [at + by, *ends], axis.op.context),
        (*edge.operands, *other.operands),
    )
    return ((within, upper), (lower, cut)) if by < 0 else ((lower, within), (cut, upper))
