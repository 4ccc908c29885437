"""Latency of whole functions: the states that a body steps through, loop by loop.

Counted as the tool counts (checked on the reports of the development data):
- a pipelined loop takes ``depth + II * (trips - 1)`` cycles, the reports print one less;
- as a module of its own (Vitis) it costs two cycles more to run and two states to call;
- a loop that runs step by step takes ``trips * states of its body`` and one state to leave;
- modules that share no written memory run side by side.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from hcl_explore.analysis.build_datapath import DatapathBuilder
from hcl_explore.analysis.datapath import (
    Block,
    Datapath,
    Entry,
    Nest,
    Node,
    StreamEnd,
    TokenTimes,
)
from hcl_explore.analysis.layout import AXI, PORTS_PER_BANK, Layouts
from hcl_explore.analysis.machine import Machine
from hcl_explore.analysis.operators import Operator
from hcl_explore.analysis.options import EstimateOptions
from hcl_explore.analysis.pipelines import Pipeline, PipelineAnalysis
from hcl_explore.analysis.plan import Plan
from hcl_explore.analysis.ports import copies_of, words_of
from hcl_explore.analysis.registers import data_registers
from hcl_explore.analysis.task_order import TaskOrder
from hcl_explore.analysis.timing import Scheduler, Timing
from hcl_explore.analysis.token_times import tokens_of_body, tokens_of_call, tokens_of_loop
from hcl_explore.analysis.trips import TripCounts
from hcl_explore.analysis.units import Units
from hcl_explore.analysis.values import Values
from hcl_explore.ir.program import Call, Function, Loop, Program
from hcl_explore.lang.external import ExternalFunction
from hcl_explore.polyhedral.endpoints import endpoints_of, starts_tasks


@dataclass
class LoopModel:
    """What the model says of one loop. ``latency`` of one run, as reports print it; ``pipeline`` of
    a pipelined loop, ``states`` of an iteration of one that runs step by step."""

    loop: Loop
    trips: int
    is_exact: bool
    latency: int
    cost: int
    mode: str
    states: int = 0
    pipeline: Pipeline | None = None
    children: list[LoopModel] = field(default_factory=list)
    units: Units = field(default_factory=Units)
    registers: int = 0
    why: str = ""
    is_module: bool = False
    region: Region | None = None
    calls: list[FunctionModel] = field(default_factory=list)
    interval: int = 0
    """Cycles from one iteration to the next."""


@dataclass(eq=False)
class FunctionModel:
    """What the model says of a function: cycles from start to end, and until it can start again."""

    function: Function
    region: Region
    latency: int
    interval: int
    loops: list[LoopModel]
    units: Units
    registers: int
    states: int
    calls: list[FunctionModel] = field(default_factory=list)
    is_dataflow: bool = False


class RegionModels:
    """Builds the models of all functions of a program, callees first."""

    def __init__(
        self,
        program: Program,
        plan: Plan,
        values: Values,
        machine: Machine,
        options: EstimateOptions,
        trips: TripCounts,
    ) -> None:
        self.program = program
        self.plan = plan
        self.values = values
        self.machine = machine
        self.options = options
        self.trips = trips
        self.functions: dict[str, FunctionModel] = {}
        for function in program.functions.values():
            self.functions[function.name] = self._function(function)

    # --- functions ----------------------------------------------------------------------------

    def _function(self, function: Function) -> FunctionModel:
        if function.external is not None:
            return self._external(function, function.external)
        if function.dataflow:
            return self._dataflow(function)
        region = Region(self, function, function)
        region.run()
        models = list(region.loops.values())
        alone = len(region.timing.blocks) == 1 and not region.path.nodes
        if alone and models and models[0].mode == "pipelined":
            (block,) = region.timing.blocks
            latency = block.lead + models[0].latency + 2 + block.tail
        else:
            latency = max(region.states - 1, 0) if models or region.calls else region.states - 1
        return FunctionModel(
            function,
            region,
            latency,
            latency + 1,
            models,
            region.units,
            region.registers,
            region.states,
            region.calls,
        )

    def _external(self, function: Function, external: ExternalFunction) -> FunctionModel:
        """A C++ function: the cycles that the user states; where none are, the estimate says so."""
        region = Region(self, function, function)
        region.run()
        latency = external.latency or 0
        interval = external.interval if external.interval is not None else latency + 1
        return FunctionModel(function, region, latency, interval, [], region.units, 0, latency)

    def _dataflow(self, function: Function) -> FunctionModel:
        """Stages overlap: a new start every interval of the slowest; the last stage ends after
        all before it have handed on their results."""
        region = Region(self, function, function)
        region.run()
        units = Units()
        for block in region.timing.blocks:
            units = units.alongside(region.block_units(block))
        latency = max((end for _, end in region.timing.blocks.values()), default=0)
        return FunctionModel(
            function,
            region,
            latency,
            region.slowest,
            list(region.loops.values()),
            units,
            region.registers,
            region.states,
            region.calls,
            is_dataflow=True,
        )

    # --- loops --------------------------------------------------------------------------------

    def loop(self, function: Function, loop: Loop, *, is_module: bool) -> LoopModel:
        """The model of a loop that is not unrolled, seen from the body it stands in."""
        mode = self.plan[loop].mode
        if mode == "flattened":
            inner = self.loop(function, loop.loops[0], is_module=is_module)
            inner_trips = inner.trips
            mean, is_exact = self._trips(loop)
            trips, parts = round(mean), [inner]
            model = LoopModel(
                loop, trips, is_exact, inner.latency, inner.cost, "flattened", children=parts
            )
            model.pipeline, model.units = inner.pipeline, inner.units
            model.is_module, model.registers = inner.is_module, inner.registers
            model.why = f"flattened with {loop.loops[0].name}: {inner_trips} iterations in all"
            return model
        if mode == "pipelined":
            return self._pipelined(function, loop, is_module)
        return self._sequential(function, loop)

    def _trips(self, loop: Loop) -> tuple[float, bool]:
        """Iterations in one run, and whether every run makes as many; the mean where they vary."""
        mean = self.trips.of_a_run(loop)
        if self.trips.is_exact(loop):
            return self.plan.trips(loop, round(mean)), True
        return mean / max(self.plan[loop].copies, 1), False

    def _pipelined(self, function: Function, loop: Loop, is_module: bool) -> LoopModel:
        pipeline = PipelineAnalysis(function, loop, self.plan, self.values, self.machine).run()
        trips, is_exact = 1.0, True
        for member in self.plan.nest_of(loop):
            count, exact = self._trips(member)
            trips, is_exact = trips * count, is_exact and exact
        run = round(pipeline.depth + pipeline.ii * (trips - 1)) if trips else 0
        latency = max(run - 1, 0) if pipeline.depth > 1 else run
        cost = latency + (4 if is_module else 2)
        model = LoopModel(
            loop, round(trips), is_exact, latency, cost, "pipelined", pipeline.depth, pipeline
        )
        model.is_module = is_module
        model.why = self.plan[loop].why
        model.units = self._pipeline_units(pipeline)
        model.registers = pipeline.depth + data_registers(
            pipeline.path,
            pipeline.timing,
            lambda inner: self.plan[inner].copies,
            pipeline.ii,
        )
        return model

    def _pipeline_units(self, pipeline: Pipeline) -> Units:
        counts: Counter[Operator] = Counter()
        done: Counter[Operator] = Counter()
        for node in pipeline.path.nodes:
            if node.kind in ("load", "store", "wire", "register"):
                continue
            copies = math.prod(self.plan[loop].copies for loop in node.levels)
            fast = math.ceil(copies * pipeline.fast.get(node, 0.0))
            for number, is_fast in ((fast, True), (copies - fast, False)):
                if number:
                    operator = self.machine.operators.get(
                        node.kind, node.bits, node.other_bits, fastest=is_fast
                    )
                    counts[operator] += number
                    done[operator] += number * node.operations
        units = Units()
        units.add_wired(pipeline.path.wired)
        for operator, count in counts.items():
            # An operator of several cycles serves II operations; one without registers, or inside
            # a DSP block with an adder, does not.
            is_shared = operator.latency > 0 and not operator.kind.startswith("mac")
            serves = pipeline.ii if is_shared else 1
            units.add(operator, -(-count // serves), -(-done[operator] // serves))
        return units

    def _sequential(self, function: Function, loop: Loop) -> LoopModel:
        region = Region(self, function, loop)
        region.run()
        trips, is_exact = self._trips(loop)
        states = region.states
        # In a dataflow loop an iteration begins when the slowest stage has finished the last one.
        interval = min(region.slowest, states) if loop.dataflow else states
        latency = round(states + (trips - 1) * interval) if trips else 0
        model = LoopModel(
            loop,
            round(trips),
            is_exact,
            latency,
            latency + 1,
            "dataflow" if loop.dataflow else "sequential",
            states,
            children=list(region.loops.values()),
        )
        model.units, model.registers, model.region = region.units, region.registers, region
        model.calls, model.interval = region.calls, interval
        model.why = self.plan[loop].why or "runs step by step"
        return model


class Region:
    """A body that runs step by step: straight-line code, loops and calls."""

    def __init__(self, models: RegionModels, function: Function, body: Loop | Function) -> None:
        self.models = models
        self.function = function
        self.body = body
        self.path: Datapath = DatapathBuilder(
            function, models.values, models.plan, models.machine.operators, models.machine.layouts
        ).build(body)
        self.loops: dict[Loop, LoopModel] = {}
        self.calls: list[FunctionModel] = []
        self.timing = Timing()
        self.units = Units()
        self.registers = 0
        self.states = 1

    def run(self) -> None:
        models = self.models
        blocks = list(_blocks(self.path.entries))
        order = self._task_order()
        is_alone = len(blocks) == 1 and not self.path.nodes and self.body is self.function
        for block in blocks:
            if isinstance(block.item, Loop):
                is_module = models.options.tool == "vitis" and not is_alone
                model = models.loop(self.function, block.item, is_module=is_module)
                self.loops[block.item] = model
                block.lead, block.tail = around_cycles(model, models.plan, models.machine.layouts)
            else:
                self.calls.append(models.functions[block.item.callee])
            if order is None:
                self._note_memory(block)
            block.fill, block.tokens = self._fill_cycles(block), self._tokens(block)
        self.timing = Scheduler(
            models.machine,
            block_cycles=self.cycles,
            copies=lambda loop: models.plan[loop].copies,
            occupancy=order,
        ).run(self.path.entries)
        self.states = self.timing.cycles
        self._gather()

    def _task_order(self) -> TaskOrder | None:
        """What the tasks wait for, if this is a region of tasks."""
        if self.body is not self.function or not starts_tasks(self.function):
            return None
        return TaskOrder(endpoints_of(self.models.program), self.function)

    def _note_memory(self, block: Block) -> None:
        """Which arrays a block reaches while it runs: all but those that were read before it."""
        home = self.models.machine.layouts.aliases.home
        item = block.item
        if isinstance(item, Call):
            handed = {b for b in (*item.arguments, *item.results) if b is not None}
            written = {b for b in handed if any(a.is_write and a.op == item.op for a in b.accesses)}
            block.reads = frozenset(map(home, handed))
            block.writes = frozenset(map(home, written))
            return
        pipeline = self.loops[item].pipeline
        if pipeline is not None:
            block.hoisted = frozenset(map(home, pipeline.path.hoisted))
        accesses = list(item.all_accesses())
        block.writes = frozenset(home(a.buffer) for a in accesses if a.is_write)
        block.reads = frozenset(home(a.buffer) for a in accesses) - block.hoisted

    def _fill_cycles(self, block: Block) -> int:
        """Cycles of a block's first iteration: those of its first pipeline."""
        if isinstance(block.item, Call):
            called = self.models.functions[block.item.callee]
            firsts = [begin + b.fill for b, (begin, _) in called.region.timing.blocks.items()]
            return min(firsts, default=called.latency)
        model = self.loops[block.item]
        depth = model.pipeline.depth if model.pipeline is not None else model.states
        return block.lead + depth

    @cached_property
    def tokens(self) -> Mapping[StreamEnd, TokenTimes]:
        """When this body, which has run, works on each stream."""
        return tokens_of_body(self.path, self.timing)

    def _tokens(self, block: Block) -> Mapping[StreamEnd, TokenTimes]:
        if isinstance(block.item, Call):
            return tokens_of_call(block.item, self.models.functions[block.item.callee])
        return {
            end: TokenTimes(block.lead + times.first, block.tail + times.tail)
            for end, times in tokens_of_loop(self.loops[block.item]).items()
        }

    def cycles(self, block: Block) -> tuple[int, bool]:
        """States that a block takes in the body around it, and whether it is a module."""
        if isinstance(block.item, Call):
            return self.models.functions[block.item.callee].latency + 2, True
        model = self.loops[block.item]
        # A loop that is a stage of a dataflow region is a function of its own.
        return model.cost + self.body.dataflow, model.is_module

    @property
    def slowest(self) -> int:
        """The cycles of the slowest stage of a dataflow region."""
        intervals = [
            self.models.functions[block.item.callee].interval
            if isinstance(block.item, Call)
            else self.cycles(block)[0]
            for block in self.timing.blocks
        ]
        return max(intervals, default=1)

    def block_units(self, block: Block) -> Units:
        if isinstance(block.item, Call):
            called = self.models.functions[block.item.callee]
            return called.units.called(called)
        return self.loops[block.item].units

    def _gather(self) -> None:
        own = Units()
        own.add_wired(self.path.wired)
        starts: Counter[tuple[Operator, int]] = Counter()
        done: Counter[tuple[Operator, int]] = Counter()
        for node in self.path.nodes:
            if node.kind not in ("load", "store", "wire", "register"):
                key = self.models.machine.operator(node), self.timing.start.get(node, 0)
                starts[key] += self._copies(node)
                done[key] += self._copies(node) * node.operations
        operations = _busiest(done)
        for operator, count in _busiest(starts).items():
            own.add(operator, count, operations[operator])
        waiting = sum(end - begin for begin, end in self.timing.blocks.values())
        self.registers = max(self.states - waiting, 1) + data_registers(
            self.path, self.timing, lambda loop: self.models.plan[loop].copies
        )
        blocks = sorted(self.timing.blocks.items(), key=lambda item: item[1])
        together = Units()
        until = -1
        total = own
        for block, (begin, end) in blocks:
            units = self.block_units(block)
            if begin <= until:
                together = together.alongside(units)
            else:
                total = total.instead_of(together)
                together = units
            until = max(until, end)
        self.units = total.instead_of(together)
        self.registers += sum(model.registers for model in self.loops.values())

    def _copies(self, node: Node) -> int:
        return math.prod(self.models.plan[loop].copies for loop in node.levels)


def _busiest(starts: Counter[tuple[Operator, int]]) -> Counter[Operator]:
    """Of what starts in each state: an operator with registers or DSP blocks serves every state,
    others stand where they are used."""
    busiest: Counter[Operator] = Counter()
    for (operator, _), count in starts.items():
        if operator.latency or operator.dsp:
            busiest[operator] = max(busiest[operator], count)
        else:
            busiest[operator] += count
    return busiest


def _blocks(entries: Iterable[Entry]) -> Iterator[Block]:
    """The loops and calls of a body. Those in an unrolled loop stand once: its copies run side by
    side in them, as the port loads and operators of their pipelines count."""
    for entry in entries:
        if isinstance(entry, Block):
            yield entry
        elif isinstance(entry, Nest):
            yield from _blocks(entry.entries)


def around_cycles(model: LoopModel, plan: Plan, layouts: Layouts) -> tuple[int, int]:
    """The cycles before and after a pipelined loop for what it moves there: elements that every
    iteration reads again are read once before; bursts are asked for before and answered after."""
    if model.pipeline is None:
        return 0, 0
    on_chip, words = 0, 0
    for buffer, accesses in model.pipeline.path.hoisted.items():
        if layouts.kind(buffer) == AXI:
            words += words_of(list(accesses), plan, layouts[buffer])
        else:
            on_chip = max(on_chip, sum(copies_of(access, plan) for access in accesses))
    words += sum(read for read, _ in model.pipeline.held)
    written = sum(write for _, write in model.pipeline.held)
    lead = math.ceil(on_chip / PORTS_PER_BANK)
    port, tail = layouts.axi_port, 0
    bursts = [channel for channel in model.pipeline.channels if channel.is_burst]
    if words or any(not channel.is_write for channel in bursts):
        lead = max(lead, port.request + port.latency + words)
    if written or any(channel.is_write for channel in bursts):
        tail = port.response + written
    return lead, tail
