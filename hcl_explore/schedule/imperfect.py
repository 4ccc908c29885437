"""Imperfect nests: what stands beside the inner loops gets a nest of its own, before or after.

``for i: S1; for j: S2; S3`` becomes ``for i: S1``, ``for i: for j: S2``, ``for i: S3``; the nest
in the middle is perfect. Whether the new order is legal is decided together with what is then
done to that nest.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import mlir.ir as ir

from hcl_explore.errors import NotApplicableError, ScheduleError
from hcl_explore.ir import attributes as attrs
from hcl_explore.ir import rewrite
from hcl_explore.ir.fresh_names import fresh_name
from hcl_explore.ir.locations import place_of
from hcl_explore.ir.program import Access, Loop, Program
from hcl_explore.polyhedral.time import Time, original_time
from hcl_explore.schedule.expansion import expand, expandable
from hcl_explore.schedule.legality import not_applicable
from hcl_explore.schedule.stages import new_stage_refusal

# What only gives values to subscripts and expressions is copied to every part that needs it.
_COPIED = frozenset({"arith.constant", "affine.apply"})


def loop_for(
    axis: Loop, name: str, part: Sequence[ir.Operation], point: ir.InsertionPoint
) -> ir.Operation:
    """A loop like ``axis`` at ``point`` that repeats ``part``."""
    lower, upper = rewrite.bounds_of(axis.op)
    loop = rewrite.build_loop(name, lower, upper, axis.step or 1, axis.op.location, point)
    rewrite.copy_attributes(axis.op, loop, skip=(attrs.LOOP_NAME, attrs.OP_NAME))
    end = loop.regions[0].blocks[0].operations[0]
    old, new = rewrite.induction_variable(axis.op), rewrite.induction_variable(loop)
    new.set_location(old.location)
    for op in part:
        op.move_before(end)
    for op in part:
        rewrite.replace_uses_in(op, old, new)
    return loop


def is_perfect(chain: Sequence[Loop]) -> bool:
    """Whether every loop but the last holds nothing but the next one."""
    return all(outer.only_loop is inner for outer, inner in pairwise(chain))


def set_apart_refusal(
    program: Program, primitive: str, chain: Sequence[Loop]
) -> ScheduleError | None:
    """Why what stands beside the loops of ``chain`` cannot get nests of its own."""
    around = chain[0].parent or program.functions[chain[0].function]
    refusal = new_stage_refusal(program, primitive, around)
    if refusal is not None:
        return refusal
    for outer, inner in pairwise(chain):
        if inner.guards:
            return not_applicable(
                program,
                inner,
                f"{primitive}: the nest is not perfect: '{inner.name}' is under a condition in "
                f"'{outer.name}'",
                "Reorder only the loops above or below the condition.",
            )
        for shared in _shared(outer, inner, [loop.op for loop in chain]):
            if expandable(program, shared, _around(chain, outer)) is not None:
                continue
            name = attrs.text(shared, attrs.BUFFER_NAME)
            what = f"'{name}' is declared" if name else "a value is computed"
            return NotApplicableError(
                f"{primitive}: the nest is not perfect: {what} in the body of '{outer.name}' and "
                f"used inside and outside '{inner.name}'",
                span=program.sources.span(place_of(shared.location)),
                advice="Reorder only the loops above or below that place, or keep the value in an "
                "array with an element for every iteration.",
            )
    return None


def _around(chain: Sequence[Loop], outer: Loop) -> Sequence[Loop]:
    """The loops of ``chain`` down to ``outer``."""
    return chain[: chain.index(outer) + 1]


def _shared(outer: Loop, inner: Loop, heads: Sequence[ir.Operation]) -> list[ir.Operation]:
    """What makes a value in the body of ``outer`` that two of its three parts use."""
    found = []
    before, _, after = _parts(outer, inner.op)
    number = {op: part for part, ops in enumerate((before, [inner.op], after)) for op in ops}
    for op in (*before, *after):
        users = [use.owner.operation for result in op.results for use in result.uses]
        apart = [
            user
            for user in users
            if number[rewrite.item_in_body(user, outer.op)] != number[op]
            # Copies go into the innermost loop: too late for the bounds of those outside it.
            and (op.name not in _COPIED or user in heads)
        ]
        if apart:
            found.append(op)
    return found


def _parts(
    outer: Loop, inner: ir.Operation
) -> tuple[list[ir.Operation], ir.Operation, list[ir.Operation]]:
    body = [op.operation for op in outer.op.regions[0].blocks[0].operations][:-1]
    place = body.index(inner)
    return body[:place], inner, body[place + 1 :]


def time_apart(chain: Sequence[Loop], nest: Callable[[Access], Time]) -> Callable[[Access], Time]:
    """When an access runs once the parts are nests: those of the chain itself at ``nest``."""
    cut = 2 * chain[0].depth + 1

    def time(access: Access) -> Time:
        before = original_time(access)
        depth = chain[0].depth
        while depth + 1 < len(access.loops) and access.loops[depth + 1] in chain:
            depth += 1
        innermost = access.loops[depth]
        if innermost is chain[-1]:
            moved = nest(access)
            return (*moved[:cut], 1, *moved[cut:])
        following = chain[chain.index(innermost) + 1]
        position = before[2 * depth + 2]
        assert isinstance(position, int)
        return (*before[:cut], 0 if position < following.position else 2, *before[cut:])

    return time


def set_apart(program: Program, chain: Sequence[Loop]) -> dict[str, tuple[str, ...]]:
    """Give what stands beside the loops of ``chain`` nests of its own; returns the forwarding.

    The loops of the chain keep their names; the others are called ``i_1``, ``i_2``, ….
    """
    root = chain[0].chain[0]
    function = program.functions[root.function]
    names = {loop.name for loop in root.subtree()}
    bands = {loop.op_name or "" for loop in function.all_loops()}
    bands |= {loop.band for loop in function.loops}
    moved: list[ir.Operation] = []
    heads = [loop.op for loop in chain]
    expanded = [
        (expandable(program, shared, _around(chain, outer)), _around(chain, outer))
        for outer, inner in pairwise(chain)
        for shared in _shared(outer, inner, heads)
    ]
    for buffer, loops in expanded:
        assert buffer is not None
        expand(program, buffer, loops)
    for outer, inner in reversed(list(pairwise(chain))):
        moved = _split_off(outer, inner.op, names)
    forwarding: dict[str, tuple[str, ...]] = {}
    if chain[0] is root:
        for nest in moved:
            band = fresh_name(root.band, bands)
            bands.add(band)
            attrs.set_text(nest, attrs.OP_NAME, band)
            for loop in _loops_in(nest):
                old = f"{root.function}:{root.band}.{loop}"
                if loop not in {one.name for one in chain}:
                    forwarding[old] = (f"{root.function}:{band}.{loop}",)
    _sink_copied(chain)
    return forwarding


def _split_off(outer: Loop, inner: ir.Operation, names: set[str]) -> list[ir.Operation]:
    """The loops made of what stands before and after ``inner`` in ``outer``."""
    before, _, after = _parts(outer, inner)
    made: list[ir.Operation] = []
    copied = [op for op in (*before, *after) if op.name in _COPIED]
    for part, point in (
        (before, ir.InsertionPoint(outer.op)),
        (after, ir.InsertionPoint.after(outer.op)),
    ):
        part = [op for op in part if op.name not in _COPIED]
        if not part:
            continue
        name = fresh_name(outer.name, names)
        names.add(name)
        clones = _clones(copied, part)
        made.append(loop_for(outer, name, [*clones, *part], point))
    for op in reversed(copied):
        if not any(True for result in op.results for _ in result.uses):
            op.erase()
    return made


def _clones(copied: Sequence[ir.Operation], part: Sequence[ir.Operation]) -> list[ir.Operation]:
    """Copies of what ``part`` needs of ``copied``, in front of its first operation."""
    point = ir.InsertionPoint(part[0])
    clones: list[ir.Operation] = []
    for op in copied:
        clone = op.clone(point).operation
        for user in (*clones, *part):
            rewrite.replace_uses_in(user, op.results[0], clone.results[0])
        clones.append(clone)
    for clone in reversed(clones):
        if not list(clone.results[0].uses):
            clones.remove(clone)
            clone.erase()
    return clones


def _sink_copied(chain: Sequence[Loop]) -> None:
    """Move what was copied, and is left between the loops, into the innermost one."""
    left = [
        op.operation
        for loop in chain[:-1]
        for op in loop.op.regions[0].blocks[0].operations
        if op.operation.name in _COPIED
    ]
    first = chain[-1].op.regions[0].blocks[0].operations[0]
    for op in left:
        op.move_before(first)


def _loops_in(nest: ir.Operation) -> list[str]:
    found: list[str] = []

    def visit(op: ir.Operation) -> ir.WalkResult:
        name = attrs.text(op, attrs.LOOP_NAME) if op.name in attrs.LOOP_OPS else None
        if name is not None:
            found.append(name)
        return ir.WalkResult.ADVANCE

    nest.walk(visit)
    return found
