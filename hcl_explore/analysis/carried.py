"""How many iterations of a pipelined nest lie between a write and a later read of its element."""

from __future__ import annotations

import math
from dataclasses import dataclass

from hcl_explore.analysis.plan import Plan
from hcl_explore.ir.linear import LinearForm, Rounding
from hcl_explore.ir.program import Access, Buffer, Loop
from hcl_explore.polyhedral.nearest import Meeting, Pace


@dataclass(frozen=True)
class Carried:
    """``distance`` in iterations of the flattened nest; ``is_exact`` False where it is the most
    cautious answer because the subscripts do not tell."""

    distance: int
    is_exact: bool = True


_MANY = 1 << 20
"""Stands for a trip count that is not known."""

_UNKNOWN = Carried(1, is_exact=False)


def carried_distance(
    store: Access, load: Access, nest: tuple[Loop, ...], plan: Plan, *, compares_rows: bool = True
) -> Carried | None:
    """The least number of iterations of the (flattened) ``nest`` after which ``load`` may read what
    ``store`` wrote; None if it never does.

    Exact where both subscripts have the same coefficients, so that the distance does not depend on
    the place, or where they divide by constants; else 1, the most cautious answer, as the tool's.
    ``compares_rows``: whether ``A[i - 1, j]`` and ``A[i, j]`` are known to differ when ``i`` is
    outside the nest.
    """
    if store.subscripts is None or load.subscripts is None:
        return _UNKNOWN
    unrolled = [
        loop
        for loop in (*store.loops, *load.loops)
        if plan[loop].mode == "unrolled" or (plan[loop].copies > 1 and loop not in nest)
    ]
    known: dict[Loop, int] = {}
    is_free = set(nest)
    stored = _rejoined(store.subscripts, store.buffer)
    loaded = _rejoined(load.subscripts, load.buffer)
    divides = len(stored) != len(loaded)
    for written, read in () if divides else zip(stored, loaded, strict=True):
        if written.roundings or read.roundings:
            divides = True
            continue
        verdict = _equation(written, read, nest, unrolled, known, is_free)
        if verdict == "never" and not compares_rows and _is_row(written, read, nest, unrolled):
            continue
        if verdict == "never":
            return None
        if verdict == "unknown":
            return _UNKNOWN
    if divides:
        return _exact_distance(store, load, nest, plan, compares_rows=compares_rows)
    distance = _flattened(known, is_free, nest, plan)
    return None if distance is None else Carried(distance)


def _exact_distance(
    store: Access, load: Access, nest: tuple[Loop, ...], plan: Plan, *, compares_rows: bool
) -> Carried | None:
    """The same of subscripts that divide, as those of fused loops do: by integer sets."""
    paces: list[Pace] = []
    weight = 1
    for loop in reversed(nest):
        starts = loop.lower or ()
        if not loop.trip_count or len(starts) != 1 or not starts[0].is_constant:
            return _UNKNOWN
        paces.append(Pace(loop, weight, plan[loop].copies))
        weight *= plan.trips(loop, loop.trip_count)
    unrolled = [loop for loop in (*store.loops, *load.loops) if plan.is_copied(loop)]
    dims = tuple(
        dim
        for dim, forms in enumerate(zip(store.subscripts or (), load.subscripts or (), strict=True))
        if compares_rows or not _is_row(*forms, nest, unrolled)
    )
    fixed = tuple(loop for loop in nest[0].chain[:-1] if loop not in unrolled)
    least = Meeting(store, load, tuple(paces), fixed, dims).least_distance()
    if least == "unknown":
        return _UNKNOWN
    return None if least is None else Carried(least)


def _rejoined(forms: tuple[LinearForm, ...], buffer: Buffer) -> list[LinearForm]:
    """The subscripts, with ``x // n, x % n`` on rows of ``n`` elements put together to ``x``: so
    they are once the tool has made an address of them."""
    joined: list[LinearForm] = []
    for form, extent in zip(forms, buffer.shape, strict=True):
        row, column = _only_rounding(joined[-1]) if joined else None, _only_rounding(form)
        if (
            row is not None
            and column is not None
            and (row.kind, column.kind) == ("floordiv", "mod")
            and row.divisor == column.divisor == extent
            and row.form == column.form
        ):
            joined[-1] = row.form
        else:
            joined.append(form)
    return joined


def _only_rounding(form: LinearForm) -> Rounding | None:
    """The rounding that a subscript consists of, if it is nothing else."""
    if len(form.roundings) != 1 or form.terms or form.constant:
        return None
    return form.roundings[0] if form.roundings[0].coefficient == 1 else None


def _is_row(
    written: LinearForm, read: LinearForm, nest: tuple[Loop, ...], unrolled: list[Loop]
) -> bool:
    """Whether both subscripts are of loops outside the nest: each is then an address of its own
    that the loop is given, and how they compare is lost."""
    variables = {*written.variables(), *read.variables()}
    return bool(variables) and not variables.intersection((*nest, *unrolled))


def _equation(
    written: LinearForm,
    read: LinearForm,
    nest: tuple[Loop, ...],
    unrolled: list[Loop],
    known: dict[Loop, int],
    is_free: set[Loop],
) -> str:
    """Use one dimension: the store at iteration x and the load at iteration x + d touch the same
    element where ``written(x) == read(x + d)``. Fixes the distances that it determines."""
    moving = [loop for loop in nest if read.coefficient(loop) or written.coefficient(loop)]
    if any(read.coefficient(loop) != written.coefficient(loop) for loop in moving):
        return "unknown"
    gap = written.constant - read.constant
    slack_low = slack_high = 0
    for form, sign in ((written, 1), (read, -1)):
        for variable, factor in form.terms:
            if variable in nest:
                continue
            if variable in unrolled and isinstance(variable, Loop) and variable.trip_count:
                low, high = _range(variable)
                ends = (sign * factor * low, sign * factor * high)
                slack_low, slack_high = slack_low + min(ends), slack_high + max(ends)
            elif read.coefficient(variable) != written.coefficient(variable):
                return "unknown"
    if not moving:
        return "always" if slack_low <= -gap <= slack_high else "never"
    if len(moving) > 1:
        return "unknown"
    loop = moving[0]
    factor = read.coefficient(loop) * (loop.step or 1)
    least, most = sorted(((gap + slack_low) / factor, (gap + slack_high) / factor))
    if loop in known:
        return "always" if least <= known[loop] <= most else "never"
    if slack_low == slack_high:
        if (gap + slack_low) % factor:
            return "never"
        known[loop] = (gap + slack_low) // factor
    else:
        # Between copies of an unrolled loop any whole distance in the range occurs.
        known[loop] = max(1, math.ceil(least)) if most >= 1 else math.floor(most)
    is_free.discard(loop)
    return "always"


def _range(loop: Loop) -> tuple[int, int]:
    start = loop.lower[0].constant if loop.lower and loop.lower[0].is_constant else 0
    return start, start + (loop.step or 1) * ((loop.trip_count or 1) - 1)


def _flattened(
    known: dict[Loop, int], is_free: set[Loop], nest: tuple[Loop, ...], plan: Plan
) -> int | None:
    """The distance vector as a number of iterations of the flattened nest: the least positive one
    where loops do not occur in the subscripts, so that any distance along them will do."""
    total = 0
    weight = 1
    free: list[tuple[int, int]] = []
    for loop in reversed(nest):
        trips = plan.trips(loop, loop.trip_count) if loop.trip_count else _MANY
        if loop in is_free:
            free.insert(0, (weight, trips - 1))
        else:
            distance, copies = known.get(loop, 0), plan[loop].copies
            total += weight * (-(-distance // copies) if copies > 1 else distance)
        weight *= trips
    return _least_positive(total, free)


def _least_positive(total: int, free: list[tuple[int, int]]) -> int | None:
    """The least positive ``total + sum(weight * n)`` with ``|n| <= most`` for each (weight, most)
    of ``free``, the greatest weights first."""
    if not free:
        return total if total > 0 else None
    weight, most = free[0]
    # Nearer to 0 than one weight, either side: farther away nothing is gained.
    near = -total // weight
    tries = {max(-most, min(most, near + step)) for step in (-1, 0, 1, 2)}
    found = [_least_positive(total + weight * n, free[1:]) for n in tries]
    return min((distance for distance in found if distance is not None), default=None)
