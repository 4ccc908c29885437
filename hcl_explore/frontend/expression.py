"""Typed expressions: what an expression means, before any operation is emitted.

The reader makes these from the syntax tree; affine analysis looks at their structure, and the
emitter turns them into operations at the width their user needs.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from mlir import ir

from hcl_explore.lang.dataflow import StreamKind
from hcl_explore.lang.memory import Memory
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


def type_name(scalar: ScalarType) -> str:
    """The type as messages call it."""
    return "float" if scalar is LITERAL else str(scalar)


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
    """An induction variable. ``affine`` if it may occur in affine maps; values in [low, high].

    Without ``value`` it only stands for one, in an expression that is looked at and not emitted.
    """

    value: ir.Value | None
    affine: bool
    low: int | None
    high: int | None


@dataclass(eq=False)
class Argument(Expr):
    """A scalar function argument. ``symbol`` makes of an integer what affine maps take."""

    value: ir.Value
    symbol: Callable[[], ir.Value] | None = field(default=None, kw_only=True)


@dataclass(eq=False)
class Named(Expr):
    """A variable that keeps the affine value it is declared with: maps see through it."""

    operand: Expr


@dataclass(eq=False)
class Position(Argument):
    """Dimension ``dim`` of a task's position in its mapping: 0 … ``extent`` - 1."""

    dim: int
    extent: int


@dataclass(eq=False)
class PositionTuple:
    """``df.get_pid()`` of a mapping with several dimensions: to be unpacked."""

    positions: list[Position]
    node: ast.AST


@dataclass(eq=False)
class Computed(Expr):
    """A value that was already emitted."""

    value: ir.Value


class ArrayValue:
    """Anything with a shape: an array in memory, a part of one, or a calculation over arrays."""

    name: str
    type: TensorType

    def at(self, subscripts: list[Expr], node: ast.AST) -> Expr:
        """The element at ``subscripts``, one per dimension, as used at ``node``."""
        raise NotImplementedError


@dataclass(eq=False)
class Buffer(ArrayValue):
    """An array, or a scalar variable (shape ``()``), in memory. Constant tables are read-only."""

    name: str
    type: TensorType
    value: ir.Value
    read_only: bool = False
    is_argument: bool = False

    def at(self, subscripts: list[Expr], node: ast.AST) -> Expr:
        return Load(self.type.element, node, self, subscripts)


@dataclass(eq=False)
class StreamValue:
    """A stream, or an array of streams, of this function; or one FIFO of such an ``array``, whose
    subscripts are ``chosen``."""

    name: str
    type: StreamKind
    value: ir.Value
    array: StreamKind | None = None
    chosen: tuple[Expr, ...] = ()


@dataclass(eq=False)
class View(ArrayValue):
    """Part of another array, without a copy: ``place`` turns its subscripts into the other's."""

    name: str
    type: TensorType
    base: ArrayValue
    place: Callable[[list[Expr]], list[Expr]]

    def at(self, subscripts: list[Expr], node: ast.AST) -> Expr:
        return self.base.at(self.place(subscripts), node)


@dataclass(eq=False)
class Copied(View):
    """All of another array, written as a copy: what it is first assigned to needs no type."""


@dataclass(eq=False)
class Elementwise(ArrayValue):
    """A calculation over arrays, done where it is assigned: one loop nest for all of it."""

    name: str
    type: TensorType
    element: Callable[[list[Expr]], Expr]

    def at(self, subscripts: list[Expr], node: ast.AST) -> Expr:
        del node  # its operations have places of their own
        return self.element(subscripts)


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
class ReversedBits(Expr):
    """The bits of an integer in the opposite order."""

    operand: Expr


@dataclass(eq=False)
class BitCast(Expr):
    """The bits of a value taken as another type of the same width."""

    operand: Expr


@dataclass(eq=False)
class Raw(Expr):
    """``operand * 2**fraction`` as an integer of ``type``, which holds it exactly."""

    operand: Expr
    fraction: int


@dataclass(eq=False)
class Shared(Expr):
    """An operand that an expression uses several times and computes once.

    ``values`` are what was emitted for it, by type: the first use must come before the others and
    not under a condition that they are outside of.
    """

    operand: Expr
    values: dict[ScalarType, ir.Value] = field(default_factory=dict)


@dataclass(eq=False)
class MathCall(Expr):
    """A function of the ``math`` dialect, by its name there."""

    function: str
    operands: list[Expr]


@dataclass(eq=False)
class Signature:
    """What a caller must know of a kernel. ``symbol`` is its name in the module.

    ``storage`` is the memory asked for, by parameter.
    ``changed`` are the parameters whose arrays it may change, once it is lowered.
    ``handed`` are the stream parameters that take one FIFO of an array: the array's type. The
    function takes the array instead, and after all others its subscripts: ``subscripts``, with the
    size of the dimension.
    ``declared`` are the parameters as written, where ``parameters`` has the parts of structs, and
    ``returned`` the struct type of the result, where ``results`` has its parts.
    """

    symbol: str
    parameters: list[tuple[str, ScalarType | TensorType | StreamKind]]
    results: list[ScalarType | TensorType]
    storage: dict[str, Memory] = field(default_factory=dict)
    changed: frozenset[str] = frozenset()
    declared: list[tuple[str, ScalarType | TensorType | StreamKind]] = field(default_factory=list)
    returned: ScalarType | TensorType | None = None
    handed: Mapping[str, StreamKind] = field(default_factory=dict)
    subscripts: dict[str, int] = field(default_factory=dict)


@dataclass(eq=False)
class KernelCall(Expr):
    """A call that gives one scalar."""

    call: TensorCall


@dataclass(eq=False)
class TensorCall:
    """A call of another kernel as such: any number of results of any type."""

    signature: Signature
    arguments: list[Expr | ArrayValue | StreamValue]
    node: ast.AST


@dataclass(eq=False)
class Table:
    """A constant array: nested lists or a captured NumPy array, not yet given an element type."""

    values: object
    node: ast.AST
    name: str | None = field(default=None)


def operands_of(expr: Expr) -> list[Expr]:
    """The expressions directly inside ``expr``."""
    if isinstance(expr, (Binary, Compare)):
        return [expr.left, expr.right]
    if isinstance(expr, (Unary, Convert, ReversedBits, BitCast, Raw, Shared, Named)):
        return [expr.operand]
    if isinstance(expr, (Logical, MathCall)):
        return expr.operands
    if isinstance(expr, Select):
        return [expr.condition, expr.if_true, expr.if_false]
    if isinstance(expr, Load):
        return expr.subscripts
    if isinstance(expr, KernelCall):
        return [argument for argument in expr.call.arguments if isinstance(argument, Expr)]
    return []


def loads_in(expr: Expr) -> Iterator[Load]:
    """Every load that evaluating ``expr`` does."""
    if isinstance(expr, Load):
        yield expr
    for operand in operands_of(expr):
        yield from loads_in(operand)


def same(left: Expr, right: Expr) -> bool:
    """Whether two expressions are written alike, so that they have the same value."""
    if left is right:
        return True
    if type(left) is not type(right):
        return False
    if isinstance(left, Constant) and isinstance(right, Constant):
        return left.value == right.value
    if isinstance(left, (LoopIndex, Argument)) and isinstance(right, (LoopIndex, Argument)):
        return bool(left.value == right.value)
    if isinstance(left, Binary) and isinstance(right, Binary) and left.operator != right.operator:
        return False
    if not isinstance(left, (Binary, Named)):
        return False
    return all(map(same, operands_of(left), operands_of(right)))
