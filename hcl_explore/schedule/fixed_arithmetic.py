"""Calculations between fixed-point arrays in fixed point, where conversions made them float.

An expression whose every operand is fixed point, an integer or a constant that fixed point holds
exactly needs no float: sums, differences, products, minima and maxima of such operands lose
nothing in fixed point of the promoted type.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction

import mlir.ir as ir

from hcl_explore.frontend.builder import Builder
from hcl_explore.ir import attributes as attrs
from hcl_explore.ir.values import defining_operation
from hcl_explore.lang.promotion import fixed_type, promote
from hcl_explore.lang.types import Fixed, FixedType, IntegerType, ScalarType, UFixed

_OPERATORS = {
    "arith.addf": "+",
    "arith.subf": "-",
    "arith.mulf": "*",
    "arith.maximumf": "max",
    "arith.minimumf": "min",
}
_NAMES = {"+": "addi", "-": "subi", "*": "muli"}
# What is wider than this stays float: the hardware would be larger, not smaller.
_WIDEST = 64
_CONSTANT_BITS = 24

DtypeOf = Callable[[ir.Value], ScalarType | None]
Number = tuple[ir.Value, FixedType | IntegerType]


def use_fixed_arithmetic(store: ir.Operation, dtype_of: DtypeOf) -> None:
    """Compute what ``store`` writes, converted from a float, in fixed point where that is exact.

    ``dtype_of`` gives the element type of an array. The context must be entered.
    """
    target = dtype_of(store.operands[1])
    number = _converted_float(store.operands[0], target)
    if number is None or not isinstance(target, FixedType):
        return
    rewriter = _Rewriter(Builder(ir.InsertionPoint(store)), dtype_of, store.location)
    if rewriter.plan(number) is None or _is_constant(number):
        return
    value, kind = rewriter.emit(number)
    old = store.operands[0]
    store.operands[0] = rewriter.builder.cast(value, kind, target, store.location)
    erase_unused(old)


def _converted_float(value: ir.Value, target: ScalarType | None) -> ir.Value | None:
    """The float that ``value`` is made from by a conversion to ``target``."""
    op = defining_operation(value)
    if op is not None and op.name == "arith.trunci":
        op = defining_operation(op.operands[0])
    if op is None or op.name != "arith.fptosi" or attrs.text(op, attrs.DTYPE) != str(target):
        return None
    floor = defining_operation(op.operands[0])
    assert floor is not None and floor.name == "math.floor" and isinstance(target, FixedType)
    return _unscaled(floor.operands[0], target.fraction) if target.fraction else floor.operands[0]


def _unscaled(value: ir.Value, exponent: int) -> ir.Value | None:
    """``x`` where ``value`` is ``x * 2**exponent``."""
    op = defining_operation(value)
    if op is None or op.name != "arith.mulf" or _constant(op.operands[1]) != 2.0**exponent:
        return None
    return op.operands[0]


def _constant(value: ir.Value) -> float | None:
    op = defining_operation(value)
    if op is None or op.name != "arith.constant":
        return None
    return float(ir.FloatAttr(op.attributes["value"]).value)


def _is_constant(value: ir.Value) -> bool:
    return _constant(value) is not None


class _Rewriter:
    """Finds the types of an expression in fixed point, then emits it."""

    def __init__(self, builder: Builder, dtype_of: DtypeOf, location: ir.Location) -> None:
        self.builder = builder
        self._dtype_of = dtype_of
        self._location = location

    def plan(self, value: ir.Value) -> FixedType | IntegerType | None:
        """The type of ``value`` in fixed point; None if it needs a float."""
        kind = self._kind(value)
        return kind if kind is not None and kind.bits <= _WIDEST else None

    def _kind(self, value: ir.Value) -> FixedType | IntegerType | None:
        constant = _constant(value)
        if constant is not None:
            return _constant_type(constant)
        leaf = self._leaf(value)
        if leaf is not None:
            return leaf[1]
        op = defining_operation(value)
        if op is None:
            return None
        if op.name == "arith.negf":
            kind = self.plan(op.operands[0])
            return None if kind is None else _negated(kind)
        if op.name not in _OPERATORS:
            return None
        kinds = [self.plan(operand) for operand in op.operands]
        if kinds[0] is None or kinds[1] is None:
            return None
        promoted = promote(_OPERATORS[op.name], kinds[0], kinds[1])
        assert isinstance(promoted, (FixedType, IntegerType))
        return promoted

    def _leaf(self, value: ir.Value) -> Number | None:
        """The bits of a fixed-point or integer element that was converted to ``value``."""
        op = defining_operation(value)
        if op is not None and op.name == "arith.mulf":
            inner = defining_operation(op.operands[0])
            found = None if inner is None else self._loaded(inner)
            fits = found is not None and _constant(op.operands[1]) == 2.0 ** -_fraction(found[1])
            return found if fits and found is not None and _fraction(found[1]) else None
        found = None if op is None else self._loaded(op)
        return found if found is not None and _fraction(found[1]) == 0 else None

    def _loaded(self, op: ir.Operation) -> Number | None:
        if op.name not in ("arith.sitofp", "arith.uitofp"):
            return None
        load = defining_operation(op.operands[0])
        if load is None or load.name not in ("affine.load", "memref.load"):
            return None
        dtype = self._dtype_of(load.operands[0])
        return (op.operands[0], dtype) if isinstance(dtype, (FixedType, IntegerType)) else None

    def emit(self, value: ir.Value) -> Number:
        """The integer behind ``value``, and its type; ``plan`` found one."""
        kind = self._kind(value)
        assert kind is not None
        constant = _constant(value)
        if constant is not None:
            return self.builder.constant(kind, constant, self._location), kind
        leaf = self._leaf(value)
        if leaf is not None:
            return leaf
        op = defining_operation(value)
        assert op is not None
        held = self.builder.storage(kind)
        if op.name == "arith.negf":
            zero = self.builder.constant(kind, 0, self._location)
            operand = self._as(op.operands[0], kind)
            return self.builder.value("arith.subi", (zero, operand), held, self._location), kind
        operator = _OPERATORS[op.name]
        if operator == "*":
            fractions = [_fraction(self._known(operand)) for operand in op.operands]
        else:
            fractions = [_fraction(kind)] * 2
        signed = getattr(kind, "signed", True)
        sides = [
            self._as(operand, fixed_type(signed, kind.bits, fraction))
            for operand, fraction in zip(op.operands, fractions, strict=True)
        ]
        name = _NAMES.get(operator) or f"{operator}{'si' if signed else 'ui'}"
        return self.builder.value(f"arith.{name}", sides, held, self._location), kind

    def _known(self, value: ir.Value) -> FixedType | IntegerType:
        kind = self._kind(value)
        assert kind is not None
        return kind

    def _as(self, value: ir.Value, wanted: ScalarType) -> ir.Value:
        constant = _constant(value)
        if constant is not None:
            return self.builder.constant(wanted, constant, self._location)
        found, kind = self.emit(value)
        return self.builder.cast(found, kind, wanted, self._location)


def _fraction(kind: ScalarType) -> int:
    return kind.fraction if isinstance(kind, FixedType) else 0


def _negated(kind: FixedType | IntegerType) -> Fixed:
    return Fixed(kind.bits + 1, _fraction(kind))


def _constant_type(value: float) -> FixedType | None:
    """The narrowest fixed point with ``value``; None where that takes many bits."""
    if not math.isfinite(value):
        return None
    exact = Fraction(value)
    fraction = exact.denominator.bit_length() - 1
    raw = exact.numerator
    if fraction > _CONSTANT_BITS or abs(raw).bit_length() > _CONSTANT_BITS:
        return None
    if raw < 0:
        return Fixed((-raw - 1).bit_length() + 1, fraction)
    return UFixed(max(raw.bit_length(), 1), fraction)


def erase_unused(value: ir.Value) -> None:
    """Erase ``value`` and what only it was computed from, if nothing uses it."""
    op = defining_operation(value)
    if op is None or len(op.results) != 1 or len(op.regions):
        return
    if next(iter(op.results[0].uses), None) is not None:
        return
    dialect = op.name.split(".")[0]
    if dialect not in ("arith", "math") and op.name not in ("affine.load", "memref.load"):
        return
    operands = list(op.operands)
    op.erase()
    for operand in operands:
        erase_unused(operand)
