"""Functions that rearrange arrays without computing: transpose, view, concat, copy."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from hcl_explore.errors import KernelShapeError, KernelSyntaxError, KernelTypeError
from hcl_explore.frontend.constants import is_number, plain_number
from hcl_explore.frontend.elementwise import require_sizes
from hcl_explore.frontend.expression import (
    ArrayValue,
    Compare,
    Copied,
    Elementwise,
    Expr,
    Select,
    View,
)
from hcl_explore.lang import ops
from hcl_explore.lang.promotion import common_type
from hcl_explore.lang.types import BOOL, TensorType

if TYPE_CHECKING:
    from hcl_explore.frontend.reader import ExpressionReader

Handler = Callable[["ArrayFunctions", ast.Call], ArrayValue]


class ArrayFunctions:
    """Reads calls of such functions; ``find`` gives the handler of a Python function."""

    def __init__(self, reader: ExpressionReader) -> None:
        self.reader = reader

    @staticmethod
    def find(target: object) -> Handler | None:
        """What reads a call of ``target``, or None if it is no such function."""
        return next((handler for function, handler in _HANDLERS if function is target), None)

    def _arguments(self, node: ast.Call, names: tuple[str, ...]) -> dict[str, ast.expr]:
        """The arguments by parameter name."""
        given = dict(zip(names, node.args, strict=False))
        for keyword in node.keywords:
            if keyword.arg not in names or keyword.arg in given:
                raise self.reader.error(
                    KernelSyntaxError,
                    f"{ast.unparse(node.func)} has no argument '{keyword.arg}'",
                    keyword,
                )
            given[keyword.arg] = keyword.value
        if len(node.args) > len(names):
            raise self.reader.error(
                KernelTypeError, f"{ast.unparse(node.func)} takes {', '.join(names)}", node
            )
        return given

    def _array(self, node: ast.Call, given: dict[str, ast.expr], name: str) -> ArrayValue:
        value = self.reader.operand(given[name]) if name in given else None
        if not isinstance(value, ArrayValue):
            raise self.reader.error(
                KernelTypeError, f"{ast.unparse(node.func)} needs an array", given.get(name, node)
            )
        require_sizes(self.reader, value, node)
        return value

    def _integers(self, node: ast.expr) -> tuple[int, ...]:
        value = self.reader.constants.evaluate(node)
        values = value if isinstance(value, (tuple, list)) else (value,)
        if not all(is_number(one) and isinstance(plain_number(one), int) for one in values):
            raise self.reader.error(
                KernelTypeError, f"{ast.unparse(node)} is not made of integers", node
            )
        return tuple(int(one) for one in values)

    def copy(self, node: ast.Call) -> ArrayValue:
        """``hcl.copy(A)``: assigning it makes the copy."""
        array = self._array(node, self._arguments(node, ("x",)), "x")
        return Copied(array.name, array.type, array, lambda subscripts: subscripts)

    def transpose(self, node: ast.Call) -> ArrayValue:
        """``hcl.transpose(A, axes)``."""
        given = self._arguments(node, ("x", "axes"))
        array = self._array(node, given, "x")
        rank = array.type.rank
        axes = self._integers(given["axes"]) if "axes" in given else tuple(reversed(range(rank)))
        if sorted(axes) != list(range(rank)):
            raise self.reader.error(
                KernelShapeError,
                f"{axes} is not an order of the {rank} dimensions of '{array.name}'",
                given.get("axes", node),
            )
        kind = TensorType(array.type.element, tuple(array.type.shape[axis] for axis in axes))
        return View(
            array.name,
            kind,
            array,
            lambda subscripts: [subscripts[axes.index(d)] for d in range(rank)],
        )

    def view(self, node: ast.Call) -> ArrayValue:
        """``hcl.view(A, shape)``: subscripts go through the position in row-major order."""
        given = self._arguments(node, ("x", "shape"))
        array = self._array(node, given, "x")
        if "shape" not in given:
            raise self.reader.error(KernelTypeError, "view needs a shape", node)
        shape = self._integers(given["shape"])
        if min(shape, default=0) < 1 or math.prod(shape) != math.prod(array.type.shape):
            raise self.reader.error(
                KernelShapeError,
                f"{array.type} cannot be seen as {list(shape)}: the number of elements differs",
                given["shape"],
            )

        def place(subscripts: list[Expr]) -> list[Expr]:
            position: Expr = self.reader.number(0, node)
            for subscript, extent in zip(subscripts, shape, strict=True):
                scaled = self._combine(ast.Mult(), position, extent, node)
                position = self.reader.operators.binary(ast.Add(), scaled, subscript, node)
            return self._unravel(position, array.type.shape, node)

        return View(array.name, TensorType(array.type.element, shape), array, place)

    def _unravel(self, position: Expr, shape: tuple[int, ...], node: ast.AST) -> list[Expr]:
        subscripts: list[Expr] = []
        for extent in reversed(shape[1:]):
            subscripts.insert(0, self._combine(ast.Mod(), position, extent, node))
            position = self._combine(ast.FloorDiv(), position, extent, node)
        return [position, *subscripts]

    def _combine(self, op: ast.operator, left: Expr, right: int, node: ast.AST) -> Expr:
        return self.reader.operators.binary(op, left, self.reader.number(right, node), node)

    def concat(self, node: ast.Call) -> ArrayValue:
        """``hcl.concat(A, B, axis)``."""
        given = self._arguments(node, ("x", "y", "axis"))
        first, second = self._array(node, given, "x"), self._array(node, given, "y")
        axis = self._integers(given["axis"])[0] if "axis" in given else 0
        rank = first.type.rank
        if not -rank <= axis < rank or second.type.rank != rank:
            raise self.reader.error(
                KernelShapeError,
                f"{first.type} and {second.type} have no common dimension {axis}",
                node,
            )
        axis %= rank
        shapes = [list(array.type.shape) for array in (first, second)]
        border = shapes[0][axis]
        total = border + shapes[1][axis]
        if np.delete(shapes[0], axis).tolist() != np.delete(shapes[1], axis).tolist():
            raise self.reader.error(
                KernelShapeError,
                f"{first.type} and {second.type} differ in another dimension than {axis}",
                node,
            )
        shape = (*shapes[0][:axis], total, *shapes[0][axis + 1 :])
        try:
            element_type = common_type(first.type.element, second.type.element)
        except TypeError as error:
            raise self.reader.error(KernelTypeError, str(error), node) from None

        def element(subscripts: list[Expr]) -> Expr:
            shifted = list(subscripts)
            shifted[axis] = self._combine(ast.Sub(), subscripts[axis], border, node)
            edge = self.reader.number(border, node)
            return Select(
                element_type,
                node,
                Compare(BOOL, node, "<", subscripts[axis], edge),
                first.at(subscripts, node),
                second.at(shifted, node),
            )

        return Elementwise(ast.unparse(node), TensorType(element_type, shape), element)


_HANDLERS: tuple[tuple[object, Handler], ...] = (
    (ops.copy, ArrayFunctions.copy),
    (ops.transpose, ArrayFunctions.transpose),
    (ops.view, ArrayFunctions.view),
    (ops.concat, ArrayFunctions.concat),
    (np.transpose, ArrayFunctions.transpose),
    (np.copy, ArrayFunctions.copy),
    (np.reshape, ArrayFunctions.view),
)
