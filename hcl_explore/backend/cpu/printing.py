"""``gpu.printf`` and ``cf.assert`` of a kernel become calls of the process that runs it."""

from __future__ import annotations

import ctypes
import math
import struct
from dataclasses import dataclass
from typing import Any

import mlir.ir as ir
import numpy as np
from mlir.dialects import arith, func, scf

from hcl_explore.backend.cpu.marshal import codec
from hcl_explore.ir import attributes
from hcl_explore.ir.locations import SourcePlace, place_of
from hcl_explore.lang.types import (
    BOOL,
    FixedType,
    Float,
    Index,
    IntegerType,
    ScalarType,
    bfloat16,
    float16,
    float32,
    parse_type,
)

PRINT_WORD = "hcl_explore_print_word"
PRINT_TEXT = "hcl_explore_print_text"
ASSERTION_FAILED = "hcl_explore_assertion_failed"

_WORD = 64


@dataclass(frozen=True)
class PrintSite:
    """A print: its Python format string and the printed names of the types of its values."""

    format: str
    dtypes: tuple[str, ...]

    def text(self, words: list[int]) -> str:
        """What is printed for values given as 64-bit words, lowest first."""
        values: list[object] = []
        position = 0
        for dtype in self.dtypes:
            count = word_count(dtype)
            raw = sum(
                (word & (1 << _WORD) - 1) << _WORD * number
                for number, word in enumerate(words[position : position + count])
            )
            values.append(_decode(dtype, raw))
            position += count
        return self.format.format(*values)


@dataclass(frozen=True)
class AssertSite:
    """An assertion: its text and its place in the source."""

    message: str
    place: SourcePlace | None


def word_count(dtype: str) -> int:
    """How many 64-bit words a value of the type called ``dtype`` is passed in."""
    if dtype.endswith("]"):
        return 1
    return -(-parse_type(dtype).bits // _WORD)


def _decode(dtype: str, raw: int) -> object:
    if dtype.endswith("]"):
        return _array_at(dtype, raw)
    scalar = parse_type(dtype)
    if isinstance(scalar, Float):
        value = struct.unpack("<d", struct.pack("<Q", raw))[0]
        return _FLOATS.get(scalar, _Float)(value)
    if isinstance(scalar, FixedType):
        return scalar.storage.wrap(raw) / 2**scalar.fraction
    if scalar == BOOL:
        return bool(raw & 1)
    if isinstance(scalar, IntegerType):
        return scalar.wrap(raw)
    assert isinstance(scalar, Index)
    return raw - (1 << _WORD) if raw >> (_WORD - 1) else raw


class _Float(float):
    """Prints with the digits of its type where no format is given."""

    shortest: type[np.floating[Any]] = np.float64

    def __format__(self, specification: str) -> str:
        return super().__format__(specification) if specification else str(self.shortest(self))


class _Single(_Float):
    shortest = np.float32


class _Half(_Float):
    shortest = np.float16


_FLOATS: dict[ScalarType, type[_Float]] = {float16: _Half, float32: _Single, bfloat16: _Single}


def _array_at(dtype: str, address: int) -> object:
    """The array called ``dtype``, such as ``float32[2, 3]``, in the memory of this process."""
    element, _, sizes = dtype[:-1].partition("[")
    shape = tuple(int(size) for size in sizes.split(","))
    coding = codec(element)
    memory: Any = ctypes.string_at(address, math.prod(shape) * coding.bytes)
    return coding.read(memory, 0, shape)


def lower_host_calls(module: ir.Module) -> tuple[list[PrintSite], list[AssertSite]]:
    """Replace the prints and assertions of ``module``; their sites, by number."""
    found: list[ir.Operation] = []

    def visit(op: ir.Operation) -> ir.WalkResult:
        if op.name in ("gpu.printf", "cf.assert"):
            found.append(op)
        return ir.WalkResult.ADVANCE

    module.operation.walk(visit)
    prints: list[PrintSite] = []
    asserts: list[AssertSite] = []
    if not found:
        return prints, asserts
    with module.context, ir.Location.unknown():
        i64 = ir.IntegerType.get_signless(64)
        with ir.InsertionPoint.at_block_begin(module.body):
            for name in (PRINT_WORD, PRINT_TEXT, ASSERTION_FAILED):
                func.FuncOp(name, ir.FunctionType.get([i64], []), visibility="private")
        for op in found:
            with ir.InsertionPoint(op), op.location:
                if op.name == "gpu.printf":
                    _lower_print(op, prints, i64)
                else:
                    _lower_assert(op, asserts, i64)
            op.erase()
    return prints, asserts


def _lower_print(op: ir.Operation, sites: list[PrintSite], i64: ir.Type) -> None:
    names = ir.ArrayAttr(op.attributes[attributes.PRINTED_TYPES])
    dtypes = tuple(str(ir.StringAttr(name).value) for name in names)
    for value, dtype in zip(op.operands, dtypes, strict=True):
        for word in _words(value, dtype, i64):
            func.call([], PRINT_WORD, [word])
    func.call([], PRINT_TEXT, [arith.constant(i64, len(sites))])
    sites.append(PrintSite(str(ir.StringAttr(op.attributes["format"]).value), dtypes))


def _words(value: ir.Value, dtype: str, i64: ir.Type) -> list[ir.Value]:
    if dtype.endswith("]"):
        return [arith.index_cast(i64, value)]
    scalar = parse_type(dtype)
    if isinstance(scalar, Index):
        return [arith.index_cast(i64, value)]
    if isinstance(scalar, Float):
        if scalar.bits < 32:
            value = arith.extf(ir.F32Type.get(), value)
        if scalar.bits < 64:
            value = arith.extf(ir.F64Type.get(), value)
        return [arith.bitcast(i64, value)]
    if scalar.bits < _WORD:
        return [arith.extui(i64, value)]
    words = [value if scalar.bits == _WORD else arith.trunci(i64, value)]
    for position in range(1, word_count(dtype)):
        distance = arith.constant(value.type, position * _WORD)
        words.append(arith.trunci(i64, arith.shrui(value, distance)))
    return words


def _lower_assert(op: ir.Operation, sites: list[AssertSite], i64: ir.Type) -> None:
    true = arith.constant(op.operands[0].type, 1)
    branch = scf.IfOp(arith.xori(op.operands[0], true))
    with ir.InsertionPoint(branch.then_block):
        func.call([], ASSERTION_FAILED, [arith.constant(i64, len(sites))])
        scf.yield_([])
    message = str(ir.StringAttr(op.attributes["msg"]).value)
    sites.append(AssertSite(message, place_of(op.location)))
