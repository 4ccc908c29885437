"""Whether a new order of the accesses keeps every dependence; if not, two instances that show it.

Memory-based and over all pairs: two instances conflict if they touch one element and at least one
writes. No conflict may be reversed, nor its instances made simultaneous.

A buffer allocated inside loops is private to one iteration of these (``Buffer.home``): its
instances conflict only within one. That holds for rewrites that move the allocation together with
its home loops.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from hcl_explore.ir.linear import Symbol, Variable
from hcl_explore.ir.program import Access, Buffer, Loop
from hcl_explore.polyhedral.conflicts import (
    ExactPair,
    Example,
    Model,
    Orders,
    possible_reversals,
    smallest_examples,
)
from hcl_explore.polyhedral.differences import Leaf, common_loops, padded
from hcl_explore.polyhedral.domain import is_exact
from hcl_explore.polyhedral.reductions import Reduction, find_reductions
from hcl_explore.polyhedral.system import TooComplexError, limited
from hcl_explore.polyhedral.time import Time, original_time
from hcl_explore.polyhedral.violation import Instance, Violation, kind_of

_Times: TypeAlias = "tuple[tuple[int, ...], tuple[int, ...]]"
"""When the two instances of a counterexample run, in the order as it is."""


def first_violation(
    accesses: Sequence[Access],
    after: Callable[[Access], Time],
    *,
    reassociate: bool = False,
) -> Violation | None:
    """The smallest counterexample to running ``accesses`` in the order ``after``, or None.

    Smallest in the order as it is: the earliest first instance, then the earliest second one. An
    exact counterexample is preferred to an undecided one, and one that changes the result to one
    that changes only rounding. Reductions of integers, minima and maxima may change their order
    freely, those of floating-point sums and products with ``reassociate``.
    """
    times = {access: after(access) for access in accesses}
    check = _OrderCheck({access: original_time(access) for access in accesses}, times)
    reductions = _atomic_reductions(find_reductions(accesses), times)
    accepted = {
        access: reduction
        for access, reduction in reductions.items()
        if reduction.is_exact or reassociate
    }
    return check.violation(reductions, accepted, keep_apart=True)


def is_refuted(after: Mapping[Access, Time], violations: Iterable[Violation]) -> bool:
    """Whether one of ``violations``, counterexamples to other orders of the same program, is one to
    ``after`` as well. False says nothing."""
    return any(
        _is_reversed(violation, after) and not _only_accumulates(violation, after)
        for violation in violations
    )


def _only_accumulates(violation: Violation, accesses: Iterable[Access]) -> bool:
    """Whether both instances belong to accumulations, which an order may be free to change."""
    reductions = find_reductions(one for one in accesses if one.buffer is violation.buffer)
    return violation.first.access in reductions and violation.second.access in reductions


def _is_reversed(violation: Violation, after: Mapping[Access, Time]) -> bool:
    if not violation.exact:
        return False
    symbols = dict(violation.symbols)
    times: list[Time] = []
    for instance in (violation.first, violation.second):
        if instance.access not in after:
            return False
        times.append(_values(after[instance.access], dict(instance.iteration), symbols))
    first, second = padded(*times)
    return first >= second


def simultaneous_violation(
    accesses: Sequence[Access], depth: int, *, reassociate: bool = False
) -> Violation | None:
    """The smallest example of two iterations of the loop at ``depth`` around all ``accesses`` that
    conflict and so may not run at once, or None. With ``reassociate`` two accumulations may."""
    before = {access: original_time(access)[: 2 * depth + 2] for access in accesses}
    after = {access: time[:-1] for access, time in before.items()}
    reductions = find_reductions(accesses)
    accepted = reductions if reassociate else {}
    return _OrderCheck(before, after).violation(reductions, accepted, keep_apart=False)


@dataclass(frozen=True)
class _Question:
    """Whether a pair conflicts with its order reversed; ``only_simultaneous``: as whole statements,
    and only at one time."""

    first: Access
    second: Access
    only_simultaneous: bool = False


class _OrderCheck:
    """One comparison of two orders."""

    def __init__(self, before: Mapping[Access, Time], after: Mapping[Access, Time]) -> None:
        self._before = before
        self._after = after
        self._model = Model()
        self._earliest = {access: self._lower_bound(time) for access, time in before.items()}

    def violation(
        self,
        reductions: Mapping[Access, Reduction],
        accepted: Mapping[Access, Reduction],
        *,
        keep_apart: bool,
    ) -> Violation | None:
        """See ``first_violation``.

        Accumulations of one kind among ``reductions`` commute, those ``accepted`` without a word;
        with ``keep_apart`` two instances of one of them still may not run at once (of two
        statements, ``_atomic_reductions`` has seen to it).
        """
        real: list[_Question] = []
        rounding: list[_Question] = []
        for first, second in conflicting_pairs(self._after):
            left, right = reductions.get(first), reductions.get(second)
            if left is None or right is None or left.operation != right.operation:
                real.append(_Question(first, second))
                continue
            if keep_apart and left is right and first.is_write and not second.is_write:
                real.append(_Question(first, second, only_simultaneous=True))
            if first not in accepted:
                rounding.append(_Question(first, second))
        found = self._smallest(real)
        if found is not None:
            return found
        found = self._smallest(rounding)
        return None if found is None else replace(found, only_reassociation=True)

    def _smallest(self, questions: Sequence[_Question]) -> Violation | None:
        """The smallest of the counterexamples; if there is none, the first of ``questions`` that
        cannot be decided."""
        exact: list[tuple[_Times, int]] = []
        undecided: list[int] = []
        for number, question in enumerate(questions):
            if is_exact(question.first) and is_exact(question.second):
                exact.append((self._least(question), number))
            else:
                undecided.append(number)
        best: tuple[tuple[_Times, int], Violation] | None = None
        # Nothing that comes after can be smaller than what has been found, so most are not asked.
        for bound in sorted(exact):
            if best is not None and bound > best[0]:
                break
            number = bound[1]
            try:
                for times, violation in self._examples(questions[number]):
                    if best is None or (times, number) < best[0]:
                        best = (times, number), violation
            except TooComplexError:
                undecided.append(number)
        if best is not None:
            return best[1]
        for number in sorted(undecided):
            question = questions[number]
            if self._may_be_reversed(question):
                return _undecided(question.first, question.second)
        return None

    def _least(self, question: _Question) -> _Times:
        """No counterexample of the pair has smaller times."""
        first, second = self._earliest[question.first], self._earliest[question.second]
        if len(first) == len(second):
            # The second runs after the first.
            second = max(second, (*first[:-1], first[-1] + 1))
        return first, second

    def _lower_bound(self, time: Time) -> tuple[int, ...]:
        ranges = self._model.ranges
        return tuple(part if isinstance(part, int) else ranges.of_form(part)[0] for part in time)

    def _examples(self, question: _Question) -> list[tuple[_Times, Violation]]:
        """The smallest counterexample of each way to reverse the pair, with its times."""
        first, second = question.first, question.second
        orders, leaves = self._possible(question)
        if not leaves:
            return []
        with limited():
            return [
                (
                    (
                        _values(self._before[first], example.first, example.symbols),
                        _values(self._before[second], example.second, example.symbols),
                    ),
                    _violation(first, second, example),
                )
                for example in smallest_examples(self._model, first, second, orders, leaves)
            ]

    def _may_be_reversed(self, question: _Question) -> bool:
        """Whether isl does not rule the pair out, taking what is not affine to be anything."""
        orders, leaves = self._possible(question)
        if not leaves:
            return False
        try:
            with limited():
                pair = ExactPair(self._model, question.first, question.second, orders)
                return any(pair.is_feasible(leaf) for leaf in leaves)
        except TooComplexError:
            return True

    def _possible(self, question: _Question) -> tuple[Orders, list[Leaf]]:
        """The ways to reverse the pair that intervals cannot rule out."""
        first, second = question.first, question.second
        orders = Orders.of(
            (self._before[first], self._before[second]), (self._after[first], self._after[second])
        )
        if not question.only_simultaneous:
            return orders, possible_reversals(self._model, first, second, orders)
        orders = _without_last(orders)
        leaves = possible_reversals(self._model, first, second, orders)
        return orders, [leaf for leaf in leaves if leaf.after == len(orders.after[0])]


def conflicting_pairs(accesses: Iterable[Access]) -> Iterator[tuple[Access, Access]]:
    """Ordered pairs of accesses to one buffer, at least one of which writes."""
    by_buffer: dict[Buffer, list[Access]] = {}
    for access in accesses:
        by_buffer.setdefault(access.buffer, []).append(access)
    for group in by_buffer.values():
        if any(access.is_write for access in group):
            for first in group:
                for second in group:
                    if first.is_write or second.is_write:
                        yield first, second


def _atomic_reductions(
    found: dict[Access, Reduction], after: Mapping[Access, Time]
) -> dict[Access, Reduction]:
    """The accumulations whose load and store stay next to each other in the new order.

    Only whole statements commute: a load taken away from its store, or another accumulation of the
    same kind between the two, would lose an update.
    """
    kinds: dict[tuple[Buffer, str], list[Reduction]] = {}
    for reduction in dict.fromkeys(found.values()):
        kinds.setdefault((reduction.buffer, reduction.operation), []).append(reduction)
    return {
        access: reduction
        for access, reduction in found.items()
        if _is_atomic(reduction, kinds[reduction.buffer, reduction.operation], after)
    }


def _is_atomic(
    reduction: Reduction, kind: Iterable[Reduction], after: Mapping[Access, Time]
) -> bool:
    load, store = after[reduction.load], after[reduction.store]
    first, last = load[-1], store[-1]
    if load[:-1] != store[:-1] or not isinstance(first, int) or not isinstance(last, int):
        return False
    return first < last and all(
        other is reduction
        or (
            _stays_outside(after[other.load], load[:-1], first, last)
            and _stays_outside(after[other.store], load[:-1], first, last)
        )
        for other in kind
    )


def _stays_outside(time: Time, prefix: Time, first: int, last: int) -> bool:
    """Whether static positions keep ``time`` from lying within ``(*prefix, first .. last)``."""
    level = len(prefix)
    longer = (*time, *(0,) * (level + 1 - len(time)))
    for part, other in zip(longer, prefix, strict=False):
        if isinstance(part, int) and isinstance(other, int) and part != other:
            return True
    part = longer[level]
    return isinstance(part, int) and not first <= part <= last


def _without_last(orders: Orders) -> Orders:
    """The orders of whole statements: the last position, which tells load from store, left out.

    Times of different lengths differ in a position before that already.
    """
    (x, y), (u, v) = orders.before, orders.after
    return Orders((x[:-1], y[:-1]), (u[:-1], v[:-1]))


def _values(
    time: Time, point: Mapping[Loop, int], symbols: Mapping[Symbol, int]
) -> tuple[int, ...]:
    values = _point(point, symbols)
    return tuple(part if isinstance(part, int) else part.value(values) for part in time)


def _point(loops: Mapping[Loop, int], symbols: Mapping[Symbol, int]) -> dict[Variable, int]:
    point: dict[Variable, int] = {}
    for loop, value in loops.items():
        point[loop] = value
    for symbol, value in symbols.items():
        point[symbol] = value
    return point


def _violation(first: Access, second: Access, example: Example) -> Violation:
    values = _point(example.first, example.symbols)
    return Violation(
        buffer=first.buffer,
        kind=kind_of(first, second),
        element=tuple(form.value(values) for form in first.subscripts or ()),
        first=Instance(first, tuple(example.first.items())),
        second=Instance(second, tuple(example.second.items())),
        distance=tuple(
            example.second[loop] - example.first[loop] for loop in common_loops(first, second)
        ),
        exact=True,
        simultaneous=example.simultaneous,
        symbols=tuple(example.symbols.items()),
    )


def _undecided(first: Access, second: Access) -> Violation:
    return Violation(
        buffer=first.buffer,
        kind=kind_of(first, second),
        element=None,
        first=Instance(first, ()),
        second=Instance(second, ()),
        distance=None,
        exact=False,
    )
