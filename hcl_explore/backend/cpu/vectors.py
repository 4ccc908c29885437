"""Loops marked ``vectorize``: LLVM is told to run several of their iterations at once.

LLVM's loop vectoriser does it, with a scalar loop for the iterations that are left over. Where the
loop is ``parallel`` too, its memory accesses are marked as independent of each other, so that no
check at run time is needed; elsewhere LLVM proves or checks what it needs, and combines partial
accumulations.
"""

from __future__ import annotations

from collections.abc import Iterator

import mlir.ir as ir

from hcl_explore.ir import attributes as attrs

# The lowering drops the attributes of a loop and keeps its location: the mark travels there.
_TAG = "hcl.vectorize:"
_ACCESSES = frozenset({"llvm.load", "llvm.store"})


def mark_vector_loops(module: ir.Module) -> bool:
    """Mark the locations of the loops to vectorise in ``module``; whether there are any."""
    found: list[tuple[ir.Operation, int]] = []

    def visit(op: ir.Operation) -> ir.WalkResult:
        if op.name == "affine.for" and (width := attrs.integer(op, attrs.VECTORIZE)) is not None:
            found.append((op, width))
        return ir.WalkResult.ADVANCE

    module.operation.walk(visit)
    for number, (op, width) in enumerate(found):
        kind = "parallel" if attrs.flag(op, attrs.PARALLEL) else "checked"
        op.location = ir.Location.name(f"{_TAG}{number}:{width}:{kind}", op.location, op.context)
    return bool(found)


def annotate_vector_loops(module: ir.Module) -> None:
    """Give the branches of the marked loops of a lowered module what LLVM reads.

    The branch back to the head of a loop carries the loop's location.
    """
    branches: list[tuple[ir.Operation, list[str]]] = []

    def visit(op: ir.Operation) -> ir.WalkResult:
        if op.name == "llvm.br" and op.location.is_a_name():
            name = op.location.name_str
            if name.startswith(_TAG):
                branches.append((op, name.removeprefix(_TAG).split(":")))
        return ir.WalkResult.ADVANCE

    module.operation.walk(visit)
    for branch, (_, width, kind) in branches:
        blocks = list(_natural_loop(branch))
        if not blocks:  # the branch that enters the loop
            continue
        group, annotation = _attributes(int(width), kind == "parallel", module.context)
        branch.attributes["loop_annotation"] = annotation
        for block in blocks:
            for op in block.operations:
                if kind == "parallel" and op.operation.name in _ACCESSES:
                    op.operation.attributes["access_groups"] = ir.ArrayAttr.get(
                        [group], module.context
                    )


def _attributes(
    width: int, is_parallel: bool, context: ir.Context
) -> tuple[ir.Attribute, ir.Attribute]:
    """An access group and the annotation of the loop that it is for."""
    group = "#llvm.access_group<id = distinct[0]<>>"
    lanes = f", width = {width} : i32" if width else ""
    accesses = f", parallelAccesses = {group}" if is_parallel else ""
    pair = ir.ArrayAttr.parse(
        f"[{group}, #llvm.loop_annotation<vectorize = <disable = false{lanes}>, "
        f"unroll = <disable = true>{accesses}>]",
        context,
    )
    return pair[0], pair[1]


def _natural_loop(branch: ir.Operation) -> Iterator[ir.Block]:
    """The blocks of the loop that ``branch`` closes; none if it is the one that enters it.

    The lowering puts the blocks of a loop behind its head.
    """
    head, latch = branch.successors[0], branch.block
    order = {block: number for number, block in enumerate(head.region.blocks)}
    if order[latch] < order[head]:
        return
    seen = {head}
    pending = [latch]
    while pending:
        block = pending.pop()
        if block not in seen:
            seen.add(block)
            pending += block.predecessors
    yield from seen
