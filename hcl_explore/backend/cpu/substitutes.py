"""Operations that MLIR 22 or the system's libraries lower wrongly, replaced by ones they do not."""

from __future__ import annotations

from collections.abc import Callable

import mlir.ir as ir
from mlir.dialects import arith, func


def substitute(module: ir.Module) -> None:
    """Replace, in place:

    * rounding divisions of more than 64 bits, whose expansion in MLIR builds its -1 from 64 bits;
    * the conversion of float64 to bfloat16, for which the system's libraries have no routine: it
      rounds to float32 first, as ``lang.types.bfloat16`` does;
    * shifts by a variable distance, which are undefined by all bits or more: as in the HLS tools'
      integers, nothing is left of the value but its sign;
    * ``math.log1p`` and ``math.expm1``, which MLIR computes as ``log(1 + x)`` and ``exp(x) - 1``:
      all their digits are lost near 0, so they become calls of the mathematical library.
    """
    found: list[tuple[ir.Operation, Callable[[ir.Operation], ir.Value]]] = []

    def visit(op: ir.Operation) -> ir.WalkResult:
        rewrite = _REWRITES.get(op.name)
        if rewrite is not None and rewrite[0](op):
            found.append((op, rewrite[1]))
        return ir.WalkResult.ADVANCE

    module.operation.walk(visit)
    for op, replacement in found:
        with ir.InsertionPoint(op), op.location:
            op.results[0].replace_all_uses_with(replacement(op))
        op.erase()


def _is_wide(op: ir.Operation) -> bool:
    type_ = op.results[0].type
    return isinstance(type_, ir.IntegerType) and type_.width > 64


def _narrows_double_to_bfloat(op: ir.Operation) -> bool:
    return isinstance(op.operands[0].type, ir.F64Type) and isinstance(
        op.results[0].type, ir.BF16Type
    )


def _rounded_quotient(op: ir.Operation) -> ir.Value:
    """The truncated quotient, corrected by one where there is a remainder and the exact quotient
    is negative (rounding down) or positive (rounding up)."""
    dividend, divisor = op.operands
    type_ = dividend.type
    zero = arith.constant(type_, 0)
    quotient = arith.divsi(dividend, divisor)
    remainder = arith.subi(dividend, arith.muli(quotient, divisor))
    inexact = arith.cmpi(arith.CmpIPredicate.ne, remainder, zero)
    signs = arith.xori(remainder, divisor)
    if op.name == "arith.floordivsi":
        wrong_side = arith.cmpi(arith.CmpIPredicate.slt, signs, zero)
        return arith.subi(quotient, arith.extui(type_, arith.andi(inexact, wrong_side)))
    wrong_side = arith.cmpi(arith.CmpIPredicate.sge, signs, zero)
    return arith.addi(quotient, arith.extui(type_, arith.andi(inexact, wrong_side)))


def _has_variable_distance(op: ir.Operation) -> bool:
    source = op.operands[1].owner
    return isinstance(source, ir.Block) or source.operation.name != "arith.constant"


def _defined_shift(op: ir.Operation) -> ir.Value:
    value, distance = op.operands
    type_ = value.type
    width = type_.width if isinstance(type_, ir.IntegerType) else 64
    if op.name == "arith.shrsi":
        return arith.shrsi(value, arith.minui(distance, arith.constant(type_, width - 1)))
    is_short = arith.cmpi(arith.CmpIPredicate.ule, distance, arith.constant(type_, width - 1))
    make = arith.shli if op.name == "arith.shli" else arith.shrui
    return arith.select(is_short, make(value, distance), arith.constant(type_, 0))


def _narrow_in_two_steps(op: ir.Operation) -> ir.Value:
    single = arith.truncf(ir.F32Type.get(), op.operands[0])
    return arith.truncf(op.results[0].type, single)


def _library_call(op: ir.Operation) -> ir.Value:
    type_ = op.results[0].type
    argument = op.operands[0]
    if isinstance(type_, ir.F64Type):
        work, name = type_, op.name.removeprefix("math.")
    else:
        work, name = ir.F32Type.get(), op.name.removeprefix("math.") + "f"
    if type_ != work:
        argument = arith.extf(work, argument)
    _declare(op, name, work)
    result = func.call([work], name, [argument])
    return result if type_ == work else arith.truncf(type_, result)


def _declare(op: ir.Operation, name: str, type_: ir.Type) -> None:
    """Declare the library function ``name`` in the module of ``op``, once."""
    root = op
    while root.name != "builtin.module":
        root = root.parent
    if name in ir.SymbolTable(root):
        return
    with ir.InsertionPoint.at_block_begin(root.regions[0].blocks[0]):
        func.FuncOp(name, ir.FunctionType.get([type_], [type_]), visibility="private")


_REWRITES: dict[str, tuple[Callable[[ir.Operation], bool], Callable[[ir.Operation], ir.Value]]] = {
    "arith.floordivsi": (_is_wide, _rounded_quotient),
    "arith.ceildivsi": (_is_wide, _rounded_quotient),
    "arith.shli": (_has_variable_distance, _defined_shift),
    "arith.shrsi": (_has_variable_distance, _defined_shift),
    "arith.shrui": (_has_variable_distance, _defined_shift),
    "arith.truncf": (_narrows_double_to_bfloat, _narrow_in_two_steps),
    "math.log1p": (lambda _: True, _library_call),
    "math.expm1": (lambda _: True, _library_call),
}
