"""Floating-point types and constants."""

from __future__ import annotations

import math

import mlir.ir as ir
import numpy as np

from hcl_explore.backend.hls.expression import PRIMARY, UNARY, Expr
from hcl_explore.backend.hls.function import FunctionEmitter
from hcl_explore.backend.hls.types import BFLOAT16, HALF, CType

_TYPES = {
    ir.F16Type: HALF,
    ir.BF16Type: BFLOAT16,
    ir.F32Type: CType("float", 32),
    ir.F64Type: CType("float", 64),
}


def float_type(f: FunctionEmitter, op: ir.Operation, storage: ir.Type) -> CType:
    """The C++ type of an MLIR float. Raises ``EmitError`` for one that the tool has not."""
    ctype = _TYPES.get(type(storage))
    if ctype is None or (ctype == HALF and f.dialect.half is None):
        raise f.error(op, f"{f.dialect.name} has no type for {storage}", "Use float32.")
    return ctype


def float_literal(f: FunctionEmitter, ctype: CType, value: float) -> Expr:
    """A constant of ``ctype`` that reads back as exactly ``value``, which it holds."""
    text = float_text(value, ctype)
    if not math.isfinite(value):
        f.module.used.add("cmath")
    if ctype.is_half:
        text = f"{f.integers.spell(ctype)}({text})"
    precedence = UNARY if text.startswith("-") else PRIMARY
    return Expr(text, precedence, ctype, is_literal=True, number=value)


def float_text(value: float, ctype: CType) -> str:
    """The shortest decimal that reads back as ``value`` in ``ctype`` (one of 16 bits is written as
    the float that it equals)."""
    if math.isnan(value):
        return "NAN"
    if math.isinf(value):
        return "INFINITY" if value > 0 else "-INFINITY"
    if ctype.width == 64:
        return repr(value)
    text = np.format_float_positional(np.float32(value), unique=True, trim="0")
    if len(text) > 12:
        text = np.format_float_scientific(np.float32(value), unique=True, trim="0")
    return f"{text}f"
