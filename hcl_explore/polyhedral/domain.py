"""Iteration domains: which values the loops around an access take.

A domain is a union of *cases*, each a conjunction of affine constraints, stated over the program's
own loops; ``system`` turns cases into integer systems and isl sets.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

from hcl_explore.ir.linear import LinearForm, Symbol, Variable
from hcl_explore.ir.program import Access, Constraint, Guard, Loop

WIDE = 1 << 60
"""Stands for "no bound known": no index of a real array comes near it."""


@dataclass(frozen=True)
class Case:
    """A conjunction. ``starts`` holds the lower bound that a loop with a step counts from."""

    constraints: tuple[Constraint, ...]
    starts: Mapping[Loop, LinearForm] = field(default_factory=dict)


def domain_cases(loops: Sequence[Loop], guards: Sequence[Guard]) -> list[Case]:
    """The iterations of ``loops`` under ``guards`` as a union of cases.

    What is not affine is left out, so the union then holds more than the true iterations:
    ``is_exact_domain`` tells.
    """
    constraints: list[Constraint] = []
    choices: list[list[Case]] = []
    starts: dict[Loop, LinearForm] = {}
    for loop in loops:
        variable = LinearForm(((loop, 1),))
        for upper in loop.upper or ():
            constraints.append(Constraint(upper.plus(variable.times(-1)).plus(_MINUS_ONE), False))
        lowers = loop.lower or ()
        if loop.step is None or loop.step == 1 or not lowers:
            constraints += [Constraint(variable.plus(lower.times(-1)), False) for lower in lowers]
        elif len(lowers) == 1:
            starts[loop] = lowers[0]
        else:
            choices.append(_start_choices(loop, lowers))
    for guard in guards:
        if guard.constraints is None:
            continue
        if guard.negated:
            choices.append(
                [Case((failed,)) for held in guard.constraints for failed in _negations(held)]
            )
        else:
            constraints += guard.constraints
    return [_merge(constraints, starts, chosen) for chosen in product(*choices)]


def access_cases(access: Access) -> list[Case]:
    """The iterations in which ``access`` runs."""
    return domain_cases(access.loops, access.all_guards)


def is_exact_domain(loops: Sequence[Loop], guards: Sequence[Guard]) -> bool:
    """Whether the domain's loops and guards are all affine."""
    return all(loop.is_affine for loop in loops) and all(
        guard.constraints is not None for guard in guards
    )


def is_exact(access: Access) -> bool:
    """Whether the subscripts and the domain of ``access`` are all affine."""
    return access.subscripts is not None and is_exact_domain(access.loops, access.all_guards)


def _start_choices(loop: Loop, lowers: Sequence[LinearForm]) -> list[Case]:
    """A loop with a step counts from the largest of its lower bounds: a case for each."""
    return [
        Case(
            tuple(
                Constraint(start.plus(other.times(-1)), False)
                for other in lowers
                if other is not start
            ),
            {loop: start},
        )
        for start in lowers
    ]


def _negations(constraint: Constraint) -> list[Constraint]:
    below = Constraint(constraint.form.times(-1).plus(_MINUS_ONE), False)
    if not constraint.is_equality:
        return [below]
    return [below, Constraint(constraint.form.plus(_MINUS_ONE), False)]


def _merge(
    constraints: Sequence[Constraint], starts: Mapping[Loop, LinearForm], chosen: Sequence[Case]
) -> Case:
    merged = dict(starts)
    for case in chosen:
        merged.update(case.starts)
    return Case((*constraints, *(c for case in chosen for c in case.constraints)), merged)


_MINUS_ONE = LinearForm(constant=-1)


class Ranges:
    """Constant bounds of loop variables and forms over them, remembered."""

    def __init__(self, fixed: Mapping[Symbol, int] | None = None) -> None:
        """``fixed`` are symbols whose value is known."""
        self._known: dict[Variable, tuple[int, int]] = {
            symbol: (value, value) for symbol, value in (fixed or {}).items()
        }

    def of_variable(self, variable: Variable) -> tuple[int, int]:
        """Smallest and largest value; a loop that never runs may give ``low > high``."""
        found = self._known.get(variable)
        if found is None:
            found = self._loop(variable) if isinstance(variable, Loop) else (-WIDE, WIDE)
            self._known[variable] = found
        return found

    def _loop(self, loop: Loop) -> tuple[int, int]:
        if loop.kind == "scf.while":
            return 0, WIDE
        lowers = [self.of_form(form)[0] for form in loop.lower or ()]
        uppers = [self.of_form(form)[1] - 1 for form in loop.upper or ()]
        low, high = max(lowers, default=-WIDE), min(uppers, default=WIDE)
        step = loop.step or 1
        if step > 1 and loop.lower and all(form.is_constant for form in loop.lower) and high < WIDE:
            high = low + (high - low) // step * step
        return low, high

    def of_form(self, form: LinearForm) -> tuple[int, int]:
        """Bounds of a form; exact for a single variable, else possibly too wide."""
        low = high = form.constant
        for variable, factor in form.terms:
            first, last = self.of_variable(variable)
            low += factor * (first if factor > 0 else last)
            high += factor * (last if factor > 0 else first)
        for rounding in form.roundings:
            first, last = rounded(rounding.kind, *self.of_form(rounding.form), rounding.divisor)
            factor = rounding.coefficient
            low += factor * (first if factor > 0 else last)
            high += factor * (last if factor > 0 else first)
        return low, high


def rounded(kind: str, low: int, high: int, divisor: int) -> tuple[int, int]:
    """Bounds of ``form kind divisor`` where the form lies in ``low .. high``."""
    if kind == "floordiv":
        return low // divisor, high // divisor
    if kind == "ceildiv":
        return -(-low // divisor), -(-high // divisor)
    if low // divisor == high // divisor:
        return low % divisor, high % divisor
    return 0, divisor - 1
