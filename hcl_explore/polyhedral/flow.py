"""Nearest conflicting instances, exactly: isl's dataflow analysis of one buffer's accesses."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import Any

import islpy as isl

from hcl_explore.ir.linear import LinearForm
from hcl_explore.ir.program import Access, Loop
from hcl_explore.polyhedral.differences import common_loops
from hcl_explore.polyhedral.domain import access_cases
from hcl_explore.polyhedral.system import CONSTANT, Row, Solver, System, TooComplexError, difference
from hcl_explore.polyhedral.time import original_time
from hcl_explore.polyhedral.touched import is_certain, symbols_of
from hcl_explore.polyhedral.uniform import CarriedSet

_MOST_SECONDS = 2.0
"""isl counts operations, but with large coefficients a single one may take long. Only lists of
dependences depend on the clock, no verdict does."""

_IN, _OUT, _PARAM = isl.dim_type.in_, isl.dim_type.out, isl.dim_type.param


class Flow:
    """Accesses of one buffer within one iteration of the ``fixed`` loops."""

    def __init__(self, accesses: Sequence[Access], fixed: Sequence[Loop]) -> None:
        self._solver = Solver()
        self._deadline = time.perf_counter() + _MOST_SECONDS
        self._fixed = tuple(fixed)
        self._accesses = tuple(accesses)
        self._symbols = tuple(dict.fromkeys(s for access in accesses for s in symbols_of(access)))
        self._length = max(len(original_time(access)) for access in accesses)
        self._touching = [self._access_map(access) for access in accesses]
        self._forward = self._schedule(1)

    def nearest(
        self, sources: Sequence[Access], sinks: Sequence[Access], *, backward: bool = False
    ) -> list[CarriedSet]:
        """For every instance of a sink the last source on its element before it, by carrier.

        ``backward`` exchanges the roles of time: the sink that follows each source next.
        """
        near, far = (sinks, sources) if backward else (sources, sinks)
        certain = [access for access in near if is_certain(access, self._fixed)]
        possible = [access for access in near if access not in certain]
        info = isl.UnionAccessInfo.from_sink(self._union(far))
        info = info.set_must_source(self._union(certain))
        info = info.set_may_source(self._union(possible))
        schedule = self._schedule(-1) if backward else self._forward
        found: list[Any] = []
        flow = info.set_schedule_map(schedule).compute_flow().get_may_dependence()
        flow.foreach_map(found.append)
        result: list[CarriedSet] = []
        for relation in found:
            one = self._named(relation.get_tuple_name(_IN))
            other = self._named(relation.get_tuple_name(_OUT))
            if backward:
                one, other, relation = other, one, relation.reverse()
            result += self._by_carrier(one, other, relation)
        return result

    def _named(self, name: str) -> Access:
        return self._accesses[int(name[1:])]

    def _inner(self, access: Access) -> tuple[Loop, ...]:
        return access.loops[len(self._fixed) :]

    # --- building -------------------------------------------------------------------------

    def _union(self, accesses: Sequence[Access]) -> Any:
        result = isl.UnionMap.empty(isl.Space.params_alloc(self._solver.context, 0))
        for access, touching in zip(self._accesses, self._touching, strict=True):
            if access in accesses:
                result = result.union(touching)
        return result

    def _access_map(self, access: Access) -> Any:
        """``instance -> element``, and the home iteration that the element's storage belongs to."""
        home = [LinearForm(((loop, 1),)) for loop in access.buffer.home[len(self._fixed) :]]
        parts = []
        for case in access_cases(access):
            system, values = self._instance(access)
            inner = system.add_instance(access.loops, case)
            self._tie(system, access, values, inner)
            shape = [*home, *(access.subscripts or (LinearForm(),) * len(access.buffer.shape))]
            elements = [system.new_variable() for _ in shape]
            forms = [*home, *(access.subscripts or ())]
            for number, form in zip(elements, forms, strict=False):
                system.equalities.append(difference({number: 1}, system.row(form, inner)))
            parts.append(self._map(system, values, elements))
        result = parts[0]
        for part in parts[1:]:
            result = result.union(part)
        result = result.set_tuple_name(_IN, f"S{self._accesses.index(access)}")
        return result.set_tuple_name(_OUT, "E").to_union_map()

    def _schedule(self, sign: int) -> Any:
        result = isl.UnionMap.empty(isl.Space.params_alloc(self._solver.context, 0))
        skipped = 2 * len(self._fixed)
        for number, access in enumerate(self._accesses):
            system, values = self._instance(access)
            rows: dict[Any, Row] = {
                loop: {variable: 1} for loop, variable in zip(access.loops, values, strict=True)
            }
            parts = original_time(access)[skipped:]
            out = [system.new_variable() for _ in range(self._length - skipped)]
            for variable, part in zip(out, (*parts, *(0,) * len(out)), strict=False):
                row = {CONSTANT: part} if isinstance(part, int) else system.row(part, rows)
                system.equalities.append(difference({variable: sign}, row))
            relation = self._map(system, values, out)
            relation = relation.set_tuple_name(_IN, f"S{number}").set_tuple_name(_OUT, "T")
            result = result.union(relation.to_union_map())
        return result

    def _instance(self, access: Access) -> tuple[System, list[int]]:
        """A system whose first variables are the symbols and the values of the loops."""
        system = System(self._symbols)
        return system, [system.new_variable() for _ in access.loops]

    @staticmethod
    def _tie(system: System, access: Access, numbers: Sequence[int], rows: Any) -> None:
        for number, loop in zip(numbers, access.loops, strict=True):
            system.equalities.append(difference({number: 1}, rows[loop]))

    def _map(self, system: System, values: Sequence[int], out: Sequence[int]) -> Any:
        """``[symbols, fixed loops] -> {[inner loops] -> [out]}``, all else projected out."""
        fixed = len(self._fixed)
        parameters = [*range(len(self._symbols)), *values[:fixed]]
        relation = self._solver.relation(system, parameters, values[fixed:], out)
        for position in range(len(parameters)):
            relation = relation.set_dim_name(_PARAM, position, f"p{position}")
        return relation

    # --- reading --------------------------------------------------------------------------

    def _by_carrier(self, source: Access, sink: Access, relation: Any) -> Iterator[CarriedSet]:
        shared = common_loops(source, sink)[len(self._fixed) :]
        common = len(shared)
        relation = relation.project_out(_IN, common, relation.dim(_IN) - common)
        relation = relation.project_out(_OUT, common, relation.dim(_OUT) - common)
        relation = relation.reset_tuple_id(_IN).reset_tuple_id(_OUT)
        distances = relation.deltas().project_out_all_params().coalesce()
        for level in range(common + 1):
            if time.perf_counter() > self._deadline:
                raise TooComplexError
            at_level = distances
            if level < common:
                at_level = distances.lower_bound_val(
                    isl.dim_type.set, level, self._solver.integer(1)
                )
            for outer in range(level):
                at_level = at_level.fix_val(isl.dim_type.set, outer, self._solver.integer(0))
            if at_level.is_empty():
                continue
            yield CarriedSet(
                source,
                sink,
                shared[level] if level < common else None,
                (0,) * len(self._fixed)
                + tuple(_bound(at_level.dim_min_val(number)) for number in range(common)),
                (0,) * len(self._fixed)
                + tuple(_bound(at_level.dim_max_val(number)) for number in range(common)),
            )


def _bound(value: Any) -> int | None:
    return int(value.to_python()) if value.is_int() else None
