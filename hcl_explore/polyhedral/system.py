"""Systems of linear constraints over integers, decided by isl."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import islpy as isl

from hcl_explore.ir.linear import LinearForm, Symbol, Variable
from hcl_explore.ir.program import Loop
from hcl_explore.polyhedral.domain import Case

Row = dict[int, int]
"""``sum(factor * variable)`` by variable number; the constant is under ``CONSTANT``."""

CONSTANT = -1

_MOST_OPERATIONS = 300_000
"""Of isl in one query: some tenths of a second. Real kernels need a small part of it."""


class TooComplexError(Exception):
    """Internal: isl used up its operations. Each query says what it answers then."""


@contextmanager
def limited() -> Iterator[None]:
    """Turn isl's error for too many operations into ``TooComplexError``."""
    try:
        yield
    except isl.Error as error:
        if "maximal number of operations" in str(error):
            raise TooComplexError from None
        raise


class System:
    """A conjunction of linear constraints over numbered integer variables.

    Quotients of ``floordiv``, ``ceildiv`` and ``mod`` are variables too; equal ones are shared.
    """

    def __init__(
        self, symbols: Sequence[Symbol] = (), fixed: Mapping[Symbol, int] | None = None
    ) -> None:
        """``symbols`` get the first numbers; others are numbered as they come up. Those that are
        ``fixed`` are the numbers given."""
        self.fixed = fixed or {}
        self.count = len(symbols)
        self.equalities: list[Row] = []
        self.inequalities: list[Row] = []
        self.symbols = {symbol: number for number, symbol in enumerate(symbols)}
        self._quotients: dict[tuple[tuple[tuple[int, int], ...], int], int] = {}

    def new_variable(self) -> int:
        self.count += 1
        return self.count - 1

    def copy(self) -> System:
        """A system to add to without changing this one."""
        other = System(fixed=self.fixed)
        other.count = self.count
        other.equalities = list(self.equalities)
        other.inequalities = list(self.inequalities)
        other.symbols = dict(self.symbols)
        other._quotients = dict(self._quotients)
        return other

    def add_instance(self, loops: Sequence[Loop], case: Case) -> dict[Variable, Row]:
        """Add one iteration of ``loops`` within ``case``; how its loop variables read as rows.

        A loop with a start and a step is a counter here: ``v = start + step * counter``.
        """
        values: dict[Variable, Row] = {}
        for loop in loops:
            number = self.new_variable()
            start = case.starts.get(loop)
            if start is None:
                values[loop] = {number: 1}
                if loop.kind == "scf.while":
                    self.inequalities.append({number: 1})
            else:
                row = self.row(start, values)
                row[number] = loop.step or 1
                values[loop] = row
                self.inequalities.append({number: 1})
        for constraint in case.constraints:
            row = self.row(constraint.form, values)
            (self.equalities if constraint.is_equality else self.inequalities).append(row)
        return values

    def row(self, form: LinearForm, values: Mapping[Variable, Row]) -> Row:
        """``form`` as a row; adds variables for its quotients and symbols."""
        row: Row = {CONSTANT: form.constant}
        for variable, factor in form.terms:
            _add(row, values.get(variable) or self._symbol(variable), factor)
        for rounding in form.roundings:
            inner = self.row(rounding.form, values)
            divisor, factor = rounding.divisor, rounding.coefficient
            if rounding.kind == "ceildiv":
                inner[CONSTANT] += divisor - 1
            quotient = self._quotient(inner, divisor)
            if rounding.kind == "mod":
                _add(row, inner, factor)
                factor *= -divisor
            _add(row, {quotient: 1}, factor)
        return row

    def _symbol(self, variable: Variable) -> Row:
        assert isinstance(variable, Symbol), f"{variable} is not a loop of this instance"
        if variable in self.fixed:
            return {CONSTANT: self.fixed[variable]}
        number = self.symbols.get(variable)
        if number is None:
            number = self.symbols[variable] = self.new_variable()
        return {number: 1}

    def _quotient(self, row: Row, divisor: int) -> int:
        key = (tuple(sorted(row.items())), divisor)
        number = self._quotients.get(key)
        if number is None:
            number = self._quotients[key] = self.new_variable()
            rest = dict(row)
            rest[number] = -divisor
            self.inequalities.append(rest)
            top = {variable: -factor for variable, factor in rest.items()}
            top[CONSTANT] = top.get(CONSTANT, 0) + divisor - 1
            self.inequalities.append(top)
        return number


def difference(left: Row, right: Row, constant: int = 0) -> Row:
    """``left - right + constant``."""
    row = dict(left)
    _add(row, right, -1)
    row[CONSTANT] = row.get(CONSTANT, 0) + constant
    return row


def _add(row: Row, other: Row, factor: int) -> None:
    for variable, inner in other.items():
        row[variable] = row.get(variable, 0) + factor * inner


class Solver:
    """One isl context; made for one query and never shared between threads."""

    def __init__(self) -> None:
        self.context: Any = isl.Context()
        self.context.set_max_operations(_MOST_OPERATIONS)
        self._integers: dict[int, Any] = {}

    def integer(self, value: int) -> Any:
        found = self._integers.get(value)
        if found is None:
            found = self._integers[value] = isl.Val(value, self.context)
        return found

    def of(self, system: System) -> Any:
        """The ``isl.BasicSet`` of the system's solutions, a dimension for each variable."""
        return self.extended(isl.BasicSet.universe(self._space(0)), System(), system)

    def extended(self, basic_set: Any, system: System, longer: System) -> Any:
        """``basic_set``, the solutions of ``system``, with what its copy ``longer`` adds to it."""
        basic_set = basic_set.add_dims(isl.dim_type.set, longer.count - system.count)
        local = isl.LocalSpace.from_space(self._space(longer.count))
        for row in longer.equalities[len(system.equalities) :]:
            constraint = isl.Constraint.alloc_equality(local)
            basic_set = basic_set.add_constraint(self._fill(constraint, row))
        for row in longer.inequalities[len(system.inequalities) :]:
            constraint = isl.Constraint.alloc_inequality(local)
            basic_set = basic_set.add_constraint(self._fill(constraint, row))
        return basic_set

    def _space(self, count: int) -> Any:
        return isl.Space.set_alloc(self.context, 0, count)

    def projected(self, system: System, kept: int) -> Any:
        """The solutions as an ``isl.Set`` over the first ``kept`` variables."""
        whole = self.of(system).to_set()
        return whole.project_out(isl.dim_type.set, kept, system.count - kept)

    def _fill(
        self, constraint: Any, row: Row, places: Mapping[int, tuple[Any, int]] | None = None
    ) -> Any:
        for variable, factor in row.items():
            if variable == CONSTANT:
                constraint = constraint.set_constant_val(self.integer(factor))
            elif factor:
                kind, position = places[variable] if places else (isl.dim_type.set, variable)
                constraint = constraint.set_coefficient_val(kind, position, self.integer(factor))
        return constraint

    def relation(
        self, system: System, parameters: Sequence[int], inputs: Sequence[int], out: Sequence[int]
    ) -> Any:
        """The solutions as an ``isl.Map``; variables that are not named are projected out."""
        named = {*parameters, *inputs, *out}
        rest = [number for number in range(system.count) if number not in named]
        places = {
            number: (kind, position)
            for kind, numbers in (
                (isl.dim_type.param, parameters),
                (isl.dim_type.in_, inputs),
                (isl.dim_type.out, (*out, *rest)),
            )
            for position, number in enumerate(numbers)
        }
        space = isl.Space.alloc(self.context, len(parameters), len(inputs), len(out) + len(rest))
        local = isl.LocalSpace.from_space(space)
        result = isl.BasicMap.universe(space)
        for rows, make in (
            (system.equalities, isl.Constraint.alloc_equality),
            (system.inequalities, isl.Constraint.alloc_inequality),
        ):
            for row in rows:
                result = result.add_constraint(self._fill(make(local), row, places))
        return result.to_map().project_out(isl.dim_type.out, len(out), len(rest))

    def smallest_point(self, basic_set: Any, fixed: Sequence[int] = ()) -> list[int] | None:
        """The lexicographically smallest point, or None for the empty set.

        ``fixed`` dimensions may be unbounded: they are first set to what some point has there.
        """
        if fixed:
            sample = basic_set.sample_point()
            if sample.is_void():
                return None
            for number in fixed:
                value = sample.get_coordinate_val(isl.dim_type.set, number)
                basic_set = basic_set.fix_val(isl.dim_type.set, number, value)
        elif basic_set.is_empty():
            return None
        point, rest = [], basic_set.to_set()
        # One dimension after the other: isl's ``lexmin`` fails on some sets with strides.
        for number in range(rest.dim(isl.dim_type.set)):
            least = rest.dim_min_val(number)
            rest = rest.fix_val(isl.dim_type.set, number, least)
            point.append(int(least.to_python()))
        return point
