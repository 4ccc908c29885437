"""Array elements of whole bytes: ``memref<8xi7>`` becomes ``memref<8xi8>``.

MLIR cannot lower a store of fewer than 8 bits, and LLVM leaves the spare bits of other odd widths
unspecified. So every array of iN is kept in the next wider integer of whole bytes
(``signature.storage_bits``), zero-extended at a store and truncated at a load.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import mlir.ir as ir
from mlir.dialects import arith

from hcl_explore.backend.cpu.signature import storage_bits

_HEXADECIMAL = re.compile(r'dense<"0x([0-9A-F]*)">')


def widen_memory(module: ir.Module) -> None:
    """Widen the array types of ``module`` in place."""
    operations: list[ir.Operation] = []

    def visit(op: ir.Operation) -> ir.WalkResult:
        operations.append(op)
        return ir.WalkResult.ADVANCE

    module.operation.walk(visit)
    types = _Types()
    for op in operations:
        if op.name in ("memref.load", "affine.load"):
            _widen_load(op, types)
        elif op.name in ("memref.store", "affine.store"):
            _widen_store(op, types)
        elif op.name == "func.func":
            _widen_function(op, types)
        elif op.name == "memref.global":
            _widen_global(op, types)
        else:
            types.widen_values(op.results)
        for region in op.regions:
            for block in region.blocks:
                types.widen_values(block.arguments)


class _Types:
    """Remembers what each type becomes: asking a type for its parts is slow."""

    def __init__(self) -> None:
        self._memref: dict[ir.Type, ir.Type | None] = {}
        self._integer: dict[ir.Type, ir.Type | None] = {}

    def widened(self, type_: ir.Type) -> ir.Type | None:
        """The array type with wider elements, or None where ``type_`` may stay."""
        if type_ not in self._memref:
            self._memref[type_] = self._widened_memref(type_)
        return self._memref[type_]

    def _widened_memref(self, type_: ir.Type) -> ir.Type | None:
        if not isinstance(type_, ir.MemRefType):
            return None
        element = self.widened_element(type_.element_type)
        if element is None:
            return None
        with type_.context, ir.Location.unknown():
            return ir.MemRefType.get(type_.shape, element, type_.layout, type_.memory_space)

    def widened_element(self, type_: ir.Type) -> ir.Type | None:
        """The wider element type, or None where ``type_`` may stay."""
        if type_ not in self._integer:
            wider = None
            if isinstance(type_, ir.IntegerType) and storage_bits(type_.width) != type_.width:
                wider = ir.IntegerType.get_signless(storage_bits(type_.width), type_.context)
            self._integer[type_] = wider
        return self._integer[type_]

    def widen_values(self, values: Iterable[ir.Value]) -> None:
        for value in values:
            wider = self.widened(value.type)
            if wider is not None:
                value.set_type(wider)


def _widen_load(op: ir.Operation, types: _Types) -> None:
    result = op.results[0]
    narrow = result.type
    wider = types.widened_element(narrow)
    if wider is None:
        return
    result.set_type(wider)
    with ir.InsertionPoint.after(op), op.location:
        value = arith.trunci(narrow, result)
    result.replace_all_uses_except(value, value.owner.operation)


def _widen_store(op: ir.Operation, types: _Types) -> None:
    wider = types.widened_element(op.operands[0].type)
    if wider is not None:
        with ir.InsertionPoint(op), op.location:
            op.operands[0] = arith.extui(wider, op.operands[0])


def _widen_function(op: ir.Operation, types: _Types) -> None:
    type_ = ir.FunctionType(ir.TypeAttr(op.attributes["function_type"]).value)
    with op.context:
        wider = ir.FunctionType.get(
            [types.widened(each) or each for each in type_.inputs],
            [types.widened(each) or each for each in type_.results],
        )
        op.attributes["function_type"] = ir.TypeAttr.get(wider)


def _widen_global(op: ir.Operation, types: _Types) -> None:
    narrow = ir.TypeAttr(op.attributes["type"]).value
    wider = types.widened(narrow)
    if wider is None:
        return
    op.attributes["type"] = ir.TypeAttr.get(wider, op.context)
    if "initial_value" not in op.attributes:
        return
    text = str(op.attributes["initial_value"])
    if text.startswith("dense<"):
        values = text[: text.rindex(" : ")]
        element = ir.IntegerType(ir.MemRefType(narrow).element_type)
        values = _HEXADECIMAL.sub(lambda match: _widen_hexadecimal(match[1], element.width), values)
        shape = "x".join(map(str, (*ir.MemRefType(wider).shape, storage_type(element.width))))
        op.attributes["initial_value"] = ir.Attribute.parse(
            f"{values} : tensor<{shape}>", op.context
        )


def storage_type(width: int) -> str:
    """The MLIR name of the type that an integer of ``width`` bits is stored as."""
    return f"i{storage_bits(width)}"


def _widen_hexadecimal(digits: str, width: int) -> str:
    """MLIR prints large tables as bytes, each element rounded up to whole bytes."""
    narrow, wide = -(-width // 8) * 2, storage_bits(width) // 4
    elements = (digits[at : at + narrow] for at in range(0, len(digits), narrow))
    return 'dense<"0x' + "".join(element.ljust(wide, "0") for element in elements) + '">'
