"""How each operation on floats reads in C++.

``arith.minimumf`` and ``maximumf`` give NaN if either operand is NaN and order -0 below +0, which
neither ``std::fmin`` nor ``<`` does: with a constant they become a comparison chosen so that both
hold; with two variables they call a function of ``prelude``. ``minnumf`` and ``maxnumf`` are
``fmin`` and ``fmax``.
"""

from __future__ import annotations

import math
import re
from dataclasses import replace

import mlir.ir as ir

from hcl_explore.backend.hls.arithmetic import bits_of, negation
from hcl_explore.backend.hls.expression import (
    AND,
    EQUALITY,
    OR,
    ORDER,
    PRIMARY,
    TERNARY,
    UNARY,
    Expr,
    binary,
)
from hcl_explore.backend.hls.fixed_point import Scaled
from hcl_explore.backend.hls.function import FunctionEmitter, Handler
from hcl_explore.backend.hls.literals import float_literal, float_type
from hcl_explore.backend.hls.types import BFLOAT16, BOOL, HALF, INT, LONG, CType, exact, parsed
from hcl_explore.ir import attributes as attrs
from hcl_explore.lang.types import FixedType

# Encodings of arith.cmpf's predicates (mlir/include/mlir/Dialect/Arith/IR/ArithBase.td).
_FALSE, _ORDERED, _UNORDERED, _TRUE = 0, 7, 14, 15
_ORDERED_COMPARISONS = {1: "==", 2: ">", 3: ">=", 4: "<", 5: "<="}
_ONE, _UEQ = 6, 8
# "unordered or greater" is "not less or equal", and so on.
_UNORDERED_COMPARISONS = {9: "<=", 10: "<", 11: ">=", 12: ">"}
_NOT_EQUAL = 13


def _operator(operator: str) -> Handler:
    def emit(f: FunctionEmitter, op: ir.Operation) -> None:
        ctype = float_type(f, op, op.results[0].type)
        left, right = f.use(op.operands[0]), f.use(op.operands[1])
        if operator == "*" and _converts_fixed(op):
            f.define(op.results[0], _rescaled(left, right))
            return
        if operator == "+":
            opposite = _without_sign(f, right)
            if opposite is not None:
                f.define(op.results[0], binary(left, "-", opposite, ctype))
                return
        f.define(op.results[0], binary(left, operator, right, ctype))

    return emit


def _rescaled(left: Expr, right: Expr) -> Expr:
    """The product with a power of two that moves the binary point of a conversion."""
    assert right.number is not None
    exponent = math.frexp(right.number)[1] - 1
    made = left.scaled
    if made is not None and not made.floored and made.exponent + exponent == 0:
        return made.inner
    return replace(binary(left, "*", right, left.ctype), scaled=Scaled(left, exponent))


def _without_sign(f: FunctionEmitter, value: Expr) -> Expr | None:
    """The opposite of a negative constant, or of a product that begins with one. To subtract it
    rounds as adding ``value`` does."""
    if value.number is not None:
        is_negative = math.copysign(1.0, value.number) < 0
        return float_literal(f, value.ctype, -value.number) if is_negative else None
    head = value.head
    if head is None or head[0] not in ("*", "/") or not _NEGATIVE_CONSTANT.match(head[1]):
        return None
    return replace(value, text=value.text[1:], head=(head[0], head[1][1:], head[2]))


_NEGATIVE_CONSTANT = re.compile(r"-[0-9.e+-]+f?$")


def _emit_negation(f: FunctionEmitter, op: ir.Operation) -> None:
    value = f.use(op.operands[0])
    text = f"-{value.inside(UNARY)}"
    f.define(op.results[0], Expr(text, UNARY, value.ctype, reads=value.reads))


def _call(name: str) -> Handler:
    """A mathematical function of the same name in the tool's library."""

    def emit(f: FunctionEmitter, op: ir.Operation) -> None:
        ctype = float_type(f, op, op.results[0].type)
        operands = [_native_float(f.use(value)) for value in op.operands]
        if not _converts_fixed(op):
            f.module.used.add("math")
        expr = call(f"{f.dialect.math}{name}", operands, ctype)
        if _converts_fixed(op):
            made = operands[0].scaled or Scaled(operands[0], 0)
            expr = replace(expr, scaled=replace(made, floored=True))
        if ctype.is_half:  # the library may compute it in float
            expr = replace(expr, text=f"{f.integers.spell(ctype)}({expr.text})")
        f.define(op.results[0], expr)

    return emit


def _native_float(value: Expr) -> Expr:
    """``value``; a bfloat16 as the ``float`` that it equals, for functions of C++ and the tool."""
    if value.ctype != BFLOAT16:
        return value
    return replace(value, text=f"float({value.text})", precedence=PRIMARY)


def call(name: str, operands: list[Expr], ctype: CType) -> Expr:
    """``name(operands)`` as an expression of ``ctype``."""
    text = f"{name}({', '.join(operand.text for operand in operands)})"
    reads = frozenset().union(*(operand.reads for operand in operands))
    return Expr(text, PRIMARY, ctype, reads=reads)


# --- minimum and maximum ------------------------------------------------------------------------


def _extreme(name: str) -> Handler:
    def emit(f: FunctionEmitter, op: ir.Operation) -> None:
        left, right = f.use(op.operands[0]), f.use(op.operands[1])
        if left.is_literal and not right.is_literal:
            left, right = right, left
        if right.number is not None and not math.isnan(right.number):
            f.define(op.results[0], _extreme_with_constant(name, f.simple(left, "value"), right))
            return
        f.module.helpers.add(name)
        f.define(op.results[0], call(name, [left, right], left.ctype))

    return emit


def _extreme_with_constant(name: str, value: Expr, bound: Expr) -> Expr:
    """``value < bound ? bound : value``: false for a NaN, which stays. Where the bound is a zero,
    the comparison decides which of -0 and +0 is taken."""
    assert bound.number is not None
    is_negative = math.copysign(1.0, bound.number) < 0
    takes_bound = bound.number == 0 and is_negative == (name == "minimum")
    sign = "<" if name == "maximum" else ">"
    operator = f"{sign}=" if takes_bound else sign
    text = f"{value.text} {operator} {bound.text} ? {bound.text} : {value.text}"
    return Expr(text, TERNARY, value.ctype, reads=value.reads)


# --- comparison ---------------------------------------------------------------------------------


def _emit_comparison(f: FunctionEmitter, op: ir.Operation) -> None:
    predicate = ir.IntegerAttr(op.attributes["predicate"]).value
    left, right = f.use(op.operands[0]), f.use(op.operands[1])
    f.define(op.results[0], _comparison(f, predicate, left, right))


def _comparison(f: FunctionEmitter, predicate: int, left: Expr, right: Expr) -> Expr:
    if predicate in (_FALSE, _TRUE):
        truth = int(predicate == _TRUE)
        text = "true" if truth else "false"
        return Expr(text, PRIMARY, BOOL, 1, truth, truth, is_literal=True)
    if predicate == _NOT_EQUAL:
        return _truth(left, "!=", right)
    if predicate in _ORDERED_COMPARISONS:
        return _truth(left, _ORDERED_COMPARISONS[predicate], right)
    if predicate in _UNORDERED_COMPARISONS:
        return negation(_truth(left, _UNORDERED_COMPARISONS[predicate], right))
    left, right = f.simple(left), f.simple(right)
    if predicate in (_ORDERED, _UNORDERED):
        ordered = _both(_truth(left, "==", left), _truth(right, "==", right))
        return ordered if predicate == _ORDERED else negation(ordered)
    differ = _either(_truth(left, "<", right), _truth(left, ">", right))
    return differ if predicate == _ONE else negation(differ)


def _truth(left: Expr, operator: str, right: Expr) -> Expr:
    """A comparison. It has no ``head``: with NaN, its opposite is not the opposite operator."""
    precedence = EQUALITY if operator in ("==", "!=") else ORDER
    text = f"{left.inside(ORDER)} {operator} {right.inside(ORDER)}"
    return Expr(text, precedence, BOOL, 1, 0, 1, left.reads | right.reads)


def _both(left: Expr, right: Expr) -> Expr:
    return Expr(f"{left.text} && {right.text}", AND, BOOL, 1, 0, 1, left.reads | right.reads)


def _either(left: Expr, right: Expr) -> Expr:
    return Expr(f"{left.text} || {right.text}", OR, BOOL, 1, 0, 1, left.reads | right.reads)


# --- conversions --------------------------------------------------------------------------------


def _from_integer(sign: str) -> Handler:
    def emit(f: FunctionEmitter, op: ir.Operation) -> None:
        ctype = float_type(f, op, op.results[0].type)
        number = f.number(op.operands[0])
        if number.is_fixed and not number.is_literal:
            number = f.fixed.cut(number, signed=sign == "signed")
            scale = float_literal(f, ctype, 2.0**number.scale).text
            converted = f.fixed.to_float(number, ctype, scale)
            if converted is not None:
                f.define(op.results[0], converted)
                return
        value = getattr(f.integers, sign)(f.use(op.operands[0]))
        if value.ctype.kind == "exact" and value.ctype.width > 64:
            if not -(1 << 63) <= value.low <= value.high < 1 << 63:
                raise f.error(
                    op,
                    f"an integer of {bits_of(op.operands[0])} bits cannot be converted to a float",
                    "The tools' headers round such conversions differently; use 64 bits or fewer.",
                )
            value = f.integers.cast(value, exact(64, True))
        text = value.text
        if ctype == BFLOAT16 and value.ctype.kind == "exact":
            text = f"float({text})"
        text = f"{f.integers.spell(ctype)}({text})"
        f.define(op.results[0], Expr(text, PRIMARY, ctype, reads=value.reads))

    return emit


def _to_integer(signed: bool) -> Handler:
    """Rounds toward zero; what does not fit is undefined in MLIR and in C++."""

    def emit(f: FunctionEmitter, op: ir.Operation) -> None:
        value = _native_float(f.use(op.operands[0]))
        bits = bits_of(op.results[0])
        if _converts_fixed(op):
            made = value.scaled
            if made is not None:
                f.define(op.results[0], f.fixed.from_float(made.inner, made.exponent, bits))
                return
            f.module.used.add("math")  # the rounding has been written out
        # The tools' own integers do not round every negative float toward zero.
        wanted, ctype = exact(bits, signed), _native_integer(bits, signed)
        text = f"{f.integers.spell(ctype)}({value.text})"
        f.define(
            op.results[0],
            Expr(text, PRIMARY, ctype, bits, wanted.low, wanted.high, value.reads),
        )

    return emit


def _native_integer(bits: int, signed: bool) -> CType:
    """An integer of C++ with all values of ``bits`` bits, where there is one."""
    width = bits + int(not signed)
    return INT if width <= 32 else LONG if width <= 64 else exact(bits, signed)


def _converts_fixed(op: ir.Operation) -> bool:
    """Whether the frontend notes that this is part of a conversion from or to fixed point."""
    dtype = attrs.text(op, attrs.DTYPE)
    return dtype is not None and isinstance(parsed(dtype), FixedType)


def _emit_float_cast(f: FunctionEmitter, op: ir.Operation) -> None:
    ctype = float_type(f, op, op.results[0].type)
    value = f.use(op.operands[0])
    text = f"{f.integers.spell(ctype)}({value.text})"
    f.define(op.results[0], Expr(text, PRIMARY, ctype, reads=value.reads))


def _emit_bitcast(f: FunctionEmitter, op: ir.Operation) -> None:
    """The bits of a float as an integer of its width, or the other way round."""
    source, target = op.operands[0].type, op.results[0].type
    value = f.use(op.operands[0])
    to_float = not isinstance(target, ir.IntegerType)
    if isinstance(source, ir.IntegerType) != to_float:
        f.define(op.results[0], value)  # between integers, or between equal floats
        return
    real = float_type(f, op, target if to_float else source)
    if real == HALF:
        raise f.error(op, "the bits of a float16 cannot be reached in HLS C++", "Use float32.")
    f.module.helpers.add("bit_cast")
    f.module.used.add("cstdint")
    word = f"uint{real.width}_t"
    if to_float:
        bits = f.integers.unsigned(value).text
        text = f"bit_cast<{f.integers.spell(real)}>({word}({bits}))"
        f.define(op.results[0], Expr(text, PRIMARY, real, reads=value.reads))
        return
    ctype = exact(real.width, False)
    text = f"{f.integers.spell(ctype)}(bit_cast<{word}>({value.text}))"
    expr = Expr(text, PRIMARY, ctype, real.width, ctype.low, ctype.high, value.reads)
    f.define(op.results[0], expr)


# The functions of the math dialect that <cmath> and hls_math.h have, by their names there.
_FUNCTIONS = {
    "absf": "fabs", "acos": "acos", "acosh": "acosh", "asin": "asin", "asinh": "asinh",
    "atan": "atan", "atan2": "atan2", "atanh": "atanh", "cbrt": "cbrt", "ceil": "ceil",
    "copysign": "copysign", "cos": "cos", "cosh": "cosh", "erf": "erf", "exp": "exp",
    "exp2": "exp2", "expm1": "expm1", "floor": "floor", "fma": "fma", "log": "log",
    "log10": "log10", "log1p": "log1p", "log2": "log2", "powf": "pow", "round": "round",
    "roundeven": "rint", "sin": "sin", "sinh": "sinh", "sqrt": "sqrt", "tan": "tan",
    "tanh": "tanh", "trunc": "trunc",
}  # fmt: skip

HANDLERS: dict[str, Handler] = {
    "arith.addf": _operator("+"),
    "arith.subf": _operator("-"),
    "arith.mulf": _operator("*"),
    "arith.divf": _operator("/"),
    "arith.remf": _call("fmod"),
    "arith.negf": _emit_negation,
    "arith.minimumf": _extreme("minimum"),
    "arith.maximumf": _extreme("maximum"),
    "arith.minnumf": _call("fmin"),
    "arith.maxnumf": _call("fmax"),
    "arith.cmpf": _emit_comparison,
    "arith.sitofp": _from_integer("signed"),
    "arith.uitofp": _from_integer("unsigned"),
    "arith.fptosi": _to_integer(signed=True),
    "arith.fptoui": _to_integer(signed=False),
    "arith.bitcast": _emit_bitcast,
    "arith.extf": _emit_float_cast,
    "arith.truncf": _emit_float_cast,
    **{f"math.{name}": _call(function) for name, function in _FUNCTIONS.items()},
}
