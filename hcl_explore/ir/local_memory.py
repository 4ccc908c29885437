"""New arrays beside existing ones: allocating them, redirecting accesses, copying to and fro."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import mlir.ir as ir
from mlir.dialects import affine, memref

from hcl_explore.ir import attributes as attrs
from hcl_explore.ir import rewrite
from hcl_explore.ir.affine import AffineConstraint, MapInputs, make_condition
from hcl_explore.ir.linear import LinearForm, Rounding, Symbol, Variable
from hcl_explore.ir.locations import named
from hcl_explore.ir.program import Access, Buffer, Function


def allocate(name: str, like: Buffer, shape: Sequence[int], point: ir.InsertionPoint) -> ir.OpView:
    """An array called ``name`` of the element type of ``like``."""
    location = named(name, like.value.location)
    with location.context, location, point:
        kind = ir.MemRefType.get(list(shape), like.value.type.element_type)
        alloc = memref.AllocOp(kind, [], [])
    attrs.set_text(alloc.operation, attrs.BUFFER_NAME, name)
    attrs.set_text(alloc.operation, attrs.DTYPE, like.dtype)
    return alloc


# --- index expressions --------------------------------------------------------------------------


class IndexBuilder:
    """Collects the operands of one map while forms and values are turned into its expressions."""

    def __init__(
        self, function: Function, replaced: Mapping[Variable, ir.Value] | None = None
    ) -> None:
        self._inputs = MapInputs()
        self._function = function
        self._replaced = replaced or {}
        self._context = function.op.context

    @property
    def operands(self) -> list[ir.Value]:
        return self._inputs.values

    def value(self, value: ir.Value) -> ir.AffineExpr:
        return self._inputs.dim(value)

    def constant(self, value: int) -> ir.AffineExpr:
        return ir.AffineExpr.get_constant(value, self._context)

    def form(self, form: LinearForm) -> ir.AffineExpr:
        """The expression of ``form``; loops stand for their induction variables."""
        result = self.constant(form.constant)
        parts = [self._variable(variable) * factor for variable, factor in form.terms]
        parts += [self._rounding(rounding) for rounding in form.roundings]
        for part in reversed(parts):
            result = part + result
        return result

    def map(self, results: Sequence[ir.AffineExpr]) -> ir.AffineMap:
        return ir.AffineMap.get(len(self.operands), 0, list(results), self._context)

    def bound(self, results: Sequence[ir.AffineExpr]) -> rewrite.Bound:
        """A loop bound: the max (lower) or min (upper) of the expressions."""
        return rewrite.Bound(self.map(results), tuple(self.operands))

    def _variable(self, variable: Variable) -> ir.AffineExpr:
        if variable in self._replaced:
            return self.value(self._replaced[variable])
        if isinstance(variable, Symbol):
            return self.value(self._function.symbols[variable])
        return self.value(rewrite.induction_variable(variable.op))

    def _rounding(self, rounding: Rounding) -> ir.AffineExpr:
        inner = self.form(rounding.form)
        build = {
            "mod": ir.AffineExpr.get_mod,
            "floordiv": ir.AffineExpr.get_floor_div,
            "ceildiv": ir.AffineExpr.get_ceil_div,
        }[rounding.kind]
        return build(inner, rounding.divisor) * rounding.coefficient


def load(
    array: ir.Value,
    subscripts: Sequence[ir.AffineExpr],
    index: IndexBuilder,
    location: ir.Location,
    point: ir.InsertionPoint,
) -> ir.Value:
    """``array[subscripts]``, the expressions being those of ``index``."""
    with location.context, location, point:
        op = affine.AffineLoadOp(
            array.type.element_type,
            array,
            index.operands,
            ir.AffineMapAttr.get(index.map(subscripts)),
        )
    return op.result


def store(
    value: ir.Value,
    array: ir.Value,
    subscripts: Sequence[ir.AffineExpr],
    index: IndexBuilder,
    location: ir.Location,
    point: ir.InsertionPoint,
) -> None:
    """``array[subscripts] = value``."""
    with location.context, location, point:
        affine.AffineStoreOp(
            value, array, index.operands, map=ir.AffineMapAttr.get(index.map(subscripts))
        )


def redirect(
    access: Access, array: ir.Value, subscripts: Sequence[LinearForm], function: Function
) -> None:
    """Make an affine load or store touch ``array[subscripts]`` instead; the old one is erased."""
    op = access.op
    index = IndexBuilder(function)
    expressions = [index.form(form) for form in subscripts]
    point = ir.InsertionPoint(op)
    if access.is_write:
        store(op.operands[0], array, expressions, index, op.location, point)
    else:
        value = load(array, expressions, index, op.location, point)
        op.results[0].replace_all_uses_with(value)
    op.erase()


# --- guards and nests -----------------------------------------------------------------------


def conditional(
    conditions: Sequence[ir.AffineExpr],
    index: IndexBuilder,
    location: ir.Location,
    point: ir.InsertionPoint,
) -> ir.Operation:
    """An ``affine.if`` with an empty then-branch: every condition is ``>= 0``."""
    constraints = [AffineConstraint(condition, False) for condition in conditions]
    with location.context, location, point:
        op = ir.Operation.create(
            "affine.if",
            operands=index.operands,
            attributes={
                "condition": make_condition(len(index.operands), constraints, location.context)
            },
            regions=2,
        )
        with ir.InsertionPoint(op.regions[0].blocks.append()):
            affine.AffineYieldOp([])
    return op


def branch_end(if_op: ir.Operation) -> ir.InsertionPoint:
    """Before the terminator of the then-branch."""
    return ir.InsertionPoint.at_block_terminator(if_op.regions[0].blocks[0])
