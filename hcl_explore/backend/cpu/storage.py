"""Where the local arrays of a kernel live while it runs on the CPU.

A kernel declares an array wherever it likes, also inside loops, and never frees it. Here every
array of static shape moves to the entry of its function: small ones to the stack (where LLVM
turns scalars into registers), others to the heap, freed at the return. Each array is zeroed where
it was declared, so that what an uninitialised element holds does not depend on the schedule. A
returned array belongs to the caller, which frees it in turn unless it returns it too.
"""

from __future__ import annotations

import math

import mlir.ir as ir
from mlir.dialects import affine, arith, memref

from hcl_explore.backend.cpu.read_signature import element_name
from hcl_explore.backend.cpu.signature import storage_bytes
from hcl_explore.errors import BuildError
from hcl_explore.ir import attributes
from hcl_explore.lang.types import parse_type

# Per array, and for all functions of a module together: without recursion no call chain uses more
# stack than that, and the default stack of a process has 8 MiB.
STACK_BYTES_PER_ARRAY = 16 << 10
STACK_BYTES_IN_ALL = 1 << 20


class StoragePlacer:
    """Places the arrays of all functions of one module.

    ``place`` raises ``BuildError`` when the arrays of static shape need more than ``limit`` bytes.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._stack = 0
        self._heap = 0

    def place(self, function: ir.Operation) -> None:
        """Place the arrays of ``function`` (a ``func.func`` with a body)."""
        allocs: list[ir.Operation] = []
        calls: list[ir.Operation] = []

        def visit(op: ir.Operation) -> ir.WalkResult:
            if op.name == "memref.alloc":
                allocs.append(op)
            elif op.name == "func.call":
                calls.append(op)
            return ir.WalkResult.ADVANCE

        function.walk(visit)
        entry = function.regions[0].blocks[0]
        returned = _own_returned(function, entry)
        with function.context:
            for alloc in allocs:
                if alloc.results[0] in returned:
                    if ir.MemRefType(alloc.results[0].type).has_static_shape:
                        self._reserve(array_bytes(ir.MemRefType(alloc.results[0].type)), alloc)
                    with ir.InsertionPoint.after(alloc), alloc.location:
                        _zero(alloc.results[0])
                else:
                    self._place_local(alloc, entry)
            for op in calls:
                for result in op.results:
                    if isinstance(result.type, ir.MemRefType) and result not in returned:
                        _free_at_end(result, op.block)

    def _place_local(self, alloc: ir.Operation, entry: ir.Block) -> None:
        type_ = ir.MemRefType(alloc.results[0].type)
        if not type_.has_static_shape:
            with ir.InsertionPoint.after(alloc), alloc.location:
                _zero(alloc.results[0])
            _free_at_end(alloc.results[0], alloc.block)
            return
        size = array_bytes(type_)
        with alloc.location:
            if size <= STACK_BYTES_PER_ARRAY and self._stack + size <= STACK_BYTES_IN_ALL:
                self._stack += size
                with ir.InsertionPoint.at_block_begin(entry):
                    array = memref.alloca(type_, [], [])
            else:
                self._reserve(size, alloc)
                with ir.InsertionPoint.at_block_begin(entry):
                    array = memref.alloc(type_, [], [])
                _free_at_end(array, entry)
            with ir.InsertionPoint(alloc):
                _zero(array)
        alloc.results[0].replace_all_uses_with(array)
        alloc.erase()

    def _reserve(self, size: int, alloc: ir.Operation) -> None:
        self._heap += size
        if self._heap > self._limit:
            name = attributes.text(alloc, attributes.BUFFER_NAME) or "an array"
            raise BuildError(
                f"the arrays of this kernel take {self._heap / 2**30:.1f} GiB with {name}, of "
                f"the {self._limit / 2**30:.1f} GiB that a kernel may use here",
                advice="Use smaller arrays.",
            )


def array_bytes(type_: ir.MemRefType) -> int:
    """The size of an array of static shape in the memory of compiled code."""
    element = parse_type(element_name(type_.element_type, "the kernel"))
    count: int = math.prod(type_.shape)
    return count * storage_bytes(element)


def _own_returned(function: ir.Operation, entry: ir.Block) -> set[ir.Value]:
    """The returned arrays, after a copy of each that the function does not own or returns twice."""
    terminator = entry.operations[len(entry.operations) - 1].operation
    owned: set[ir.Value] = set()
    for position, value in enumerate(terminator.operands):
        if not isinstance(value.type, ir.MemRefType):
            continue
        fresh = not isinstance(value.owner, ir.Block) and (
            value.owner.operation.name in ("memref.alloc", "func.call")
        )
        if not fresh or value in owned:
            with function.context, ir.InsertionPoint(terminator), terminator.location:
                value = _copy(value)
            terminator.operands[position] = value
        owned.add(value)
    return owned


def _copy(value: ir.Value) -> ir.Value:
    type_ = ir.MemRefType(value.type)
    sizes = [
        memref.dim(value, arith.constant(ir.IndexType.get(), axis))
        for axis in range(type_.rank)
        if type_.is_dynamic_dim(axis)
    ]
    copy = memref.alloc(type_, sizes, [])
    memref.copy(value, copy)
    return copy


def _zero(array: ir.Value) -> None:
    type_ = ir.MemRefType(array.type)
    element = type_.element_type
    if isinstance(element, ir.IntegerType | ir.IndexType):
        zero = arith.constant(element, ir.IntegerAttr.get(element, 0))
    else:
        zero = arith.constant(element, ir.FloatAttr.get(element, 0.0))
    if type_.rank == 0:
        memref.store(zero, array, [])
        return
    static = type_.has_static_shape
    count = math.prod(type_.shape) if static else ir.ShapedType.get_dynamic_size()
    flat = array
    if type_.rank > 1:
        groups = [list(range(type_.rank))]
        flat = memref.collapse_shape(ir.MemRefType.get([count], element), array, groups)
    upper = count if static else memref.dim(flat, arith.constant(ir.IndexType.get(), 0))
    loop = affine.AffineForOp(0, upper)
    with ir.InsertionPoint(loop.body):
        memref.store(zero, flat, [loop.induction_variable])
        affine.yield_([])


def _free_at_end(array: ir.Value, block: ir.Block) -> None:
    with (
        block.owner.operation.context,
        ir.InsertionPoint.at_block_terminator(block),
        array.owner.location,
    ):
        memref.dealloc(array)
