"""Polynomials over loop variables, and their sums over a loop's range."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import comb

from hcl_explore.ir.linear import Variable

Monomial = frozenset[tuple[Variable, int]]
"""Variables with their powers."""

_ONE: Monomial = frozenset()


@dataclass(frozen=True)
class Polynomial:
    """``sum(coefficient * monomial)``; ``terms`` holds no zero coefficients."""

    terms: Mapping[Monomial, Fraction]

    @staticmethod
    def of_constant(value: Fraction | int) -> Polynomial:
        return Polynomial({_ONE: Fraction(value)} if value else {})

    @staticmethod
    def of_variable(variable: Variable) -> Polynomial:
        return Polynomial({frozenset({(variable, 1)}): Fraction(1)})

    @property
    def constant(self) -> Fraction:
        return self.terms.get(_ONE, Fraction(0))

    def plus(self, other: Polynomial) -> Polynomial:
        total = dict(self.terms)
        for monomial, coefficient in other.terms.items():
            total[monomial] = total.get(monomial, Fraction(0)) + coefficient
        return Polynomial({monomial: value for monomial, value in total.items() if value})

    def times_constant(self, factor: Fraction | int) -> Polynomial:
        if not factor:
            return Polynomial({})
        return Polynomial({monomial: value * factor for monomial, value in self.terms.items()})

    def times(self, other: Polynomial) -> Polynomial:
        total: dict[Monomial, Fraction] = {}
        for left, a in self.terms.items():
            for right, b in other.terms.items():
                powers = dict(left)
                for variable, power in right:
                    powers[variable] = powers.get(variable, 0) + power
                monomial = frozenset(powers.items())
                total[monomial] = total.get(monomial, Fraction(0)) + a * b
        return Polynomial({monomial: value for monomial, value in total.items() if value})

    def by_power(self, variable: Variable) -> dict[int, Polynomial]:
        """The coefficients of the powers of ``variable``."""
        parts: dict[int, dict[Monomial, Fraction]] = {}
        for monomial, value in self.terms.items():
            powers = dict(monomial)
            power = powers.pop(variable, 0)
            parts.setdefault(power, {})[frozenset(powers.items())] = value
        return {power: Polynomial(terms) for power, terms in parts.items()}

    def summed(self, variable: Variable, lower: Polynomial, upper: Polynomial) -> Polynomial:
        """The sum over ``lower <= variable < upper``, which must not cross."""
        total = Polynomial({})
        for power, coefficient in self.by_power(variable).items():
            between = _below(power, upper).plus(_below(power, lower).times_constant(-1))
            total = total.plus(coefficient.times(between))
        return total

    def summed_steps(
        self, variable: Variable, start: Polynomial, step: int, trips: int
    ) -> Polynomial:
        """The sum over ``variable = start + step * t`` for ``0 <= t < trips``."""
        total = Polynomial({})
        for power, coefficient in self.by_power(variable).items():
            # (start + step t) ** power, expanded and summed over t.
            for chosen in range(power + 1):
                steps = sum(t**chosen for t in range(trips)) * step**chosen
                rest = Polynomial.of_constant(comb(power, chosen) * steps)
                for _ in range(power - chosen):
                    rest = rest.times(start)
                total = total.plus(coefficient.times(rest))
        return total


def _below(power: int, end: Polynomial) -> Polynomial:
    """``sum(t ** power for t in range(end))`` as a polynomial, by Faulhaber's formula."""
    total, raised = Polynomial({}), Polynomial.of_constant(1)
    for coefficient in _faulhaber(power):
        raised = raised.times(end)
        total = total.plus(raised.times_constant(coefficient))
    return total


@lru_cache(maxsize=32)
def _faulhaber(power: int) -> tuple[Fraction, ...]:
    """Coefficients of ``n, n**2, …`` in the sum of ``t ** power`` over ``0 <= t < n``."""
    bernoulli = _bernoulli(power)
    return tuple(
        Fraction(comb(power + 1, k), power + 1) * bernoulli[power + 1 - k]
        for k in range(1, power + 2)
    )


def _bernoulli(count: int) -> list[Fraction]:
    """The Bernoulli numbers up to ``count``, with ``B1 = -1/2``."""
    numbers = [Fraction(1)]
    for m in range(1, count + 1):
        total = sum((comb(m + 1, k) * numbers[k] for k in range(m)), Fraction(0))
        numbers.append(-total / (m + 1))
    return numbers
