"""Typed expressions to operations.

Every expression is emitted *for* the type its user wants. Sums, differences and products of
integers are the same modulo 2**w whether computed wide and cut or computed in w bits, so when the
result goes into w bits they are computed in w bits: the IR has no widths that nobody asked for.
Everything else is computed at its type by the promotion rules and converted.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable
from typing import Protocol

from mlir import ir

from hcl_explore.errors import KernelTypeError
from hcl_explore.frontend.affine import (
    AffineCondition,
    AffineOperands,
    affine_condition,
)
from hcl_explore.frontend.builder import Builder, map_attribute
from hcl_explore.frontend.call_emission import emit_call
from hcl_explore.frontend.division import emit_division, emit_float_remainder
from hcl_explore.frontend.expression import (
    Argument,
    ArrayValue,
    Binary,
    BitCast,
    Buffer,
    Compare,
    Computed,
    Constant,
    Convert,
    Expr,
    KernelCall,
    Load,
    Logical,
    LoopIndex,
    MathCall,
    Named,
    Raw,
    ReversedBits,
    Select,
    Shared,
    TensorCall,
    Unary,
)
from hcl_explore.frontend.fixed_point import (
    emit_fixed_binary,
    emit_fixed_unary,
    emit_raw,
    is_unsigned,
)
from hcl_explore.frontend.speculation import may_run_always
from hcl_explore.frontend.streams import Get, StreamEmitter, Test
from hcl_explore.frontend.unit import Unit
from hcl_explore.lang.promotion import common_type
from hcl_explore.lang.types import (
    BOOL,
    FixedType,
    Float,
    Index,
    IntegerType,
    ScalarType,
    TensorType,
    UInt,
    float32,
    index,
)

_RING = {"+": "arith.addi", "-": "arith.subi", "*": "arith.muli"}
_BITWISE = {"&": "arith.andi", "|": "arith.ori", "^": "arith.xori"}
_FLOAT = {
    "+": "arith.addf",
    "-": "arith.subf",
    "*": "arith.mulf",
    "/": "arith.divf",
    "min": "arith.minimumf",
    "max": "arith.maximumf",
}
# Encodings of arith.cmpi and arith.cmpf predicates; comparisons with a NaN are false, != is true.
_SIGNED = {"==": 0, "!=": 1, "<": 2, "<=": 3, ">": 4, ">=": 5}
_UNSIGNED = {"==": 0, "!=": 1, "<": 6, "<=": 7, ">": 8, ">=": 9}
_ORDERED = {"==": 1, ">": 2, ">=": 3, "<": 4, "<=": 5, "!=": 13}


def concrete(scalar: ScalarType, wanted: ScalarType | None = None) -> ScalarType:
    """``scalar``, with literal floats taking the wanted float type, else ``float32``."""
    if isinstance(scalar, Float) and scalar.bits == 0:
        return wanted if isinstance(wanted, Float) and wanted.bits else float32
    return scalar


class Stager(Protocol):
    """Makes the copies that a call needs."""

    def stage(self, value: ArrayValue, name: str, kind: TensorType, node: ast.AST) -> Buffer:
        """A buffer of its own with the elements of ``value``, converted to ``kind``."""

    def fill(self, target: ArrayValue, value: Expr | ArrayValue, node: ast.AST) -> None:
        """Store ``value`` in all of ``target``."""


class Emitter:
    """Emits typed expressions of ``unit`` through a builder."""

    def __init__(self, builder: Builder, unit: Unit) -> None:
        self.builder = builder
        self.unit = unit
        self.changed: set[str] = set()
        """Names of the array arguments that anything has been stored in."""
        self.stager: Stager | None = None
        self.streams = StreamEmitter(self)

    def emit(self, expr: Expr, wanted: ScalarType | None = None) -> ir.Value:
        """The value of ``expr`` as ``wanted`` (by default as its own type)."""
        wanted = concrete(expr.type, None) if wanted is None else wanted
        if isinstance(expr, Constant):
            return self._constant(expr, wanted)
        if isinstance(expr.type, Index) and (affine := self._emit_affine(expr)) is not None:
            return self._cast(affine, index, wanted, expr)
        if isinstance(expr, Shared):
            if wanted not in expr.values:
                expr.values[wanted] = self.emit(expr.operand, wanted)
            return expr.values[wanted]
        if isinstance(expr, Binary):
            return self._emit_binary(expr, wanted)
        if isinstance(expr, Load):
            return self._cast(self.emit_load(expr), expr.type, wanted, expr)
        if isinstance(expr, Argument) and expr.symbol is not None and isinstance(wanted, Index):
            return expr.symbol()
        if isinstance(expr, (Argument, LoopIndex, Computed)):
            return self._cast(expr.value, expr.type, wanted, expr)
        if isinstance(expr, (Compare, Logical)):
            return self._cast(self.emit_condition(expr), BOOL, wanted, expr)
        if isinstance(expr, Named):
            return self._cast(self.emit(expr.operand, expr.type), expr.type, wanted, expr)
        if isinstance(expr, Select):
            return self._emit_select(expr, wanted)
        if isinstance(expr, Unary):
            return self._emit_unary(expr, wanted)
        if isinstance(expr, Convert):
            return self._cast(self.emit(expr.operand, expr.type), expr.type, wanted, expr)
        if isinstance(expr, MathCall):
            return self._emit_math(expr, wanted)
        if isinstance(expr, ReversedBits):
            return self._cast(self._emit_reversed(expr), expr.type, wanted, expr)
        if isinstance(expr, BitCast):
            value = self.emit(expr.operand)
            storage = self.builder.storage(expr.type)
            if value.type != storage:
                value = self.builder.value("arith.bitcast", (value,), storage, self.locate(expr))
            return self._cast(value, expr.type, wanted, expr)
        if isinstance(expr, Raw):
            return emit_raw(self, expr, wanted)
        if isinstance(expr, Get):
            return self._cast(self.streams.get(expr), expr.type, wanted, expr)
        if isinstance(expr, Test):
            return self._cast(self.streams.test(expr), BOOL, wanted, expr)
        assert isinstance(expr, KernelCall)
        value = self.emit_call(expr.call).results[0]
        return self._cast(value, expr.type, wanted, expr)

    def locate(self, expr: Expr) -> ir.Location:
        """The place of ``expr`` in the source."""
        return self.unit.location(expr.node)

    def _constant(self, expr: Constant, wanted: ScalarType) -> ir.Value:
        if not isinstance(wanted, Float) and not math.isfinite(expr.value):
            raise KernelTypeError(
                f"{expr.value} cannot be converted to {wanted}", span=self.unit.span(expr.node)
            )
        return self.builder.constant(wanted, expr.value, self.locate(expr))

    def _cast(
        self, value: ir.Value, source: ScalarType, target: ScalarType, expr: Expr
    ) -> ir.Value:
        if source == target:
            return value
        return self.builder.cast(value, source, target, self.locate(expr))

    # --- memory ------------------------------------------------------------------------------

    def emit_load(self, load: Load) -> ir.Value:
        """The element, in its own type."""
        return self._access(load.buffer, load.subscripts, None, load)

    def emit_store(self, target: Load, value: ir.Value) -> None:
        """Store ``value``, already of the buffer's element type."""
        self._access(target.buffer, target.subscripts, value, target)

    def _access(
        self, buffer: Buffer, subscripts: list[Expr], stored: ir.Value | None, place: Expr
    ) -> ir.Value:
        location = self.locate(place)
        operands = AffineOperands()
        maps = [operands.convert(subscript) for subscript in subscripts]
        if any(expression is None for expression in maps):
            dialect = "memref"
            indices = [self.emit(subscript, index) for subscript in subscripts]
            attributes = None
        else:
            dialect = "affine"
            indices = operands.values
            attributes = {"map": map_attribute(len(operands.dims), len(operands.symbols), maps)}
        if stored is None:
            result = self.builder.storage(buffer.type.element)
            return self.builder.value(
                f"{dialect}.load", [buffer.value, *indices], result, location, attributes
            )
        self.note_change(buffer)
        self.builder.op(
            f"{dialect}.store", [stored, buffer.value, *indices], (), location, attributes
        )
        return stored

    def _emit_affine(self, expr: Expr) -> ir.Value | None:
        """An affine expression as one ``affine.apply``, or None if it is not affine."""
        if isinstance(expr, (LoopIndex, Argument)):
            return expr.value
        if isinstance(expr, Named):
            return self.emit(expr.operand, index)
        operands = AffineOperands()
        expression = operands.convert(expr)
        if expression is None:
            return None
        attribute = map_attribute(len(operands.dims), len(operands.symbols), [expression])
        return self.builder.value(
            "affine.apply",
            operands.values,
            self.builder.index,
            self.locate(expr),
            {"map": attribute},
        )

    def emit_call(self, call: TensorCall) -> ir.Operation:
        """The call itself; see ``call_emission``."""
        return emit_call(self, call)

    def note_change(self, buffer: Buffer) -> None:
        if buffer.is_argument:
            self.changed.add(buffer.name)

    # --- arithmetic --------------------------------------------------------------------------

    def _emit_binary(self, expr: Binary, wanted: ScalarType) -> ir.Value:
        if isinstance(expr.type, Float):
            return self._emit_float_binary(expr, wanted)
        operator = expr.operator
        if any(isinstance(e.type, FixedType) for e in (expr, expr.left, expr.right)):
            return emit_fixed_binary(self, expr, wanted)
        work = self._integer_width(expr, wanted)
        if operator in ("/", "//", "%"):
            value, produced = emit_division(self, expr)
            return self._cast(value, produced, wanted, expr)
        left = self.emit(expr.left, work)
        right = self.emit(expr.right, work)
        if operator in _RING:
            name = _RING[operator]
        elif operator in _BITWISE:
            name = _BITWISE[operator]
        elif operator == "<<":
            name = "arith.shli"
        else:
            kind = "ui" if isinstance(work, UInt) else "si"
            names = {">>": f"arith.shr{kind}", "min": f"arith.min{kind}", "max": f"arith.max{kind}"}
            name = names[operator]
        storage = self.builder.storage(work)
        value = self.builder.value(name, (left, right), storage, self.locate(expr))
        return self._cast(value, work, wanted, expr)

    def _integer_width(self, expr: Binary, wanted: ScalarType) -> ScalarType:
        """The type to compute an integer operation in, given where its result goes."""
        if not isinstance(wanted, (IntegerType, Index)):
            return expr.type
        narrower = wanted.bits <= expr.type.bits
        if expr.operator in ("+", "-"):
            return wanted
        if expr.operator == "*" and (narrower or isinstance(wanted, Index)):
            return wanted
        if expr.operator in _BITWISE and narrower:
            return wanted
        if expr.operator == "<<" and narrower:
            distance = expr.right.value if isinstance(expr.right, Constant) else wanted.bits
            return wanted if distance < wanted.bits else expr.type
        return expr.type

    def _emit_float_binary(self, expr: Binary, wanted: ScalarType) -> ir.Value:
        work = concrete(expr.type, wanted)
        location = self.locate(expr)
        storage = self.builder.storage(work)
        left, right = self.emit(expr.left, work), self.emit(expr.right, work)
        if expr.operator == "%":
            value = emit_float_remainder(self.builder, work, left, right, location)
        elif expr.operator == "//":
            quotient = self.builder.value("arith.divf", (left, right), storage, location)
            value = self.builder.value("math.floor", (quotient,), storage, location)
        else:
            value = self.builder.value(_FLOAT[expr.operator], (left, right), storage, location)
        return self._cast(value, work, wanted, expr)

    def _emit_unary(self, expr: Unary, wanted: ScalarType) -> ir.Value:
        location = self.locate(expr)
        builder = self.builder
        if expr.operator == "not":
            condition = self.emit_condition(expr.operand)
            true = builder.constant(BOOL, 1, location)
            storage = builder.storage(BOOL)
            inverted = builder.value("arith.xori", (condition, true), storage, location)
            return self._cast(inverted, BOOL, wanted, expr)
        if isinstance(expr.type, Float):
            work = concrete(expr.type, wanted)
            name = "arith.negf" if expr.operator == "-" else "math.absf"
            operand = self.emit(expr.operand, work)
            value = builder.value(name, (operand,), builder.storage(work), location)
            return self._cast(value, work, wanted, expr)
        if isinstance(expr.type, FixedType):
            return emit_fixed_unary(self, expr, wanted)
        work = expr.type
        integer_wanted = isinstance(wanted, (IntegerType, Index))
        if expr.operator == "abs":
            operand = self.emit(expr.operand, work)
            value = builder.value("math.absi", (operand,), builder.storage(work), location)
            return self._cast(value, work, wanted, expr)
        if integer_wanted and (expr.operator == "-" or wanted.bits <= work.bits):
            work = wanted
        storage = builder.storage(work)
        if expr.operator == "-":
            zero = builder.constant(work, 0, location)
            operand = self.emit(expr.operand, work)
            value = builder.value("arith.subi", (zero, operand), storage, location)
        else:
            ones = builder.constant(work, -1, location)
            operand = self.emit(expr.operand, work)
            value = builder.value("arith.xori", (operand, ones), storage, location)
        return self._cast(value, work, wanted, expr)

    def _emit_math(self, expr: MathCall, wanted: ScalarType) -> ir.Value:
        work = concrete(expr.type, wanted)
        operands = [self.emit(operand, work) for operand in expr.operands]
        storage = self.builder.storage(work)
        value = self.builder.value(f"math.{expr.function}", operands, storage, self.locate(expr))
        return self._cast(value, work, wanted, expr)

    def _emit_reversed(self, expr: ReversedBits) -> ir.Value:
        """Bit 0 to bit w - 1 and so on, one by one: in hardware this is only wiring."""
        builder, location, kind = self.builder, self.locate(expr), expr.type
        storage = builder.storage(kind)
        rest = self.emit(expr.operand, kind)
        one = builder.constant(kind, 1, location)
        result = builder.value("arith.andi", (rest, one), storage, location)
        for _ in range(kind.bits - 1):
            rest = builder.value("arith.shrui", (rest, one), storage, location)
            bit = builder.value("arith.andi", (rest, one), storage, location)
            result = builder.value("arith.shli", (result, one), storage, location)
            result = builder.value("arith.ori", (result, bit), storage, location)
        return result

    # --- conditions --------------------------------------------------------------------------

    def emit_condition(self, expr: Expr) -> ir.Value:
        """The truth of ``expr`` as an ``i1``; ``and``/``or`` evaluate no more than Python would."""
        if isinstance(expr, Compare):
            return self._emit_compare(expr)
        if isinstance(expr, Logical):
            return self._emit_logical(expr.operator, expr.operands, expr)
        if expr.type == BOOL:
            return self.emit(expr, BOOL)
        return self._emit_compare(
            Compare(BOOL, expr.node, "!=", expr, Constant(BOOL, expr.node, 0))
        )

    def _emit_compare(self, expr: Compare) -> ir.Value:
        work = concrete(common_type(expr.left.type, expr.right.type))
        sides = (expr.left.type, expr.right.type)
        if any(isinstance(side, Index) for side in sides) and not isinstance(
            work, (Float, FixedType)
        ):
            unsigned_64 = any(isinstance(side, UInt) and side.bits > 63 for side in sides)
            if work.bits <= 64 and not unsigned_64:
                work = index
        left, right = self.emit(expr.left, work), self.emit(expr.right, work)
        i64 = ir.IntegerType.get_signless(64)
        if isinstance(work, Float):
            name, predicate = "arith.cmpf", _ORDERED[expr.operator]
        else:
            table = _UNSIGNED if is_unsigned(work) else _SIGNED
            name, predicate = "arith.cmpi", table[expr.operator]
        attribute = {"predicate": ir.IntegerAttr.get(i64, predicate)}
        storage = self.builder.storage(BOOL)
        return self.builder.value(name, (left, right), storage, self.locate(expr), attribute)

    def _emit_logical(self, operator: str, operands: list[Expr], whole: Expr) -> ir.Value:
        if len(operands) == 1:
            return self.emit_condition(operands[0])
        first, rest = operands[0], operands[1:]
        storage = self.builder.storage(BOOL)
        location = self.locate(whole)
        if all(may_run_always(operand) for operand in rest):
            left = self.emit_condition(first)
            right = self._emit_logical(operator, rest, whole)
            name = "arith.andi" if operator == "and" else "arith.ori"
            return self.builder.value(name, (left, right), storage, location)

        def decided() -> ir.Value:
            return self.builder.constant(BOOL, int(operator == "or"), location)

        def undecided() -> ir.Value:
            return self._emit_logical(operator, rest, whole)

        arms = (undecided, decided) if operator == "and" else (decided, undecided)
        return self._choose(first, BOOL, *arms, location)

    def _emit_select(self, expr: Select, wanted: ScalarType) -> ir.Value:
        work = concrete(expr.type, wanted)
        both_integers = isinstance(work, IntegerType) and isinstance(wanted, IntegerType)
        constants = isinstance(expr.if_true, Constant) and isinstance(expr.if_false, Constant)
        if constants or (both_integers and wanted.bits <= work.bits):
            work = wanted
        location = self.locate(expr)
        if may_run_always(expr.if_true) and may_run_always(expr.if_false):
            condition = self.emit_condition(expr.condition)
            arms = (self.emit(expr.if_true, work), self.emit(expr.if_false, work))
            value = self.builder.value(
                "arith.select", (condition, *arms), self.builder.storage(work), location
            )
        else:
            value = self._choose(
                expr.condition,
                work,
                lambda: self.emit(expr.if_true, work),
                lambda: self.emit(expr.if_false, work),
                location,
            )
        return self._cast(value, work, wanted, expr)

    def _choose(
        self,
        condition: Expr,
        result: ScalarType,
        if_true: Callable[[], ir.Value],
        if_false: Callable[[], ir.Value],
        location: ir.Location,
    ) -> ir.Value:
        """An ``if`` with a result: only one of the two arms runs."""
        conditional = self.open_if(condition, [self.builder.storage(result)], location)
        dialect = conditional.name.split(".")[0]
        for region, arm in zip(conditional.regions, (if_true, if_false), strict=True):
            with self.builder.inside(region.blocks.append()):
                self.builder.op(f"{dialect}.yield", [arm()], (), location)
        return conditional.results[0]

    def open_if(
        self, condition: Expr, results: list[ir.Type], location: ir.Location
    ) -> ir.Operation:
        """An ``affine.if`` or ``scf.if`` with two regions that have no blocks yet."""
        affine = affine_condition(condition)
        if affine is not None:
            return self.open_affine_if(affine, results, location)
        value = self.emit_condition(condition)
        return self.builder.op("scf.if", [value], results, location, regions=2)

    def open_affine_if(
        self, condition: AffineCondition, results: list[ir.Type], location: ir.Location
    ) -> ir.Operation:
        """An ``affine.if`` with two regions that have no blocks yet."""
        operands = condition.operands
        integer_set = ir.IntegerSet.get(
            len(operands.dims), len(operands.symbols), condition.constraints, condition.equalities
        )
        attribute = {"condition": ir.IntegerSetAttr.get(integer_set)}
        return self.builder.op(
            "affine.if", operands.values, results, location, attribute, regions=2
        )
