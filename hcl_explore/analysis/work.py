"""The arithmetic operations of a program."""

from __future__ import annotations

from collections import Counter

from hcl_explore.analysis.trips import TripCounts
from hcl_explore.analysis.values import LOAD, Statement, Value, Values
from hcl_explore.ir.program import Function, Loop, Program

_ARITHMETIC = frozenset(
    f"arith.{name}"
    for name in (
        *("addi", "subi", "muli", "divsi", "divui", "remsi", "remui", "floordivsi", "ceildivsi"),
        *("addf", "subf", "mulf", "divf", "remf", "negf"),
        *("maximumf", "minimumf", "maxnumf", "minnumf", "maxsi", "minsi", "maxui", "minui"),
    )
)


def operations_of(program: Program, values: Values, trips: TripCounts) -> Counter[str]:
    """The operations of one run of the kernel by type ("float32", "int32", …): the arithmetic of
    its statements, as often as they run; conversions, subscripts and comparisons do not count."""
    count = _Count(program, values, trips)
    count.function(program.kernel, 1.0)
    return Counter({kind: round(times) for kind, times in count.operations.items()})


class _Count:
    def __init__(self, program: Program, values: Values, trips: TripCounts) -> None:
        self.program = program
        self.values = values
        self.trips = trips
        self.operations: dict[str, float] = {}

    def function(self, function: Function, runs: float) -> None:
        self._statements(self.values.of(function, None), runs)
        for loop in function.all_loops():
            self._statements(self.values.of(function, loop), runs * self._iterations(loop.chain))

    def _iterations(self, loops: tuple[Loop, ...]) -> float:
        product = 1.0
        for loop in loops:
            product *= self.trips.mean(loop)
        return product

    def _statements(self, statements: list[Statement], runs: float) -> None:
        seen: set[Value] = set()
        for statement in statements:
            if statement.call is not None:
                self.function(self.program.functions[statement.call.callee], runs)
            for operand in statement.operands:
                self._value(operand, runs, seen)

    def _value(self, value: Value, runs: float, seen: set[Value]) -> None:
        if value in seen or value.op == LOAD:
            return
        seen.add(value)
        if value.op in _ARITHMETIC or value.op.startswith("math."):
            kind = f"{'float' if value.is_float else 'int'}{value.bits}"
            self.operations[kind] = self.operations.get(kind, 0.0) + runs
        for operand in value.operands:
            self._value(operand, runs, seen)
