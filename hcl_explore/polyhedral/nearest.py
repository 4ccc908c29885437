"""How soon after a write an element is read, in iterations of a pipeline: exactly, by isl."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from hcl_explore.ir.linear import LinearForm, Rounding
from hcl_explore.ir.program import Access, Loop
from hcl_explore.polyhedral.content import Answers, distinct
from hcl_explore.polyhedral.domain import Case, access_cases
from hcl_explore.polyhedral.system import (
    CONSTANT,
    Solver,
    System,
    TooComplexError,
    difference,
    limited,
)


@dataclass(frozen=True)
class Pace:
    """A loop of a flattened nest: ``copies`` of its iterations run at once, and each such group
    takes ``weight`` iterations of the whole nest. The loop counts from a constant."""

    loop: Loop
    weight: int
    copies: int

    @property
    def form(self) -> LinearForm:
        """The iterations of the nest that this loop has let pass."""
        start = self.loop.lower[0].constant if self.loop.lower else 0
        counted = LinearForm(((self.loop, 1),), -start)
        group = self.copies * (self.loop.step or 1)
        if group == 1:
            return counted.times(self.weight)
        return LinearForm(roundings=(Rounding("floordiv", counted, group, self.weight),))


Least: TypeAlias = "int | Literal['unknown'] | None"
_KNOWN: Answers[Least] = Answers()


@dataclass(frozen=True)
class Meeting:
    """When two affine accesses touch the same element, as far as the dimensions ``dims`` (from 0)
    of it tell, within one iteration of the loops ``fixed`` around the nest ``paces``."""

    source: Access
    sink: Access
    paces: tuple[Pace, ...]
    fixed: tuple[Loop, ...]
    dims: tuple[int, ...]

    def least_distance(self) -> Least:
        """The least number of iterations of the nest, 1 or more, after ``source`` until ``sink``
        touches the element; None if it never does, "unknown" if that takes too long to find out.
        """
        content = (
            distinct((self.source, self.sink))[0],
            tuple((pace.loop.depth, pace.weight, pace.copies) for pace in self.paces),
            tuple(loop.depth for loop in self.fixed),
            self.dims,
        )
        return _KNOWN.get(content, self._find)

    def _find(self) -> Least:
        solver = Solver()
        try:
            with limited():
                found = [
                    self._least(solver, one, other)
                    for one in access_cases(self.source)
                    for other in access_cases(self.sink)
                ]
        except TooComplexError:
            return "unknown"
        return min((least for least in found if least is not None), default=None)

    def _least(self, solver: Solver, one: Case, other: Case) -> int | None:
        system = System()
        distance = system.new_variable()
        earlier = system.add_instance(self.source.loops, one)
        later = system.add_instance(self.sink.loops, other)
        equal = [(earlier[loop], later[loop]) for loop in self.fixed]
        for dim in self.dims:
            written, read = ((a.subscripts or ())[dim] for a in (self.source, self.sink))
            equal.append((system.row(written, earlier), system.row(read, later)))
        passed = LinearForm()
        for pace in self.paces:
            passed = passed.plus(pace.form)
        gap = difference(system.row(passed, later), system.row(passed, earlier))
        equal.append(({distance: 1}, gap))
        system.equalities += [difference(left, right) for left, right in equal]
        system.inequalities.append({distance: 1, CONSTANT: -1})
        distances = solver.projected(system, 1)
        if distances.is_empty():
            return None
        return int(distances.dim_min_val(0).to_python())
