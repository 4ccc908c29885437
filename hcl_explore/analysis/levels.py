"""Bytes that a design moves at each level of memory, and its operational intensity there.

- Off the chip: the arrays of the kernel's interface. An access moves its element each time that the
  element changes; what ``buffer_at``, ``reuse_at`` and streams keep on the chip are arrays of the
  design, so only their filling counts here.
- BRAM, URAM, LUTRAM: the design's own arrays, counted likewise: an element that the inner loops
  leave alone is held in a register meanwhile.
  What the design has at hand (stored in the same iteration, read by another statement, an entry
  of a table that each copy of a body knows) is not asked of a memory again.
- registers: every execution of every load and store, of whatever array or variable: what the
  operators take in and give out.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from hcl_explore.analysis.datapath import Datapath
from hcl_explore.analysis.device import Device
from hcl_explore.analysis.layout import PORTS_PER_BANK, Layouts
from hcl_explore.analysis.pipelines import Pipeline
from hcl_explore.analysis.plan import Plan
from hcl_explore.analysis.ports import copies_of
from hcl_explore.analysis.trips import TripCounts
from hcl_explore.ir.program import Access, Buffer, Call, Function, Loop, Program
from hcl_explore.polyhedral.footprint import element_count

REGISTERS = "registers"
OFF_CHIP = "off chip"
_ORDER = (OFF_CHIP, "URAM", "BRAM", "LUTRAM", REGISTERS)


@dataclass(frozen=True)
class LevelTraffic:
    """What one level of memory sees of one run of the kernel.

    ``level`` is the device's main memory by its name (``off chip`` where it names none), ``URAM``,
    ``BRAM``, ``LUTRAM`` or ``registers``. ``bytes`` moved, both ways; ``footprint_bytes`` different
    bytes touched (exact; None where subscripts are decided at run time); ``intensity`` operations
    per byte moved; ``gb_per_s`` what the level can deliver: the device's bandwidth off the chip,
    the ports of this design's banks on it, None for registers, whose wires limit nothing.
    """

    level: str
    is_off_chip: bool
    bytes: int
    footprint_bytes: int | None
    intensity: float | None
    gb_per_s: float | None
    arrays: tuple[str, ...]

    def to_record(self) -> dict[str, object]:
        """The fields as plain JSON data."""
        fields = ("level", "is_off_chip", "bytes", "footprint_bytes", "intensity", "gb_per_s")
        record: dict[str, object] = {name: getattr(self, name) for name in fields}
        record["arrays"] = list(self.arrays)
        return record


@dataclass
class Level:
    """Bytes moved at a level so far, and by which accesses of which array."""

    bytes: float = 0.0
    accesses: dict[Buffer, dict[Access, None]] = field(default_factory=dict)


def levels_of(
    program: Program, trips: TripCounts, layouts: Layouts, asked: Mapping[Access, Asked]
) -> dict[str, Level]:
    """What one run of the kernel moves at each level that it uses. ``asked``: of the accesses that
    do not ask a memory each time that their element changes (``asked_of``)."""
    walk = _Walk(program, trips, layouts, asked)
    walk.function(program.kernel, 1.0, {})
    return walk.levels


@dataclass(frozen=True)
class Asked:
    """How often an access asks a memory: ``each`` elements in every iteration of ``loops``."""

    loops: tuple[Loop, ...]
    each: float = 1.0


def asked_of(
    paths: Iterable[Datapath], pipelines: Iterable[Pipeline], plan: Plan
) -> dict[Access, Asked]:
    """How often the accesses ask that do not do so each time that their element changes: what is
    at hand, what is read once before a pipeline starts, and what several copies share."""
    asked = {access: Asked((), 0.0) for path in paths for access in path.at_hand}
    for pipeline in pipelines:
        around = plan.nest_of(pipeline.loop)[0].chain[:-1]
        for accesses in pipeline.path.hoisted.values():
            for access in accesses:
                asked[access] = Asked(around, copies_of(access, plan))
        for load in pipeline.port_loads.values():
            for access, elements in load.asked.items():
                loops = moving(access)
                copies = math.prod(plan[loop].copies for loop in loops if plan.is_copied(loop))
                asked[access] = Asked(loops, elements / copies)
    return asked


def traffic_of(
    levels: Mapping[str, Level],
    operations: int,
    layouts: Layouts,
    device: Device,
    clock_mhz: float,
) -> tuple[LevelTraffic, ...]:
    """The levels with their footprints, intensities and bandwidths, the farthest first."""
    memory = device.main_memory
    found = []
    for name in sorted(levels, key=_ORDER.index):
        level = levels[name]
        moved = round(level.bytes)
        is_off_chip = name == OFF_CHIP
        bandwidth = memory.peak_gb_per_s if is_off_chip and memory is not None else None
        if name not in (OFF_CHIP, REGISTERS):
            bandwidth = _port_bandwidth(level.accesses, layouts, clock_mhz)
        found.append(
            LevelTraffic(
                memory.name if is_off_chip and memory is not None else name,
                is_off_chip,
                moved,
                _footprint(level.accesses),
                operations / moved if moved else None,
                bandwidth,
                tuple(sorted({buffer.name for buffer in level.accesses})),
            )
        )
    return tuple(found)


def _port_bandwidth(buffers: Iterable[Buffer], layouts: Layouts, clock_mhz: float) -> float:
    """1e9 bytes per second through all ports of the buffers' banks, a word each per cycle."""
    a_cycle = sum(
        layouts[buffer].storage.banks
        * max(PORTS_PER_BANK, layouts[buffer].read_ports)
        * layouts[buffer].word_elements
        * _width(buffer)
        for buffer in buffers
    )
    return a_cycle * clock_mhz / 1e3


def _footprint(accesses: Mapping[Buffer, Iterable[Access]]) -> int | None:
    total = 0
    for buffer, touching in accesses.items():
        count = element_count(touching) if buffer.shape else 1
        if count is None:
            return None
        total += count * _width(buffer)
    return total


def _width(buffer: Buffer) -> int:
    return (buffer.bits + 7) // 8


class _Walk:
    """Goes through the calls of a program and books each access on its level."""

    def __init__(
        self,
        program: Program,
        trips: TripCounts,
        layouts: Layouts,
        asked: Mapping[Access, Asked],
    ) -> None:
        self.program = program
        self.trips = trips
        self.layouts = layouts
        self.asked = asked
        self.levels = {OFF_CHIP: Level()}

    def function(self, function: Function, runs: float, outside: Mapping[Buffer, Buffer]) -> None:
        """``outside``: what the caller's arrays are for the arrays that the function is handed."""
        moved: set[tuple[object, ...]] = set()
        for access in function.all_accesses():
            home = outside.get(access.buffer, access.buffer)
            if access.is_call or access.buffer.kind == "stream":
                continue  # a token is wired from task to task: no level of memory sees it
            width = _width(home)
            times = self.trips.runs(access.loops, access.guards)
            self._book(REGISTERS, home, access, runs * times * width)
            level = self._level(home)
            asked = self.asked.get(access) or Asked(moving(access))
            if level == REGISTERS or not asked.each:
                continue
            key = (access.loop, access.is_write, home, access.subscripts)
            if access.subscripts is not None and key in moved:
                continue
            moved.add(key)
            parts = [part for guard in access.guards for part in guard.parts()]
            guards = [part for part in parts if part.variables() <= {*asked.loops}]
            moves = self.trips.runs(asked.loops, guards) * asked.each
            self._book(level, home, access, runs * moves * width)
        for call in function.all_calls():
            callee = self.program.functions[call.callee]
            handed = _handed(call, callee, outside)
            self.function(callee, runs * self.trips.runs(call.loops, call.guards), handed)

    def _book(self, level: str, buffer: Buffer, access: Access, moved: float) -> None:
        entry = self.levels.setdefault(level, Level())
        entry.bytes += moved
        entry.accesses.setdefault(buffer, {})[access] = None

    def _level(self, buffer: Buffer) -> str:
        is_interface = buffer.function == self.program.top
        if is_interface and buffer.kind in ("argument", "result") and buffer.shape:
            return OFF_CHIP
        return self.layouts.kind(buffer) or REGISTERS


def moving(access: Access) -> tuple[Loop, ...]:
    """The loops around an access whose iterations bring another element: all but the innermost
    ones that it does not depend on."""
    if access.subscripts is None:
        return access.loops
    used = {variable for form in access.subscripts for variable in form.variables()}
    loops = access.loops
    while loops and loops[-1] not in used:
        loops = loops[:-1]
    return loops


def _handed(call: Call, callee: Function, outside: Mapping[Buffer, Buffer]) -> dict[Buffer, Buffer]:
    """What the callee's arguments and results are, as far out as they come from."""
    handed = {}
    for buffer in callee.buffers:
        if buffer.argument_position is not None:
            given = call.arguments[buffer.argument_position]
            if given is not None:
                handed[buffer] = outside.get(given, given)
    results = [buffer for buffer in callee.buffers if buffer.kind == "result"]
    for buffer, given in zip(results, call.results, strict=False):
        handed[buffer] = outside.get(given, given)
    return handed
