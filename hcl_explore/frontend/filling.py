"""Loop nests that give a whole array, or a part of one, its values."""

from __future__ import annotations

import ast

from hcl_explore.errors import KernelShapeError
from hcl_explore.frontend.builder import Builder
from hcl_explore.frontend.elementwise import aligned, probe, require_sizes
from hcl_explore.frontend.emit import Emitter
from hcl_explore.frontend.expression import (
    ArrayValue,
    Buffer,
    Computed,
    Constant,
    Elementwise,
    Expr,
    Load,
    loads_in,
    same,
)
from hcl_explore.frontend.loops import LoopLowering, LoopRange, OpenLoop
from hcl_explore.frontend.memory import allocate
from hcl_explore.frontend.reader import ExpressionReader
from hcl_explore.lang.types import TensorType


class Filler:
    """Stores into all elements of an array; also makes the copies that calls need."""

    def __init__(
        self, builder: Builder, emitter: Emitter, reader: ExpressionReader, loops: LoopLowering
    ) -> None:
        self.builder = builder
        self.emitter = emitter
        self.reader = reader
        self.loops = loops

    def allocate(self, name: str, kind: TensorType, node: ast.AST) -> Buffer:
        """A new buffer at the current place."""
        return allocate(self.builder, name, kind, self.reader.unit.location(node))

    def fill(self, target: ArrayValue, value: Expr | ArrayValue, node: ast.AST) -> None:
        """``target[...] = value``, with NumPy's broadcasting.

        The loops are called ``C_d0``, ``C_d1``, … after the target; their band ``copy_C`` if
        another array is copied, ``init_C`` if all elements get the same value, ``compute_C``
        otherwise. If ``value`` reads elements of the target that are not the ones being stored,
        it goes through an array of its own first.

        Raises ``KernelShapeError`` if the shapes do not fit.
        """
        require_sizes(self.reader, target, node)
        self.check_shape(target.type, value, node)
        if self._overlaps(target, value, node):
            kind = TensorType(target.type.element, target.type.shape)
            staged = self.allocate(f"{target.name}_new", kind, node)
            self.fill(staged, value, node)
            value = staged
        if target.type.shape and isinstance(value, Expr) and not isinstance(value, Constant):
            emitted = self.emitter.emit(value, target.type.element)
            value = Computed(target.type.element, value.node, emitted)
        subscripts: list[Expr] = []
        opened: list[OpenLoop] = []
        for position, extent in enumerate(target.type.shape):
            zero, stop = self.reader.number(0, node), self.reader.number(extent, node)
            loop = self.loops.open(
                LoopRange(zero, stop, 1, node),
                f"{target.name.replace('.', '_')}_d{position}",
                node,
                None if opened else _band(target, value),
                reduction=False,
            )
            opened.append(loop)
            subscripts.append(loop.variable)
        element = self._element(value, subscripts, node)
        place = target.at(subscripts, node)
        assert isinstance(place, Load)
        self.emitter.emit_store(place, self.emitter.emit(element, target.type.element))
        for loop in reversed(opened):
            self.loops.close(loop)

    def _element(self, value: Expr | ArrayValue, subscripts: list[Expr], node: ast.AST) -> Expr:
        if isinstance(value, Expr):
            return value
        return value.at(aligned(self.reader, value.type.shape, subscripts, node), node)

    def check_shape(self, kind: TensorType, value: Expr | ArrayValue, node: ast.AST) -> None:
        """Raise ``KernelShapeError`` unless ``value`` can be stored in an array of ``kind``."""
        if isinstance(value, Expr):
            return
        require_sizes(self.reader, value, node)
        missing = kind.rank - value.type.rank
        pairs = zip(value.type.shape, kind.shape[missing:], strict=False)
        if missing < 0 or any(extent not in (1, wanted) for extent, wanted in pairs):
            wanted = str(kind) if kind.shape else f"the scalar {kind.element}"
            raise self.reader.error(
                KernelShapeError,
                f"'{value.name}' is {value.type} and does not fit {wanted}",
                node,
            )

    def _overlaps(self, target: ArrayValue, value: Expr | ArrayValue, node: ast.AST) -> bool:
        if isinstance(value, Expr):
            return False
        subscripts = probe(target.type.shape, node)
        place = target.at(subscripts, node)
        assert isinstance(place, Load)
        for load in loads_in(self._element(value, subscripts, node)):
            if load.buffer is place.buffer and not all(
                map(same, load.subscripts, place.subscripts)
            ):
                return True
        return False

    def stage(self, value: ArrayValue, name: str, kind: TensorType, node: ast.AST) -> Buffer:
        """An array of its own with the elements of ``value``, to hand to another kernel."""
        staged = self.allocate(name, kind, node)
        self.fill(staged, value, node)
        return staged


def _band(target: ArrayValue, value: Expr | ArrayValue) -> str:
    name = target.name.replace(".", "_")  # a field's
    if isinstance(value, Expr):
        return f"init_{name}"
    return f"{'compute' if isinstance(value, Elementwise) else 'copy'}_{name}"
