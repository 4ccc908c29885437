"""Integer division and remainder, with Python's rounding where Python has an opinion.

``/`` rounds toward zero and keeps the left type, as C does; ``//`` and ``%`` round down, as Python
and NumPy do. Dividing the smallest signed integer by -1 wraps (it is computed with one bit more);
dividing by zero is undefined, as in hardware.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlir import ir

from hcl_explore.frontend.affine import is_nonnegative
from hcl_explore.frontend.builder import Builder
from hcl_explore.frontend.expression import Binary, Constant
from hcl_explore.lang.promotion import common_type
from hcl_explore.lang.types import MAX_WIDTH, Index, Int, ScalarType, UInt, index

if TYPE_CHECKING:
    from hcl_explore.frontend.emit import Emitter


def emit_division(emitter: Emitter, expr: Binary) -> tuple[ir.Value, ScalarType]:
    """``left / right``, ``left // right`` or ``left % right`` of integers, and its type."""
    work = _work_type(expr)
    unsigned = isinstance(work, UInt) or (is_nonnegative(expr.left) and is_nonnegative(expr.right))
    builder = emitter.builder
    location = emitter.locate(expr)
    storage = builder.storage(work)
    if expr.operator == "%" and not unsigned and _power_of_two(expr.right):
        assert isinstance(expr.right, Constant)
        left = emitter.emit(expr.left, work)
        mask = builder.constant(work, int(expr.right.value) - 1, location)
        return builder.value("arith.andi", (left, mask), storage, location), work
    left = emitter.emit(expr.left, work)
    right = emitter.emit(expr.right, work)
    if expr.operator == "%":
        if unsigned:
            return builder.value("arith.remui", (left, right), storage, location), work
        return _floor_remainder(builder, work, expr, left, right, location), work
    if unsigned:
        name = "arith.divui"
    else:
        name = "arith.divsi" if expr.operator == "/" else "arith.floordivsi"
    value = builder.value(name, (left, right), storage, location)
    if work.bits > expr.type.bits:
        return builder.cast(value, work, expr.type, location), expr.type
    return value, work


def _work_type(expr: Binary) -> ScalarType:
    """Wide enough for both operands, and to divide the smallest integer by -1: that quotient needs
    one bit more, and processors trap on it even for the remainder."""
    if isinstance(expr.type, Index):
        return index
    left, right = expr.left.type, expr.right.type
    work = common_type(left, right)
    if isinstance(work, Index):
        return index
    smallest = isinstance(left, Int) and isinstance(work, Int) and left.width == work.width
    if isinstance(expr.right, Constant):
        minus_one = expr.right.value == -1
    else:
        minus_one = isinstance(right, Int)
    if smallest and minus_one:
        return Int(min(work.bits + 1, MAX_WIDTH))
    return work


def _power_of_two(expr: object) -> bool:
    if not isinstance(expr, Constant) or not isinstance(expr.value, int):
        return False
    return expr.value > 0 and expr.value & (expr.value - 1) == 0


def _floor_remainder(
    builder: Builder,
    work: ScalarType,
    expr: Binary,
    left: ir.Value,
    right: ir.Value,
    location: ir.Location,
) -> ir.Value:
    """The remainder with the divisor's sign, from the machine's with the dividend's."""
    storage = builder.storage(work)
    flag = builder.storage(UInt(1))
    remainder = builder.value("arith.remsi", (left, right), storage, location)
    zero = builder.constant(work, 0, location)
    if isinstance(expr.right, Constant):
        # The divisor's sign is known, so one comparison decides.
        wrong = _compare(builder, "<" if expr.right.value > 0 else ">", remainder, zero, location)
    else:
        signs = builder.value("arith.xori", (remainder, right), storage, location)
        differ = _compare(builder, "<", signs, zero, location)
        inexact = _compare(builder, "!=", remainder, zero, location)
        wrong = builder.value("arith.andi", (differ, inexact), flag, location)
    corrected = builder.value("arith.addi", (remainder, right), storage, location)
    return builder.value("arith.select", (wrong, corrected, remainder), storage, location)


def _compare(
    builder: Builder, operator: str, left: ir.Value, right: ir.Value, location: ir.Location
) -> ir.Value:
    predicate = {"!=": 1, "<": 2, ">": 4}[operator]
    attribute = ir.IntegerAttr.get(ir.IntegerType.get_signless(64), predicate)
    flag = builder.storage(UInt(1))
    return builder.value("arith.cmpi", (left, right), flag, location, {"predicate": attribute})


def emit_float_remainder(
    builder: Builder, work: ScalarType, left: ir.Value, right: ir.Value, location: ir.Location
) -> ir.Value:
    """``left % right`` of floats with the divisor's sign."""
    storage = builder.storage(work)
    flag = builder.storage(UInt(1))
    i64 = ir.IntegerType.get_signless(64)
    remainder = builder.value("arith.remf", (left, right), storage, location)
    zero = builder.constant(work, 0.0, location)

    def compare(predicate: int, a: ir.Value, b: ir.Value) -> ir.Value:
        attribute = {"predicate": ir.IntegerAttr.get(i64, predicate)}
        return builder.value("arith.cmpf", (a, b), flag, location, attribute)

    olt, one = 4, 6
    negative = compare(olt, remainder, zero)
    divisor_negative = compare(olt, right, zero)
    differ = builder.value("arith.xori", (negative, divisor_negative), flag, location)
    inexact = compare(one, remainder, zero)
    wrong = builder.value("arith.andi", (differ, inexact), flag, location)
    corrected = builder.value("arith.addf", (remainder, right), storage, location)
    return builder.value("arith.select", (wrong, corrected, remainder), storage, location)
