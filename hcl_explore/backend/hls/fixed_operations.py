"""Operations of ``arith`` on integers that are fixed point, beyond plain arithmetic."""

from __future__ import annotations

from dataclasses import replace

from hcl_explore.backend.hls.expression import OR, PRIMARY, TERNARY, Expr, literal
from hcl_explore.backend.hls.function import FunctionEmitter, with_bits


def fixed_quotient(f: FunctionEmitter, left: Expr, right: Expr, *, signed: bool) -> Expr | None:
    """``left / right`` in fixed point; None where that would round elsewhere."""
    if right.is_literal:
        right = replace(f.integers.rendered(right), scale=0)
    elif right.is_fixed:
        right = f.fixed.cut(right, signed=signed)
    else:
        return None
    return f.fixed.divide(f.fixed.cut(left, signed=signed), right)


def fixed_extreme(
    f: FunctionEmitter, function: str, left: Expr, right: Expr, *, signed: bool
) -> Expr | None:
    """``std::min`` or ``std::max`` in fixed point; None if the operands are not aligned."""
    pair = f.fixed.comparable(left, right, signed=signed)
    pair = None if pair is None else f.fixed.same_type(*pair)
    if pair is None:
        return None
    f.module.used.add("algorithm")
    first, second = pair
    pick = min if function == "min" else max
    text = f"std::{function}<{f.integers.spell(first.ctype)} >({first.text}, {second.text})"
    return Expr(
        text,
        PRIMARY,
        first.ctype,
        left.bits,
        pick(first.low, second.low),
        pick(first.high, second.high),
        first.reads | second.reads,
        scale=first.scale,
    )


def fixed_choice(condition: Expr, if_true: Expr, if_false: Expr) -> Expr:
    """A choice between two expressions of one type."""
    low, high = min(if_true.low, if_false.low), max(if_true.high, if_false.high)
    reads = condition.reads | if_true.reads | if_false.reads
    text = f"{condition.inside(OR - 1)} ? {if_true.text} : {if_false.text}"
    return Expr(text, TERNARY, if_true.ctype, if_true.bits, low, high, reads, scale=if_true.scale)


def resized_fixed(f: FunctionEmitter, value: Expr, bits: int, sign: str | None) -> Expr:
    if bits > value.bits:
        assert sign is not None
        return with_bits(f.fixed.cut(value, signed=sign == "signed"), bits)
    if value.scaled is not None and value.scaled.floored:
        return f.fixed.from_float(value.scaled.inner, value.scale, bits)
    return with_bits(value, bits)


def resized_literal(value: Expr, bits: int, sign: str | None) -> Expr:
    """A constant in fixed point with more bits or fewer."""
    raw = value.low & ((1 << value.bits) - 1)
    if sign == "signed" and raw >> (value.bits - 1):
        raw -= 1 << value.bits
    return replace(literal(raw, bits), scale=value.scale)
