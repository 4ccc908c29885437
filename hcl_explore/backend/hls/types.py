"""C++ types of emitted expressions, as far as the emitter must tell them apart."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import mlir.ir as ir

from hcl_explore.lang.types import (
    FixedType,
    Float,
    Index,
    IntegerType,
    ScalarType,
    bfloat16,
    parse_type,
)

INT32 = (-(1 << 31), (1 << 31) - 1)
INT64 = (-(1 << 63), (1 << 63) - 1)


@dataclass(frozen=True)
class CType:
    """``kind`` is ``bool``, ``native`` (``int`` or ``int64_t``), ``exact`` (the tool's integers of
    any width, whose operators lose nothing), ``fixed`` (its fixed point, likewise), ``float`` or
    ``bfloat``; ``width`` in bits, ``fraction`` of them after the binary point."""

    kind: str
    width: int
    signed: bool = True
    fraction: int = 0

    @property
    def low(self) -> int:
        """The smallest integer of this type."""
        return -(1 << (self.width - 1)) if self.signed else 0

    @property
    def high(self) -> int:
        """The largest integer of this type."""
        return (1 << (self.width - int(self.signed))) - 1

    def wrap(self, value: int) -> int:
        """The integer of this type that has the lowest bits of ``value``."""
        value &= (1 << self.width) - 1
        return value - (1 << self.width) if value > self.high else value

    @property
    def is_integer(self) -> bool:
        """Whether it holds an MLIR integer: also fixed point does."""
        return self.kind not in ("float", "bfloat")

    @property
    def is_half(self) -> bool:
        """Whether it is a float of 16 bits, which C++ itself has not."""
        return self.width == 16 and not self.is_integer


BOOL = CType("bool", 1, signed=False)
INT = CType("native", 32)
LONG = CType("native", 64)
HALF = CType("float", 16)
BFLOAT16 = CType("bfloat", 16)


@cache
def exact(width: int, signed: bool) -> CType:
    """``ap_int<width>`` or ``ap_uint<width>``, or what the dialect has in their place."""
    return CType("exact", width, signed)


@cache
def fixed(width: int, signed: bool, fraction: int) -> CType:
    """``ap_fixed<width, width - fraction>`` or ``ap_ufixed``, or what the dialect has instead."""
    return CType("fixed", width, signed, fraction)


def stored_as(scalar: ScalarType) -> CType:
    """The C++ type in which a variable or an array element of ``scalar`` is held.

    ``index`` is a 32-bit ``int`` in hardware.
    """
    if isinstance(scalar, Index):
        return INT
    if isinstance(scalar, Float):
        return BFLOAT16 if scalar == bfloat16 else CType("float", scalar.bits)
    if isinstance(scalar, FixedType):
        return fixed(scalar.width, scalar.signed, scalar.fraction)
    assert isinstance(scalar, IntegerType)
    if scalar.width == 1 and not scalar.signed:
        return BOOL
    return exact(scalar.width, scalar.signed)


_FLOAT_TYPES = {
    ir.F16Type: "float16",
    ir.BF16Type: "bfloat16",
    ir.F32Type: "float32",
    ir.F64Type: "float64",
}


@cache
def parsed(dtype: str) -> ScalarType:
    """``parse_type``, remembered: one kernel names few types many times."""
    return parse_type(dtype)


def scalar_of(dtype: str | None, storage: ir.Type) -> ScalarType | None:
    """The kernel type of a value: from its ``hcl.dtype``, else from its storage (signed).

    None for a type that no HLS tool here has.
    """
    name = dtype or storage_name(storage)
    return None if name is None else parsed(name)


def storage_name(storage: ir.Type) -> str | None:
    """The kernel type's name that a signless MLIR type stands for when nothing else is known."""
    if isinstance(storage, ir.IndexType):
        return "index"
    if isinstance(storage, ir.IntegerType):
        return "uint1" if storage.width == 1 else f"int{storage.width}"
    return _FLOAT_TYPES.get(type(storage))
