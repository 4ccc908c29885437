"""The arithmetic operations of a program."""

from __future__ import annotations

from collections import Counter

from hcl_explore.analysis.trips import TripCounts
from hcl_explore.analysis.values import LOAD, Statement, Value, Values
from hcl_explore.ir.program import Function, Guard, Loop, Program

_ARITHMETIC = frozenset(
    f"arith.{name}"
    for name in (
        *("addi", "subi", "muli", "divsi", "divui", "remsi", "remui", "floordivsi", "ceildivsi"),
        *("addf", "subf", "mulf", "divf", "remf", "negf"),
        *("maximumf", "minimumf", "maxnumf", "minnumf", "maxsi", "minsi", "maxui", "minui"),
    )
)


def is_operation(value: Value) -> bool:
    """Whether a value counts as an operation: arithmetic, and the functions of ``math``."""
    return value.op in _ARITHMETIC or value.op.startswith("math.")


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
        self._statements(self.values.of(function, None), (), runs)
        for loop in function.all_loops():
            self._statements(self.values.of(function, loop), loop.chain, runs)

    def _statements(
        self, statements: list[Statement], loops: tuple[Loop, ...], runs: float
    ) -> None:
        # What several statements use is computed as often as the one that runs most often.
        seen: set[Value] = set()
        often = [(runs * self.trips.runs(loops, _guards(each)), each) for each in statements]
        for times, statement in sorted(often, key=lambda pair: -pair[0]):
            if statement.call is not None:
                self.function(self.program.functions[statement.call.callee], times)
            for operand in statement.operands:
                self._value(operand, times, seen)

    def _value(self, value: Value, runs: float, seen: set[Value]) -> None:
        if value in seen or value.op == LOAD:
            return
        seen.add(value)
        if is_operation(value):
            kind = f"{'float' if value.is_float else 'int'}{value.bits}"
            self.operations[kind] = self.operations.get(kind, 0.0) + runs
        for operand in value.operands:
            self._value(operand, runs, seen)


def _guards(statement: Statement) -> tuple[Guard, ...]:
    item = statement.access if statement.access is not None else statement.call
    return item.guards if item is not None else ()
