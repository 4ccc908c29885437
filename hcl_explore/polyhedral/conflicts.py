"""Two accesses under two orders: can they conflict with their order reversed? The smallest example.

First intervals of distances rule out what they can (``differences``); isl decides the rest exactly.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hcl_explore.ir.linear import LinearForm, Symbol, Variable
from hcl_explore.ir.program import Access, Loop
from hcl_explore.polyhedral.differences import Differences, Leaf, Pair, padded, possible_leaves
from hcl_explore.polyhedral.domain import Case, Ranges, access_cases
from hcl_explore.polyhedral.system import CONSTANT, Row, Solver, System, difference
from hcl_explore.polyhedral.time import Time


@dataclass(frozen=True)
class Example:
    """Values of the loops of both instances and of the symbols."""

    first: Mapping[Loop, int]
    second: Mapping[Loop, int]
    symbols: Mapping[Symbol, int]
    simultaneous: bool

    def iterations(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """The values of both instances, outermost loop first."""
        return tuple(self.first.values()), tuple(self.second.values())


@dataclass(frozen=True)
class Orders:
    """The times of the two accesses of a pair, before and after."""

    before: tuple[Time, Time]
    after: tuple[Time, Time]

    @staticmethod
    def of(before: tuple[Time, Time], after: tuple[Time, Time]) -> Orders:
        return Orders(padded(*before), padded(*after))

    def ahead_of(self, leaf: Leaf) -> tuple[object, ...]:
        """The components on which ``leaf`` depends."""
        (x, y), (u, v) = self.before, self.after
        one, other = leaf.before + 1, leaf.after + 1
        return leaf, x[:one], y[:one], u[:other], v[:other]


class Model:
    """What one query remembers: isl's context, ranges of loops, domains of accesses."""

    def __init__(self, fixed: Mapping[Symbol, int] | None = None) -> None:
        """``fixed`` are symbols whose value is known."""
        self.solver = Solver()
        self.fixed = fixed or {}
        self.ranges = Ranges(fixed)
        self.examples: dict[object, Example | None] = {}
        self._cases: dict[Access, list[Case]] = {}

    def cases(self, access: Access) -> list[Case]:
        found = self._cases.get(access)
        if found is None:
            found = self._cases[access] = access_cases(access)
        return found

    def elements(self, access: Access, solver: Solver | None = None) -> Iterator[Any]:
        """The elements that an affine ``access`` touches, as an ``isl.Set`` for each of its cases,
        in the context of ``solver`` (by default the model's own)."""
        for case in self.cases(access):
            system = System(fixed=self.fixed)
            places = [system.new_variable() for _ in access.subscripts or ()]
            values = system.add_instance(access.loops, case)
            for place, form in zip(places, access.subscripts or (), strict=True):
                system.equalities.append(difference({place: 1}, system.row(form, values)))
            yield (solver or self.solver).projected(system, len(places))


def possible_reversals(model: Model, first: Access, second: Access, orders: Orders) -> list[Leaf]:
    """The ways in which intervals cannot rule out that ``first`` precedes ``second`` on the same
    element before, but not after."""
    pair = Pair(first, second, model.ranges)
    box = pair.box()
    if box is None:
        return []
    return possible_leaves(
        pair, box, Differences(pair, *orders.before), Differences(pair, *orders.after)
    )


def smallest_examples(
    model: Model, first: Access, second: Access, orders: Orders, leaves: Iterable[Leaf]
) -> list[Example]:
    """The smallest example of each of ``leaves`` that isl does not rule out."""
    pair: ExactPair | None = None
    found = []
    for leaf in leaves:
        key = (_geometry(first), _geometry(second), orders.ahead_of(leaf))
        if key not in model.examples:
            pair = pair or ExactPair(model, first, second, orders)
            model.examples[key] = pair.smallest(leaf)
        example = model.examples[key]
        if example is not None:
            found.append(example)
    return found


def _geometry(access: Access) -> tuple[object, ...]:
    """What the instances and elements of an access depend on."""
    return access.loop, access.guards, access.subscripts, access.buffer.home


class ExactPair:
    """All pairs of instances of two accesses that touch one element, as isl sets."""

    def __init__(self, model: Model, first: Access, second: Access, orders: Orders) -> None:
        self._solver = model.solver
        self._orders = orders
        self._first = first
        self._second = second
        conflicts = [
            _Conflict(first, one, second, other)
            for one in model.cases(first)
            for other in model.cases(second)
        ]
        touching = [(conflict, model.solver.of(conflict.system)) for conflict in conflicts]
        self._touching = [pair for pair in touching if not pair[1].is_empty()]

    def is_feasible(self, leaf: Leaf) -> bool:
        return any(not basic_set.is_empty() for _, _, basic_set in self._leaf_sets(leaf))

    def smallest(self, leaf: Leaf) -> Example | None:
        """The example with the earliest first instance, then the earliest second one."""
        examples = []
        for conflict, symbols, basic_set in self._leaf_sets(leaf):
            point = self._solver.smallest_point(basic_set, tuple(symbols.values()))
            if point is not None:
                examples.append(
                    Example(
                        conflict.values(self._first, conflict.left, point),
                        conflict.values(self._second, conflict.right, point),
                        {symbol: point[number] for symbol, number in symbols.items()},
                        leaf.after == len(self._orders.after[0]),
                    )
                )
        return min(examples, key=Example.iterations, default=None)

    def _leaf_sets(self, leaf: Leaf) -> Iterator[tuple[_Conflict, Mapping[Symbol, int], Any]]:
        """The conflicts that ``leaf`` describes, with the dimensions of the symbols."""
        for conflict, touching in self._touching:
            system = conflict.system.copy()
            conflict.add_order(system, *self._orders.before, leaf.before, 1)
            conflict.add_order(system, *self._orders.after, leaf.after, -1)
            ordered = self._solver.extended(touching, conflict.system, system)
            yield conflict, system.symbols, ordered


class _Conflict:
    """Instances of one case of each access, touching the same element of the same storage."""

    def __init__(self, first: Access, one: Case, second: Access, other: Case) -> None:
        self.system = System()
        self.left = self.system.add_instance(first.loops, one)
        self.right = self.system.add_instance(second.loops, other)
        # Both are within the buffer's scope, so its home loops are around both.
        for loop in first.buffer.home:
            self.system.equalities.append(difference(self.left[loop], self.right[loop]))
        if first.subscripts is not None and second.subscripts is not None:
            for x, y in zip(first.subscripts, second.subscripts, strict=True):
                self.system.equalities.append(
                    difference(self.system.row(x, self.left), self.system.row(y, self.right))
                )

    def add_order(self, system: System, x: Time, y: Time, level: int, sign: int) -> None:
        """Components before ``level`` are equal; there, ``sign * (y - x) >= 1``."""
        for number in range(min(level + 1, len(x))):
            row = difference(
                self._component(system, y[number], self.right),
                self._component(system, x[number], self.left),
            )
            if number < level:
                system.equalities.append(row)
            else:
                scaled = {variable: sign * factor for variable, factor in row.items()}
                scaled[CONSTANT] = scaled.get(CONSTANT, 0) - 1
                system.inequalities.append(scaled)

    @staticmethod
    def _component(
        system: System, component: int | LinearForm, values: Mapping[Variable, Row]
    ) -> Row:
        if isinstance(component, int):
            return {CONSTANT: component}
        return system.row(component, values)

    @staticmethod
    def values(access: Access, rows: Mapping[Variable, Row], point: list[int]) -> dict[Loop, int]:
        return {
            loop: sum(
                factor * (1 if number == CONSTANT else point[number])
                for number, factor in rows[loop].items()
            )
            for loop in access.loops
        }
