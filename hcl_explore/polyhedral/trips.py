"""How often a loop's body runs over its whole nest, exactly, also where bounds depend on loops."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from hcl_explore.ir.linear import LinearForm, Symbol, Variable
from hcl_explore.ir.program import Guard, Loop
from hcl_explore.polyhedral.content import Answers, content_of_runs
from hcl_explore.polyhedral.polynomial import Polynomial

_MOST_STEPS = 200_000
"""Of the enumeration, for nests that have no closed form: about a tenth of a second."""

_TOTALS: Answers[int | None] = Answers()


def total_iterations(loop: Loop) -> int | None:
    """The number of times the body of ``loop`` runs in one run of its function.

    Exact. None where a bound or condition is not affine or depends on an index argument, or where
    there is no closed form and counting would take too long.
    """
    return total_runs(loop.chain, ())


def total_runs(loops: Sequence[Loop], guards: Sequence[Guard]) -> int | None:
    """The number of times that what stands under ``guards`` in the innermost of ``loops`` (each
    the parent of the next) runs in one run of its function. None as of ``total_iterations``."""
    known = all(_is_countable(loop) for loop in loops) and _are_countable(guards)
    if not known:
        return None
    return _TOTALS.get(content_of_runs(loops, guards), lambda: _total(loops, guards))


def _total(chain: Sequence[Loop], guards: Sequence[Guard]) -> int | None:
    closed = None if guards else _closed_form(chain)
    return closed if closed is not None else _Enumeration(chain, guards).count()


def average_trip_count(loop: Loop) -> float | None:
    """Iterations of ``loop`` for each iteration of its parent, on average; None as above, or if
    the parent never runs."""
    total = total_iterations(loop)
    runs = total_iterations(loop.parent) if loop.parent is not None else 1
    return total / runs if total is not None and runs else None


def _is_countable(loop: Loop) -> bool:
    if not loop.is_affine or not _are_countable(loop.guards):
        return False
    return not any(isinstance(variable, Symbol) for variable in loop.bound_variables())


def _are_countable(guards: Iterable[Guard]) -> bool:
    return all(
        guard.constraints is not None
        and not any(isinstance(variable, Symbol) for variable in guard.variables())
        for guard in guards
    )


# --- closed form ----------------------------------------------------------------------------


def _closed_form(chain: Sequence[Loop]) -> int | None:
    """The sum of 1 over the nest as a polynomial, from the inside out; None where bounds are a
    maximum or minimum, are rounded or may cross, or where a loop has conditions."""
    count = Polynomial.of_constant(1)
    for depth in reversed(range(len(chain))):
        loop = chain[depth]
        lowers, uppers = loop.lower or (), loop.upper or ()
        if loop.guards or len(lowers) != 1 or len(uppers) != 1:
            return None
        lower, upper, step = lowers[0], uppers[0], loop.step or 1
        if lower.roundings or upper.roundings:
            return None
        extent = upper.minus(lower)
        if step == 1:
            least = _least(extent, chain[:depth])
            if least is None or least < 0:
                return None
            count = count.summed(loop, _polynomial(lower), _polynomial(upper))
        elif extent.is_constant:
            trips = max(0, -(-extent.constant // step))
            start = _polynomial(lower)
            count = count.summed_steps(loop, start, step, trips)
        else:
            return None
    return int(count.constant)


def _polynomial(form: LinearForm) -> Polynomial:
    result = Polynomial.of_constant(form.constant)
    for variable, factor in form.terms:
        result = result.plus(Polynomial.of_variable(variable).times_constant(factor))
    return result


def _least(form: LinearForm, chain: Sequence[Loop]) -> int | None:
    """A lower bound of ``form`` over the nest: each loop at the end of its range that makes the
    form small, from the inside out. None where bounds are not single forms."""
    for loop in reversed(chain):
        factor = form.coefficient(loop)
        if not factor:
            continue
        ends = loop.lower if factor > 0 else loop.upper
        if ends is None or len(ends) != 1 or ends[0].roundings:
            return None
        end = ends[0] if factor > 0 else ends[0].plus(LinearForm(constant=-1))
        form = form.minus(LinearForm(((loop, factor),))).plus(end.times(factor))
    return form.constant if form.is_constant else None


# --- enumeration ----------------------------------------------------------------------------


class _Enumeration:
    """Counts by running through the loops whose value matters inside them; remembers counts.

    A condition is tested as soon as the loops that it depends on are fixed: one on each of two
    loops then leaves the inner loop's count the same for every iteration of the outer one.
    """

    def __init__(self, chain: Sequence[Loop], guards: Sequence[Guard]) -> None:
        self._chain = chain
        self._steps = 0
        self._known: dict[tuple[int, tuple[int, ...]], int] = {}
        self._tests: list[list[Guard]] = [[] for _ in range(len(chain) + 1)]
        for guard in (*(guard for loop in chain for guard in loop.guards), *guards):
            for part in guard.parts():
                self._tests[self._depth_of(part)].append(part)
        needed: set[Variable] = set()
        matters: list[set[Variable]] = [needed]
        for depth in reversed(range(len(chain))):
            needed = needed.union(*(guard.variables() for guard in self._tests[depth + 1]))
            needed = (needed | chain[depth].bound_variables()) - {chain[depth]}
            matters.append(needed)
        matters.reverse()
        self._matters = [
            [outer for outer in chain[:depth] if outer in needed]
            for depth, needed in enumerate(matters)
        ]

    def _depth_of(self, guard: Guard) -> int:
        """How many loops of the chain must be fixed before the guard can be tested."""
        used = guard.variables()
        return max((n for n, loop in enumerate(self._chain, 1) if loop in used), default=0)

    def count(self) -> int | None:
        if not self._is_let_in(0, {}):
            return 0
        try:
            return self._count(0, {})
        except _TooManyStepsError:
            return None

    def _count(self, depth: int, point: dict[Variable, int]) -> int:
        if depth == len(self._chain):
            return 1
        key = depth, tuple(point[outer] for outer in self._matters[depth])
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._count_anew(depth, point)
        return found

    def _count_anew(self, depth: int, point: dict[Variable, int]) -> int:
        loop, inner = self._chain[depth], depth + 1
        values: Sequence[int] = range(
            max(form.value(point) for form in loop.lower or ()),
            min(form.value(point) for form in loop.upper or ()),
            loop.step or 1,
        )
        if self._tests[inner]:
            self._spend(len(values))
            values = [value for value in values if self._is_let_in(inner, {**point, loop: value})]
        if not values:
            return 0
        if loop not in self._matters[inner]:
            return len(values) * self._count(inner, {**point, loop: values[0]})
        self._spend(len(values))
        return sum(self._count(inner, {**point, loop: value}) for value in values)

    def _is_let_in(self, depth: int, point: dict[Variable, int]) -> bool:
        return all(_holds(guard, point) for guard in self._tests[depth])

    def _spend(self, steps: int) -> None:
        self._steps += steps
        if self._steps > _MOST_STEPS:
            raise _TooManyStepsError


class _TooManyStepsError(Exception):
    """Internal: the enumeration gives up."""


def _holds(guard: Guard, point: dict[Variable, int]) -> bool:
    holds = all(
        c.form.value(point) == 0 if c.is_equality else c.form.value(point) >= 0
        for c in guard.constraints or ()
    )
    return holds != guard.negated
