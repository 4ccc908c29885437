"""Which elements of an array some iterations touch: boxes around them, and their number."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import prod

from hcl_explore.ir.linear import LinearForm, Rounding, Variable
from hcl_explore.ir.program import Access, Buffer, Loop
from hcl_explore.polyhedral.boxes import count_of_boxes
from hcl_explore.polyhedral.content import Answers, distinct
from hcl_explore.polyhedral.domain import WIDE, Ranges
from hcl_explore.polyhedral.system import TooComplexError, limited
from hcl_explore.polyhedral.touched import (
    TouchedSets,
    count_points,
    is_certain,
    position_in_body,
    symbols_of,
)


@dataclass(frozen=True)
class Box:
    """``extents[d]`` elements from ``lower[d]`` in each dimension ``d``.

    ``lower`` are forms over the fixed loops and symbols. A box may reach outside the array where
    not every iteration touches all of it.
    """

    lower: tuple[LinearForm, ...]
    extents: tuple[int, ...]
    accesses: tuple[Access, ...] = field(compare=False, repr=False)
    fixed: tuple[Loop, ...] = field(compare=False, repr=False)

    @property
    def elements(self) -> int:
        return prod(self.extents)

    @cached_property
    def is_exact(self) -> bool:
        """Whether every iteration of the fixed loops touches every element of the box.

        Accesses under conditions that are not affine, which may not run, do not count. False too
        where it cannot be decided in time.
        """
        certain = [access for access in self.accesses if is_certain(access, self.fixed)]
        if not certain:
            return False
        if any(_fills(access, self) for access in certain):
            return True
        sets = TouchedSets(certain, self.fixed)
        try:
            with limited():
                return bool(sets.box(self.lower, self.extents).is_subset(sets.union_of(certain)))
        except TooComplexError:
            return False


def footprint_box(accesses: Iterable[Access], fixed: Sequence[Loop]) -> Box | None:
    """A box around what ``accesses`` (of one buffer) touch in one iteration of ``fixed``.

    The extents are constants that hold for every iteration. None where there is no access, one is
    not affine, or nothing bounds a subscript.

    Args:
        fixed: loops around all the accesses, outermost first.
    """
    touching = tuple(accesses)
    if not touching:
        return None
    spans = _Spans(fixed)
    per_access = []
    for access in touching:
        if access.subscripts is None:
            return None
        per_access.append([spans.of_form(form) for form in access.subscripts])
    sides = [_hull(column, spans.ranges) for column in zip(*per_access, strict=True)]
    known = [side for side in sides if side is not None]
    if len(known) < len(sides):
        return None
    return Box(
        tuple(side[0] for side in known), tuple(side[1] for side in known), touching, tuple(fixed)
    )


def _fills(access: Access, box: Box) -> bool:
    """The plain case: the access alone covers the box, with loops of constant trip counts, each in
    one dimension only, whose strides leave no gaps."""
    inner = access.loops[len(box.fixed) :]
    if access.guards or any(loop.guards or not loop.trip_count for loop in inner):
        return False
    seen: set[Variable] = set()
    for form, lower, extent in zip(access.subscripts or (), box.lower, box.extents, strict=True):
        strides = []
        start = form
        for loop in inner:
            factor = form.coefficient(loop)
            if not factor:
                continue
            if loop in seen or not (loop.lower and len(loop.lower) == 1):
                return False
            seen.add(loop)
            step, trips = loop.step or 1, loop.trip_count or 1
            first = loop.lower[0].constant + (0 if factor > 0 else step * (trips - 1))
            start = start.minus(LinearForm(((loop, factor),))).plus(LinearForm((), factor * first))
            strides.append((abs(factor) * step, trips))
        covered = 1
        for stride, trips in sorted(strides):
            if stride > covered:
                return False
            covered += stride * (trips - 1)
        if covered != extent or start != lower:
            return False
    return True


@dataclass(frozen=True)
class _Span:
    """``base + t`` with ``low <= t <= high``; ``base`` is a form over the fixed loops."""

    base: LinearForm
    low: int
    high: int

    def plus(self, other: _Span) -> _Span:
        return _Span(self.base.plus(other.base), self.low + other.low, self.high + other.high)

    def times(self, factor: int) -> _Span:
        low, high = (self.low, self.high) if factor >= 0 else (self.high, self.low)
        return _Span(self.base.times(factor), factor * low, factor * high)


class _Spans:
    """Spans of forms and of the loops inside the fixed ones."""

    def __init__(self, fixed: Sequence[Loop]) -> None:
        self.ranges = Ranges()
        self._fixed = set(fixed)
        self._loops: dict[Loop, _Span] = {}

    def of_form(self, form: LinearForm) -> _Span:
        total = _Span(LinearForm(), form.constant, form.constant)
        for variable, factor in form.terms:
            total = total.plus(self._variable(variable).times(factor))
        for rounding in form.roundings:
            total = total.plus(self._rounding(rounding).times(rounding.coefficient))
        return total

    def _variable(self, variable: Variable) -> _Span:
        if not isinstance(variable, Loop) or variable in self._fixed:
            return _Span(LinearForm(((variable, 1),)), 0, 0)
        found = self._loops.get(variable)
        if found is None:
            found = self._loops[variable] = self._loop(variable)
        return found

    def _loop(self, loop: Loop) -> _Span:
        """The narrowest span that a pair of bounds gives, or the constant range of the loop."""
        low, high = self.ranges.of_variable(loop)
        best = _Span(LinearForm(), low, high)
        for lower in loop.lower or ():
            start = self.of_form(lower)
            for upper in loop.upper or ():
                end = self.of_form(upper)
                if start.base == end.base and end.high - 1 - start.low < best.high - best.low:
                    best = _Span(start.base, start.low, max(start.low, end.high - 1))
        return best

    def _rounding(self, rounding: Rounding) -> _Span:
        inner, divisor = self.of_form(rounding.form), rounding.divisor
        offset = divisor - 1 if rounding.kind == "ceildiv" else 0
        low, high = inner.low + offset, inner.high + offset
        quotient = self._quotient(inner.base, divisor)
        if rounding.kind == "mod":
            if quotient is not None and low // divisor == high // divisor:
                return _Span(LinearForm(), low % divisor, high % divisor)
            if low == high:
                form = inner.base.plus(LinearForm(constant=low))
                return _Span(LinearForm(roundings=(Rounding("mod", form, divisor),)), 0, 0)
            return _Span(LinearForm(), 0, divisor - 1)
        if quotient is not None:
            return _Span(quotient, low // divisor, high // divisor)
        form = inner.base.plus(LinearForm(constant=low))
        start = LinearForm(roundings=(Rounding("floordiv", form, divisor),))
        return _Span(start, 0, -(-(high - low) // divisor))

    @staticmethod
    def _quotient(base: LinearForm, divisor: int) -> LinearForm | None:
        """``base / divisor`` where every part of it is a multiple, else None."""
        factors = [*(factor for _, factor in base.terms), base.constant]
        factors += [rounding.coefficient for rounding in base.roundings]
        if any(factor % divisor for factor in factors):
            return None
        return LinearForm(
            tuple((variable, factor // divisor) for variable, factor in base.terms),
            base.constant // divisor,
            tuple(
                replace(rounding, coefficient=rounding.coefficient // divisor)
                for rounding in base.roundings
            ),
        )


def _hull(spans: Sequence[_Span], ranges: Ranges) -> tuple[LinearForm, int] | None:
    """Lower end and extent of an interval around all the spans, the shortest that one of their
    bases, or a constant, gives."""
    best: tuple[LinearForm, int] | None = None
    for base in dict.fromkeys([*(span.base for span in spans), LinearForm()]):
        low, high = WIDE, -WIDE
        for span in spans:
            if span.base == base:
                least = most = 0
            else:
                least, most = ranges.of_form(span.base.minus(base))
            low, high = min(low, span.low + least), max(high, span.high + most)
        extent = high - low + 1
        if extent < WIDE // 2 and (best is None or extent < best[1]):
            best = base.plus(LinearForm(constant=low)), extent
    return best


_COUNTS: Answers[int | None] = Answers()


def element_count(accesses: Iterable[Access]) -> int | None:
    """The number of distinct elements that ``accesses`` (of one buffer) touch.

    None where that depends on index arguments, is not affine, or takes too long to count.
    """
    touching = list(accesses)
    if not touching:
        return 0
    counted = count_of_boxes(touching)
    if counted is not None:
        return counted
    content, touching = distinct(touching)
    return _COUNTS.get(content, lambda: _count(touching))


def _count(touching: Sequence[Access]) -> int | None:
    if any(not is_certain(access, ()) or any(symbols_of(access)) for access in touching):
        return None
    box = footprint_box(touching, ())
    if box is not None and box.is_exact:
        return box.elements
    try:
        with limited():
            return count_points(TouchedSets(touching, ()).union_of(touching))
    except TooComplexError:
        return None


def reads_apart(
    reads: Sequence[Access], writes: Sequence[Access], fixed: Sequence[Loop]
) -> list[Access]:
    """Those of ``reads`` that touch nothing which ``writes`` (of the same buffer) touch in the same
    iteration of ``fixed``. Only what is proved to be so."""
    affine = [read for read in reads if read.subscripts is not None]
    if not affine or any(write.subscripts is None for write in writes):
        return []
    sets = TouchedSets([*affine, *writes], fixed)
    try:
        with limited():
            written = sets.union_of(writes)
            return [r for r in affine if sets.elements(r).intersect(written).is_empty()]
    except TooComplexError:
        return []


def upward_exposed_reads(buffer: Buffer, loop: Loop, among: Sequence[Access] | None = None) -> bool:
    """Whether an iteration of ``loop`` may read an element of ``buffer`` that it has not written
    before in the same iteration. False only if that is proved. Of all accesses in the loop, or of
    those ``among`` them that touch other elements than the rest."""
    fixed = loop.chain
    inside = among or [access for access in loop.all_accesses() if access.buffer is buffer]
    writes = [access for access in inside if access.is_write and is_certain(access, fixed)]
    for read in inside:
        if read.is_write or any(_surely_precedes(write, read, fixed) for write in writes):
            continue
        if read.subscripts is None or (not writes and _surely_runs(read)):
            return True
        try:
            with limited():
                if _is_exposed(read, writes, fixed):
                    return True
        except TooComplexError:
            return True
    return False


def _is_exposed(read: Access, writes: Sequence[Access], fixed: Sequence[Loop]) -> bool:
    sets = TouchedSets([read, *writes], fixed)
    exposed = sets.instances(read)
    for write in writes:
        preceded = sets.preceded(read, write)
        if preceded is not None:
            exposed = exposed.subtract(preceded)
    return not exposed.is_empty()


def _surely_runs(access: Access) -> bool:
    return not access.all_guards and all(loop.trip_count for loop in access.loops)


def _surely_precedes(write: Access, read: Access, fixed: Sequence[Loop]) -> bool:
    """The plain case: the same subscripts, earlier in a body around the read, always run there."""
    depth = len(write.loops)
    if depth < len(fixed) or read.loops[:depth] != write.loops or write.subscripts is None:
        return False
    if write.subscripts != read.subscripts:
        return False
    around = read.loops[depth].guards if depth < len(read.loops) else read.guards
    is_before = write.position < position_in_body(read, depth)
    return is_before and write.guards == around[: len(write.guards)]
