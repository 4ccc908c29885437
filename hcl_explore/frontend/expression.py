"""Typed expressions: what an expression means, before any operation is emitted.

The reader makes these from the syntax tree; affine analysis looks at their structure, and the
emitter turns them into operations at the width their user needs.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from mlir import ir

from hcl_explore.lang.types import Float, Int, ScalarType, TensorType, UInt

LITERAL = Float("float", 0, 0)
"""The type of a float written as a number: narrower than any other, it takes the type it meets."""


def constant_type(value: int | float) -> ScalarType:
    """The type of a number in the source: the narrowest integer that holds it, or ``LITERAL``."""
    if isinstance(value, float):
        return LITERAL
    if value < 0:
        return Int(min((~value).bit_length() + 1, 512))
    return UInt(min(max(value.bit_length(), 1), 512))


@dataclass(eq=False)
class Expr:
    """``type`` is the type by the promotion rules; ``node`` where it was written."""

    type: ScalarType
    node: ast.AST


@dataclass(eq=False)
class Constant(Expr):
    value: int | float


@dataclass(eq=False)
class LoopIndex(Expr):
    """An induction variable. ``affine`` if it may occur in affine maps; values in [low, high]."""

    value: ir.Value
    affine: bool
    low: int | None
    high: int | None


@dataclass(eq=False)
class Argument(Expr):
    """A scalar function argument."""

    value: ir.Value


@dataclass(eq=False)
class Computed(Expr):
    """A value that was already emitted."""

    value: ir.Value


@dataclass(eq=False)
class Buffer:
    """An array, or a scalar variable (shape ``()``), in memory. Constant tables are read-only."""

    name: str
    type: TensorType
    value: ir.Value
    read_only: bool = False
    is_argument: bool = False


@dataclass(eq=False)
class Load(Expr):
    buffer: Buffer
    subscripts: list[Expr]


@dataclass(eq=False)
class Unary(Expr):
    """``operator`` is ``-``, ``~``, ``not`` or ``abs``."""

    operator: str
    operand: Expr


@dataclass(eq=False)
class Binary(Expr):
    """``operator`` is one of the promotion table's, ``min`` or ``max``."""

    operator: str
    left: Expr
    right: Expr


@dataclass(eq=False)
class Compare(Expr):
    operator: str
    left: Expr
    right: Expr


@dataclass(eq=False)
class Logical(Expr):
    """``operator`` is ``and`` or ``or``; operands are conditions, evaluated left to right."""

    operator: str
    operands: list[Expr]


@dataclass(eq=False)
class Select(Expr):
    condition: Expr
    if_true: Expr
    if_false: Expr


@dataclass(eq=False)
class Convert(Expr):
    """An explicit conversion such as ``int8(x)``."""

    operand: Expr


@dataclass(eq=False)
class MathCall(Expr):
    """A function of the ``math`` dialect, by its name there."""

    function: str
    operands: list[Expr]


@dataclass(eq=False)
class Signature:
    """What a caller must know of a kernel. ``symbol`` is its name in the module."""

    symbol: str
    parameters: list[tuple[str, ScalarType | TensorType]]
    results: list[ScalarType | TensorType]


@dataclass(eq=False)
class KernelCall(Expr):
    """A call that gives one scalar."""

    call: TensorCall


@dataclass(eq=False)
class TensorCall:
    """A call of another kernel as such: any number of results of any type."""

    signature: Signature
    arguments: list[Expr | Buffer]
    node: ast.AST


@dataclass(eq=False)
class Table:
    """A constant array: nested lists or a captured NumPy array, not yet given an element type."""

    values: object
    node: ast.AST
    name: str | None = field(default=None)
