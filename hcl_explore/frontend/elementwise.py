"""Calculations over whole arrays, with NumPy's broadcasting."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from hcl_explore.errors import KernelShapeError
from hcl_explore.frontend.expression import ArrayValue, Elementwise, Expr, LoopIndex
from hcl_explore.lang.types import TensorType, index

if TYPE_CHECKING:
    from hcl_explore.frontend.reader import ExpressionReader


def lift(
    reader: ExpressionReader,
    function: Callable[[list[Expr]], Expr],
    operands: Sequence[Expr | ArrayValue],
    node: ast.AST,
) -> Expr | ArrayValue:
    """``function`` of the operands; element by element if one of them is an array.

    Raises ``KernelShapeError`` if the shapes do not go together by NumPy's rules.
    """
    scalars = [operand for operand in operands if isinstance(operand, Expr)]
    if len(scalars) == len(operands):
        return function(scalars)
    arrays = [operand for operand in operands if isinstance(operand, ArrayValue)]
    operands = [reader.computed_once(o) if isinstance(o, Expr) else o for o in operands]
    shape = broadcast(reader, arrays, node)

    def element(subscripts: list[Expr]) -> Expr:
        return function(
            [
                operand
                if isinstance(operand, Expr)
                else operand.at(aligned(reader, operand.type.shape, subscripts, node), node)
                for operand in operands
            ]
        )

    kind = element(probe(shape, node)).type
    return Elementwise(ast.unparse(node), TensorType(kind, shape), element)


def require_sizes(reader: ExpressionReader, array: ArrayValue, node: ast.AST) -> None:
    """Raise ``KernelShapeError`` unless the sizes of ``array`` are known."""
    if not array.type.is_sized:
        raise reader.error(
            KernelShapeError,
            f"'{array.name}' is {array.type}: its size is not known, and it is used as a whole",
            node,
            f"Loop over its elements: for i in range({array.name}.shape[0]).",
        )


def probe(shape: tuple[int, ...], node: ast.AST) -> list[Expr]:
    """Subscripts that stand for any element: expressions made with them are only looked at."""
    return [LoopIndex(index, node, None, True, 0, extent - 1) for extent in shape]


def broadcast(
    reader: ExpressionReader, arrays: Sequence[ArrayValue], node: ast.AST
) -> tuple[int, ...]:
    """The shape of a calculation over ``arrays``."""
    for array in arrays:
        require_sizes(reader, array, node)
    rank = max(array.type.rank for array in arrays)
    shape = [1] * rank
    for array in arrays:
        for position, extent in enumerate(array.type.shape, start=rank - array.type.rank):
            if extent not in (1, shape[position]) and shape[position] != 1:
                shapes = " and ".join(str(list(one.type.shape)) for one in arrays)
                raise reader.error(
                    KernelShapeError,
                    f"arrays of shapes {shapes} do not go together",
                    node,
                    "Dimensions are matched from the last one; they must be equal, or 1.",
                )
            shape[position] = max(shape[position], extent)
    return tuple(shape)


def aligned(
    reader: ExpressionReader, shape: tuple[int, ...], subscripts: list[Expr], node: ast.AST
) -> list[Expr]:
    """The subscripts for an array of ``shape`` among those of the whole calculation."""
    own = subscripts[len(subscripts) - len(shape) :]
    return [
        reader.number(0, node) if extent == 1 else subscript
        for extent, subscript in zip(shape, own, strict=True)
    ]
