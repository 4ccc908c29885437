"""One pipelined loop: its initiation interval, what bounds it, and its depth."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from hcl_explore.analysis.axi import Channel, channels_of, share_of
from hcl_explore.analysis.bounds import Bound, channel_bound, greatest
from hcl_explore.analysis.build_datapath import DatapathBuilder
from hcl_explore.analysis.carried import Carried, carried_distance
from hcl_explore.analysis.datapath import Datapath, Node, nests_in
from hcl_explore.analysis.layout import AXI, NOT_ADDRESSED
from hcl_explore.analysis.machine import ChannelUse, Machine, Moment
from hcl_explore.analysis.memory import FIFO
from hcl_explore.analysis.plan import Plan
from hcl_explore.analysis.ports import (
    PortLoad,
    port_load,
    port_loads,
    program_order,
    words_of,
)
from hcl_explore.analysis.timing import (
    Paths,
    Scheduler,
    Timing,
    carried_levels,
    is_balanced,
)
from hcl_explore.analysis.values import Values
from hcl_explore.ir.attributes import PartitionedDim
from hcl_explore.ir.dialect import GET, GET_BLOCK, PUT
from hcl_explore.ir.program import Access, Buffer, Function, Loop
from hcl_explore.polyhedral.footprint import upward_exposed_reads

_MOST_REGISTERS = 1024
_NO_OPERATOR = frozenset({"wire", "register", "load", "store"})


@dataclass(frozen=True)
class Pipeline:
    """A pipelined loop nest: ``depth`` and ``ii`` in cycles, ``bounds`` the greatest first."""

    loop: Loop
    ii: int
    depth: int
    bounds: tuple[Bound, ...]
    path: Datapath
    timing: Timing
    port_loads: dict[Buffer, PortLoad] = field(default_factory=dict)
    channels: tuple[Channel, ...] = ()
    held: tuple[tuple[int, int], ...] = ()
    """Words that are read before the loop and written after it, by array."""
    fast: Mapping[Node, float] = field(default_factory=dict)
    """The operations made for least latency, with the share of their copies that are."""


class PipelineAnalysis:
    """Finds II and depth of a pipelined loop."""

    def __init__(
        self, function: Function, loop: Loop, plan: Plan, values: Values, machine: Machine
    ) -> None:
        self.loop = loop
        self.plan = plan
        self.machine = machine
        self.options = machine.layouts.options
        self.entry = plan[loop]
        self.nest = plan.nest_of(loop)
        self.channels: list[Channel] = []
        self.held: frozenset[Buffer] = frozenset()
        self.exposed: dict[Buffer, bool] = {}
        self.path = DatapathBuilder(
            function, values, plan, machine.operators, machine.layouts
        ).build(loop)

    def run(self) -> Pipeline:
        layouts = self.machine.layouts
        self.held = self._held()
        nodes = [n for n in (*self.path.loads, *self.path.stores) if n.access is not None]
        in_memory = [n for n in nodes if layouts.kind(_buffer(n)) not in NOT_ADDRESSED]
        loads = port_loads(in_memory, self.plan, layouts)
        outside = [
            access
            for node in nodes
            if (access := node.access) is not None
            and layouts.kind(access.buffer) == AXI
            and access.buffer not in self.held
            # What the iteration has written itself it need not read again.
            and (access.is_write or self._reads_anew(access.buffer))
        ]
        self.channels = channels_of(outside, self.nest, self.plan, layouts)
        uses = [
            ChannelUse(c.bundle, c.is_write, share_of(c, outside, self.plan), c.is_burst)
            for c in self.channels
        ]
        shares = {
            buffer: load.busiest / load.ports / max(load.reads + load.writes, 1)
            for buffer, load in loads.items()
        }
        machine = replace(self.machine, shares=shares, channels=uses, held=self.held)
        target = self.entry.target_ii
        at_ports = self._port_bounds(loads)
        bounds = [*at_ports, *self._recurrences(machine)]
        if (
            self.options.tool == "vitis"
            and self.entry.is_asked
            and self.loop.key not in self.options.any_interval
            and any(b.kind == "recurrence" and b.ii > target for b in bounds)
        ):
            # Asked for a smaller interval, the tool takes the operator of least latency there.
            machine = replace(machine, fast=self._on_recurrences())
            bounds = [*at_ports, *self._recurrences(machine)]
        if target > 1 and self.entry.is_asked:
            bounds.append(Bound(target, "target", f"initiation interval {target} was asked for"))
        bounds = greatest(bounds)
        ii = max([1, *(bound.ii for bound in bounds)])
        whole = {node: share for node, share in machine.fast.items() if share == 1.0}
        timing = Scheduler(replace(machine, fast=whole), copies=self._copies).run(self.path.entries)
        return Pipeline(
            self.loop,
            ii,
            timing.cycles,
            tuple(bound for bound in bounds if bound.ii > 1),
            self.path,
            timing,
            loads,
            tuple(self.channels),
            tuple(self._held_words(buffer) for buffer in self.held),
            machine.fast,
        )

    def _copies(self, loop: Loop) -> int:
        return self.plan[loop].copies

    # --- ports --------------------------------------------------------------------------------

    def _port_bounds(self, loads: dict[Buffer, PortLoad]) -> list[Bound]:
        bounds = []
        for buffer, load in loads.items():
            if load.cycles <= 1:
                continue
            what = []
            if load.reads:
                what.append(f"{load.reads} read{'s' if load.reads > 1 else ''}")
            if load.writes:
                what.append(f"{load.writes} write{'s' if load.writes > 1 else ''}")
            reason = f"{' and '.join(what)} of {buffer.name} per iteration, {load.ports} ports"
            if buffer.partition:
                reason += f" a bank; {load.busiest} fall on the busiest bank"
            remedy = self._port_remedy(buffer, load)
            bounds.append(Bound(load.cycles, "memory ports", reason, remedy, buffer.name))
        bounds += [channel_bound(channel) for channel in self.channels]
        bounds += self._fifo_bounds()
        return [bound for bound in bounds if bound.ii > 1]

    def _fifo_bounds(self) -> list[Bound]:
        """Each end of a FIFO takes one token a cycle."""
        tokens: Counter[tuple[Buffer, object, bool]] = Counter()
        for node in (*self.path.loads, *self.path.stores):
            access = node.access
            if access is None or access.buffer.kind != "stream":
                continue
            where = access.subscripts or access
            if access.op.name in (PUT, GET, GET_BLOCK):
                copies = math.prod(self.plan[loop].copies for loop in node.levels)
                tokens[access.buffer, where, access.op.name == PUT] += copies
        return [
            Bound(
                count,
                "memory ports",
                f"{count} tokens {'put into' if is_put else 'got from'} {buffer.name} per "
                "iteration, one a cycle",
                "a stream of blocks moves several values at once",
                buffer.name,
            )
            for (buffer, _, is_put), count in tokens.items()
        ]

    def _port_remedy(self, buffer: Buffer, load: PortLoad) -> str:
        """What lowers the bound: a partition, tried out before it is proposed; keeping what the
        next iterations read again; registers, for a small array."""
        accesses = [
            node.access
            for node in (*self.path.loads, *self.path.stores)
            if node.access is not None and node.access.buffer is buffer
        ]
        dim = self._varying_dim(buffer)
        if dim is not None:
            extent = buffer.shape[dim - 1]
            before = next((entry for entry in buffer.partition if entry.dim == dim), None)
            factor = load.cycles * (before.banks(extent) if before else 1)
            entry = PartitionedDim(dim, "cyclic", factor)
            call = f"partition({buffer.name}, Cyclic, dim={dim}, factor={factor})"
            if factor >= extent:
                entry = PartitionedDim(dim, "complete")
                call = f"partition({buffer.name}, dim={dim})"
            others = tuple(e for e in buffer.partition if e.dim != dim)
            layout = replace(self.machine.layouts[buffer], partition=(*others, entry))
            cycles = port_load(buffer, accesses, self.plan, layout).cycles
            if cycles < load.cycles:
                instead = f" instead of {before}" if before else ""
                return f"{call}{instead} lowers it to {cycles}"
        if not load.writes and (again := self._read_again(accesses)) is not None:
            return f"reuse_at({buffer.name}, {again.name}) keeps what is read again"
        if buffer.elements <= _MOST_REGISTERS:
            return f"partition({buffer.name}) keeps it in registers"
        return ""

    def _read_again(self, accesses: list[Access]) -> Loop | None:
        """The innermost loop of the nest a later iteration of which reads an element again."""
        forms = [access.subscripts for access in accesses if access.subscripts is not None]
        for loop in reversed(self.nest):
            for dim in range(len(forms[0]) if forms else 0):
                shifts = {form[dim].constant for form in forms if form[dim].coefficient(loop)}
                spread = any(
                    isinstance(v, Loop) and self.plan[v].mode == "unrolled"
                    for form in forms
                    if form[dim].coefficient(loop)
                    for v in form[dim].variables()
                )
                if len(shifts) > 1 or spread:
                    return loop
        return None

    def _varying_dim(self, buffer: Buffer) -> int | None:
        """The dimension along which the copies of an iteration spread; None if there is none."""
        copied = {
            inner
            for inner in self.loop.subtree()
            if self.plan[inner].mode == "unrolled" or self.plan[inner].copies > 1
        }
        accesses = [a for a in self.loop.all_accesses() if a.buffer is buffer]
        for access in accesses:
            for dim, form in enumerate(access.subscripts or (), 1):
                if any(variable in copied for variable in form.variables()):
                    return dim
        forms = {a.subscripts for a in accesses if a.subscripts is not None}
        for dim in range(len(buffer.shape), 0, -1):
            if len({subscripts[dim - 1] for subscripts in forms}) > 1:
                return dim
        return None

    # --- recurrences --------------------------------------------------------------------------

    def _recurrences(self, machine: Machine) -> list[Bound]:
        bounds: list[Bound] = []
        if self.options.interleaves(self.loop):
            return bounds
        paths = Paths(machine, self.path.entries, self._copies)
        for register, value in self.path.carried:
            end = paths.end(register, value, (0, self._reset_delay(machine, register)))
            if end is None:
                continue
            cycles = self._closed(machine, value, end, machine.operators.register_mux_ns)
            bounds.append(self._bound(cycles, 1, register.access, value))
        bounds += self._through_memory(machine, paths)
        return [bound for bound in bounds if bound.ii > 1]

    def _reset_delay(self, machine: Machine, register: Node) -> float:
        """A cell that is set anew in each run of the inner loop of a flattened nest is read through
        a selection."""
        if len(self.nest) > 1 and register.access is not None:
            return machine.operators.get("select", register.bits).delay_ns
        return 0.0

    def _through_memory(self, machine: Machine, paths: Paths) -> list[Bound]:
        bounds: list[Bound] = []
        if all(loop.key in self.options.independent for loop in self.nest):
            return bounds
        for load, store, carried in self._carried_pairs:
            assert load.access is not None
            kind = machine.kind(load.access.buffer)
            forwards = self.options.forwards_stores and carried.is_exact and carried.distance == 1
            if forwards and kind not in (None, AXI):
                mux = machine.operators.register_mux_ns
                read: Moment = (0, mux)
            else:
                mux = 0.0
                read = machine.answer(load)
            end = paths.end(load, store, read)
            if end is None:
                continue
            # What is written in one cycle can be asked for in the next.
            if kind is None or (forwards and kind != AXI):
                cycles = self._closed(machine, store.inputs[0], end, mux)
            else:
                cycles = end[0] + 1
            bounds.append(self._bound(cycles, carried.distance, load.access, store.inputs[0]))
        return bounds

    def _closed(self, machine: Machine, value: Node, end: Moment, mux: float) -> int:
        """The cycles from a value to the same one of the next iteration, on a way that ends at
        ``end``: the first operation begins in that state if the delays of both ends fit into it.
        One that waits for itself alone always does (5 ns, additions of 4 cycles: II 4 for one in
        spmv; 10 and 20 for two and four in HLStrans bicg_9 and atax generate_1)."""
        last = _behind(value)
        operator = None if last.kind in _NO_OPERATOR else machine.operator(last)
        delay = end[1] + mux
        if operator is not None and operator.latency and end[0] > operator.latency:
            delay = max(delay, end[1] + operator.delay_ns)
        return end[0] + (delay > machine.operators.budget_ns)

    @cached_property
    def _carried_pairs(self) -> list[tuple[Node, Node, Carried]]:
        """Loads that may read what a store of an earlier iteration wrote."""
        pairs = []
        stores: defaultdict[Buffer, list[Node]] = defaultdict(list)
        for store in self.path.stores:
            stores[_buffer(store)].append(store)
        for load in self.path.loads:
            buffer = _buffer(load)
            if self.machine.layouts.kind(buffer) == FIFO:
                continue
            for store in stores.get(buffer, ()):
                assert load.access is not None and store.access is not None
                carried = carried_distance(
                    store.access,
                    load.access,
                    self.nest,
                    self.plan,
                    compares_rows=self.options.compares_rows,
                )
                if max(load.choices, store.choices) > 1:
                    # Registers chosen at run time: every one of them is handed on, through the
                    # choices of the read and of the write.
                    carried = Carried(1, is_exact=False)
                if carried is not None and self._is_exposed(buffer):
                    pairs.append((load, store, carried))
        return pairs

    def _held(self) -> frozenset[Buffer]:
        """Arrays behind m_axi ports of which every iteration touches the same elements: the tool
        keeps them in registers and writes them after the loop (doitgen generate_9, atax
        generate_3)."""
        moving: dict[Buffer, bool] = {}
        for node in (*self.path.loads, *self.path.stores):
            access = node.access
            if access is not None and self.machine.layouts.kind(access.buffer) == AXI:
                forms = access.subscripts
                moves = forms is None or any(v in self.nest for f in forms for v in f.variables())
                moving[access.buffer] = moving.get(access.buffer, False) or moves
        return frozenset(buffer for buffer, moves in moving.items() if not moves)

    def _held_words(self, buffer: Buffer) -> tuple[int, int]:
        layout = self.machine.layouts[buffer]
        reads = [n.access for n in self.path.loads if n.access and n.access.buffer is buffer]
        writes = [n.access for n in self.path.stores if n.access and n.access.buffer is buffer]
        read = words_of(reads, self.plan, layout) if self._reads_anew(buffer) else 0
        return read, words_of(writes, self.plan, layout)

    def _reads_anew(self, buffer: Buffer) -> bool:
        is_written = any(store.access and _buffer(store) is buffer for store in self.path.stores)
        return not is_written or self._is_exposed(buffer)

    def _is_exposed(self, buffer: Buffer) -> bool:
        """Whether an iteration may read what an earlier one left: not if it has written each
        element itself before it reads it."""
        found = self.exposed.get(buffer)
        if found is None:
            is_anew = self._may_be_made_anew(buffer)
            found = self.exposed[buffer] = not is_anew or upward_exposed_reads(buffer, self.loop)
        return found

    def _may_be_made_anew(self, buffer: Buffer) -> bool:
        """Whether an iteration could write every element before it reads it: the first access in
        program order must be a write, and none a call. Decides most without a set library."""
        inside = [access for access in self.loop.all_accesses() if access.buffer is buffer]
        if any(access.is_call for access in inside):
            return False
        writes = [program_order(access) for access in inside if access.is_write]
        reads = [program_order(access) for access in inside if not access.is_write]
        return not reads or not writes or min(writes) < min(reads)

    def _bound(self, cycles: int, distance: int, access: Access | None, value: Node) -> Bound:
        name = access.buffer.name if access is not None else "a value"
        operation = _slowest(value, self.machine)
        far = "the next iteration" if distance == 1 else f"the iteration {distance} later"
        reason = f"{name} is needed by {far}, {cycles} cycles after it is read ({operation})"
        remedy = self._recurrence_remedy(access)
        return Bound(math.ceil(cycles / distance), "recurrence", reason, remedy, name)

    def _recurrence_remedy(self, access: Access | None) -> str:
        """A loop of the nest that the element varies with: innermost, it brings another element
        each iteration."""
        subscripts = (access.subscripts if access is not None else None) or ()
        used = {variable for form in subscripts for variable in form.variables()}
        if self.loop in used:
            return "skew and reorder, so that another iteration comes next"
        for outer in reversed(self.loop.chain[:-1]):
            if outer in used and outer.only_loop is not None:
                return f"reorder({self.loop.name}, {outer.name}) makes {outer.name} innermost"
        return f"several partial results in turn, added up after {self.loop.name}, lower it"

    def _on_recurrences(self) -> dict[Node, float]:
        """The operations on the way from what an iteration starts with to what it leaves, with the
        share of their copies: of a balanced sum of floats only as many additions as it is deep."""
        ends = [(register, value) for register, value in self.path.carried]
        ends += [(load, store) for load, store, _ in self._carried_pairs]
        found: set[Node] = set()
        for source, target in ends:
            found |= _between(source, target)
        shares = dict.fromkeys(found, 1.0)
        for nest in nests_in(self.path.entries):
            for _, value, _ in nest.carried:
                if value in shares and value.is_float and is_balanced(value, self.options):
                    shares[value] *= carried_levels(nest.copies) / nest.copies
        return shares


def _buffer(node: Node) -> Buffer:
    assert node.access is not None
    return node.access.buffer


def _between(source: Node, target: Node) -> set[Node]:
    leads: dict[Node, bool] = {source: True}
    order = [target]
    seen = {target}
    for node in order:
        for inner in node.inputs:
            if inner not in seen:
                seen.add(inner)
                order.append(inner)
    for node in reversed(order):
        leads.setdefault(node, False)
    changed = True
    while changed:
        changed = False
        for node in reversed(order):
            if not leads[node] and any(leads[inner] for inner in node.inputs):
                leads[node] = changed = True
    return {node for node, on_way in leads.items() if on_way}


def _behind(value: Node) -> Node:
    """The operation that makes a value which is handed on or selected."""
    node = value
    while node.kind in ("wire", "select", "register") and node.inputs:
        node = node.inputs[-1] if node.kind == "wire" else node.inputs[min(1, len(node.inputs) - 1)]
    return node


def _slowest(value: Node, machine: Machine) -> str:
    node = _behind(value)
    if node.kind in _NO_OPERATOR:
        return node.kind
    operator = machine.operator(node)
    return f"{node.kind} of {operator.latency} cycles" if operator.latency else node.kind
