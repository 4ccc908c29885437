"""Run-time checks of data-dependent subscripts, for the debug build."""

from __future__ import annotations

from dataclasses import dataclass

import mlir.ir as ir
from mlir.dialects import affine, arith, func, memref, scf

from hcl_explore.ir import attributes
from hcl_explore.ir.locations import SourcePlace, place_of

OUT_OF_BOUNDS = "hcl_explore_out_of_bounds"


@dataclass(frozen=True)
class Site:
    """A subscript that is checked: the array's name, which dimension (from 1) and where."""

    array: str
    dimension: int
    writes: bool
    place: SourcePlace | None


def insert_checks(module: ir.Module) -> list[Site]:
    """Guard each ``memref.load`` and ``memref.store``, and the affine ones of a function whose
    bounds or sizes are known only at run time: where a subscript leaves its dimension, call
    ``OUT_OF_BOUNDS`` with the number of the site, the subscript and the extent."""
    accesses: list[ir.Operation] = []
    for opview in module.body.operations:
        if opview.operation.name == "func.func":
            accesses += _unproved(opview.operation)
    sites: list[Site] = []
    with module.context:
        i64 = ir.IntegerType.get_signless(64)
        with ir.InsertionPoint.at_block_begin(module.body), ir.Location.unknown():
            func.FuncOp(
                OUT_OF_BOUNDS, ir.FunctionType.get([i64, i64, i64], []), visibility="private"
            )
        for op in accesses:
            _check_access(op, sites, i64)
    return sites


def _unproved(function: ir.Operation) -> list[ir.Operation]:
    """The accesses that are not proved to stay inside when a kernel is read."""
    plain: list[ir.Operation] = []
    affine_ones: list[ir.Operation] = []

    def visit(op: ir.Operation) -> ir.WalkResult:
        if op.name in ("memref.load", "memref.store"):
            plain.append(op)
        elif op.name in ("affine.load", "affine.store"):
            affine_ones.append(op)
        return ir.WalkResult.ADVANCE

    function.walk(visit)
    if not function.regions[0].blocks:
        return plain
    entry = function.regions[0].blocks[0]
    made = (op.operation for op in entry.operations)
    is_open = any(isinstance(argument.type, ir.IndexType) for argument in entry.arguments)
    is_open = is_open or any(op.name in _SYMBOLS for op in made)
    return [*plain, *affine_ones] if is_open else plain


_SYMBOLS = frozenset({"arith.index_cast", "arith.index_castui", "memref.dim"})


def _subscripts(op: ir.Operation, first: int) -> list[ir.Value]:
    """The subscripts of an access, one for each dimension; those of an affine one are computed."""
    operands = list(op.operands)[first:]
    if op.name.startswith("memref."):
        return operands
    return [
        affine.AffineApplyOp(
            ir.AffineMap.get(access_map.n_dims, access_map.n_symbols, [result], op.context),
            operands,
        ).result
        for access_map in (op.attributes["map"].value,)
        for result in access_map.results
    ]


def _check_access(op: ir.Operation, sites: list[Site], i64: ir.Type) -> None:
    writes = op.name.endswith(".store")
    array = op.operands[1 if writes else 0]
    place = place_of(op.location)
    type_ = ir.MemRefType(array.type)
    with ir.InsertionPoint(op), op.location:
        for axis, subscript in enumerate(_subscripts(op, 2 if writes else 1)):
            if type_.is_dynamic_dim(axis):
                extent = memref.dim(array, arith.constant(ir.IndexType.get(), axis))
            else:
                extent = arith.constant(ir.IndexType.get(), type_.shape[axis])
            # Unsigned: a negative subscript is a very large one.
            outside = arith.cmpi(arith.CmpIPredicate.uge, subscript, extent)
            branch = scf.IfOp(outside)
            with ir.InsertionPoint(branch.then_block):
                values = [
                    arith.constant(i64, len(sites)),
                    arith.index_cast(i64, subscript),
                    arith.index_cast(i64, extent),
                ]
                func.call([], OUT_OF_BOUNDS, values)
                scf.yield_([])
            sites.append(Site(_array_name(array), axis + 1, writes, place))


def _array_name(array: ir.Value) -> str:
    owner = array.owner
    if isinstance(owner, ir.Block):
        fields = attributes.argument_attributes(
            owner.owner.operation, ir.BlockArgument(array).arg_number
        )
        if fields is not None and attributes.ARGUMENT_NAME in fields:
            name: str = ir.StringAttr(fields[attributes.ARGUMENT_NAME]).value
            return name
    elif attributes.BUFFER_NAME in owner.attributes:
        return attributes.text(owner, attributes.BUFFER_NAME) or "an array"
    return "an array"
