"""How each operation of ``arith`` on integers, and each conversion, reads in C++."""

from __future__ import annotations

from dataclasses import replace

import mlir.ir as ir

from hcl_explore.backend.hls.expression import (
    AND,
    EQUALITY,
    OR,
    ORDER,
    PRIMARY,
    TERNARY,
    UNARY,
    Expr,
    join,
    literal,
)
from hcl_explore.backend.hls.fixed_operations import (
    fixed_choice,
    fixed_extreme,
    fixed_quotient,
    resized_fixed,
    resized_literal,
)
from hcl_explore.backend.hls.fixed_point import Scaled
from hcl_explore.backend.hls.function import FunctionEmitter, Handler, with_bits
from hcl_explore.backend.hls.literals import float_literal, float_type
from hcl_explore.backend.hls.types import BOOL, INT, CType, exact, parsed
from hcl_explore.ir import attributes as attrs
from hcl_explore.lang.types import FixedType

# Encodings of arith.cmpi's predicates (mlir/include/mlir/Dialect/Arith/IR/ArithBase.td).
_COMPARISONS = ("==", "!=", "<", "<=", ">", ">=", "<", "<=", ">", ">=")
_FIRST_SIGNED, _FIRST_UNSIGNED = 2, 6
_MIRRORED = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_NEGATED = {"==": "!=", "!=": "==", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}


def bits_of(value: ir.Value) -> int:
    """The width of an integer value; ``index`` counts as 64."""
    return value.type.width if isinstance(value.type, ir.IntegerType) else 64


def emit_constant(f: FunctionEmitter, op: ir.Operation) -> None:
    result = op.results[0]
    attribute = op.attributes["value"]
    if isinstance(result.type, (ir.IntegerType, ir.IndexType)):
        bits = bits_of(result)
        value = constant_value(attribute, bits)
        dtype = attrs.text(op, attrs.DTYPE)
        kind = None if dtype is None else parsed(dtype)
        if bits == 1:
            truth = value & 1
            text = "true" if truth else "false"
            f.values[result] = Expr(text, PRIMARY, BOOL, 1, truth, truth, is_literal=True)
        else:
            scale = kind.fraction if isinstance(kind, FixedType) else 0
            f.values[result] = replace(literal(value, bits), scale=scale)
    else:
        ctype = float_type(f, op, result.type)
        f.values[result] = float_literal(f, ctype, float(ir.FloatAttr(attribute).value))


def constant_value(attribute: ir.Attribute, bits: int) -> int:
    """The value of an integer attribute; the bindings read up to 64 bits, the text has all."""
    if bits <= 64:
        return int(ir.IntegerAttr(attribute).value)
    return int(str(attribute).split(" : ")[0])


# --- sums, products, bits ---------------------------------------------------------------------


_RING_OPERATORS = {"add": "+", "subtract": "-", "multiply": "*"}


def _ring(name: str) -> Handler:
    def emit(f: FunctionEmitter, op: ir.Operation) -> None:
        left, right = f.number(op.operands[0]), f.number(op.operands[1])
        if left.bits > 1 and (left.is_fixed or right.is_fixed):
            made = f.fixed.ring(_RING_OPERATORS[name], left, right)
            if made is not None:
                f.define(op.results[0], made)
                return
        left, right = f.use(op.operands[0]), f.use(op.operands[1])
        if left.bits == 1:
            operator = "&" if name == "multiply" else "^"
            f.define(op.results[0], truth_operation(f, left, operator, right))
            return
        f.define(op.results[0], getattr(f.integers, name)(left, right))

    return emit


def _bitwise(operator: str) -> Handler:
    def emit(f: FunctionEmitter, op: ir.Operation) -> None:
        left, right = f.use(op.operands[0]), f.use(op.operands[1])
        if left.bits == 1:
            expr = truth_operation(f, left, operator, right)
        elif operator == "^" and right.is_literal and _is_all_ones(right):
            expr = f.integers.invert(left)
        else:
            expr = f.integers.bitwise(left, operator, right)
        f.define(op.results[0], expr)

    return emit


def _is_all_ones(value: Expr) -> bool:
    return (value.low + 1) % (1 << value.bits) == 0


def truth_operation(f: FunctionEmitter, left: Expr, operator: str, right: Expr) -> Expr:
    """``&``, ``|`` or ``^`` of conditions. Nothing in an expression has an effect, so ``&&`` may
    leave out its right side."""
    left, right = f.integers.truth(left), f.integers.truth(right)
    if operator == "^":
        if right.text == "true":
            return negation(left)
        return Expr(join(left, "!=", right), EQUALITY, BOOL, 1, 0, 1, left.reads | right.reads)
    doubled = operator * 2
    precedence = AND if operator == "&" else OR
    text = join(left, doubled, right)
    return Expr(text, precedence, BOOL, 1, 0, 1, left.reads | right.reads)


def negation(value: Expr) -> Expr:
    """``!value``; of an integer comparison, the opposite comparison."""
    if value.is_literal:
        truth = 1 - value.low
        text = "true" if truth else "false"
        return Expr(text, PRIMARY, BOOL, 1, truth, truth, is_literal=True)
    if value.head is not None and value.head[0] in _NEGATED and value.bits == 1:
        operator, left, right = value.head
        opposite = _NEGATED[operator]
        text = f"{left} {opposite} {right}"
        precedence = EQUALITY if opposite in ("==", "!=") else ORDER
        return Expr(text, precedence, BOOL, 1, 0, 1, value.reads, head=(opposite, left, right))
    return Expr(f"!{value.inside(UNARY - 1)}", UNARY, BOOL, 1, 0, 1, value.reads)


def _shift(name: str, sign: str) -> Handler:
    def emit(f: FunctionEmitter, op: ir.Operation) -> None:
        distance = f.use(op.operands[1])
        value = f.number(op.operands[0])
        moves = value.is_fixed and not value.is_literal and value.bits > 1
        reads_bits = sign == "unsigned" and value.low < 0
        if distance.is_literal and moves and not reads_bits:
            if sign and not _only_low_bits_used(op, distance.low):
                value = f.fixed.cut(value, signed=sign == "signed")
            f.define(op.results[0], f.fixed.shifted(value, -distance.low if sign else distance.low))
            return
        value = f.integer(op.operands[0])
        if sign:
            value = getattr(f.integers, sign)(value)
        shifted = getattr(f.integers, name)(value, distance)
        if distance.is_literal and not sign:
            shifted = replace(shifted, scaled=Scaled(value, distance.low))
        f.define(op.results[0], shifted)

    return emit


def _only_low_bits_used(op: ir.Operation, distance: int) -> bool:
    """Whether what a right shift fills in at the top is cut off again."""
    users = [use.owner.operation for use in op.results[0].uses]
    kept = bits_of(op.results[0]) - distance
    return all(user.name == "arith.trunci" and bits_of(user.results[0]) <= kept for user in users)


# --- division, extremes -----------------------------------------------------------------------


def _division(name: str, sign: str) -> Handler:
    def emit(f: FunctionEmitter, op: ir.Operation) -> None:
        numbers = [f.number(value) for value in op.operands]
        if name == "divide" and numbers[0].is_fixed and not numbers[0].is_literal:
            made = fixed_quotient(f, numbers[0], numbers[1], signed=sign == "signed")
            if made is not None:
                f.define(op.results[0], made)
                return
        left, right = (getattr(f.integers, sign)(f.use(value)) for value in op.operands)
        f.define(op.results[0], getattr(f.integers, name)(left, right))

    return emit


def emit_floor_division(f: FunctionEmitter, op: ir.Operation) -> None:
    left, right = (f.integers.signed(f.use(value)) for value in op.operands)
    if right.low > 0:
        expr = f.module.affine.floor_division(left, right)
    else:
        f.module.helpers.add("floor_div")
        ctype = exact(left.bits + 1, True)
        text = f"floor_div<{f.integers.spell(ctype)} >({left.text}, {right.text})"
        reads = left.reads | right.reads
        expr = Expr(text, PRIMARY, ctype, left.bits, ctype.low, ctype.high, reads)
    f.define(op.results[0], expr)


def emit_ceil_division(f: FunctionEmitter, op: ir.Operation) -> None:
    """``-floor(-left / right)``."""
    left, right = (f.integers.signed(f.use(value)) for value in op.operands)
    f.module.helpers.add("floor_div")
    ctype = exact(left.bits + 1, True)
    negative = f.integers.negate(left)
    text = f"-floor_div<{f.integers.spell(ctype)} >({negative.text}, {right.text})"
    reads = left.reads | right.reads
    high = ctype.high + 1
    f.define(
        op.results[0],
        Expr(text, UNARY, exact(left.bits + 2, True), left.bits, -high, high, reads),
    )


def _extreme(function: str, sign: str) -> Handler:
    def emit(f: FunctionEmitter, op: ir.Operation) -> None:
        left, right = f.number(op.operands[0]), f.number(op.operands[1])
        if left.is_fixed or right.is_fixed:
            made = fixed_extreme(f, function, left, right, signed=sign == "signed")
            if made is not None:
                f.define(op.results[0], made)
                return
        left, right = (getattr(f.integers, sign)(f.use(value)) for value in op.operands)
        f.define(op.results[0], f.integers.extreme(function, left, right))

    return emit


def emit_absolute(f: FunctionEmitter, op: ir.Operation) -> None:
    result = op.results[0]
    number = f.number(op.operands[0])
    if number.is_fixed and not number.is_literal:
        number = f.fixed.exactly(f.fixed.cut(number, signed=True))
        f.define(result, f.fixed.absolute(f.simple(number, f.hint(op.operands[0]))))
        return
    value = f.simple(f.integers.signed(f.use(op.operands[0])), f.hint(op.operands[0]))
    negative = f.integers.negate(value)
    if value.low >= 0:
        f.define(result, value)
        return
    ctype = value.ctype if value.ctype == INT else exact(value.bits, True)
    arms = f.integers.fit(negative, ctype), f.integers.fit(value, ctype)
    text = f"{value.text} < 0 ? {arms[0].text} : {arms[1].text}"
    high = max(-value.low, value.high)
    low = ctype.low if high > ctype.high else 0
    f.define(result, Expr(text, TERNARY, ctype, value.bits, low, min(high, ctype.high)))


# --- comparison, choice -----------------------------------------------------------------------


def emit_comparison(f: FunctionEmitter, op: ir.Operation) -> None:
    predicate = ir.IntegerAttr(op.attributes["predicate"]).value
    left, right = f.number(op.operands[0]), f.number(op.operands[1])
    if left.is_fixed or right.is_fixed:
        signed = None if predicate < _FIRST_SIGNED else predicate < _FIRST_UNSIGNED
        pair = f.fixed.comparable(left, right, signed=signed)
        if pair is not None:
            operator = _COMPARISONS[predicate]
            if pair[0].ctype.kind == "exact" and pair[0].ctype.width > 64:
                # ac_fixed.h compares integers that it cannot make a long long on the right only.
                operator, pair = _MIRRORED[operator], (pair[1], pair[0])
            f.define(op.results[0], _compared(operator, *pair))
            return
    left, right = f.use(op.operands[0]), f.use(op.operands[1])
    f.define(op.results[0], comparison(f, predicate, left, right))


def comparison(f: FunctionEmitter, predicate: int, left: Expr, right: Expr) -> Expr:
    integers = f.integers
    if predicate >= _FIRST_UNSIGNED:
        left, right = integers.unsigned(left), integers.unsigned(right)
    elif predicate >= _FIRST_SIGNED or not _both_unsigned(left, right):
        left, right = integers.signed(left), integers.signed(right)
    else:
        left, right = integers.rendered(left), integers.rendered(right)
    return _compared(_COMPARISONS[predicate], *integers.same_sign(left, right))


def _compared(operator: str, left: Expr, right: Expr) -> Expr:
    """``left operator right``, where C++ compares what is meant."""
    precedence = EQUALITY if operator in ("==", "!=") else ORDER
    # An operand with the precedence of a comparison gets parentheses on both sides.
    texts = left.inside(ORDER), right.inside(ORDER)
    low, high = _outcome(operator, left, right)
    return Expr(
        f"{texts[0]} {operator} {texts[1]}",
        precedence,
        BOOL,
        1,
        low,
        high,
        left.reads | right.reads,
        head=(operator, *texts),
    )


def _outcome(operator: str, left: Expr, right: Expr) -> tuple[int, int]:
    """(0, 0), (1, 1) or, where the ranges do not decide, (0, 1)."""
    if operator in ("==", "!="):
        if left.high < right.low or right.high < left.low:
            return (1, 1) if operator == "!=" else (0, 0)
        return (0, 1)
    if operator in (">", ">="):
        left, right = right, left
    strict = operator in ("<", ">")
    if left.high + int(strict) <= right.low:
        return (1, 1)
    return (0, 0) if left.low + int(strict) > right.high else (0, 1)


def _both_unsigned(left: Expr, right: Expr) -> bool:
    limit = 1 << left.bits
    return left.low >= 0 and right.low >= 0 and left.high < limit and right.high < limit


def emit_select(f: FunctionEmitter, op: ir.Operation) -> None:
    condition = f.use(op.operands[0])
    if_true, if_false = (f.number(value) for value in list(op.operands)[1:])
    f.define(op.results[0], choice(f, condition, if_true, if_false))


def choice(f: FunctionEmitter, condition: Expr, if_true: Expr, if_false: Expr) -> Expr:
    """``condition ? if_true : if_false``; C++ wants both arms in one type."""
    if condition.low == condition.high:
        return if_true if condition.low else if_false
    condition = f.integers.truth(condition)
    if if_true.is_fixed or if_false.is_fixed:
        pair = f.fixed.same_type(if_true, if_false)
        if pair is not None:
            return fixed_choice(condition, *pair)
        if_true, if_false = (f.fixed.raw(e) if e.is_fixed else e for e in (if_true, if_false))
    constants = if_true.is_literal and if_false.is_literal and if_true.bits == 1
    if constants and if_true.low % 2 != if_false.low % 2:
        return condition if if_true.low % 2 else negation(condition)
    reads = condition.reads | if_true.reads | if_false.reads
    low, high = min(if_true.low, if_false.low), max(if_true.high, if_false.high)
    ctype = if_true.ctype
    if ctype.is_integer:
        if_true, if_false, ctype = _one_type(f, if_true, if_false)
        low, high = min(if_true.low, if_false.low), max(if_true.high, if_false.high)
    arms = if_true.inside(TERNARY), if_false.inside(TERNARY - 1)
    text = f"{condition.inside(OR - 1)} ? {arms[0]} : {arms[1]}"
    return Expr(text, TERNARY, ctype, if_true.bits, low, high, reads)


def _one_type(f: FunctionEmitter, left: Expr, right: Expr) -> tuple[Expr, Expr, CType]:
    """Both integers in one C++ type that holds their N bits."""
    left, right = f.integers.rendered(left), f.integers.rendered(right)
    ctypes = (left.ctype, right.ctype)
    if BOOL == ctypes[0] == ctypes[1]:
        return left, right, BOOL
    if all(ctype.kind != "exact" for ctype in ctypes):
        native = ctypes[0] if ctypes[0].width > ctypes[1].width else ctypes[1]
        return left, right, INT if native == BOOL else native
    bits = left.bits
    if bits == 1:
        return f.integers.truth(left), f.integers.truth(right), BOOL
    unsigned = left.low >= 0 and right.low >= 0
    ctype = exact(bits, not unsigned)
    for operand in (left, right):
        # The type that one of them already has saves a cast.
        if operand.ctype.kind == "exact" and operand.ctype.width == bits and not unsigned:
            ctype = exact(bits, True)
        elif operand.ctype == exact(bits, operand.ctype.signed):
            ctype = operand.ctype
    return f.integers.fit(left, ctype), f.integers.fit(right, ctype), ctype


# --- conversions ------------------------------------------------------------------------------


def _resize(sign: str | None) -> Handler:
    """An extension reads the sign of its operand; a truncation only forgets bits."""

    def emit(f: FunctionEmitter, op: ir.Operation) -> None:
        value = f.number(op.operands[0])
        bits = bits_of(op.results[0])
        if value.is_fixed and bits > 1 and not value.is_literal:
            f.define(op.results[0], resized_fixed(f, value, bits, sign))
            return
        if value.is_literal and value.scale and bits > 1:
            f.values[op.results[0]] = resized_literal(value, bits, sign)
            return
        value = f.use(op.operands[0])
        if bits > value.bits and sign is not None:
            value = getattr(f.integers, sign)(value)
        if bits == 1:
            value = f.integers.truth(value)
        f.define(op.results[0], with_bits(value, bits))

    return emit


HANDLERS: dict[str, Handler] = {
    "arith.constant": emit_constant,
    "arith.addi": _ring("add"),
    "arith.subi": _ring("subtract"),
    "arith.muli": _ring("multiply"),
    "arith.andi": _bitwise("&"),
    "arith.ori": _bitwise("|"),
    "arith.xori": _bitwise("^"),
    "arith.shli": _shift("shift_left", ""),
    "arith.shrsi": _shift("shift_right", "signed"),
    "arith.shrui": _shift("shift_right", "unsigned"),
    "arith.divsi": _division("divide", "signed"),
    "arith.divui": _division("divide", "unsigned"),
    "arith.remsi": _division("remainder", "signed"),
    "arith.remui": _division("remainder", "unsigned"),
    "arith.floordivsi": emit_floor_division,
    "arith.ceildivsi": emit_ceil_division,
    "arith.minsi": _extreme("min", "signed"),
    "arith.minui": _extreme("min", "unsigned"),
    "arith.maxsi": _extreme("max", "signed"),
    "arith.maxui": _extreme("max", "unsigned"),
    "math.absi": emit_absolute,
    "arith.cmpi": emit_comparison,
    "arith.select": emit_select,
    "arith.extsi": _resize("signed"),
    "arith.extui": _resize("unsigned"),
    "arith.trunci": _resize(None),
    "arith.index_cast": _resize("signed"),
    "arith.index_castui": _resize("unsigned"),
}
