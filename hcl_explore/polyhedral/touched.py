"""Sets of touched elements, and of reads that no write precedes, as isl sets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from hcl_explore.ir.linear import LinearForm, Symbol
from hcl_explore.ir.program import Access, Guard, Loop
from hcl_explore.polyhedral.differences import common_loops
from hcl_explore.polyhedral.domain import access_cases, domain_cases
from hcl_explore.polyhedral.system import CONSTANT, Solver, System, TooComplexError, difference


class TouchedSets:
    """Sets over ``[symbols..., values of the fixed loops..., subscripts...]``, one isl context."""

    def __init__(self, accesses: Sequence[Access], fixed: Sequence[Loop]) -> None:
        self.solver = Solver()
        self.fixed = tuple(fixed)
        self.symbols = tuple(dict.fromkeys(s for access in accesses for s in symbols_of(access)))

    def elements(self, access: Access) -> Any:
        """What ``access`` touches in each iteration of the fixed loops."""
        subscripts = access.subscripts or ()
        parts = []
        for case in access_cases(access):
            system = System(self.symbols)
            kept = [system.new_variable() for _ in (*self.fixed, *subscripts)]
            values = system.add_instance(access.loops, case)
            rows = [values[loop] for loop in self.fixed]
            rows += [system.row(form, values) for form in subscripts]
            for number, row in zip(kept, rows, strict=True):
                system.equalities.append(difference({number: 1}, row))
            parts.append(self.solver.projected(system, len(self.symbols) + len(kept)))
        return union(parts)

    def union_of(self, accesses: Iterable[Access]) -> Any:
        return union([self.elements(access) for access in accesses])

    def box(self, lower: Sequence[LinearForm], extents: Sequence[int]) -> Any:
        """The elements of a box in each iteration of the fixed loops."""
        parts = []
        for case in domain_cases(self.fixed, chain_guards(self.fixed)):
            system = System(self.symbols)
            fixed = [system.new_variable() for _ in self.fixed]
            elements = [system.new_variable() for _ in lower]
            values = system.add_instance(self.fixed, case)
            for number, loop in zip(fixed, self.fixed, strict=True):
                system.equalities.append(difference({number: 1}, values[loop]))
            for number, start, extent in zip(elements, lower, extents, strict=True):
                offset = difference({number: 1}, system.row(start, values))
                system.inequalities += [offset, difference({CONSTANT: extent - 1}, offset)]
            parts.append(
                self.solver.projected(system, len(self.symbols) + len(fixed) + len(elements))
            )
        return union(parts)

    def instances(self, access: Access) -> Any:
        """The iterations in which ``access`` runs: ``[symbols..., values of its loops...]``."""
        parts = []
        for case in access_cases(access):
            system = System(self.symbols)
            kept = [system.new_variable() for _ in access.loops]
            values = system.add_instance(access.loops, case)
            for number, loop in zip(kept, access.loops, strict=True):
                system.equalities.append(difference({number: 1}, values[loop]))
            parts.append(self.solver.projected(system, len(self.symbols) + len(kept)))
        return union(parts)

    def preceded(self, read: Access, write: Access) -> Any | None:
        """The iterations of ``read`` whose element ``write`` writes before, within the same
        iteration of the fixed loops and of the buffer's home; None if there is none."""
        shared = common_loops(read, write)
        is_before = position_in_body(write, len(shared)) < position_in_body(read, len(shared))
        together = max(len(self.fixed), len(read.buffer.home))
        parts = []
        for level in range(together, len(shared) + 1):
            if level == len(shared) and not is_before:
                continue
            for one in access_cases(read):
                for other in access_cases(write):
                    system = System(self.symbols)
                    kept = [system.new_variable() for _ in read.loops]
                    reading = system.add_instance(read.loops, one)
                    writing = system.add_instance(write.loops, other)
                    for number, loop in zip(kept, read.loops, strict=True):
                        system.equalities.append(difference({number: 1}, reading[loop]))
                    for loop in shared[:level]:
                        system.equalities.append(difference(reading[loop], writing[loop]))
                    if level < len(shared):
                        loop = shared[level]
                        later = difference(reading[loop], writing[loop], -1)
                        system.inequalities.append(later)
                    for x, y in zip(read.subscripts or (), write.subscripts or (), strict=True):
                        system.equalities.append(
                            difference(system.row(x, reading), system.row(y, writing))
                        )
                    parts.append(self.solver.projected(system, len(self.symbols) + len(kept)))
        return union(parts) if parts else None


def union(sets: Sequence[Any]) -> Any:
    """The union of at least one set."""
    result = sets[0]
    for other in sets[1:]:
        result = result.union(other)
    return result


def chain_guards(loops: Iterable[Loop]) -> list[Guard]:
    """The ifs around the loops, outermost first."""
    return [guard for loop in loops for guard in loop.guards]


def symbols_of(access: Access) -> Iterator[Symbol]:
    """The index arguments on which its subscripts and its domain depend."""
    forms: list[LinearForm] = list(access.subscripts or ())
    for loop in access.loops:
        forms += [*(loop.lower or ()), *(loop.upper or ())]
    for guard in access.all_guards:
        forms += [constraint.form for constraint in guard.constraints or ()]
    for form in forms:
        for variable in form.variables():
            if isinstance(variable, Symbol):
                yield variable


def is_certain(access: Access, fixed: Sequence[Loop]) -> bool:
    """Whether an iteration of ``fixed`` runs ``access`` exactly as its affine forms say."""
    inner = access.loops[len(fixed) :]
    return (
        access.subscripts is not None
        and not access.is_call
        and all(loop.is_affine for loop in inner)
        and all(guard.constraints is not None for guard in (*chain_guards(inner), *access.guards))
    )


def position_in_body(access: Access, depth: int) -> int:
    """The place of ``access``, or of the loop that holds it, in the body of ``depth`` loops."""
    loops = access.loops
    return loops[depth].position if depth < len(loops) else access.position


def count_points(points: Any) -> int:
    """The number of points of a bounded set. Raises ``TooComplexError`` where isl gives up."""
    digits = points.count_val().to_str()
    if digits is None:
        raise TooComplexError
    return int(digits)
