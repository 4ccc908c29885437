"""How often a loop with varying bounds runs at least and at most, for reports of the tool."""

from __future__ import annotations

import mlir.ir as ir

from hcl_explore.backend.hls.expression import Expr

# Where an access has its array and its first subscript.
_ACCESSES = {"affine.load": 0, "affine.store": 1, "memref.load": 0, "memref.store": 1}


def varying_trips(block: ir.Block, lower: Expr, upper: Expr, step: int) -> tuple[int, int] | None:
    """The smallest and largest trip count of the loop with body ``block``; None where the count
    does not vary, or nothing bounds it.

    A bound that may be any value of its type is bounded by the arrays that every iteration
    subscripts with the loop variable: a program stays inside them.
    """
    if lower.is_literal and upper.is_literal:
        return None
    if _is_unbounded(lower):
        return None
    if _is_unbounded(upper):
        extent = _least_extent(block)
        return None if extent is None else (0, max(0, -(-(extent - lower.low) // step)))
    least = max(0, -(-(upper.low - lower.high) // step))
    most = max(0, -(-(upper.high - lower.low) // step))
    return None if least == most else (least, most)


def _is_unbounded(bound: Expr) -> bool:
    return bound.high - bound.low >= (1 << 31) - 1


def _least_extent(block: ir.Block) -> int | None:
    """The least extent of a dimension that each iteration subscripts with the loop variable."""
    extents = []
    for use in block.arguments[0].uses:
        op = use.owner.operation
        array = _ACCESSES.get(op.name)
        if array is None or op.block != block or use.operand_number <= array:
            continue
        position = use.operand_number - array - 1
        shape = ir.MemRefType(op.operands[array].type).shape
        if op.name.startswith("memref."):
            extents.append(shape[position])
            continue
        results = op.attributes["map"].value.results
        for dimension, result in enumerate(results):
            result = result.maybe_downcast()
            if isinstance(result, ir.AffineDimExpr) and result.position == position:
                extents.append(shape[dimension])
    return min(extents, default=None)
