"""Quasi-affine forms over loop variables: what subscripts, bounds and conditions are made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

import mlir.ir as ir

if TYPE_CHECKING:
    from hcl_explore.ir.program import Loop


@dataclass(frozen=True)
class Symbol:
    """The value of a scalar argument as an ``index``, or a size of an array argument (with a
    negative number): constant while the function runs."""

    name: str
    number: int


Variable: TypeAlias = "Loop | Symbol"


@dataclass(frozen=True)
class Rounding:
    """``coefficient * (form op divisor)`` with op one of ``floordiv``, ``ceildiv``, ``mod``."""

    kind: str
    form: LinearForm
    divisor: int
    coefficient: int = 1

    def value(self, point: Mapping[Variable, int]) -> int:
        inner = self.form.value(point)
        if self.kind == "mod":
            return self.coefficient * (inner % self.divisor)
        if self.kind == "floordiv":
            return self.coefficient * (inner // self.divisor)
        return self.coefficient * -(-inner // self.divisor)

    def __str__(self) -> str:
        scale = "" if self.coefficient == 1 else f"{self.coefficient} * "
        return f"{scale}({self.form} {self.kind} {self.divisor})"


@dataclass(frozen=True)
class LinearForm:
    """``sum(coefficient * variable) + constant + sum(roundings)``.

    ``terms`` holds no zero coefficients. Without ``roundings`` the form is affine.
    """

    terms: tuple[tuple[Variable, int], ...] = ()
    constant: int = 0
    roundings: tuple[Rounding, ...] = ()

    @property
    def is_constant(self) -> bool:
        return not self.terms and not self.roundings

    def coefficient(self, variable: Variable) -> int:
        """The factor of ``variable`` outside roundings; 0 where it does not occur."""
        return next((factor for other, factor in self.terms if other is variable), 0)

    def variables(self) -> list[Variable]:
        """Every variable that occurs, also inside roundings, each once, in order."""
        if not self.roundings:
            return [variable for variable, _ in self.terms]
        seen: dict[Variable, None] = dict.fromkeys(variable for variable, _ in self.terms)
        for rounding in self.roundings:
            seen.update(dict.fromkeys(rounding.form.variables()))
        return list(seen)

    def value(self, point: Mapping[Variable, int]) -> int:
        """The form at ``point``, which holds a value for each variable."""
        linear = sum(factor * point[variable] for variable, factor in self.terms)
        return linear + self.constant + sum(r.value(point) for r in self.roundings)

    def plus(self, other: LinearForm) -> LinearForm:
        factors: dict[Variable, int] = dict(self.terms)
        for variable, factor in other.terms:
            factors[variable] = factors.get(variable, 0) + factor
        return LinearForm(
            tuple((variable, factor) for variable, factor in factors.items() if factor),
            self.constant + other.constant,
            _sum_roundings(self.roundings, other.roundings),
        )

    def minus(self, other: LinearForm) -> LinearForm:
        return self.plus(other.times(-1))

    def times(self, factor: int) -> LinearForm:
        if factor == 0:
            return LinearForm()
        return LinearForm(
            tuple((variable, inner * factor) for variable, inner in self.terms),
            self.constant * factor,
            tuple(replace(r, coefficient=r.coefficient * factor) for r in self.roundings),
        )

    def __str__(self) -> str:
        parts = [
            variable.name if factor == 1 else f"{factor} * {variable.name}"
            for variable, factor in self.terms
        ]
        parts += [str(rounding) for rounding in self.roundings]
        if self.constant or not parts:
            parts.append(str(self.constant))
        return " + ".join(parts).replace("+ -", "- ")


def _sum_roundings(
    first: tuple[Rounding, ...], second: tuple[Rounding, ...]
) -> tuple[Rounding, ...]:
    """Both, with the coefficients of equal divisions added: ``i // 8 - i // 8`` is nothing."""
    if not first or not second:
        return first or second
    merged = {replace(rounding, coefficient=1): rounding.coefficient for rounding in first}
    for rounding in second:
        key = replace(rounding, coefficient=1)
        merged[key] = merged.get(key, 0) + rounding.coefficient
    return tuple(replace(key, coefficient=factor) for key, factor in merged.items() if factor)


def linear_form(
    expression: ir.AffineExpr, dim: Callable[[int], LinearForm], symbol: Callable[[int], LinearForm]
) -> LinearForm:
    """An MLIR affine expression as a form, given the forms of its dimensions and symbols.

    Raises:
        NonAffineError: the product of two variables, or a division by one.
    """
    expression = expression.maybe_downcast()
    if isinstance(expression, ir.AffineDimExpr):
        return dim(expression.position)
    if isinstance(expression, ir.AffineSymbolExpr):
        return symbol(expression.position)
    if isinstance(expression, ir.AffineConstantExpr):
        return LinearForm(constant=expression.value)
    left = linear_form(expression.lhs, dim, symbol)
    right = linear_form(expression.rhs, dim, symbol)
    if isinstance(expression, ir.AffineAddExpr):
        return left.plus(right)
    if isinstance(expression, ir.AffineMulExpr):
        if right.is_constant:
            return left.times(right.constant)
        if left.is_constant:
            return right.times(left.constant)
        raise NonAffineError(f"({left}) * ({right})")
    if not right.is_constant:
        raise NonAffineError(f"({left}) divided by ({right})")
    rounding = Rounding(_ROUNDINGS[type(expression)], left, right.constant)
    if left.is_constant:
        return LinearForm(constant=rounding.value({}))
    return LinearForm(roundings=(rounding,))


_ROUNDINGS = {
    ir.AffineModExpr: "mod",
    ir.AffineFloorDivExpr: "floordiv",
    ir.AffineCeilDivExpr: "ceildiv",
}


class NonAffineError(Exception):
    """Internal: a map holds an expression that no quasi-affine form expresses."""
