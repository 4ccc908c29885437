"""A quick relaxation of "these two instances conflict": intervals of their loops' distances.

For two instances ``x`` and ``y``, ``d[v] = y[v] - x[v]`` over the loops ``v`` around both. Forms
with the same coefficients on both sides differ by a form in ``d`` alone, so most pairs of accesses
are decided by interval arithmetic on ``d``. What survives may conflict; isl has the last word.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import gcd

from hcl_explore.ir.linear import LinearForm, Rounding
from hcl_explore.ir.program import Access, Loop
from hcl_explore.polyhedral.domain import WIDE, Ranges
from hcl_explore.polyhedral.time import Time

Box = tuple[tuple[int, int], ...]
"""The interval of ``d`` for each common loop, outermost first."""


@dataclass(frozen=True)
class Difference:
    """``form(y) - other(x)`` as ``sum(factor * d[depth])`` plus anything in ``low .. high``."""

    terms: tuple[tuple[int, int], ...]
    low: int
    high: int
    roundings: tuple[tuple[Difference, Rounding], ...] = ()

    def interval(self, box: Box) -> tuple[int, int]:
        low, high = self.low, self.high
        for depth, factor in self.terms:
            first, last = box[depth]
            low += factor * (first if factor > 0 else last)
            high += factor * (last if factor > 0 else first)
        for inner, rounding in self.roundings:
            first, last = _rounded_difference(rounding, *inner.interval(box))
            factor = rounding.coefficient
            low += factor * (first if factor > 0 else last)
            high += factor * (last if factor > 0 else first)
        return low, high


def _rounded_difference(rounding: Rounding, low: int, high: int) -> tuple[int, int]:
    """Bounds of ``round(f + t) - round(f)`` for a ``t`` in ``low .. high`` and any ``f``."""
    divisor = rounding.divisor
    if rounding.kind == "mod":
        return (0, 0) if low == high == 0 else (1 - divisor, divisor - 1)
    return low // divisor, -(-high // divisor)


class Pair:
    """Two accesses of one buffer: ``first`` at an instance ``x``, ``second`` at ``y``."""

    def __init__(self, first: Access, second: Access, ranges: Ranges) -> None:
        self.first = first
        self.second = second
        self.ranges = ranges
        self.common = common_loops(first, second)
        self._depths: dict[object, int] = {loop: loop.depth for loop in self.common}
        self._equations: list[Difference] = []

    def box(self) -> Box | None:
        """Bounds of the distances at which both may touch the same element; None: never."""
        home = self.first.buffer.home
        intervals = []
        for loop in self.common:
            if loop.depth < len(home) and home[loop.depth] is loop:
                intervals.append((0, 0))
                continue
            low, high = self.ranges.of_variable(loop)
            if low > high:
                return None
            intervals.append((low - high, high - low))
        box = tuple(intervals)
        if self.first.subscripts is None or self.second.subscripts is None:
            return box
        for left, right in zip(self.first.subscripts, self.second.subscripts, strict=True):
            if not _may_be_equal(left, right):
                return None
            if left is right or left == right:
                equation = self.same(left)
            else:
                equation = self.difference(left, right)
            if equation.terms and not equation.roundings:
                self._equations.append(equation)
            low, high = equation.interval(box)
            if low > 0 or high < 0:
                return None
        return self._propagate(box) if self._equations else box

    def same(self, form: LinearForm) -> Difference:
        return self.difference(form, form)

    def difference(self, left: int | LinearForm, right: int | LinearForm) -> Difference:
        """``right(y) - left(x)``."""
        if isinstance(left, int) or isinstance(right, int):
            if isinstance(left, int) and isinstance(right, int):
                return Difference((), right - left, right - left)
            left = LinearForm(constant=left) if isinstance(left, int) else left
            right = LinearForm(constant=right) if isinstance(right, int) else right
        terms: list[tuple[int, int]] = []
        low = high = right.constant - left.constant
        on_left = dict(left.terms)
        for variable, factor in right.terms:
            other = on_left.pop(variable, 0)
            depth = self._depths.get(variable)
            if depth is not None and other:
                terms.append((depth, other))
                factor -= other
            elif not isinstance(variable, Loop):
                factor -= other
            elif other:
                # A loop of both that is not common cannot be: chains share a prefix only.
                raise AssertionError(f"{variable} is around both accesses but not common")
            if factor:
                first, last = self.ranges.of_variable(variable)
                low += factor * (first if factor > 0 else last)
                high += factor * (last if factor > 0 else first)
        for variable, factor in on_left.items():
            first, last = self.ranges.of_variable(variable)
            low -= factor * (last if factor > 0 else first)
            high -= factor * (first if factor > 0 else last)
        roundings: list[tuple[Difference, Rounding]] = []
        if left.roundings or right.roundings:
            more_low, more_high = self._match_roundings(left, right, roundings)
            low += more_low
            high += more_high
        return Difference(tuple(terms), low, high, tuple(roundings))

    def _match_roundings(
        self, left: LinearForm, right: LinearForm, matched: list[tuple[Difference, Rounding]]
    ) -> tuple[int, int]:
        """Pair off roundings that differ only inside; bounds of the others' contribution."""
        rest = list(left.roundings)
        low = high = 0
        for rounding in right.roundings:
            partner = next(
                (
                    other
                    for other in rest
                    if (other.kind, other.divisor, other.coefficient)
                    == (rounding.kind, rounding.divisor, rounding.coefficient)
                ),
                None,
            )
            if partner is not None:
                rest.remove(partner)
                matched.append((self.difference(partner.form, rounding.form), rounding))
                continue
            first, last = self.ranges.of_form(LinearForm(roundings=(rounding,)))
            low, high = low + first, high + last
        for other in rest:
            first, last = self.ranges.of_form(LinearForm(roundings=(other,)))
            low, high = low - last, high - first
        return low, high

    # --- narrowing ------------------------------------------------------------------------

    def refine(self, box: Box, difference: Difference, low: int, high: int) -> Box | None:
        """``box`` with the interval of ``difference`` cut to ``low .. high``; None if empty."""
        if not difference.terms or difference.roundings:
            return box
        narrowed = _narrow(box, difference, low, high)
        if narrowed is None or narrowed == box:
            return narrowed
        return self._propagate(narrowed) if self._equations else narrowed

    def narrow(self, box: Box, depth: int, low: int, high: int) -> Box | None:
        """``box`` with the distance in one common loop cut to ``low .. high``; None if empty."""
        return self.refine(box, Difference(((depth, 1),), 0, 0), low, high)

    def _propagate(self, box: Box) -> Box | None:
        for _ in range(_ROUNDS):
            before = box
            for equation in self._equations:
                narrowed = _narrow(box, equation, 0, 0)
                if narrowed is None:
                    return None
                box = narrowed
            if box == before:
                break
        for loop, (low, high) in zip(self.common, box, strict=True):
            if low == high and low % _stride(loop):
                return None
        return box


_ROUNDS = 4
"""Of interval propagation: more rounds narrow little and never change a verdict."""


def _narrow(box: Box, difference: Difference, low: int, high: int) -> Box | None:
    """Cut each distance to what ``low <= difference <= high`` leaves of it; None if nothing."""
    least, most = difference.interval(box)
    if least > high or most < low:
        return None
    result = list(box)
    for depth, factor in difference.terms:
        first, last = result[depth]
        own_least = factor * (first if factor > 0 else last)
        own_most = factor * (last if factor > 0 else first)
        # factor * d >= low - (the most that the rest adds), and so on.
        need, allow = low - (most - own_most), high - (least - own_least)
        if factor < 0:
            need, allow, size = -allow, -need, -factor
        else:
            size = factor
        first, last = max(first, -(-need // size)), min(last, allow // size)
        if first > last:
            return None
        result[depth] = first, last
        least += factor * (first if factor > 0 else last) - own_least
        most += factor * (last if factor > 0 else first) - own_most
    return tuple(result)


def _stride(loop: Loop) -> int:
    """What divides the distance of any two iterations."""
    if loop.step is None or loop.lower is None or len(loop.lower) != 1:
        return 1
    return loop.step if loop.lower[0].is_constant else 1


def _may_be_equal(left: LinearForm, right: LinearForm) -> bool:
    """The GCD test: False if no integers at all make the two forms equal."""
    if left.roundings or right.roundings:
        return True
    divisor = 0
    for _, factor in (*left.terms, *right.terms):
        divisor = gcd(divisor, factor)
    distance = right.constant - left.constant
    return distance % divisor == 0 if divisor else distance == 0


def common_loops(first: Access, second: Access) -> tuple[Loop, ...]:
    """The loops around both accesses, outermost first."""
    shared = []
    for left, right in zip(first.loops, second.loops, strict=False):
        if left is not right:
            break
        shared.append(left)
    return tuple(shared)


@dataclass(frozen=True)
class Leaf:
    """One way in which an order may be violated.

    ``before`` and ``after`` are the components that decide: those ahead of them are equal,
    ``before`` is larger for ``y`` and ``after`` larger for ``x``. ``after`` is the number of
    components where all of them are equal: the two would run at the same time.
    """

    before: int
    after: int


def padded(left: Time, right: Time) -> tuple[Time, Time]:
    """Both times at the same length."""
    length = max(len(left), len(right))
    return (*left, *(0,) * (length - len(left))), (*right, *(0,) * (length - len(right)))


class Differences:
    """``y - x`` in each component of two times, worked out when it is asked for."""

    def __init__(self, pair: Pair, left: Time, right: Time) -> None:
        self._pair = pair
        self._left = left
        self._right = right
        self._known: list[Difference] = []

    def __len__(self) -> int:
        return len(self._left)

    def __iter__(self) -> Iterator[Difference]:
        for level in range(len(self._left)):
            if level == len(self._known):
                self._known.append(self._pair.difference(self._left[level], self._right[level]))
            yield self._known[level]


def possible_leaves(pair: Pair, box: Box, before: Differences, after: Differences) -> list[Leaf]:
    """Every leaf that the relaxation cannot rule out."""
    leaves: list[Leaf] = []
    current: Box | None = box
    for level, difference in enumerate(before):
        assert current is not None
        low, high = difference.interval(current)
        if low == high == 0:
            continue
        if high > 0:
            ordered = current if low > 0 else pair.refine(current, difference, 1, WIDE)
            if ordered is not None:
                leaves += [Leaf(level, other) for other in _reversals(pair, ordered, after)]
        if low > 0 or high < 0:
            return leaves
        current = pair.refine(current, difference, 0, 0)
        if current is None:
            return leaves
    return leaves


def _reversals(pair: Pair, box: Box, after: Differences) -> list[int]:
    levels = []
    current: Box | None = box
    for level, difference in enumerate(after):
        assert current is not None
        low, high = difference.interval(current)
        if low == high == 0:
            continue
        if low < 0 and (high < 0 or pair.refine(current, difference, -WIDE, -1) is not None):
            levels.append(level)
        if low > 0 or high < 0:
            return levels
        current = pair.refine(current, difference, 0, 0)
        if current is None:
            return levels
    return [*levels, len(after)]
