"""Attributes and methods of values: ``A.shape``, ``A.T``, ``A.copy()``, ``x.reverse()``, …"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from hcl_explore.errors import KernelSyntaxError, KernelTypeError
from hcl_explore.frontend.elementwise import lift
from hcl_explore.frontend.expression import (
    ArrayValue,
    BitCast,
    Buffer,
    Constant,
    Copied,
    Expr,
    ReversedBits,
    StreamValue,
    Table,
    View,
    type_name,
)
from hcl_explore.frontend.streams import StreamElement
from hcl_explore.frontend.structs import StructValue, parts_of
from hcl_explore.lang.types import (
    UNKNOWN_SIZE,
    FixedType,
    Float,
    IntegerType,
    ScalarType,
    TensorType,
    UInt,
    float16,
    float32,
    float64,
)

if TYPE_CHECKING:
    from hcl_explore.frontend.reader import ExpressionReader, Value

_FLOAT_OF_WIDTH: dict[int, ScalarType] = {16: float16, 32: float32, 64: float64}


class MethodReader:
    """The part of the expression reader that understands what follows a dot."""

    def __init__(self, reader: ExpressionReader) -> None:
        self.reader = reader

    def attribute(self, value: Value, node: ast.Attribute) -> Value:
        """``value.name``."""
        if isinstance(value, ArrayValue):
            if node.attr == "shape":
                return Table(self._extents(value, node), node)
            if node.attr == "T":
                shape = value.type.shape[::-1]
                kind = TensorType(value.type.element, shape)
                return View(value.name, kind, value, lambda subscripts: subscripts[::-1])
        raise self._unknown(node)

    def length(self, value: Value, node: ast.AST) -> Expr:
        """``len(value)``: the size of its first dimension."""
        if isinstance(value, Table) and hasattr(value.values, "__len__"):
            return self.reader.number(len(value.values), node)
        if isinstance(value, StructValue) and value.shape:
            value = next(parts_of(value, node))
        if not isinstance(value, ArrayValue):
            raise self.reader.error(KernelTypeError, "len takes an array", node)
        size = self._extents(value, node)[0]
        return size if isinstance(size, Expr) else self.reader.number(size, node)

    def _extents(self, value: ArrayValue, node: ast.AST) -> tuple[int | Expr, ...]:
        """The sizes of an array; those that are not known as expressions."""
        if value.type.is_sized:
            return value.type.shape
        if not isinstance(value, Buffer) or self.reader.extent is None:
            raise self.reader.error(
                KernelTypeError,
                f"the shape of this part of '{value.name}' is not known",
                node,
                f"Ask for {value.name}.shape.",
            )
        return tuple(
            self.reader.extent(value, axis, node) if size == UNKNOWN_SIZE else size
            for axis, size in enumerate(value.type.shape)
        )

    def call(self, value: Value, node: ast.Call, function: ast.Attribute) -> Value:
        """``value.name()``."""
        if isinstance(value, (StreamValue, StreamElement)):
            return self.reader.streams.call(value, node, function)
        target = self._bitcast_target(node, function)
        if (node.args and target is None) or node.keywords:
            raise self.reader.error(
                KernelSyntaxError, f".{function.attr}() takes no arguments", node
            )
        if function.attr == "copy" and isinstance(value, ArrayValue):
            return Copied(value.name, value.type, value, lambda subscripts: subscripts)
        operand = self.reader.operand(function.value)
        if function.attr == "reverse":
            return lift(self.reader, lambda values: self._reverse(values[0], node), [operand], node)
        if function.attr == "bitcast":
            return lift(
                self.reader, lambda values: self._bitcast(values[0], target, node), [operand], node
            )
        raise self._unknown(function)

    def _unknown(self, node: ast.Attribute) -> Exception:
        return self.reader.error(
            KernelSyntaxError, f"'.{node.attr}' is not part of the kernel language", node
        )

    def _reverse(self, operand: Expr, node: ast.AST) -> Expr:
        if not isinstance(operand.type, IntegerType):
            raise self.reader.error(
                KernelTypeError,
                f"reverse() works on integers, not on {type_name(operand.type)}",
                node,
            )
        return ReversedBits(operand.type, node, operand)

    def _bitcast_target(self, node: ast.Call, function: ast.Attribute) -> ScalarType | None:
        """The type in ``x.bitcast(Fixed(16, 8))``."""
        if function.attr != "bitcast" or len(node.args) != 1:
            return None
        target = self.reader.constants.evaluate(node.args[0])
        if not isinstance(target, (IntegerType, FixedType, Float)):
            raise self.reader.error(
                KernelTypeError,
                f"bitcast() takes a type of as many bits, not {ast.unparse(node.args[0])}",
                node.args[0],
            )
        return target

    def _bitcast(self, operand: Expr, target: ScalarType | None, node: ast.AST) -> Expr:
        """The same bits as ``target``; without one, as an unsigned integer (of a float or fixed
        point) or as a float (of an integer)."""
        kind = operand.type
        has_bits = isinstance(kind, (IntegerType, FixedType, Float)) and kind.bits > 0
        if target is not None and has_bits and not isinstance(operand, Constant):
            if target.bits != kind.bits:
                raise self.reader.error(
                    KernelTypeError,
                    f"bitcast() keeps the bits, and {kind} has {kind.bits} of them, "
                    f"{target} {target.bits}",
                    node,
                    f"Convert first: {target}(x) keeps the value.",
                )
            return BitCast(target, node, operand)
        if isinstance(kind, FixedType) or (isinstance(kind, Float) and kind.bits):
            return BitCast(UInt(kind.bits), node, operand)
        if isinstance(kind, IntegerType) and kind.width in _FLOAT_OF_WIDTH:
            return BitCast(_FLOAT_OF_WIDTH[kind.width], node, operand)
        raise self.reader.error(
            KernelTypeError,
            f"bitcast() works on floats, fixed point and integers of 16, 32 or 64 bits, not on "
            f"{type_name(kind)}",
            node,
        )
