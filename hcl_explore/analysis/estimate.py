"""The estimate of a program on a device at a clock: latency, resources, traffic, and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from hcl_explore.analysis.axi import adapters_of
from hcl_explore.analysis.clocks import write_clocks
from hcl_explore.analysis.copies import copy_cycles
from hcl_explore.analysis.datapath import Datapath
from hcl_explore.analysis.device import Device
from hcl_explore.analysis.layout import Layouts
from hcl_explore.analysis.levels import (
    OFF_CHIP,
    LevelTraffic,
    asked_of,
    levels_of,
    traffic_of,
)
from hcl_explore.analysis.machine import Machine
from hcl_explore.analysis.memory import Storage
from hcl_explore.analysis.operators import operator_tables, operators_at
from hcl_explore.analysis.options import EstimateOptions
from hcl_explore.analysis.plan import Plan, make_plan
from hcl_explore.analysis.reasons import Reason, fifos_reason, latency_reason, loop_reason
from hcl_explore.analysis.regions import FunctionModel, LoopModel, RegionModels
from hcl_explore.analysis.resources import Resources, resources_of
from hcl_explore.analysis.roofline import attainable_gops, design_gops
from hcl_explore.analysis.timeline import Span, timeline_of
from hcl_explore.analysis.trips import TripCounts
from hcl_explore.analysis.values import values_of
from hcl_explore.analysis.work import operations_of
from hcl_explore.ir.program import Buffer, Program


@dataclass(frozen=True)
class LoopEstimate:
    """Figures of one loop in cycles; None where they do not apply. ``depth`` is the latency of one
    iteration. ``mode`` is pipelined, flattened, unrolled, sequential or dataflow."""

    key: str
    name: str
    trip_count: int | None
    ii: int | None
    ii_reason: str
    depth: int | None
    latency_cycles: int | None
    mode: str
    ii_kinds: tuple[str, ...] = ()
    """What bounds the interval, tightest first: ``memory ports``, ``recurrence``, ``target``."""


@dataclass(frozen=True)
class Estimate:
    """Figures of a design; None where the model cannot know, with the reason in ``notes``.

    ``latency_cycles`` and ``interval`` in clock cycles; ``bytes`` off chip;
    ``operational_intensity`` in operations per byte; rates in 1e9 operations per second: what the
    device allows at this intensity, what the design's own operators allow, and what the latency
    makes of it.
    """

    device: str
    clock_mhz: float
    latency_cycles: int | None
    interval: int | None
    dsp: int | None
    bram18: int | None
    uram: int | None
    lut: int | None
    ff: int | None
    ops: int | None
    bytes: int | None
    operational_intensity: float | None
    attainable_gops: float | None
    design_gops: float | None
    achieved_gops: float | None
    loops: tuple[LoopEstimate, ...]
    notes: tuple[str, ...]
    _model: _Model = field(repr=False, compare=False)

    @cached_property
    def ii(self) -> dict[str, int]:
        """The initiation interval of each pipelined loop: by its name, or by its key where two
        loops have that name."""
        pipelined = [loop for loop in self.loops if loop.mode == "pipelined"]
        names = [loop.name for loop in pipelined]
        return {
            loop.name if names.count(loop.name) == 1 else loop.key: loop.ii
            for loop in pipelined
            if loop.ii is not None
        }

    def loop_ii(self, key: str) -> int | None:
        """The initiation interval of the loop with that key; None where it is not pipelined."""
        return next((loop.ii for loop in self.loops if loop.key == key), None)

    @cached_property
    def traffic(self) -> tuple[LevelTraffic, ...]:
        """What each level of memory sees, the farthest first; the first one is off the chip."""
        return self._model.traffic()

    @cached_property
    def timeline(self) -> Span:
        """When each loop, stage and call runs: a tree of spans whose root is the kernel."""
        return timeline_of(self._model.top, self._model.copying)

    def write_clocks(self) -> None:
        """Write into the module what the simulator of dataflow programs counts cycles by."""
        write_clocks(self._model.regions.functions.values())

    def explain(self) -> Reason:
        """Why: latency down to what bounds each interval, and the resources. Printable."""
        return self._model.explain(self)

    def to_record(self) -> dict[str, object]:
        """The fields of ``EstimateRecord``."""
        fields = (
            *("device", "clock_mhz", "latency_cycles", "interval", "dsp", "bram18", "uram"),
            *("lut", "ff", "ops", "bytes", "operational_intensity", "attainable_gops"),
            *("design_gops", "achieved_gops"),
        )
        record: dict[str, object] = {name: getattr(self, name) for name in fields}
        record["loops"] = [
            {
                "key": loop.key,
                "name": loop.name,
                "trip_count": loop.trip_count,
                "ii": loop.ii,
                "ii_reason": loop.ii_reason,
                "depth": loop.depth,
                "latency_cycles": loop.latency_cycles,
            }
            for loop in self.loops
        ]
        record["notes"] = list(self.notes)
        return record

    def __str__(self) -> str:
        rows = [
            f"{self.device} at {self.clock_mhz:g} MHz",
            f"latency   {_shown(self.latency_cycles)} cycles, interval {_shown(self.interval)}",
            f"resources DSP {_shown(self.dsp)}, BRAM18 {_shown(self.bram18)}, "
            f"URAM {_shown(self.uram)}, LUT {_shown(self.lut)}, FF {_shown(self.ff)}",
        ]
        for loop in self.loops:
            if loop.ii is not None and loop.mode == "pipelined":
                rows.append(f"{loop.name}: II {loop.ii}, depth {loop.depth}  {loop.ii_reason}")
        return "\n".join([*rows, *self.notes])


def estimate(
    program: Program,
    device: Device,
    clock_mhz: float,
    *,
    options: EstimateOptions = EstimateOptions(),  # noqa: B008 - frozen
) -> Estimate:
    """What ``program`` should cost on ``device`` at ``clock_mhz``.

    Raises:
        DeviceError: the device cannot run at that clock.
    """
    device.check_clock(clock_mhz)
    return _Model(program, device, clock_mhz, options).estimate()


class _Model:
    """All that is computed for one estimate; kept, so that it can be explained when asked."""

    def __init__(
        self, program: Program, device: Device, clock_mhz: float, options: EstimateOptions
    ) -> None:
        self.program = program
        self.device = device
        self.clock_mhz = clock_mhz
        self.options = options
        self.values = values_of(program)
        self.tables = operator_tables(device.family)
        self.operators = operators_at(device.family, 1000.0 / clock_mhz, options.tool)
        self.plan: Plan = make_plan(program, self.values, options)
        self.layouts = Layouts(program, self.plan, self.tables, options)
        machine = Machine(self.operators, self.layouts, {})
        self.trips = TripCounts(options)
        self.regions = RegionModels(program, self.plan, self.values, machine, options, self.trips)
        self.layouts.copy_tables(self._reads_a_cycle())
        self.top: FunctionModel = self.regions.functions[program.top]
        self.operations = operations_of(program, self.values, self.trips)
        pipelines = [m.pipeline for m in self._loop_models().values() if m.pipeline is not None]
        asked = asked_of(self._paths(), pipelines, self.plan)
        self.levels = levels_of(program, self.trips, self.layouts, asked)

    def estimate(self) -> Estimate:
        resources = self.resources
        ops, moved = self.operations.total(), round(self.levels[OFF_CHIP].bytes)
        intensity = ops / moved if moved else None
        # C++ from outside whose latency nobody states makes that of its callers unknown.
        is_known = not self._unstated()
        copying = self.copying
        latency = self.top.latency + copying
        seconds = latency / (self.clock_mhz * 1e6) if is_known else 0
        return Estimate(
            device=self.device.name,
            clock_mhz=self.clock_mhz,
            latency_cycles=latency if is_known else None,
            interval=self.top.interval + copying if is_known else None,
            dsp=resources.dsp,
            bram18=resources.bram18,
            uram=resources.uram,
            lut=resources.lut,
            ff=resources.ff,
            ops=ops,
            bytes=moved,
            operational_intensity=intensity,
            attainable_gops=attainable_gops(self.device, self.clock_mhz, self.operations, moved),
            design_gops=design_gops(self.top.units, self.clock_mhz),
            achieved_gops=ops / seconds / 1e9 if seconds > 0 else None,
            loops=tuple(self._loops()),
            notes=tuple(self._notes(resources)),
            _model=self,
        )

    @cached_property
    def resources(self) -> Resources:
        used = [
            self.layouts[buffer].storage
            for model in self._used_functions()
            for buffer in model.function.buffers
            if self.layouts.aliases.home(buffer) is buffer
        ]
        used += self.adapters.values()
        return resources_of(self.top, list(self._used_functions()), used)

    @cached_property
    def copying(self) -> int:
        """Cycles of Merlin's copies to the chip and back."""
        if not self.options.copies_interface:
            return 0
        return copy_cycles(
            self.program, self.options.copied_loops, self.layouts.axi_port, self.trips
        )

    @cached_property
    def adapters(self) -> dict[str, Storage]:
        return adapters_of(self.program.functions[self.program.top], self.layouts)

    def _used_functions(self) -> Iterator[FunctionModel]:
        """The functions that the kernel calls, and it, each once."""
        seen: set[str] = set()
        stack = [self.top]
        while stack:
            model = stack.pop()
            if model.function.name not in seen:
                seen.add(model.function.name)
                yield model
                stack.extend(model.calls)
                models: dict[str, LoopModel] = {}
                for loop in model.loops:
                    _collect(loop, models)
                for inner in models.values():
                    stack.extend(inner.calls)

    def _unstated(self) -> list[str]:
        """The C++ functions called whose latency is not stated."""
        return [
            model.function.name
            for model in self._used_functions()
            if model.function.external is not None and model.function.external.latency is None
        ]

    def _reads_a_cycle(self) -> dict[Buffer, int]:
        """The most reads of a buffer's busiest bank in a cycle of any pipeline."""
        most: dict[Buffer, int] = {}
        for model in self._loop_models().values():
            if model.pipeline is not None:
                for buffer, load in model.pipeline.port_loads.items():
                    reads = -(-load.busiest // model.pipeline.ii)
                    most[buffer] = max(most.get(buffer, 0), reads)
        return most

    def _paths(self) -> Iterator[Datapath]:
        """The bodies of all functions and loops."""
        for function in self.regions.functions.values():
            yield function.region.path
        for model in self._loop_models().values():
            if model.pipeline is not None:
                yield model.pipeline.path
            elif model.region is not None:
                yield model.region.path

    def _loop_models(self) -> dict[str, LoopModel]:
        models: dict[str, LoopModel] = {}
        for function in self.regions.functions.values():
            for model in function.loops:
                _collect(model, models)
        return models

    def _loops(self) -> Iterator[LoopEstimate]:
        models = self._loop_models()
        for loop in self.program.all_loops():
            found = models.get(loop.key)
            if found is None:
                copies = self.plan[loop].copies
                why = f"unrolled: {copies} copies ({self.plan[loop].why})"
                yield LoopEstimate(
                    loop.key, loop.name, loop.trip_count, None, why, None, None, "unrolled"
                )
                continue
            pipeline = found.pipeline if found.mode == "pipelined" else None
            yield LoopEstimate(
                key=loop.key,
                name=loop.name,
                trip_count=loop.trip_count,
                ii=pipeline.ii if pipeline is not None else None,
                ii_reason=_ii_reason(found),
                depth=found.states or None,
                latency_cycles=found.latency,
                mode=found.mode,
                ii_kinds=tuple(bound.kind for bound in pipeline.bounds) if pipeline else (),
            )

    def _notes(self, resources: Resources) -> Iterator[str]:
        yield from self.plan.notes
        for loop, why in self.trips.assumed.items():
            yield f"{loop.key}: {why}"
        fifos = fifos_reason(self.program)
        if fifos is not None:
            yield f"{fifos.what} are {fifos.value}: {fifos.why}"
        for name in self._unstated():
            yield (
                f"{name}: its latency is not stated (hcl.ip(..., latency=)), so that of the "
                "kernel is not known"
            )
        for model in self._used_functions():
            if model.function.external is not None:
                yield f"{model.function.name}: the resources of its C++ are left out"
        noted = {operator.note for operator in self.top.units.all() if operator.note}
        yield from sorted(noted)
        if self.device.main_memory is None:
            yield f"{self.device.name}: no source states its memory bandwidth"
        for name, used, there in (
            ("DSP", resources.dsp, self.device.dsp),
            ("BRAM18", resources.bram18, self.device.bram18),
            ("URAM", resources.uram, self.device.uram),
            ("LUT", resources.lut, self.device.lut),
            ("FF", resources.ff, self.device.ff),
        ):
            if there is not None and used > there:
                yield f"{used} {name} are needed, {self.device.name} has {there}"

    def traffic(self) -> tuple[LevelTraffic, ...]:
        return traffic_of(
            self.levels, self.operations.total(), self.layouts, self.device, self.clock_mhz
        )

    def explain(self, figures: Estimate) -> Reason:
        resources = self.resources
        assumed = tuple(Reason(loop.key, "?", why) for loop, why in self.trips.assumed.items())
        given = [Reason("assumed", f"{len(assumed)} trip counts", "", assumed)] if assumed else []
        fifos = fifos_reason(self.program)
        given += [fifos] if fifos is not None else []
        return Reason(
            f"estimate of {self.program.top}",
            f"{_shown(figures.latency_cycles)} cycles",
            f"{self.device.name} at {self.clock_mhz:g} MHz, {self.options.tool}",
            (
                *given,
                latency_reason(self.top),
                *resources.reasons(self.layouts.known(), self.adapters),
            ),
        )


def _collect(model: LoopModel, models: dict[str, LoopModel]) -> None:
    models[model.loop.key] = model
    for child in model.children:
        _collect(child, models)


def _ii_reason(model: LoopModel) -> str:
    if model.pipeline is None:
        return model.why
    if not model.pipeline.bounds:
        return model.why
    return model.pipeline.bounds[0].text


def _shown(figure: int | None) -> str:
    return "?" if figure is None else str(figure)


__all__ = ["Estimate", "EstimateOptions", "LoopEstimate", "estimate", "loop_reason"]
