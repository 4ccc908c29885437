"""Bounds of a nest in another loop order, or of its tiles, by Fourier-Motzkin elimination.

Each bound of a loop is an inequality over loop variables. In the new order a loop may only use the
variables of loops outside it: those inside are eliminated by adding up each pair of a lower and an
upper bound. What is left bounds the loop (perhaps by more than its true range, where the inner
loops then do not run); every original inequality is kept by the innermost loop that it uses, so
exactly the same iterations run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import gcd

from hcl_explore.ir.linear import LinearForm, Rounding
from hcl_explore.ir.program import Loop
from hcl_explore.polyhedral.domain import Ranges

_MOST_INEQUALITIES = 200


@dataclass(frozen=True)
class LoopBounds:
    """``max(lower) <= v < min(upper)``."""

    lower: tuple[LinearForm, ...]
    upper: tuple[LinearForm, ...]


def reordered_bounds(loops: Sequence[Loop]) -> dict[Loop, LoopBounds] | None:
    """Bounds of the loops of a perfect nest, given in their new order, outermost first.

    None where they cannot be had: a bound holds a division, a loop that would change its bounds has
    a step, or there are too many inequalities.
    """
    inequalities = [form for loop in loops for form in _within(loop)]
    return _eliminated(loops, inequalities)


@dataclass(frozen=True)
class Tiling:
    """The loops over the tiles of a nest, which are not in the program, and the bounds of these and
    of the nest's own loops, which keep their values and run inside them."""

    tiles: tuple[Loop, ...]
    bounds: dict[Loop, LoopBounds]


def tiling(loops: Sequence[Loop], sizes: Sequence[int]) -> Tiling | None:
    """Tiles of a perfect nest whose bounds may depend on each other: number ``t`` of a loop holds
    its values from ``t * size`` to ``t * size + size - 1``.

    None where a bound holds a division, a loop has a step, or there are too many inequalities.
    """
    if any(loop.step != 1 for loop in loops):
        return None
    ranges = Ranges()
    tiles = []
    inequalities = [form for loop in loops for form in _within(loop)]
    for loop, size in zip(loops, sizes, strict=True):
        low, high = ranges.of_variable(loop)
        tile = replace(
            loop,
            name=f"{loop.name}.outer",
            lower=(LinearForm(constant=low // size),),
            upper=(LinearForm(constant=high // size + 1),),
        )
        inside = LinearForm(((loop, 1), (tile, -size)))
        inequalities += [inside, LinearForm(constant=size - 1).minus(inside)]
        tiles.append(tile)
    bounds = _eliminated([*tiles, *loops], inequalities)
    return None if bounds is None else Tiling(tuple(tiles), bounds)


def _within(loop: Loop) -> list[LinearForm]:
    """The bounds of a loop as forms that are not negative."""
    variable = LinearForm(((loop, 1),))
    below = LinearForm(constant=-1)
    return [
        *(variable.minus(form) for form in loop.lower or ()),
        *(form.minus(variable).plus(below) for form in loop.upper or ()),
    ]


def _eliminated(
    loops: Sequence[Loop], inequalities: list[LinearForm]
) -> dict[Loop, LoopBounds] | None:
    if any(form.roundings for form in inequalities):
        return None
    bounds: dict[Loop, LoopBounds] = {}
    ranges = Ranges()
    for loop in reversed(loops):
        own = [form for form in inequalities if form.coefficient(loop)]
        rest = [form for form in inequalities if not form.coefficient(loop)]
        bounds[loop] = _bounds_of(loop, own, ranges)
        if loop.step != 1 and bounds[loop] != LoopBounds(loop.lower or (), loop.upper or ()):
            return None
        inequalities = _distinct([*rest, *_pairs(loop, own)])
        if len(inequalities) > _MOST_INEQUALITIES:
            return None
    return bounds


def _bounds_of(loop: Loop, inequalities: Sequence[LinearForm], ranges: Ranges) -> LoopBounds:
    lower: list[LinearForm] = []
    upper: list[LinearForm] = []
    for form in inequalities:
        factor = form.coefficient(loop)
        others = form.minus(LinearForm(((loop, factor),)))
        if factor > 0:
            lower.append(_quotient(others.times(-1), factor, "ceildiv"))
        else:
            last = _quotient(others, -factor, "floordiv")
            upper.append(last.plus(LinearForm(constant=1)))
    return LoopBounds(_largest(lower, ranges), _largest(upper, ranges, sign=-1))


def _quotient(form: LinearForm, divisor: int, kind: str) -> LinearForm:
    if divisor == 1:
        return form
    whole = tuple((v, factor // divisor) for v, factor in form.terms if factor % divisor == 0)
    rest = tuple((v, factor) for v, factor in form.terms if factor % divisor)
    if rest:
        remainder = Rounding(kind, LinearForm(rest, form.constant), divisor)
        return LinearForm(whole, roundings=(remainder,))
    constant = Rounding(kind, LinearForm(constant=form.constant), divisor).value({})
    return LinearForm(whole, constant)


def _largest(forms: Sequence[LinearForm], ranges: Ranges, sign: int = 1) -> tuple[LinearForm, ...]:
    """The forms that may be the largest (with ``sign`` -1: the smallest) of all."""
    left = list(dict.fromkeys(forms))
    for form in tuple(left):
        margins = (other.minus(form).times(sign) for other in left if other is not form)
        if any(ranges.of_form(margin)[0] >= 0 for margin in margins):
            left.remove(form)
    return tuple(left)


def _pairs(loop: Loop, inequalities: Sequence[LinearForm]) -> list[LinearForm]:
    """What a lower and an upper bound of ``loop`` say together, without it."""
    result = []
    for low in inequalities:
        for high in inequalities:
            up, down = low.coefficient(loop), -high.coefficient(loop)
            if up > 0 and down > 0:
                result.append(low.times(down).plus(high.times(up)))
    return result


def _distinct(inequalities: Sequence[LinearForm]) -> list[LinearForm]:
    """Divided by their common factors, each direction once, without what always holds."""
    tightest: dict[frozenset[tuple[object, int]], LinearForm] = {}
    for form in inequalities:
        if not form.terms:
            continue
        common = gcd(*(factor for _, factor in form.terms))
        divided = LinearForm(
            tuple((variable, factor // common) for variable, factor in form.terms),
            form.constant // common,
        )
        key = frozenset(divided.terms)
        if key not in tightest or divided.constant < tightest[key].constant:
            tightest[key] = divided
    return list(tightest.values())
