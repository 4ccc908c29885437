"""The work of a program: arithmetic operations, and bytes to and from memory off the chip."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass

from hcl_explore.analysis.options import EstimateOptions
from hcl_explore.analysis.trips import average_trip_count
from hcl_explore.analysis.values import LOAD, Statement, Value, Values
from hcl_explore.ir.program import Access, Function, Loop, Program

_ARITHMETIC = frozenset(
    f"arith.{name}"
    for name in (
        *("addi", "subi", "muli", "divsi", "divui", "remsi", "remui", "floordivsi", "ceildivsi"),
        *("addf", "subf", "mulf", "divf", "remf", "negf"),
        *("maximumf", "minimumf", "maxnumf", "minnumf", "maxsi", "minsi", "maxui", "minui"),
    )
)


@dataclass(frozen=True)
class Work:
    """``operations`` by element type ("float32", "int32", …), ``bytes`` off chip. ``is_exact`` is
    False where a trip count had to be assumed; None where it cannot be known."""

    operations: Counter[str]
    bytes: int | None
    is_exact: bool

    @property
    def total(self) -> int:
        return sum(self.operations.values())


def work_of(program: Program, values: Values, options: EstimateOptions) -> Work:
    """The work of one run of the kernel.

    Operations are the arithmetic of its statements, as often as they run; conversions, subscripts
    and comparisons do not count. Off chip are the arrays of the kernel's interface; an access to
    one moves its element each time that it changes, so a copy of an array on the chip is paid for
    once, and an element that a loop leaves alone once for that loop.
    """
    measure = _Measure(values, options)
    measure.function(program.kernel, program, 1.0)
    return Work(
        Counter({kind: round(count) for kind, count in measure.operations.items()}),
        None if math.isnan(measure.bytes) else round(measure.bytes),
        measure.is_exact,
    )


class _Measure:
    def __init__(self, values: Values, options: EstimateOptions) -> None:
        self.values = values
        self.options = options
        self.operations: dict[str, float] = {}
        self.bytes = 0.0
        self.is_exact = True
        self.trips: dict[Loop, float] = {}
        self.off_chip: set[str] = set()

    def function(self, function: Function, program: Program, runs: float) -> None:
        self._statements(self.values.of(function, None), runs, program)
        for loop in function.all_loops():
            self._statements(
                self.values.of(function, loop), runs * self._iterations(loop.chain), program
            )
        if function is program.kernel:
            self._traffic(function)

    def _iterations(self, loops: tuple[Loop, ...]) -> float:
        product = 1.0
        for loop in loops:
            product *= self._trips(loop)
        return product

    def _trips(self, loop: Loop) -> float:
        trips = self.trips.get(loop)
        if trips is None:
            mean = average_trip_count(loop)
            if mean is None or loop.trip_count is None:
                self.is_exact = False
            trips = self.trips[loop] = float(self.options.trips_of(loop)) if mean is None else mean
        return trips

    def _statements(self, statements: list[Statement], runs: float, program: Program) -> None:
        seen: set[Value] = set()
        for statement in statements:
            if statement.call is not None:
                self.function(program.functions[statement.call.callee], program, runs)
            for operand in statement.operands:
                self._count(operand, runs, seen)

    def _count(self, value: Value, runs: float, seen: set[Value]) -> None:
        if value in seen or value.op == LOAD:
            return
        seen.add(value)
        if value.op in _ARITHMETIC or value.op.startswith("math."):
            kind = f"{'float' if value.is_float else 'int'}{value.bits}"
            self.operations[kind] = self.operations.get(kind, 0.0) + runs
        for operand in value.operands:
            self._count(operand, runs, seen)

    def _traffic(self, kernel: Function) -> None:
        done: set[tuple[object, ...]] = set()
        for buffer in kernel.buffers:
            if buffer.kind not in ("argument", "result") or not buffer.shape:
                continue
            width = (buffer.bits + 7) // 8
            for access in buffer.accesses:
                key = (access.loop, access.is_write, buffer, access.subscripts)
                if access.subscripts is not None and key in done:
                    continue
                done.add(key)
                self.bytes += self._moves(access) * width

    def _moves(self, access: Access) -> float:
        """How often the element changes: loops inside the last one that it depends on do not
        count."""
        if access.is_call:
            return self._iterations(access.loops) * access.buffer.elements
        if access.subscripts is None:
            return self._iterations(access.loops)
        used = {v for form in access.subscripts for v in form.variables()}
        loops = access.loops
        while loops and loops[-1] not in used:
            loops = loops[:-1]
        return self._iterations(loops)
