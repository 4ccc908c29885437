"""Nearest conflicts by arithmetic alone, where the geometry is plain.

Two shapes: accumulators, all of whose accesses touch the same element; and one write with constant
distances to the reads. Everything else is for ``flow``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from hcl_explore.ir.program import Access, Loop


@dataclass(frozen=True)
class CarriedSet:
    """Dependences of one pair of accesses at one carrier (None: independent of all loops).

    ``least`` and ``most`` bound the distance in each common loop, in values of its variable; None
    where nothing does. ``is_certain`` is False where there may be none at all.
    """

    source: Access
    sink: Access
    carrier: Loop | None
    least: tuple[int | None, ...]
    most: tuple[int | None, ...]
    is_certain: bool = True


def plain_dependences(group: Sequence[Access], fixed: Sequence[Loop]) -> list[CarriedSet] | None:
    """All dependences among the accesses of one buffer within one iteration of ``fixed``; None
    where the shape is not plain.

    Plain means: all in one body, inside ``fixed`` only loops with constant trip counts and no
    conditions, and subscripts that differ by constants and tell the iteration that they belong to,
    up to loops that they do not use at all.
    """
    nest = _Nest.of(group, fixed)
    if nest is None:
        return None
    free = nest.free_loops
    if all(access.subscripts == group[0].subscripts for access in group):
        return list(_accumulator(group, nest, free))
    if free or sum(access.is_write for access in group) > 1:
        return None
    return list(_single_write(group, nest))


@dataclass(frozen=True)
class _Nest:
    """The loops around one body, and which of them the element tells.

    ``still`` are loops in which no distance is possible; ``dims`` the dimensions in an order in
    which each determines one more loop.
    """

    loops: tuple[Loop, ...]
    inner: tuple[Loop, ...]
    trips: Mapping[Loop, int]
    still: frozenset[Loop]
    dims: tuple[tuple[int, Loop], ...]

    @staticmethod
    def of(group: Sequence[Access], fixed: Sequence[Loop]) -> _Nest | None:
        """The nest, if it is plain."""
        first = group[0]
        inner = first.loops[len(fixed) :]
        if any(loop.guards or not loop.trip_count for loop in inner):
            return None
        if not all(_same_but_for_constants(first, access) for access in group):
            return None
        still = frozenset(
            loop for loop in inner if loop in first.buffer.home or loop.trip_count == 1
        )
        dims = _solving_order(first, inner, still)
        if dims is None:
            return None
        trips = {loop: loop.trip_count or 0 for loop in inner}
        return _Nest(first.loops, inner, trips, still, dims)

    @property
    def free_loops(self) -> list[Loop]:
        """The loops that do not change the element, outermost first."""
        determined = {loop for _, loop in self.dims} | self.still
        return [loop for loop in self.inner if loop not in determined]

    def distance(self, source: Access, sink: Access) -> dict[Loop, int] | None:
        """``sink - source`` for instances on one element; None if there are none."""
        assert source.subscripts is not None and sink.subscripts is not None
        found = dict.fromkeys(self.still, 0)
        # Each dimension: form(y) - form(x) = (sum of factors times distances) + constants = 0.
        for dim, loop in self.dims:
            left, right = source.subscripts[dim], sink.subscripts[dim]
            gap = left.constant - right.constant
            for other, distance in found.items():
                gap -= left.coefficient(other) * distance
            factor = left.coefficient(loop)
            if gap % factor:
                return None
            found[loop] = gap // factor
        for left, right in zip(source.subscripts, sink.subscripts, strict=True):
            moved = sum(left.coefficient(loop) * distance for loop, distance in found.items())
            if right.constant - left.constant + moved != 0:
                return None
        return found if self._is_possible(found) else None

    def _is_possible(self, distance: Mapping[Loop, int]) -> bool:
        return all(
            value % (loop.step or 1) == 0 and abs(value) // (loop.step or 1) < self.trips[loop]
            for loop, value in distance.items()
        )

    def carried(
        self, source: Access, sink: Access, carrier: Loop | None, distance: Mapping[Loop, int]
    ) -> CarriedSet:
        values = tuple(distance.get(loop, 0) for loop in self.loops)
        return CarriedSet(source, sink, carrier, values, values)


def _same_but_for_constants(first: Access, other: Access) -> bool:
    if first.subscripts is None or other.subscripts is None:
        return False
    return (
        other.loop is first.loop
        and not other.guards
        and all(
            form.terms == same.terms and form.roundings == same.roundings
            for form, same in zip(first.subscripts, other.subscripts, strict=True)
        )
    )


def _solving_order(
    access: Access, inner: Sequence[Loop], still: frozenset[Loop]
) -> tuple[tuple[int, Loop], ...] | None:
    """See ``_Nest.dims``; None if a loop that occurs in the subscripts stays undetermined."""
    left = dict(enumerate(access.subscripts or ()))
    known = set(still)
    order: list[tuple[int, Loop]] = []
    found = True
    while found:
        found = False
        for dim, form in list(left.items()):
            new = [loop for loop in form.variables() if loop in inner and loop not in known]
            if len(new) == 1 and isinstance(new[0], Loop) and not form.roundings:
                known.add(new[0])
                order.append((dim, new[0]))
                del left[dim]
                found = True
    undetermined = {variable for form in left.values() for variable in form.variables()} - known
    return None if any(loop in undetermined for loop in inner) else tuple(order)


def _accumulator(
    group: Sequence[Access], nest: _Nest, free: Sequence[Loop]
) -> Iterator[CarriedSet]:
    """One element, touched again in each iteration of the ``free`` loops: in a body the neighbour
    in the text, else the last (or first) one of the neighbouring iteration."""
    ordered = sorted(group, key=lambda access: access.position)
    writes = [access for access in ordered if access.is_write]
    if not writes:
        return
    for access in ordered:
        earlier = [write for write in writes if write.position < access.position]
        if earlier:
            yield nest.carried(earlier[-1], access, None, {})
        else:
            yield from _next_iteration(nest, free, writes[-1], access)
        if access.is_write:
            continue
        later = [write for write in writes if write.position > access.position]
        if later:
            yield nest.carried(access, later[0], None, {})
        else:
            yield from _next_iteration(nest, free, access, writes[0])


def _next_iteration(
    nest: _Nest, free: Sequence[Loop], source: Access, sink: Access
) -> Iterator[CarriedSet]:
    """From one iteration of the free loops to the next: each of them carries, while those inside it
    go from their last value to their first."""
    for number, carrier in enumerate(free):
        distance = {carrier: carrier.step or 1}
        for inner in free[number + 1 :]:
            distance[inner] = -(nest.trips[inner] - 1) * (inner.step or 1)
        yield nest.carried(source, sink, carrier, distance)


def _single_write(group: Sequence[Access], nest: _Nest) -> Iterator[CarriedSet]:
    """Each element is written once, so every conflict is a nearest one."""
    write = next((access for access in group if access.is_write), None)
    if write is None:
        return
    for read in group:
        distance = None if read.is_write else nest.distance(write, read)
        if distance is None:
            continue
        carrier = next((loop for loop in nest.inner if distance[loop]), None)
        ahead = distance[carrier] if carrier is not None else read.position - write.position
        if ahead > 0:
            yield nest.carried(write, read, carrier, distance)
        else:
            back = {loop: -value for loop, value in distance.items()}
            yield nest.carried(read, write, carrier, back)
