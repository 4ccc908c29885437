"""The number of elements in a union of boxes, without a set library: the common case of dense
kernels and stencils, a hundred times faster."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from hcl_explore.ir.program import Access, Constraint, Guard, Loop

_Box = tuple[tuple[int, int], ...]
_MOST_CELLS = 50_000


def count_of_boxes(accesses: Iterable[Access]) -> int | None:
    """The number of distinct elements touched; None unless each access touches a box: loops of
    constant bounds, each in one subscript, whose strides leave no gaps. Exact."""
    boxes = set()
    for access in accesses:
        box = _box_of(access)
        if box is None:
            return None
        boxes.add(box)
    return _count(list(boxes))


def _box_of(access: Access) -> _Box | None:
    """A half-open range per dimension."""
    if access.subscripts is None or not all(map(_is_constant, access.loops)):
        return None
    limits = _limits(access.all_guards)
    if limits is None:
        return None
    seen: set[Loop] = set()
    box = []
    for form in access.subscripts:
        if form.roundings:
            return None
        start, strides = form.constant, []
        for variable, factor in form.terms:
            if not isinstance(variable, Loop) or variable in seen:
                return None
            seen.add(variable)
            first, trips = _values(variable, limits.pop(variable, None))
            if trips <= 0:
                return None
            stride = factor * (variable.step or 1)
            start += factor * first + min(0, stride * (trips - 1))
            strides.append((abs(stride), trips))
        covered = 1
        for stride, trips in sorted(strides):
            if stride > covered and trips > 1:
                return None
            covered += stride * (trips - 1)
        box.append((start, start + covered))
    # A condition on a loop that no subscript uses may keep the access from running at all.
    runs = all(_values(loop, constraints)[1] > 0 for loop, constraints in limits.items())
    return tuple(box) if runs else None


def _is_constant(loop: Loop) -> bool:
    """Whether the loop always runs, from a constant."""
    lower = loop.lower
    return bool(loop.trip_count) and lower is not None and len(lower) == 1 and lower[0].is_constant


def _limits(guards: Iterable[Guard]) -> dict[Loop, list[Constraint]] | None:
    """The conditions by the one loop of stride 1 that each is about; None if one is not so."""
    limits: dict[Loop, list[Constraint]] = {}
    for guard in guards:
        if guard.constraints is None or guard.negated:
            return None
        for constraint in guard.constraints:
            variables = list(constraint.form.variables())
            loop = variables[0] if len(variables) == 1 else None
            if not isinstance(loop, Loop) or loop.step != 1 or constraint.form.roundings:
                return None
            if abs(constraint.form.coefficient(loop)) != 1:
                return None
            limits.setdefault(loop, []).append(constraint)
    return limits


def _values(loop: Loop, constraints: Sequence[Constraint] | None) -> tuple[int, int]:
    """The first value of a loop under conditions, and how many there are."""
    assert loop.lower is not None
    low, trips = loop.lower[0].constant, loop.trip_count or 0
    if not constraints:
        return low, trips
    high = low + trips - 1
    for constraint in constraints:
        factor, constant = constraint.form.coefficient(loop), constraint.form.constant
        edge = -constant * factor
        if factor > 0 or constraint.is_equality:
            low = max(low, edge)
        if factor < 0 or constraint.is_equality:
            high = min(high, edge)
    return low, high - low + 1


def _count(boxes: Sequence[_Box]) -> int | None:
    """The points in the union: cut along every side of a box, a cell is in it wholly or not."""
    if len(boxes) == 1 or not boxes:
        return _volume(boxes[0]) if boxes else 0
    cuts = [sorted({end for box in boxes for end in box[dim]}) for dim in range(len(boxes[0]))]
    cells = 1
    for ends in cuts:
        cells *= len(ends)
    if cells * len(boxes) > _MOST_CELLS:
        return None
    return _inside(boxes, cuts, 0)


def _inside(boxes: Sequence[_Box], cuts: Sequence[Sequence[int]], dim: int) -> int:
    if not boxes:
        return 0
    if dim == len(cuts):
        return 1
    total = 0
    for start, end in zip(cuts[dim], cuts[dim][1:], strict=False):
        there = [box for box in boxes if box[dim][0] <= start and end <= box[dim][1]]
        total += (end - start) * _inside(there, cuts, dim + 1)
    return total


def _volume(box: _Box) -> int:
    total = 1
    for start, end in box:
        total *= end - start
    return total
