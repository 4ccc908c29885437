"""Reading subscripts: elements, parts of arrays, single bits and ranges of bits."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlir import ir

from hcl_explore.errors import (
    KernelBoundsError,
    KernelShapeError,
    KernelSyntaxError,
    KernelTypeError,
)
from hcl_explore.frontend.affine import AffineOperands
from hcl_explore.frontend.expression import (
    ArrayValue,
    Binary,
    BitCast,
    Constant,
    Convert,
    Expr,
    View,
    type_name,
)
from hcl_explore.lang.types import (
    UNKNOWN_SIZE,
    FixedType,
    Index,
    IntegerType,
    TensorType,
    UInt,
)

if TYPE_CHECKING:
    from hcl_explore.frontend.reader import ExpressionReader


@dataclass(eq=False)
class Bits(Convert):
    """``x[low]`` or ``x[low:low + width]`` of an integer ``x``: reads as an unsigned integer.

    ``operand`` is ``whole`` shifted right by ``low``.
    """

    whole: Expr
    low: Expr


@dataclass(frozen=True)
class Range:
    """A slice of one dimension: ``start``, ``start + step``, … ``length`` of them."""

    start: Expr
    step: int
    length: int


class Indexer:
    """The part of the expression reader that understands subscripts."""

    def __init__(self, reader: ExpressionReader) -> None:
        self.reader = reader

    def read(self, base: ArrayValue, node: ast.Subscript) -> Expr | ArrayValue:
        """``base[...]``: an element if every dimension has a plain subscript, else a part."""
        parts = self._parts(base, node)
        picked = [
            self._range(part, size, position, base)
            if isinstance(part, ast.Slice)
            else self.index(part, size, position, base.name)
            for position, (part, size) in enumerate(
                zip(parts, base.type.shape, strict=True), start=1
            )
        ]
        if not any(isinstance(pick, Range) for pick in picked):
            return base.at([pick for pick in picked if isinstance(pick, Expr)], node)
        shape = tuple(pick.length for pick in picked if isinstance(pick, Range))
        place = self._place(picked, node)
        return View(base.name, TensorType(base.type.element, shape), base, place)

    def _parts(self, base: ArrayValue, node: ast.Subscript) -> list[ast.expr]:
        """One subscript per dimension: ``...`` and missing ones at the end stand for ``:``."""
        parts = list(node.slice.elts) if isinstance(node.slice, ast.Tuple) else [node.slice]
        rank = base.type.rank
        everything = ast.copy_location(ast.Slice(None, None, None), node.slice)
        dots = [
            position
            for position, part in enumerate(parts)
            if isinstance(part, ast.Constant) and part.value is Ellipsis
        ]
        missing = rank - (len(parts) - len(dots[:1]))
        if missing < 0 or len(dots) > 1:
            count = f"{len(parts)} subscript{'s' if len(parts) > 1 else ''}"
            raise self.reader.error(
                KernelShapeError,
                f"'{base.name}' has {rank} dimension{'s' if rank > 1 else ''} ({base.type}), "
                f"not {count}",
                node,
                "Give one subscript for each dimension.",
            )
        where = dots[0] if dots else len(parts)
        return [*parts[:where], *[everything] * missing, *parts[where + 1 :]]

    def _place(
        self, picked: list[Expr | Range], node: ast.AST
    ) -> Callable[[list[Expr]], list[Expr]]:
        def place(subscripts: list[Expr]) -> list[Expr]:
            rest = iter(subscripts)
            return [
                self._inside(pick, next(rest), node) if isinstance(pick, Range) else pick
                for pick in picked
            ]

        return place

    def _inside(self, range_: Range, subscript: Expr, node: ast.AST) -> Expr:
        """``start + step * subscript``."""
        reader = self.reader
        if range_.step != 1:
            factor = reader.number(range_.step, node)
            subscript = reader.operators.binary(ast.Mult(), subscript, factor, node)
        if isinstance(range_.start, Constant) and range_.start.value == 0:
            return subscript
        return reader.operators.binary(ast.Add(), range_.start, subscript, node)

    def index(self, node: ast.expr, size: int, position: int, name: str) -> Expr:
        """The plain subscript ``node`` of dimension ``position`` of ``name``, from 0 to ``size``.

        Raises ``KernelError`` if it is no integer, or a constant outside.
        """
        subscript = self._integer(node, "a subscript")
        if isinstance(subscript, Constant):
            if subscript.value < 0:
                raise self.reader.error(
                    KernelBoundsError,
                    f"subscript {subscript.value} of '{name}' is negative",
                    node,
                    f"Subscripts do not count from the end; write {size + int(subscript.value)}."
                    if 0 > subscript.value >= -size and size > 0
                    else None,
                )
            if subscript.value >= size != UNKNOWN_SIZE:
                raise self.reader.error(
                    KernelBoundsError,
                    f"subscript {subscript.value} of '{name}' is out of range: dimension "
                    f"{position} has size {size}",
                    node,
                )
        return subscript

    def _integer(self, node: ast.expr, what: str) -> Expr:
        value = self.reader.read(node)
        if not isinstance(value.type, (IntegerType, Index)):
            raise self.reader.error(
                KernelTypeError,
                f"{what} must be an integer, not {type_name(value.type)}",
                node,
                "Convert it: int(x).",
            )
        return value

    # --- slices ----------------------------------------------------------------------------------

    def _range(self, node: ast.Slice, size: int, position: int, base: ArrayValue) -> Range:
        step = 1
        if node.step is not None:
            constant = self._integer(node.step, "the step of a slice")
            if not isinstance(constant, Constant) or constant.value == 0:
                raise self.reader.error(
                    KernelTypeError,
                    "the step of a slice must be a constant other than 0",
                    node.step,
                )
            step = int(constant.value)
        start = None if node.lower is None else self._integer(node.lower, "a slice bound")
        stop = None if node.upper is None else self._integer(node.upper, "a slice bound")
        fixed = all(bound is None or isinstance(bound, Constant) for bound in (start, stop))
        if size == UNKNOWN_SIZE and (start is None or stop is None or step < 0):
            raise self.reader.error(
                KernelShapeError,
                f"the length of this slice is not known: '{base.name}' is {base.type}",
                node,
                "Give both bounds, A[i : i + 4], or write a loop.",
            )
        if fixed and size != UNKNOWN_SIZE:
            return self._constant_range(node, start, stop, step, size, position, base)
        if start is None:
            start = self.reader.number(0 if step > 0 else size - 1, node)
        if stop is None or step < 0:
            raise self._unknown_length(node)
        length = constant_difference(stop, start)
        if length is None:
            raise self._unknown_length(node)
        length = max(-(-length // step), 0)
        self._check_length(length, node)
        return Range(start, step, length)

    def _unknown_length(self, node: ast.AST) -> Exception:
        return self.reader.error(
            KernelShapeError,
            "the length of this slice is not a constant",
            node,
            "Both bounds must be given and differ by a constant: A[i : i + 4]. "
            "For other lengths write a loop.",
        )

    def _check_length(self, length: int, node: ast.AST) -> None:
        if length == 0:
            raise self.reader.error(KernelShapeError, "this slice is empty", node)

    def _constant_range(
        self,
        node: ast.Slice,
        start: Expr | None,
        stop: Expr | None,
        step: int,
        size: int,
        position: int,
        base: ArrayValue,
    ) -> Range:
        for bound, place in ((start, node.lower), (stop, node.upper)):
            if isinstance(bound, Constant) and not -size <= bound.value <= size:
                raise self.reader.error(
                    KernelBoundsError,
                    f"the slice bound {bound.value} of '{base.name}' is out of range: dimension "
                    f"{position} has size {size}",
                    place or node,
                )
        bounds = [int(b.value) if isinstance(b, Constant) else None for b in (start, stop)]
        values = range(*slice(bounds[0], bounds[1], step).indices(size))
        self._check_length(len(values), node)
        return Range(self.reader.number(values[0], node), step, len(values))

    # --- bits ------------------------------------------------------------------------------------

    def bits(self, whole: Expr, node: ast.Subscript) -> Bits:
        """``whole[3]`` or ``whole[0:4]`` of an integer or fixed-point scalar."""
        if isinstance(whole.type, FixedType) and not isinstance(whole, Constant):
            whole = BitCast(UInt(whole.type.width), whole.node, whole)
        if not isinstance(whole.type, IntegerType) or isinstance(whole, Constant):
            raise self.reader.error(
                KernelShapeError,
                f"{ast.unparse(node.value)} is a scalar ({type_name(whole.type)}) and takes no "
                "subscripts",
                node,
            )
        if isinstance(node.slice, ast.Tuple) or (
            isinstance(node.slice, ast.Slice) and node.slice.step is not None
        ):
            raise self.reader.error(
                KernelSyntaxError, "bits are chosen by one subscript: x[3] or x[0:4]", node.slice
            )
        width = 1
        if isinstance(node.slice, ast.Slice):
            low, width = self._bit_range(node.slice, whole.type)
        else:
            low = self._integer(node.slice, "the number of a bit")
        self._check_bits(low, width, whole.type, node.slice)
        shifted = Binary(whole.type, node, ">>", whole, low)
        return Bits(UInt(width), node, shifted, whole, low)

    def _bit_range(self, node: ast.Slice, kind: IntegerType) -> tuple[Expr, int]:
        low = (
            self.reader.number(0, node)
            if node.lower is None
            else self._integer(node.lower, "the number of a bit")
        )
        high = (
            self.reader.number(kind.width, node)
            if node.upper is None
            else self._integer(node.upper, "the number of a bit")
        )
        width = constant_difference(high, low)
        if width is None or width < 1:
            raise self.reader.error(
                KernelShapeError,
                "the number of bits chosen must be a positive constant",
                node,
                "Write x[low : low + 4]; the bit after the last one comes second.",
            )
        return low, width

    def _check_bits(self, low: Expr, width: int, kind: IntegerType, node: ast.AST) -> None:
        inside = width <= kind.width
        if isinstance(low, Constant):
            inside = inside and 0 <= low.value <= kind.width - width
        if not inside:
            raise self.reader.error(
                KernelBoundsError, f"{kind} has the bits 0 to {kind.width - 1} only", node
            )


def constant_difference(left: Expr, right: Expr) -> int | None:
    """``left - right`` where it is the same number for all values of the variables in them."""
    if isinstance(left, Constant) and isinstance(right, Constant):
        return int(left.value) - int(right.value)
    operands = AffineOperands()
    first, second = operands.convert(left), operands.convert(right)
    if first is None or second is None:
        return None
    difference = ir.AffineExpr.simplify_affine_expr(
        ir.AffineExpr.get_add(first, ir.AffineExpr.get_mul(second, -1)),
        len(operands.dims),
        len(operands.symbols),
    )
    constant = difference.maybe_downcast()
    return int(constant.value) if isinstance(constant, ir.AffineConstantExpr) else None
