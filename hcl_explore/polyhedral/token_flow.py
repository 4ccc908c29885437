"""Do the tokens of a region flow? Decided before it runs, where control does not depend on data.

The operations on FIFOs of each task are listed in their order, and the region is run with these
lists alone: a task waits where a FIFO is full or empty. As each FIFO has one producer and one
consumer, the outcome does not depend on which task goes first (G. Kahn, "The semantics of a simple
language for parallel programming", 1974).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import TypeAlias

from hcl_explore.ir import dialect
from hcl_explore.ir.linear import LinearForm, Variable
from hcl_explore.ir.program import Access, Buffer, Call, Function, Guard, Loop, Program
from hcl_explore.polyhedral.endpoints import Endpoints, endpoints_of, task_name
from hcl_explore.polyhedral.positions import position_of

Fifo: TypeAlias = "tuple[str, Buffer, tuple[int, ...]]"
"""Where the region that makes the stream is called (empty: the region itself), the stream, and the
place in its array."""
Values: TypeAlias = "Mapping[Variable, int]"

MOST_EVENTS = 20_000


@dataclass(frozen=True)
class Event:
    """One operation: the FIFO, whether a token goes in or comes out, and where it is written."""

    fifo: Fifo
    is_put: bool
    access: Access

    @property
    def name(self) -> str:
        path, stream, element = self.fifo
        return path + stream.name + (f"[{', '.join(map(str, element))}]" if element else "")


@dataclass(frozen=True)
class Waiting:
    """A task that waits for ever: at ``event``, whose FIFO is full (a put) or empty (a get).
    ``partner`` is the task at the other end of it."""

    task: str
    event: Event
    partner: str | None


@dataclass(frozen=True)
class Flow:
    """How the run ends: the tasks that wait for ever, and the tokens left in each FIFO."""

    waiting: tuple[Waiting, ...]
    left: Mapping[Fifo, int]


class UndecidedError(Exception):
    """Internal: the order of the operations depends on data, or there are too many of them."""


def token_flow(
    program: Program, region: Function, depths: Mapping[Buffer, int] | None = None
) -> Flow:
    """How a run of ``region`` ends, with its own depths or others.

    Raises ``UndecidedError`` where that cannot be known before it runs.
    """
    lister = _Lister(program)
    lists: dict[str, list[Event]] = {}
    total = 0
    for task, stream in lister.tasks(region, "", {}):
        events = list(islice(stream, MOST_EVENTS - total + 1))
        total += len(events)
        if total > MOST_EVENTS:
            raise UndecidedError
        lists[task] = events
    return _run(lists, depths or {})


def _is_large(endpoints: Endpoints, region: Function) -> bool:
    """Whether it is known without listing them that there are too many events."""
    total = 0
    for fifo in endpoints.fifos(region):
        for ends in (fifo.producers, fifo.consumers):
            total += sum(use.times or 1 for uses in ends.values() for use in uses)
    return total > MOST_EVENTS


def _run(lists: Mapping[str, list[Event]], depths: Mapping[Buffer, int]) -> Flow:
    filled: dict[Fifo, int] = {}
    at = dict.fromkeys(lists, 0)
    sleeping: dict[tuple[Fifo, bool], str] = {}
    ready = list(lists)
    while ready:
        task = ready.pop()
        events = lists[task]
        while at[task] < len(events):
            event = events[at[task]]
            _, stream, _ = event.fifo
            depth = depths.get(stream, stream.depth or 1)
            count = filled.get(event.fifo, 0)
            if count >= depth if event.is_put else count == 0:
                sleeping[event.fifo, event.is_put] = task
                break
            filled[event.fifo] = count + (1 if event.is_put else -1)
            at[task] += 1
            woken = sleeping.pop((event.fifo, not event.is_put), None)
            if woken is not None:
                ready.append(woken)
    stopped = {task: events[at[task]] for task, events in lists.items() if at[task] < len(events)}
    ends = {
        (event.fifo, event.is_put): task
        for task, events in (lists.items() if stopped else ())
        for event in events
    }
    waiting = tuple(
        Waiting(task, event, ends.get((event.fifo, not event.is_put)))
        for task, event in stopped.items()
    )
    return Flow(waiting, {fifo: count for fifo, count in filled.items() if count})


class _Lister:
    """Lists the operations on streams of a function, in the order in which it does them."""

    def __init__(self, program: Program) -> None:
        self.program = program

    def tasks(
        self, region: Function, path: str, outer: Mapping[Buffer, tuple[str, Buffer]]
    ) -> Iterator[tuple[str, Iterator[Event]]]:
        """The tasks of a region and of those that it calls, with what they do. ``outer`` is what
        the streams that the region is handed are outside of it."""
        endpoints = endpoints_of(self.program)
        if endpoints.undecided(region) or _is_large(endpoints, region):
            raise UndecidedError
        for call in region.calls:
            name = path + task_name(call)
            callee = self.program.functions[call.callee]
            if callee.dataflow:
                handed = {}
                for own in callee.buffers:
                    if own.kind == "stream" and own.argument_position is not None:
                        given = call.arguments[own.argument_position]
                        assert given is not None  # a stream is handed over as such
                        handed[own] = outer.get(given, (path, given))
                yield from self.tasks(callee, f"{name}.", handed)
            else:
                yield name, self._renamed(self.of_call(call, {}), path, outer)

    def _renamed(
        self, events: Iterator[Event], path: str, outer: Mapping[Buffer, tuple[str, Buffer]]
    ) -> Iterator[Event]:
        for event in events:
            _, stream, element = event.fifo
            where, known = outer.get(stream, (path, stream))
            yield Event((where, known, element), event.is_put, event.access)

    def of_call(self, call: Call, values: Values) -> Iterator[Event]:
        """The events of one call; their FIFOs are the caller's streams."""
        callee = self.program.functions[call.callee]
        if callee.dataflow:
            raise UndecidedError  # inside a task: its own tasks have no one order
        inner: dict[Variable, int] = dict(position_of(call, callee, values).items())
        for event in self._body(callee, inner):
            path, stream, element = event.fifo
            handed = call.arguments[stream.argument_position or 0]
            if stream.argument_position is not None and handed is not None:
                yield Event((path, handed, element), event.is_put, event.access)

    def _body(self, body: Function | Loop, values: Values) -> Iterator[Event]:
        own = {a.op: a for a in body.accesses if a.op.name in _TOKENS and a.buffer.kind == "stream"}
        if any(a.op.name in _TESTS for a in body.accesses):
            raise UndecidedError
        items: list[Access | Loop | Call] = [*own.values(), *body.loops, *body.calls]
        for item in sorted(items, key=lambda item: item.position):
            if not all(_holds(guard, values) for guard in item.guards):
                continue
            if isinstance(item, Access):
                if item.subscripts is None:
                    raise UndecidedError
                element = tuple(_value(form, values) for form in item.subscripts)
                yield Event(("", item.buffer, element), item.op.name == dialect.PUT, item)
            elif isinstance(item, Call):
                yield from self.of_call(item, values)
            elif any(True for _ in _streams(item)):
                yield from self._loop(item, values)

    def _loop(self, loop: Loop, values: Values) -> Iterator[Event]:
        if loop.lower is None or loop.upper is None or loop.step is None:
            raise UndecidedError
        first = max(_value(form, values) for form in loop.lower)
        end = min(_value(form, values) for form in loop.upper)
        for value in range(first, end, loop.step):
            yield from self._body(loop, {**values, loop: value})


_TOKENS = frozenset({dialect.PUT, dialect.GET, dialect.GET_BLOCK})
_TESTS = frozenset({dialect.EMPTY, dialect.FULL})


def _streams(loop: Loop) -> Iterator[Access | Call]:
    """What in ``loop`` may work on a stream."""
    for inner in loop.subtree():
        yield from (a for a in inner.accesses if a.buffer.kind == "stream" and not a.is_call)
        for call in inner.calls:
            if any(b is not None and b.kind == "stream" for b in call.arguments):
                yield call


def _holds(guard: Guard, values: Values) -> bool:
    if guard.constraints is None:
        raise UndecidedError
    held = all(
        _value(c.form, values) == 0 if c.is_equality else _value(c.form, values) >= 0
        for c in guard.constraints
    )
    return held != guard.negated


def _value(form: LinearForm, values: Values) -> int:
    try:
        return form.value(values)
    except KeyError:
        raise UndecidedError from None
