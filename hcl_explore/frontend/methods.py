"""Attributes and methods of values: ``A.shape``, ``A.T``, ``A.copy()``, ``x.reverse()``, …"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from hcl_explore.errors import KernelSyntaxError, KernelTypeError
from hcl_explore.frontend.elementwise import lift
from hcl_explore.frontend.expression import (
    ArrayValue,
    BitCast,
    Expr,
    ReversedBits,
    Table,
    View,
    type_name,
)
from hcl_explore.lang.types import (
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
                return Table(value.type.shape, node)
            if node.attr == "T":
                shape = value.type.shape[::-1]
                kind = TensorType(value.type.element, shape)
                return View(value.name, kind, value, lambda subscripts: subscripts[::-1])
        raise self._unknown(node)

    def call(self, value: Value, node: ast.Call, function: ast.Attribute) -> Value:
        """``value.name()``."""
        if node.args or node.keywords:
            raise self.reader.error(
                KernelSyntaxError, f".{function.attr}() takes no arguments", node
            )
        if function.attr == "copy" and isinstance(value, ArrayValue):
            return value
        operand = self.reader.operand(function.value)
        if function.attr == "reverse":
            return lift(self.reader, lambda values: self._reverse(values[0], node), [operand], node)
        if function.attr == "bitcast":
            return lift(self.reader, lambda values: self._bitcast(values[0], node), [operand], node)
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

    def _bitcast(self, operand: Expr, node: ast.AST) -> Expr:
        """The same bits as an unsigned integer (of a float) or as a float (of an integer)."""
        kind = operand.type
        if isinstance(kind, Float) and kind.bits:
            return BitCast(UInt(kind.bits), node, operand)
        if isinstance(kind, IntegerType) and kind.width in _FLOAT_OF_WIDTH:
            return BitCast(_FLOAT_OF_WIDTH[kind.width], node, operand)
        raise self.reader.error(
            KernelTypeError,
            f"bitcast() works on floats and on integers of 16, 32 or 64 bits, not on "
            f"{type_name(kind)}",
            node,
        )
