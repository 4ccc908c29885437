"""What users hold: loops and buffers that follow the program through later steps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, cast

from hcl_explore.errors import StaleHandleError, UnknownNameError
from hcl_explore.ir.program import Buffer, Call, Function, Loop
from hcl_explore.schedule import naming

if TYPE_CHECKING:
    from hcl_explore.schedule.schedule import Schedule
    from hcl_explore.schedule.step import Step


class _Handle:
    """A key in the program as it was after the steps in ``made_after``."""

    _what = "object"

    def __init__(self, schedule: Schedule, key: str) -> None:
        self._schedule = schedule
        self._key = key
        self._made_after: tuple[Step, ...] = schedule.history

    def current_key(self, owner: object) -> str:
        """The key now, forwarded through the steps made since the handle was taken.

        Raises:
            StaleHandleError: the handle is of another schedule, its step was undone, or what it
                names is gone or has become several.
        """
        if owner is not self._schedule:
            raise StaleHandleError(
                f"{self!r} belongs to another schedule",
                advice="Take the handle from the schedule you call, or write its name.",
            )
        history = self._schedule.history
        shared = len(self._made_after)
        if history[:shared] != self._made_after:
            raise StaleHandleError(
                f"{self!r} was taken after a step that has been undone",
                advice="Take it again from the schedule as it is now.",
            )
        key = self._key
        for step in history[shared:]:
            became = step.forwarding.get(key, (key,))
            if len(became) != 1:
                raise StaleHandleError(
                    f"{self!r} is no longer one {self._what}: {step.call} "
                    + (f"made {self._listed(became)} of it" if became else "removed it"),
                    advice="Name the one you mean." if became else None,
                )
            key = became[0]
        return key

    def _name(self) -> str:
        return self._key.rpartition(":")[2]

    def _listed(self, keys: Sequence[str]) -> str:
        return ", ".join(key.removeprefix(f"{self._schedule.top}:") for key in keys)


class LoopHandle(_Handle):
    """A loop of a schedule."""

    _what = "loop"

    @property
    def loop(self) -> Loop:
        """The loop in the program now. Raises ``StaleHandleError``."""
        found = self._schedule.program.loop(self.current_key(self._schedule))
        if found is None:
            raise StaleHandleError(f"{self!r} is no longer in the program")
        return found

    @property
    def name(self) -> str:
        """The shortest name that primitives take for it now: ``i``, ``mm.i``, ``callee:i``."""
        return naming.loop_name(self._schedule.program, self.loop)

    def __repr__(self) -> str:
        return f"<loop {self._name()}>"


class BufferHandle(_Handle):
    """An array of a schedule."""

    _what = "array"

    @property
    def buffer(self) -> Buffer:
        """The buffer in the program now. Raises ``StaleHandleError``."""
        found = self._schedule.program.buffer(self.current_key(self._schedule))
        if found is None:
            raise StaleHandleError(f"{self!r} is no longer in the program")
        return found

    @property
    def name(self) -> str:
        """The name that primitives take for it now: ``A``, of a callee's array ``f:A``."""
        return naming.buffer_name(self._schedule.program, self.buffer)

    @property
    def shape(self) -> tuple[int, ...]:
        """Its extents; ``()`` of a scalar variable."""
        return self.buffer.shape

    @property
    def dtype(self) -> str:
        """The name of its element type, such as ``float32``."""
        return self.buffer.dtype

    def __repr__(self) -> str:
        return f"<array {self._name()}>"


class Band:
    """The loops under one named statement, by name: ``band["i"]`` or ``band.i``.

    It goes by its name, so it has the loops that the statement has now.
    """

    def __init__(self, schedule: Schedule, name: str) -> None:
        self._schedule = schedule
        self._name = name
        naming.find_band(schedule.program, name)

    @property
    def _root(self) -> Loop:
        return naming.find_band(self._schedule.program, self._name)

    def current_key(self, owner: object) -> str:
        """The key of the first loop now: a band stands for it where a primitive takes a band.

        Raises:
            StaleHandleError: it is of another schedule.
            UnknownNameError: a step has removed it.
        """
        if owner is not self._schedule:
            raise StaleHandleError(
                f"band '{self._name}' belongs to another schedule",
                advice="Take it from the schedule you call, or write its name.",
            )
        return self._root.key

    def __getitem__(self, name: str) -> LoopHandle:
        loop = naming.loop_in(self._root, name)
        if loop is not None:
            return LoopHandle(self._schedule, loop.key)
        raise UnknownNameError(
            f"no loop '{name}' in band '{self._root.op_name}'",
            advice=f"Loops here: {', '.join(loop.name for loop in self._root.subtree())}.",
        )

    def __getattr__(self, name: str) -> LoopHandle:
        if name.startswith("_"):
            raise AttributeError(name)
        return self[name]

    def __iter__(self) -> Iterator[LoopHandle]:
        return (LoopHandle(self._schedule, loop.key) for loop in self._root.subtree())

    def __dir__(self) -> list[str]:
        return [loop.name for loop in self._root.subtree() if loop.name.isidentifier()]

    def __repr__(self) -> str:
        return render_loops([self._root])


class Loops:
    """All bands of the kernel: ``s.get_loops()["mm"]["i"]`` or ``.mm.i``; prints as the tree."""

    def __init__(self, schedule: Schedule, function: str) -> None:
        self._schedule = schedule
        self._function = function

    def __getitem__(self, band: str) -> Band:
        return Band(self._schedule, self._qualified(band))

    def _qualified(self, band: str) -> str:
        return band if self._function == self._schedule.top else f"{self._function}:{band}"

    def __getattr__(self, band: str) -> Band:
        if band.startswith("_"):
            raise AttributeError(band)
        return self[band]

    def __iter__(self) -> Iterator[Band]:
        return (Band(self._schedule, self._qualified(loop.band)) for loop in self._roots())

    def __len__(self) -> int:
        return len(self._roots())

    def __dir__(self) -> list[str]:
        return [loop.band for loop in self._roots() if loop.band.isidentifier()]

    def __repr__(self) -> str:
        return render_loops(self._roots(), self._function_now().calls)

    def _roots(self) -> list[Loop]:
        return self._function_now().loops

    def _function_now(self) -> Function:
        return naming.find_function(self._schedule.program, self._function)


def render_loops(roots: Sequence[Loop], calls: Sequence[Call] = ()) -> str:
    """The loop tree as text: name, trip count and annotations, and the calls in their places;
    what begins with a named statement is indented under its name."""
    return "\n".join(_lines(roots, calls)) or "(no loops)"


def _lines(loops: Sequence[Loop], calls: Sequence[Call]) -> Iterator[str]:
    parts: list[Loop | Call] = [*loops, *calls]
    parts.sort(key=lambda part: part.position)
    for callee, group in groupby(parts, lambda p: p.callee if isinstance(p, Call) else None):
        if callee is not None:
            times = len(list(group))
            yield f"call {callee}" + (f"  ({times} times)" if times > 1 else "")
            continue
        for loop in cast("Iterator[Loop]", group):
            margin = ""
            if loop.op_name is not None:
                yield f"{loop.op_name}:"
                margin = "  "
            yield margin + _describe(loop)
            yield from (f"{margin}  {line}" for line in _lines(loop.loops, loop.calls))


def _describe(loop: Loop) -> str:
    trips = "?" if loop.trip_count is None else str(loop.trip_count)
    notes = [f"trip count {trips}"]
    if loop.pipeline_ii is not None:
        notes.append(f"pipeline II={loop.pipeline_ii}")
    if loop.unroll is not None:
        notes.append("unroll" if loop.unroll == 0 else f"unroll {loop.unroll}")
    if loop.vectorize is not None:
        notes.append(f"vectorize {loop.vectorize}" if loop.vectorize else "vectorize")
    notes += [flag for flag in ("parallel", "dataflow", "reduction") if getattr(loop, flag)]
    return f"{naming.shown_name(loop)}  ({', '.join(notes)})"
