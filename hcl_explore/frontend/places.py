"""What can be assigned to: scalar variables, elements, parts of arrays, bits."""

from __future__ import annotations

import ast

from hcl_explore.errors import (
    KernelScopeError,
    KernelShapeError,
    KernelSyntaxError,
)
from hcl_explore.frontend.affine import is_affine
from hcl_explore.frontend.expression import (
    ArrayValue,
    Binary,
    BitCast,
    Computed,
    Constant,
    Convert,
    Elementwise,
    Expr,
    Load,
    Unary,
    View,
)
from hcl_explore.frontend.filling import Filler
from hcl_explore.frontend.indexing import Bits
from hcl_explore.frontend.reader import ExpressionReader
from hcl_explore.frontend.structs import StructValue
from hcl_explore.lang.types import UInt, index

Place = Load | Bits | ArrayValue


class PlaceReader:
    """Reads the targets of assignments, and stores into them."""

    def __init__(self, reader: ExpressionReader, filler: Filler) -> None:
        self.reader = reader
        self.filler = filler
        self.emitter = filler.emitter

    def read(self, node: ast.expr) -> Place:
        """The place that ``node`` names. Raises ``KernelError`` if it cannot be assigned to."""
        if isinstance(node, ast.Name):
            self._refuse_loop_variable(node)
        elif not isinstance(node, (ast.Subscript, ast.Attribute)):
            raise self.reader.error(
                KernelSyntaxError, f"{ast.unparse(node)} cannot be assigned to", node
            )
        place = self.reader.read_any(node)
        if isinstance(place, StructValue):
            raise self.reader.structs.refusal(place, node)
        if isinstance(place, Bits):
            self.check_changeable(_held(place.whole), node)
        else:
            self.check_changeable(place, node)
        assert isinstance(place, (Load, Bits, ArrayValue))
        return place

    def _refuse_loop_variable(self, node: ast.Name) -> None:
        binding = self.reader.scope.find(node.id)
        if binding is not None and binding.is_loop:
            raise self.reader.error(
                KernelScopeError,
                f"the loop variable '{node.id}' cannot be assigned",
                node,
                "Use a variable of its own, or a while loop.",
            )

    def check_changeable(self, place: object, node: ast.AST) -> None:
        """Raise ``KernelScopeError`` if ``place`` is no variable."""
        base = place.buffer if isinstance(place, Load) else place
        while isinstance(base, View):
            base = base.base
        if not isinstance(base, ArrayValue) or isinstance(base, Elementwise):
            raise self.reader.error(
                KernelScopeError,
                f"{ast.unparse(node)} is not a variable and cannot be changed",
                node,
                "Copy it into a local variable first.",
            )
        if getattr(base, "read_only", False):
            raise self.reader.error(
                KernelScopeError,
                f"'{base.name}' is a table of constants and cannot be changed",
                node,
                "Copy it into a local array first.",
            )

    def fix_subscripts(self, place: Place) -> Place:
        """``place`` with its run-time subscripts computed once, for a load and a store."""
        if not isinstance(place, Load) or all(map(is_affine, place.subscripts)):
            return place
        fixed: list[Expr] = [
            subscript
            if isinstance(subscript, Constant)
            else Computed(index, subscript.node, self.emitter.emit(subscript, index))
            for subscript in place.subscripts
        ]
        return Load(place.type, place.node, place.buffer, fixed)

    def store(self, place: Place, value: Expr | ArrayValue, node: ast.AST) -> None:
        """Store ``value``, converted to the type of ``place``."""
        if isinstance(place, ArrayValue):
            self.filler.fill(place, value, node)
            return
        if isinstance(value, ArrayValue):
            raise self.reader.error(
                KernelShapeError,
                f"'{value.name}' is an array ({value.type}); a single value is needed here",
                node,
                "Give a subscript for every dimension, or assign to a whole array.",
            )
        if isinstance(place, Bits):
            self._store_bits(place, value, node)
            return
        self.emitter.emit_store(place, self.emitter.emit(value, place.type))

    def _store_bits(self, place: Bits, value: Expr, node: ast.AST) -> None:
        """whole = whole & ~(ones << low) | (value << low), with as many ones as bits."""
        whole, kind, held = place.whole, place.whole.type, _held(place.whole)
        assert isinstance(held, Load) and isinstance(place.type, UInt)
        mask = (1 << place.type.width) - 1
        bits: Expr = Convert(kind, node, Convert(place.type, node, value))
        if isinstance(place.low, Constant):
            kept: Expr = Constant(kind, node, ~(mask << int(place.low.value)))
        else:
            ones = Constant(kind, node, mask)
            kept = Unary(kind, node, "~", Binary(kind, node, "<<", ones, place.low))
        if not (isinstance(place.low, Constant) and place.low.value == 0):
            bits = Binary(kind, node, "<<", bits, place.low)
        cleared = Binary(kind, node, "&", whole, kept)
        combined = Binary(kind, node, "|", cleared, bits)
        self.emitter.emit_store(held, self.emitter.emit(combined, kind))


def _held(whole: Expr) -> Expr:
    """The variable whose bits are meant: those of fixed point are taken as an integer."""
    return whole.operand if isinstance(whole, BitCast) else whole
