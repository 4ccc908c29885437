"""What a run of a dataflow program was like: tasks and FIFOs with their cycles. Plain data.

The cycles are those of the cost model (each loop's initiation interval and depth) and of the FIFOs:
a token can be got one cycle after its put, room is there one cycle after a get. They leave out what
a report of the hardware would add to every call, such as the handshake of a block.
"""

from __future__ import annotations

import bisect
from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

from hcl_explore.backend.cpu.protocol import Message
from hcl_explore.backend.cpu.simulator.sites import Sites, StreamSite, TaskSite
from hcl_explore.ir.locations import SourcePlace

_STATES = {
    0: "running",
    1: "full",
    2: "empty",
    3: "asking",
    4: "children",
    5: "array",
    6: "done",
}


@dataclass(frozen=True)
class TaskTrace:
    """One task. Times in cycles from the start of the call.

    ``state`` is ``done``, or why it could not go on: a ``full`` or ``empty`` FIFO (``fifo`` is its
    position in the trace), ``asking`` whether a FIFO is empty or full, ``children`` (a region whose
    tasks have not ended), ``array`` (it reads an array that the task ``awaits`` fills).
    """

    name: str
    function: str
    parent: int | None
    start: int
    end: int
    stalled_full: int
    stalled_empty: int
    state: str
    fifo: int | None
    awaits: int | None
    place: SourcePlace | None

    @property
    def busy(self) -> int:
        """Cycles in which it did not wait for a FIFO."""
        return self.end - self.start - self.stalled_full - self.stalled_empty


@dataclass(frozen=True)
class FifoTrace:
    """One FIFO. ``depth`` is the one it had in this run; ``tokens`` went in, ``left`` stayed there.

    ``producer`` and ``consumer`` are positions of tasks in the trace, None where nobody is known.
    ``stalled_full`` are the cycles for which a put waited for room, ``stalled_empty`` those for
    which a get waited for a token. ``put_times`` and ``get_times`` are those of the first tokens.
    """

    name: str
    declaration: str
    index: tuple[int, ...]
    dtype: str
    depth: int
    tokens: int
    left: int
    highest_fill: int
    producer: int | None
    consumer: int | None
    stalled_full: int
    stalled_empty: int
    put_times: tuple[int, ...]
    get_times: tuple[int, ...]
    place: SourcePlace | None

    def fill_at(self, cycle: int) -> int:
        """The number of tokens in the FIFO after ``cycle``, as far as their times are kept."""
        return bisect.bisect_right(self.put_times, cycle) - bisect.bisect_right(
            self.get_times, cycle
        )


@dataclass(frozen=True)
class Trace:
    """A run: ``cycles`` from its start to the end of its last task."""

    cycles: int
    tasks: tuple[TaskTrace, ...]
    fifos: tuple[FifoTrace, ...]

    def task(self, name: str) -> TaskTrace:
        """The task of that name. Raises ``KeyError`` with the names there are."""
        return _named(self.tasks, name)

    def fifo(self, name: str) -> FifoTrace:
        """The FIFO of that name, ``fifo`` or ``fifo[0, 1]``. Raises ``KeyError``."""
        return _named(self.fifos, name)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON-able data, versioned."""
        return {"version": 1, **asdict(self)}


_Named = TypeVar("_Named", TaskTrace, FifoTrace)


def _named(items: tuple[_Named, ...], name: str) -> _Named:
    for item in items:
        if item.name == name:
            return item
    raise KeyError(f"{name!r} is not one of {', '.join(item.name for item in items)}")


def read_trace(simulation: Message, sites: Sites, top: str) -> Trace:
    """The trace in what a worker says about a run of the kernel ``top``."""
    raw_tasks = simulation["tasks"]
    names = _task_names(raw_tasks, sites, top)
    tasks = [_task(raw, name, sites, top) for raw, name in zip(raw_tasks, names, strict=True)]
    holders = _Holders(raw_tasks, sites)
    fifos = [_fifo(raw, sites.streams[raw["site"]], holders) for raw in simulation["fifos"]]
    cycles = max((task.end for task in tasks), default=0)
    return Trace(cycles, tuple(tasks), tuple(fifos))


def _task_names(raw_tasks: list[Message], sites: Sites, top: str) -> list[str]:
    """Each task's name, in a region inside the kernel after that of the region; with a number where
    there are several of a name."""
    names: list[str] = []
    counts: Counter[str] = Counter()
    for raw in raw_tasks:
        name = sites.tasks[raw["site"]].name if raw["site"] >= 0 else top
        if raw["parent"]:  # not the kernel itself, which is the first task
            name = f"{names[raw['parent']]}.{name}"
        counts[name] += 1
        names.append(name if counts[name] == 1 else f"{name}_{counts[name] - 1}")
    return names


def _task(raw: Message, name: str, sites: Sites, top: str) -> TaskTrace:
    site = sites.tasks[raw["site"]] if raw["site"] >= 0 else TaskSite(top, top, None)
    return TaskTrace(
        name=name,
        function=site.function,
        parent=raw["parent"],
        start=raw["start"],
        end=raw["end"],
        stalled_full=raw["stalled_full"],
        stalled_empty=raw["stalled_empty"],
        state=_STATES[raw["state"]],
        fifo=raw["fifo"],
        awaits=raw["awaits"],
        place=site.place,
    )


def _fifo(raw: Message, site: StreamSite, holders: _Holders) -> FifoTrace:
    index = _index(raw["number"], site.shape)
    ends = (raw["owner"], raw["site"], raw["number"])
    return FifoTrace(
        name=fifo_name(site, raw["number"]),
        declaration=site.name,
        index=index,
        dtype=site.dtype,
        depth=raw["depth"],
        tokens=raw["puts"],
        left=raw["puts"] - raw["gets"],
        highest_fill=raw["highest"],
        producer=holders.of(True, *ends) if raw["producer"] is None else raw["producer"],
        consumer=holders.of(False, *ends) if raw["consumer"] is None else raw["consumer"],
        stalled_full=raw["stalled_full"],
        stalled_empty=raw["stalled_empty"],
        put_times=tuple(raw["put_times"]),
        get_times=tuple(raw["get_times"]),
        place=site.place,
    )


def fifo_name(site: StreamSite, number: int) -> str:
    """``fifo``, or ``fifo[0, 1]`` for one of an array."""
    index = _index(number, site.shape)
    return f"{site.name}[{', '.join(map(str, index))}]" if index else site.name


def _index(number: int, shape: tuple[int, ...]) -> tuple[int, ...]:
    index = []
    for extent in reversed(shape):
        number, position = divmod(number, extent)
        index.append(position)
    return tuple(reversed(index))


class _Holders:
    """Which task holds which end of a FIFO by its code, for those that have not touched it yet."""

    def __init__(self, tasks: list[Message], sites: Sites) -> None:
        self._tasks = tasks
        self._sites = sites
        self._by_end: dict[tuple[bool, int, int, int | None], int] = {}
        for position, task in enumerate(tasks):
            if task["site"] < 0:
                continue
            for end in sites.tasks[task["site"]].endpoints:
                origin = self._origin(task["parent"], end.origin)
                if origin is not None:
                    self._by_end.setdefault((end.is_put, *origin, end.number), position)

    def _origin(self, task: int | None, origin: int) -> tuple[int, int] | None:
        """(task that makes the stream, site) of what ``task`` calls by ``origin``."""
        while task is not None:
            if origin >= 0:
                return task, origin
            site = self._tasks[task]["site"]
            if site < 0:
                return None
            origin = dict(self._sites.tasks[site].streams)[-1 - origin]
            task = self._tasks[task]["parent"]
        return None

    def of(self, is_put: bool, owner: int, site: int, number: int) -> int | None:
        exact = self._by_end.get((is_put, owner, site, number))
        return self._by_end.get((is_put, owner, site, None)) if exact is None else exact
