"""Copies between arrays that are not contiguous, as loops.

MLIR lowers those to a call of its runner library, which is not part of the installation.
"""

from __future__ import annotations

from collections.abc import Sequence

import mlir.ir as ir
from mlir.dialects import arith, memref, scf


def expand_copies(module: ir.Module) -> None:
    """Replace each ``memref.copy`` that involves a strided array, in place."""
    found: list[ir.Operation] = []

    def visit(op: ir.Operation) -> ir.WalkResult:
        if op.name == "memref.copy" and not all(map(_is_contiguous, op.operands)):
            found.append(op)
        return ir.WalkResult.ADVANCE

    module.operation.walk(visit)
    for op in found:
        source, target = op.operands
        with ir.InsertionPoint(op), op.location:
            _copy(source, target, [])
        op.erase()


def _is_contiguous(array: ir.Value) -> bool:
    type_ = ir.MemRefType(array.type)
    identity = ir.AffineMap.get_identity(type_.rank, type_.context)
    return isinstance(type_.layout, ir.AffineMapAttr) and type_.affine_map == identity


def _copy(source: ir.Value, target: ir.Value, subscripts: Sequence[ir.Value]) -> None:
    """A loop over the next dimension, or the copy of one element inside all of them."""
    type_ = ir.MemRefType(source.type)
    axis = len(subscripts)
    if axis == type_.rank:
        memref.store(memref.load(source, subscripts), target, subscripts)
        return
    index = ir.IndexType.get()
    if type_.is_dynamic_dim(axis):
        extent = memref.dim(source, arith.constant(index, axis))
    else:
        extent = arith.constant(index, type_.shape[axis])
    loop = scf.ForOp(arith.constant(index, 0), extent, arith.constant(index, 1))
    with ir.InsertionPoint(loop.body):
        _copy(source, target, [*subscripts, loop.induction_variable])
        scf.yield_([])
