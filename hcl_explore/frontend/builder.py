"""Making operations: types, constants, conversions, and the current insertion point."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from mlir import ir

from hcl_explore.frontend.fixed_point import cast_fixed
from hcl_explore.ir import attributes as attrs
from hcl_explore.ir.dialect import StreamType
from hcl_explore.lang.dataflow import StreamKind
from hcl_explore.lang.types import (
    FixedType,
    Float,
    Index,
    Int,
    ScalarType,
    TensorType,
    UInt,
    int32,
)

_FLOAT_STORAGE = {
    "float16": ir.F16Type,
    "bfloat16": ir.BF16Type,
    "float32": ir.F32Type,
    "float64": ir.F64Type,
}


class Builder:
    """Emits operations at an insertion point; its MLIR context must be entered while it is used."""

    def __init__(self, point: ir.InsertionPoint) -> None:
        self.point = point
        self.index = ir.IndexType.get()
        self.count = 0
        """How many operations have been made."""
        self._storage: dict[ScalarType, ir.Type] = {}

    @contextmanager
    def inside(self, block: ir.Block) -> Iterator[None]:
        """Insert at the end of ``block`` meanwhile."""
        outer = self.point
        self.point = ir.InsertionPoint(block)
        try:
            yield
        finally:
            self.point = outer

    def op(
        self,
        name: str,
        operands: Sequence[ir.Value],
        results: Sequence[ir.Type],
        location: ir.Location,
        attributes: dict[str, ir.Attribute] | None = None,
        regions: int = 0,
    ) -> ir.Operation:
        """A new operation at the insertion point."""
        self.count += 1
        return ir.Operation.create(
            name,
            operands=operands,
            results=results,
            attributes=attributes,
            regions=regions,
            loc=location,
            ip=self.point,
        )

    def value(
        self,
        name: str,
        operands: Sequence[ir.Value],
        result: ir.Type,
        location: ir.Location,
        attributes: dict[str, ir.Attribute] | None = None,
    ) -> ir.Value:
        """The single result of a new operation."""
        return self.op(name, operands, [result], location, attributes).results[0]

    # --- types -------------------------------------------------------------------------------

    def storage(self, scalar: ScalarType) -> ir.Type:
        """The signless MLIR type that holds ``scalar``."""
        found = self._storage.get(scalar)
        if found is None:
            if isinstance(scalar, Float):
                found = _FLOAT_STORAGE[scalar.name].get()
            elif isinstance(scalar, Index):
                found = self.index
            else:
                found = ir.IntegerType.get_signless(scalar.bits)
            self._storage[scalar] = found
        return found

    def memref(self, tensor: TensorType) -> ir.Type:
        """The memref type of an array."""
        return ir.MemRefType.get(tensor.shape, self.storage(tensor.element))

    def type(self, annotated: ScalarType | TensorType | StreamKind) -> ir.Type:
        """The MLIR type of a parameter, result or stream."""
        if isinstance(annotated, StreamKind):
            token = self.storage(annotated.element)
            if isinstance(annotated.token, TensorType):
                token = ir.RankedTensorType.get(annotated.token.shape, token)
            return StreamType(token, annotated.shape).type
        if isinstance(annotated, TensorType):
            return self.memref(annotated)
        return self.storage(annotated)

    # --- constants -----------------------------------------------------------------------------

    def constant(self, scalar: ScalarType, value: int | float, location: ir.Location) -> ir.Value:
        """``value`` converted to ``scalar`` (truncated and wrapped), as ``arith.constant``."""
        storage = self.storage(scalar)
        attribute = self.constant_attribute(scalar, value)
        attributes = {"value": attribute}
        if isinstance(scalar, FixedType):
            attributes[attrs.DTYPE] = ir.StringAttr.get(str(scalar))
        return self.value("arith.constant", (), storage, location, attributes)

    def constant_attribute(self, scalar: ScalarType, value: int | float) -> ir.Attribute:
        """``value`` converted to ``scalar`` as an attribute of its storage type."""
        storage = self.storage(scalar)
        if isinstance(scalar, Float):
            return ir.FloatAttr.get(storage, float(value))
        number = scalar.raw(value) if isinstance(scalar, FixedType) else int(value)
        number = Int(scalar.bits).wrap(number)
        if scalar.bits > 64:
            return ir.Attribute.parse(f"{number} : {storage}")
        return ir.IntegerAttr.get(storage, number)

    # --- conversions -----------------------------------------------------------------------------

    def cast(
        self, value: ir.Value, source: ScalarType, target: ScalarType, location: ir.Location
    ) -> ir.Value:
        """``value`` of type ``source`` converted to ``target``.

        Integers wrap, are extended by their own signedness; floats are truncated toward zero to
        integers; ``index`` meets floats as ``int32``.
        """
        if source == target:
            return value
        if isinstance(source, FixedType) or isinstance(target, FixedType):
            return cast_fixed(self, value, source, target, location)
        if isinstance(source, Float):
            return self._cast_float(value, source, target, location)
        if isinstance(target, Float):
            if isinstance(source, Index):
                value, source = self.cast(value, source, int32, location), int32
            name = "arith.sitofp" if not isinstance(source, UInt) else "arith.uitofp"
            return self.value(name, (value,), self.storage(target), location)
        if isinstance(source, Index) or isinstance(target, Index):
            name = "arith.index_castui" if isinstance(source, UInt) else "arith.index_cast"
            return self.value(name, (value,), self.storage(target), location)
        if source.bits == target.bits:
            return value
        if target.bits < source.bits:
            name = "arith.trunci"
        else:
            name = "arith.extui" if isinstance(source, UInt) else "arith.extsi"
        return self.value(name, (value,), self.storage(target), location)

    def _cast_float(
        self, value: ir.Value, source: Float, target: ScalarType, location: ir.Location
    ) -> ir.Value:
        if isinstance(target, Float):
            if source.bits == target.bits:  # float16 and bfloat16 meet in float32
                wide = self.value("arith.extf", (value,), ir.F32Type.get(), location)
                return self.value("arith.truncf", (wide,), self.storage(target), location)
            name = "arith.extf" if target.bits > source.bits else "arith.truncf"
            return self.value(name, (value,), self.storage(target), location)
        if isinstance(target, Index):
            number = self.value("arith.fptosi", (value,), self.storage(int32), location)
            return self.cast(number, int32, target, location)
        name = "arith.fptoui" if isinstance(target, UInt) else "arith.fptosi"
        return self.value(name, (value,), self.storage(target), location)


def map_attribute(
    dims: int, symbols: int, expressions: Sequence[ir.AffineExpr]
) -> ir.AffineMapAttr:
    """An affine map as an attribute."""
    return ir.AffineMapAttr.get(ir.AffineMap.get(dims, symbols, list(expressions)))
