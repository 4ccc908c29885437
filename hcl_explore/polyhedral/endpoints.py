"""Who puts into each FIFO of a region, and who gets from it.

Every FIFO has one producer and one consumer. Which elements of an array of streams a task touches
is decided exactly where its subscripts, loops and conditions are affine; otherwise the task may
touch all of them, and nothing is said about the streams that it may touch.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from math import prod
from types import MappingProxyType
from typing import Any
from weakref import WeakKeyDictionary

import islpy as isl

from hcl_explore.errors import KernelStreamError
from hcl_explore.ir import attributes as attrs
from hcl_explore.ir import dialect
from hcl_explore.ir.linear import Symbol, Variable
from hcl_explore.ir.program import Access, Buffer, Call, Function, Loop, Program
from hcl_explore.polyhedral.conflicts import Model
from hcl_explore.polyhedral.domain import is_exact
from hcl_explore.polyhedral.positions import position_of
from hcl_explore.polyhedral.system import TooComplexError, limited
from hcl_explore.polyhedral.trips import total_iterations

Element = tuple[int, ...]

_ANYWHERE: Mapping[Symbol, int] = MappingProxyType({})
_MOST_ELEMENTS = 4096


@dataclass(frozen=True)
class Use:
    """That a function puts into, or gets from, the FIFO ``element`` of the stream that is its
    argument at ``argument`` (None: any of the array's FIFOs)."""

    stream: Buffer
    element: Element | None
    is_put: bool
    access: Access
    times: int | None
    """How often in one run; None where that is not known."""


@dataclass
class Fifo:
    """One FIFO of a region: the tasks at its two ends, each with its operations there."""

    stream: Buffer
    element: Element
    producers: dict[Call, list[Use]] = field(default_factory=dict)
    consumers: dict[Call, list[Use]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """``fifo``, or ``fifo[1, 2]`` of an array of streams."""
        if not self.element:
            return self.stream.name
        return f"{self.stream.name}[{', '.join(map(str, self.element))}]"


def task_name(call: Call) -> str:
    """What a task is called: its instance name."""
    return attrs.text(call.op, attrs.BUFFER_NAME) or call.callee


class Endpoints:
    """Finds the ends of FIFOs in one program; remembers what each function does."""

    def __init__(self, program: Program) -> None:
        self.functions = program.functions
        self._uses: dict[tuple[str, tuple[tuple[Symbol, int], ...]], list[Use]] = {}
        self._regions: dict[str, tuple[list[Fifo], set[Buffer]]] = {}
        self._iterations: dict[Loop, int | None] = {}

    def fifos(self, region: Function) -> list[Fifo]:
        """The FIFOs of the streams that ``region`` makes, in order. Those of an array that some
        task may touch anywhere are left out: they are ``undecided``."""
        return self._region(region)[0]

    def undecided(self, region: Function) -> set[Buffer]:
        """The streams of ``region`` whose FIFOs some task chooses at run time."""
        return self._region(region)[1]

    def _region(self, region: Function) -> tuple[list[Fifo], set[Buffer]]:
        if region.name not in self._regions:
            self._regions[region.name] = self._read_region(region)
        return self._regions[region.name]

    def _read_region(self, region: Function) -> tuple[list[Fifo], set[Buffer]]:
        own = {b: _elements(b) for b in region.buffers if b.kind == "stream" and b.depth}
        fifos = {
            (stream, element): Fifo(stream, element)
            for stream, elements in own.items()
            for element in elements
        }
        unknown: set[Buffer] = set()
        for call in region.all_calls():
            for use in self.of_call(call):
                if use.stream not in own:
                    continue
                if use.element is None:
                    unknown.add(use.stream)
                    continue
                fifo = fifos.get((use.stream, use.element))
                if fifo is not None:
                    ends = fifo.producers if use.is_put else fifo.consumers
                    ends.setdefault(call, []).append(use)
        decided = [fifo for (stream, _), fifo in fifos.items() if stream not in unknown]
        return decided, unknown

    def of_call(self, call: Call, outer: Mapping[Symbol, int] = _ANYWHERE) -> Iterator[Use]:
        """What ``call`` does to the streams of its caller, itself at the position ``outer``."""
        callee = self.functions.get(call.callee)
        if callee is None:
            return
        times = self._times(call.loop, bool(call.guards))
        positions = _positions(call, callee, outer)
        for position in positions:
            for use in self.of_function(callee, position):
                handed = call.arguments[use.stream.argument_position or 0]
                if handed is not None:
                    both = use.times is not None and times is not None and len(positions) == 1
                    total = (use.times or 0) * (times or 0) if both else None
                    yield Use(handed, use.element, use.is_put, use.access, total)

    def of_function(self, function: Function, position: Mapping[Symbol, int]) -> list[Use]:
        """What a function does to the streams that it is handed, at ``position``."""
        key = function.name, tuple(position.items())
        if key not in self._uses:
            self._uses[key] = list(self._read(function, position))
        return self._uses[key]

    def _times(self, loop: Loop | None, is_guarded: bool) -> int | None:
        """How often something in ``loop`` happens in one run of its function."""
        if is_guarded or loop is None:
            return None if is_guarded else 1
        if loop not in self._iterations:
            self._iterations[loop] = total_iterations(loop)
        return self._iterations[loop]

    def _read(self, function: Function, position: Mapping[Symbol, int]) -> Iterator[Use]:
        model = Model(position)
        for access in function.all_accesses():
            name = access.op.name
            if access.buffer.kind != "stream" or access.buffer.argument_position is None:
                continue
            is_put = name == dialect.PUT
            if name not in (dialect.PUT, dialect.GET, dialect.GET_BLOCK) or (
                access.is_write != is_put
            ):
                continue
            elements = touched(model, access)
            times = None
            if len(elements) == 1:
                times = self._times(access.loop, bool(access.all_guards))
            for element in elements:
                yield Use(access.buffer, element, is_put, access, times)
        for call in function.all_calls():
            for use in self.of_call(call, position):
                if use.stream.kind == "stream" and use.stream.argument_position is not None:
                    yield use


def _positions(
    call: Call, callee: Function, outer: Mapping[Symbol, int]
) -> list[Mapping[Symbol, int]]:
    """The positions at which ``call`` runs ``callee`` when its caller is at ``outer``: several
    where loops give them."""
    known = position_of(call, callee, outer)
    forms = {
        symbol: form
        for symbol in callee.symbols
        if symbol not in known and 0 <= symbol.number < len(call.forms)
        if (form := call.forms[symbol.number]) is not None
        and all(isinstance(v, Loop) or v in outer for v in form.variables())
    }
    used = {v for form in forms.values() for v in form.variables() if isinstance(v, Loop)}
    ranges = {loop: _range(loop) for loop in call.loops if loop in used}
    if prod(map(len, ranges.values())) > _MOST_ELEMENTS or not all(ranges.values()) or call.guards:
        return [known]
    found: list[Mapping[Symbol, int]] = []
    for at in product(*ranges.values()):
        values: dict[Variable, int] = dict([*outer.items(), *zip(ranges, at, strict=True)])
        found.append({**known, **{symbol: form.value(values) for symbol, form in forms.items()}})
    return found


def _range(loop: Loop) -> range:
    """The values of a loop whose bounds are constants; else none."""
    if loop.guards or loop.trip_count is None or not loop.lower or not loop.step:
        return range(0)
    first = max(form.constant for form in loop.lower)
    return range(first, first + loop.trip_count * loop.step, loop.step)


_known: WeakKeyDictionary[Program, Endpoints] = WeakKeyDictionary()


def endpoints_of(program: Program) -> Endpoints:
    """The ends of the FIFOs of a program; kept while the program is."""
    found = _known.get(program)
    if found is None:
        found = _known[program] = Endpoints(program)
    return found


def touched(model: Model, access: Access) -> list[Element | None]:
    """The FIFOs that an operation works on; ``[None]`` where it may be any."""
    if access.subscripts is None:
        return [None]
    ranges = [model.ranges.of_form(form) for form in access.subscripts]
    runs = all(low <= high for low, high in map(model.ranges.of_variable, access.loops))
    exact = is_exact(access)
    if all(low == high for low, high in ranges) and runs and not (exact and access.all_guards):
        return [tuple(low for low, _ in ranges)]
    if not exact:
        return [None]
    found: dict[Element, None] = {}
    try:
        with limited():
            for points in model.elements(access):
                if not points.is_empty():
                    found.update(dict.fromkeys(_points(points, len(access.subscripts))))
    except (TooComplexError, _TooManyError):
        return [None]
    return list(found)


class _TooManyError(Exception):
    """Internal: a set of elements is too large to be listed, or has no end."""


def _points(points: Any, rank: int) -> list[Element]:
    if rank == 0:
        return [()]
    if not points.is_bounded() or points.count_val().to_python() > _MOST_ELEMENTS:
        raise _TooManyError
    found: list[Element] = []

    def note(point: Any) -> None:
        values = [point.get_coordinate_val(isl.dim_type.set, d) for d in range(rank)]
        found.append(tuple(int(value.to_python()) for value in values))

    points.foreach_point(note)
    return sorted(found)


def _elements(stream: Buffer) -> list[Element]:
    if stream.elements > _MOST_ELEMENTS * 4:
        return []
    return list(product(*map(range, stream.shape)))


def is_region(function: Function) -> bool:
    """Whether the body of a function is tasks only, all of them calls."""
    return function.dataflow and not function.loops


def starts_tasks(function: Function) -> bool:
    """Whether a region hands tokens on, or was written as one (its tasks have names): they run side
    by side whatever else they share."""
    return is_region(function) and (
        any(buffer.kind == "stream" for buffer in function.buffers)
        or any(not c.results and attrs.text(c.op, attrs.BUFFER_NAME) for c in function.calls)
    )


def require_endpoints(program: Program) -> None:
    """Raise ``KernelStreamError`` unless every FIFO of a region that is used at all has one task
    that puts into it and another one that gets from it."""
    if not any(is_region(function) for function in program.functions.values()):
        return
    endpoints = endpoints_of(program)
    for region in program.functions.values():
        if is_region(region):
            for fifo in endpoints.fifos(region):
                _check(program, fifo)


def _check(program: Program, fifo: Fifo) -> None:
    for ends, verb in ((fifo.producers, "written"), (fifo.consumers, "read")):
        if len(ends) > 1:
            first, second = list(ends)[:2]
            raise KernelStreamError(
                f"'{fifo.name}' is {verb} by two tasks, {task_name(first)} and {task_name(second)}",
                span=program.sources.span(ends[second][0].access.place),
                advice="A FIFO has one producer and one consumer: use a stream for each.",
            )
    if not fifo.producers and not fifo.consumers:
        return
    if not fifo.producers or not fifo.consumers:
        ends = fifo.producers or fifo.consumers
        done, missing = ("written", "read") if fifo.producers else ("read", "written")
        task, (use, *_) = next(iter(ends.items()))
        raise KernelStreamError(
            f"'{fifo.name}' is {done} by {task_name(task)}, and {missing} by no task",
            span=program.sources.span(use.access.place),
            advice="The task would wait for ever once the FIFO is full."
            if fifo.producers
            else "The task would wait for ever.",
        )
    producer, (use, *_) = next(iter(fifo.producers.items()))
    if producer in fifo.consumers:
        raise KernelStreamError(
            f"{task_name(producer)} waits on itself: it is both the producer and the consumer of "
            f"'{fifo.name}'",
            span=program.sources.span(use.access.place),
            advice="Keep what a task remembers in a variable or an array.",
        )
