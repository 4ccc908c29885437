"""What the index values of a function stand for: affine forms in loops and symbols."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import mlir.ir as ir

from hcl_explore.ir.affine import condition_of
from hcl_explore.ir.linear import LinearForm, NonAffineError, linear_form
from hcl_explore.ir.program import Constraint

Bounds: TypeAlias = (
    "tuple[tuple[LinearForm, ...] | None, tuple[LinearForm, ...] | None, int | None]"
)


class _Result:
    """One result of an affine map; ``operand`` is which operand it is, where it is just that."""

    def __init__(self, expression: ir.AffineExpr, n_dims: int) -> None:
        self.expression = expression
        self.n_dims = n_dims
        self.operand: int | None = None
        plain = expression.maybe_downcast()
        if isinstance(plain, ir.AffineDimExpr):
            self.operand = plain.position
        elif isinstance(plain, ir.AffineSymbolExpr):
            self.operand = n_dims + plain.position


class Forms:
    """The forms of the values seen so far; None stands for what is not affine."""

    def __init__(self) -> None:
        self._known: dict[ir.Value, LinearForm] = {}
        # Reading a map costs more than finding it again: many accesses share theirs.
        self._maps: dict[ir.Attribute, list[_Result]] = {}

    def note(self, value: ir.Value, form: LinearForm) -> None:
        self._known[value] = form

    def of(self, value: ir.Value) -> LinearForm | None:
        return self._known.get(value)

    def of_all(self, values: Sequence[ir.Value]) -> tuple[LinearForm, ...] | None:
        """The forms of all of ``values``; None if one of them has none."""
        known = tuple(form for value in values if (form := self.of(value)) is not None)
        return known if len(known) == len(values) else None

    def of_map(
        self, attribute: ir.Attribute, operands: Sequence[ir.Value]
    ) -> tuple[LinearForm, ...] | None:
        """The results of the affine map in ``attribute``; None where one of them has no form."""
        results = self._maps.get(attribute)
        if results is None:
            affine_map = attribute.value
            results = self._maps[attribute] = [
                _Result(expression, affine_map.n_dims) for expression in affine_map.results
            ]
        forms = []
        for result in results:
            if result.operand is not None:
                form = self._known.get(operands[result.operand])
            else:
                form = self._form(result.expression, result.n_dims, operands)
            if form is None:
                return None
            forms.append(form)
        return tuple(forms)

    def _form(
        self, expression: ir.AffineExpr, n_dims: int, operands: Sequence[ir.Value]
    ) -> LinearForm | None:
        try:
            return linear_form(
                expression,
                lambda position: self._operand_form(operands[position]),
                lambda position: self._operand_form(operands[n_dims + position]),
            )
        except NonAffineError:
            return None

    def _operand_form(self, value: ir.Value) -> LinearForm:
        form = self.of(value)
        if form is None:
            raise NonAffineError(str(value))
        return form

    def conditions(self, op: ir.Operation) -> tuple[Constraint, ...] | None:
        condition = condition_of(op)
        operands = list(op.operands)
        constraints = []
        for constraint in condition.constraints:
            form = self._form(constraint.expression, condition.n_dims, operands)
            if form is None:
                return None
            constraints.append(Constraint(form, constraint.is_equality))
        return tuple(constraints)

    def bounds(self, op: ir.Operation, kind: str) -> Bounds:
        """Lower bounds (the largest counts), upper ones (the smallest) and the step of a loop."""
        if kind == "affine.for":
            attributes = op.attributes
            operands = list(op.operands)
            split = ir.DenseI32ArrayAttr(attributes["operandSegmentSizes"])[0]
            return (
                self.of_map(attributes["lowerBoundMap"], operands[:split]),
                self.of_map(attributes["upperBoundMap"], operands[split:]),
                ir.IntegerAttr(attributes["step"]).value,
            )
        if kind == "scf.for":
            lower, upper, step = (self.of(value) for value in list(op.operands)[:3])
            return (
                None if lower is None else (lower,),
                None if upper is None else (upper,),
                step.constant if step is not None and step.is_constant else None,
            )
        return None, None, None


def constant_trip_count(
    lower: tuple[LinearForm, ...] | None, upper: tuple[LinearForm, ...] | None, step: int | None
) -> int | None:
    if lower is None or upper is None or step is None:
        return None
    if not all(form.is_constant for form in (*lower, *upper)):
        return None
    extent = min(form.constant for form in upper) - max(form.constant for form in lower)
    return max(0, -(-extent // step))
