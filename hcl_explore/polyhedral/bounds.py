"""Proof that affine accesses stay inside their arrays, or an iteration in which one does not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import islpy as isl

from hcl_explore.ir.linear import LinearForm, Symbol
from hcl_explore.ir.program import Access, Call, Function, Program
from hcl_explore.lang.types import UNKNOWN_SIZE
from hcl_explore.polyhedral.conflicts import Model
from hcl_explore.polyhedral.domain import is_exact
from hcl_explore.polyhedral.positions import task_positions
from hcl_explore.polyhedral.system import CONSTANT, Row, System, TooComplexError, limited


@dataclass(frozen=True)
class OutOfBounds:
    """An access that leaves its array.

    ``dim`` counts from 1; ``index`` is the subscript there, outside ``0 .. extent - 1``;
    ``iteration`` holds the loop variables (and index arguments) by name, outermost first.
    """

    access: Access
    dim: int
    extent: int
    index: int
    iteration: tuple[tuple[str, int], ...]

    @property
    def message(self) -> str:
        """One sentence that names the array, the subscript and the iteration."""
        verb = "written" if self.access.is_write else "read"
        values = ", ".join(f"{name}={value}" for name, value in self.iteration)
        where = f" in iteration ({values})" if values else ""
        which = f" in dimension {self.dim}" if len(self.access.buffer.shape) > 1 else ""
        return (
            f"'{self.access.buffer.name}' is {verb} at index {self.index}{which}, outside "
            f"0..{'' if self.extent == UNKNOWN_SIZE else self.extent - 1},{where}"
        ).rstrip(",") + "."


def first_out_of_bounds(program: Program) -> OutOfBounds | None:
    """The first access (in program order) that leaves its array in some iteration, or None.

    Exact for affine accesses; in a task, at each position that the task has. Those with subscripts,
    conditions or bounds that are not affine are passed over, as are those that leave the array for
    some values of index arguments only, and what is too intricate to be decided in time: they are
    checked at run time.
    """
    known = task_positions(program)
    for function in program.functions.values():
        for position in known.get(function.name, ({},)):
            accesses = (*function.all_accesses(), *_handed_fifos(program, function))
            found = _first(accesses, position)
            if found is not None:
                return found
    return None


def _handed_fifos(program: Program, function: Function) -> Iterator[Access]:
    """The FIFOs of arrays that calls hand over, each as an access of the array at the call."""
    for call in function.all_calls():
        callee = program.functions.get(call.callee)
        streams = () if callee is None else callee.buffers
        for stream in streams:
            number = stream.argument_position
            handed = None if number is None else call.arguments[number]
            if handed is None or stream.kind != "stream":
                continue
            for subscripts in dict.fromkeys(access.subscripts for access in stream.accesses):
                chosen = _at_call(call, subscripts or ())
                if chosen:
                    place = (call.loop, call.guards, call.position, call.place)
                    yield Access(call.op, handed, False, chosen, *place)


def _at_call(call: Call, subscripts: tuple[LinearForm, ...]) -> tuple[LinearForm, ...] | None:
    """Subscripts that are arguments of the callee, as the call has them; None for others."""
    chosen = []
    for form in subscripts:
        variables = list(form.variables())
        symbol = variables[0] if len(variables) == 1 else None
        if not isinstance(symbol, Symbol) or form != LinearForm(((symbol, 1),)):
            return None
        operand = call.forms[symbol.number] if symbol.number >= 0 else None
        if operand is None:
            return None
        chosen.append(operand)
    return tuple(chosen)


def _first(accesses: Iterable[Access], position: Mapping[Symbol, int]) -> OutOfBounds | None:
    model = Model(position)
    found = []
    for access in accesses:
        subscripts = access.subscripts
        if subscripts is None:
            continue
        for dim, (form, extent) in enumerate(zip(subscripts, access.buffer.shape, strict=True)):
            low, high = model.ranges.of_form(form)
            is_inside = low >= 0 and (high < extent or extent == UNKNOWN_SIZE)
            if is_inside or not is_exact(access):
                continue
            try:
                with limited():
                    leaving = _leaves(model, access, dim, form, extent)
            except TooComplexError:
                continue
            if leaving is not None:
                found.append(leaving)
                break
    return min(found, key=_program_order, default=None)


def _program_order(found: OutOfBounds) -> tuple[int, int]:
    place = found.access.place
    return (place.line, place.column) if place is not None else (0, 0)


def _leaves(
    model: Model, access: Access, dim: int, form: LinearForm, extent: int
) -> OutOfBounds | None:
    """The first iteration in which the subscript is negative, else in which it is too large."""
    for below in (True, False) if extent != UNKNOWN_SIZE else (True,):
        for case in model.cases(access):
            system = System(fixed=model.fixed)
            values = system.add_instance(access.loops, case)
            row = system.row(form, values)
            running = model.solver.of(system)
            system.inequalities.append(_outside(row, extent, below))
            leaving = model.solver.of(system)
            if system.symbols and not _for_all_symbols(running, leaving, system):
                continue
            point = model.solver.smallest_point(leaving, tuple(system.symbols.values()))
            if point is None:
                continue
            iteration = [(symbol.name, value) for symbol, value in model.fixed.items()]
            iteration += [(loop.name, _value(values[loop], point)) for loop in access.loops]
            iteration += [(symbol.name, point[number]) for symbol, number in system.symbols.items()]
            return OutOfBounds(access, dim + 1, extent, _value(row, point), tuple(iteration))
    return None


def _for_all_symbols(running: Any, leaving: Any, system: System) -> bool:
    """Whether the access leaves the array for all values of the index arguments with which it runs.

    If only for some, the program is right for the others: that is checked at run time.
    """
    others = [number for number in range(system.count) if number not in system.symbols.values()]
    for number in reversed(others):
        running = running.project_out(isl.dim_type.set, number, 1)
        leaving = leaving.project_out(isl.dim_type.set, number, 1)
    return bool(running.is_subset(leaving))


def _outside(row: Row, extent: int, below: bool) -> Row:
    """``index <= -1``, or ``index >= extent``."""
    if below:
        outside = {variable: -factor for variable, factor in row.items()}
        outside[CONSTANT] = outside.get(CONSTANT, 0) - 1
    else:
        outside = dict(row)
        outside[CONSTANT] = outside.get(CONSTANT, 0) - extent
    return outside


def _value(row: Row, point: list[int]) -> int:
    return sum(
        factor * (1 if number == CONSTANT else point[number]) for number, factor in row.items()
    )
