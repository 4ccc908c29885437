"""When each operation of a body starts and ends: list scheduling with chaining.

A moment is (cycle, ns into it). An operation of latency 0 follows its operands in the same cycle
while its delay fits before the clock edge; one of latency n ends in the n-th cycle after its
start, its result ready ``delay`` into that cycle. A memory answers ``latency`` cycles after it is
asked; its ports limit how many may ask in a cycle.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from hcl_explore.analysis.datapath import Block, Entry, Nest, Node, nodes_in
from hcl_explore.analysis.layout import AXI, PORTS_PER_BANK
from hcl_explore.analysis.machine import Machine, Moment
from hcl_explore.analysis.memory import FIFO
from hcl_explore.analysis.occupancy import Occupancy
from hcl_explore.analysis.operators import Operator
from hcl_explore.analysis.options import EstimateOptions
from hcl_explore.analysis.task_order import TaskOrder
from hcl_explore.ir.program import Access, Buffer, Loop

START: Moment = (0, 0.0)
_LEAST_GAP = 1e-6
"""Cycles below which a port is taken to be free without a gap: sums of shares are not exact."""
_EARLY_TERMS = 6
"""How far the carried value of a balanced sum of floats stands from its end, in terms: fitted on
the intervals of Stream-HLS gemm, gesummv and mvt opt3 (4 levels for 10, 16 and 25 terms), of 2mm
opt1 (1 for 1) and of Sisyphus' atax and mvt (1 for 2, 4 for 16, 5 for 50), Vitis 2023.2."""
_BALANCED = frozenset({"add", "mac_add", "mul", "gate", "icmp", "select"})


@dataclass
class Timing:
    """``start`` (the cycle an operation begins) and ``end`` of every node's first copy, ``last``
    the end of its last copy where that is later."""

    start: dict[Node, int] = field(default_factory=dict)
    end: dict[Node, Moment] = field(default_factory=dict)
    last: dict[Node, Moment] = field(default_factory=dict)
    blocks: dict[Block, tuple[int, int]] = field(default_factory=dict)

    def ready(self, node: Node) -> Moment | None:
        """When all copies of a node have their result; None for one that is not scheduled."""
        return self.last.get(node) or self.end.get(node)

    @property
    def cycles(self) -> int:
        """The number of cycles from the first to the last operation."""
        cycle = max((moment[0] for moment in self.end.values()), default=0)
        cycle = max(cycle, max((moment[0] for moment in self.last.values()), default=0))
        return 1 + max(cycle, max((end for _, end in self.blocks.values()), default=0))


class Scheduler:
    """Schedules one body. With ``seeds`` only what depends on them, which end when they say."""

    def __init__(
        self,
        machine: Machine,
        *,
        seeds: dict[Node, Moment] | None = None,
        block_cycles: Callable[[Block], tuple[int, bool]] | None = None,
        copies: Callable[[Loop], int],
        start: Moment = START,
        occupancy: Occupancy | TaskOrder | None = None,
    ) -> None:
        self.machine = machine
        self.budget = machine.operators.budget_ns
        self.seeds = seeds
        self.block_cycles = block_cycles
        self.copies = copies
        self.origin = start
        self.timing = Timing()
        self.free: dict[object, float] = {}
        self.gaps: dict[object, list[tuple[float, float]]] = {}
        self.barrier = 0
        self.read_at: dict[Buffer, int] = {}
        self.occupancy = occupancy or Occupancy(machine.layouts)

    def run(self, entries: Iterable[Entry]) -> Timing:
        for entry in entries:
            if isinstance(entry, Node):
                self._node(entry)
            elif isinstance(entry, Nest):
                self._nest(entry)
            elif isinstance(entry, Block):
                self._block(entry)
            else:
                ends = [end[0] for load in entry.loads if (end := self.timing.ready(load))]
                self.barrier = max(self.barrier, *ends) if ends else self.barrier
        return self.timing

    def ready(self, node: Node) -> Moment | None:
        """When all copies of a node have their result, also of what only hands on what an unrolled
        loop leaves; None if nothing leads there."""
        if node.kind == "wire" and node not in self.timing.end:
            self._node(node)
        return self.timing.ready(node)

    # --- single operations --------------------------------------------------------------------

    def _inputs_ready(self, node: Node) -> Moment | None:
        """When the operands are there; None if seeds are given and none of them leads here."""
        timing = self.timing
        moment = None if self.seeds is not None else self.origin
        for source in node.inputs:
            ready = self._ready(source, node)
            if ready is not None and (moment is None or ready > moment):
                moment = ready
        for source in node.after:
            # A memory written in one cycle can be read in the next.
            ready = timing.ready(source)
            if ready is not None and (moment is None or (ready[0] + 1, 0.0) > moment):
                moment = (ready[0] + 1, 0.0)
        return moment

    def _ready(self, source: Node, user: Node) -> Moment | None:
        """A value made by all copies of a loop that the user is outside of is ready last."""
        timing = self.timing
        found = timing.last.get(source) if not source.levels <= user.levels else None
        if found is None:
            found = timing.end.get(source)
        if found is None and source.kind in ("wire", "register") and source not in timing.end:
            self._node(source)
            found = timing.end.get(source)
        return found

    def _node(self, node: Node) -> None:
        if self.seeds is not None and node in self.seeds:
            self.timing.end[node] = self.seeds[node]
            return
        ready = self._inputs_ready(node)
        if ready is None:
            return
        if self.barrier > ready[0]:
            ready = (self.barrier, 0.0)
        if node.kind in ("wire", "register"):
            self.timing.start[node], self.timing.end[node] = ready[0], ready
        elif node.access is not None and node.kind in ("load", "store"):
            self._memory(node, ready)
        else:
            operator = self.machine.operator(node)
            self._place(node, ready, operator.latency, operator.delay_ns)

    def _place(self, node: Node, ready: Moment, latency: int, delay: float) -> None:
        cycle, offset = ready
        if offset + delay > self.budget:
            cycle, offset = cycle + 1, 0.0
        self.timing.start[node] = cycle
        self.timing.end[node] = (cycle + latency, delay if latency else offset + delay)

    def _memory(self, node: Node, ready: Moment) -> None:
        assert node.access is not None
        buffer = node.access.buffer
        kind = self.machine.kind(buffer)
        if kind == FIFO:
            if node.kind == "store" and self.block_cycles is None and self.seeds is None:
                # Whether a pipeline goes on is known in its first state; a put waits for that.
                ready = max(ready, (1, 0.0))
            self._place(node, ready, 0, self.machine.operators.fifo_ns)
            return
        if kind is None:
            # Registers: a mux in front of a write, one behind a read with a varying index.
            operators = self.machine.operators
            is_read = node.kind == "load"
            self._place(
                node,
                ready,
                0,
                operators.register_read_ns(node.choices) if is_read else operators.register_mux_ns,
            )
            return
        if kind == AXI:
            self._axi(node, ready)
            return
        core = self.machine.operators.memory(kind)
        cycle, offset = ready
        if offset + core.delay_ns > self.budget:
            cycle += 1
        copies = math.prod(self.copies(loop) for loop in node.levels)
        taken = self.machine.shares.get(buffer, 1.0 / PORTS_PER_BANK) * copies
        if self.seeds is None:
            begin = self._turn(_port_keys(node.access), float(cycle), taken)
            cycle = max(cycle, math.floor(begin))
        else:
            begin = float(cycle)
        self.timing.start[node] = cycle
        burst = max(0, math.ceil(begin + taken - 1e-9) - 1 - cycle) if self.seeds is None else 0
        if node.kind == "store":
            self.timing.end[node] = (cycle, offset if cycle == ready[0] else 0.0)
        else:
            self.timing.end[node] = (cycle + core.latency, core.delay_ns)
        if burst:
            end = self.timing.end[node]
            self.timing.last[node] = (end[0] + burst, end[1])

    def _turn(self, keys: tuple[object, ...], cycle: float, taken: float) -> float:
        """When an access that is ready at ``cycle`` gets its ports for ``taken`` cycles: in a gap
        that earlier accesses left (a row that is read after one that was written later), else
        after them."""
        key = keys[-1]
        gaps = self.gaps.setdefault(key, [])
        if len(keys) == 1:
            for number, (opened, closed) in enumerate(gaps):
                begin = max(cycle, opened)
                if begin + taken <= closed + _LEAST_GAP:
                    rest = [(opened, begin), (begin + taken, closed)]
                    gaps[number : number + 1] = [(a, b) for a, b in rest if b - a > _LEAST_GAP]
                    return begin
        begin = max(cycle, *(self.free.get(other, 0.0) for other in keys))
        idle = self.free.get(key, 0.0)
        if begin - idle > _LEAST_GAP:
            gaps.append((idle, begin))
        self.free[key] = begin + taken
        return begin

    def _axi(self, node: Node, ready: Moment) -> None:
        """A word through an m_axi port: a state to transfer it; outside of bursts the request comes
        before it and, of a write, the response after it."""
        assert node.access is not None
        port = self.machine.layouts.axi_port
        is_write = node.kind == "store"
        use = self.machine.channel(node.access.buffer, is_write)
        burst = use is not None and use.is_burst
        copies = math.prod(self.copies(loop) for loop in node.levels)
        share = use.shares[node.access.buffer] if use is not None else 1.0
        key = ("axi", self.machine.layouts.bundle(node.access.buffer), is_write)
        cycle = ready[0] + (1 if ready[1] > 0.0 else 0)
        begin = max(float(cycle), self.free.get(key, 0.0))
        taken = share * copies
        if self.seeds is None:
            self.free[key] = begin + taken
            cycle = max(cycle, math.floor(begin))
        last = max(cycle, math.ceil(begin + taken - 1e-9) - 1) if self.seeds is None else cycle
        if is_write:
            wait = 0 if burst else 1 + port.response
            delay = 0.0
        else:
            wait = 1 if burst else port.request + port.latency + 1
            delay = 0.0
        self.timing.start[node] = cycle
        self.timing.end[node] = (cycle + wait, delay)
        if last > cycle:
            self.timing.last[node] = (last + wait, delay)

    # --- unrolled loops -----------------------------------------------------------------------

    def _nest(self, nest: Nest) -> None:
        """Schedule the first copy, find how far apart the copies are, and shift the last one."""
        before = set(self.timing.end)
        self.run(nest.entries)
        inside = [node for node in self.timing.end if node not in before]
        if nest.copies <= 1:
            return
        period = 0.0
        for register, value, distance in nest.carried:
            period = max(period, self._period(nest, register, value) / distance)
        for load, stores in nest.through_memory:
            period = max(period, self._memory_period(nest, load, stores))
        if period <= 0.0:
            return
        shift = period * (nest.copies - 1)
        for node in inside:
            end = self.timing.end[node]
            depends = nest.loop in node.levels
            if depends or any(value is node for _, value, _ in nest.carried):
                # What an inner nest or the ports already delay, they delay in each copy alike.
                inner = self.timing.last.get(node, end)
                if node.kind in ("load", "store"):
                    later = max(inner, self._later(end, shift))
                else:
                    later = self._later(inner, shift)
                self.timing.last[node] = later

    def _later(self, moment: Moment, cycles: float) -> Moment:
        whole = math.floor(cycles + 1e-9)
        offset = moment[1] + (cycles - whole) * self.budget
        if offset > self.budget:
            return moment[0] + whole + 1, offset - self.budget
        return moment[0] + whole, offset

    def _period(self, nest: Nest, register: Node, value: Node) -> float:
        """Cycles from one copy's value to the next one's, in a cell handed from copy to copy."""
        first = self.timing.ready(value)
        if first is None:
            return 0.0
        chain = _operations_between(register, value, nest.entries)
        if chain is None:
            return 0.0
        if len(chain) == 1 and self._is_balanced(chain[0]):
            # Accumulations are balanced into a tree of log2(copies) operations, to which what the
            # loop carries is added last if they are of integers.
            if self.seeds is not None:
                return self._carried_cycles(chain[0], nest.copies) / (nest.copies - 1)
            levels = math.log2(nest.copies)
            operator = self._tree_operator(chain[0], register, levels)
            depth = levels * max(operator.delay_ns / self.budget, operator.latency)
            return depth / (nest.copies - 1)
        again = Scheduler(
            self.machine, seeds={register: first}, copies=self.copies, block_cycles=None
        )
        second = again.run(nest.entries).ready(value)
        if second is None:
            return 0.0
        return (second[0] - first[0]) + (second[1] - first[1]) / self.budget

    def _memory_period(self, nest: Nest, load: Node, stores: Sequence[Node]) -> float:
        """Cycles from one copy's ``load`` to the next one's, which may read what ``stores`` of the
        first one write: of a memory, only in the cycle after that."""
        assert load.access is not None
        seeds = {load: self.machine.answer(load)}
        timing = Scheduler(self.machine, seeds=seeds, copies=self.copies).run(nest.entries)
        cycle, offset = max((end for s in stores if (end := timing.ready(s))), default=START)
        if (cycle, offset) == START:
            return 0.0
        if self.machine.kind(load.access.buffer) is None:
            return cycle + offset / self.budget
        return cycle + 1

    def _carried_cycles(self, node: Node, copies: int) -> int:
        """The cycles that a value carried into a balanced sum takes beyond its first addition."""
        if not node.is_float or self.machine.layouts.options.tool != "vitis":
            return 0
        operator = self.machine.operator(node)
        # The next one begins in the state in which this one ends, if both delays fit into it.
        step = operator.latency + (2 * operator.delay_ns > self.budget)
        return (carried_levels(copies) - 1) * step

    def _is_balanced(self, node: Node) -> bool:
        return is_balanced(node, self.machine.layouts.options)

    def _tree_operator(self, node: Node, register: Node, levels: float) -> Operator:
        """One of the operations of a balanced tree: no wider than the terms need by the end."""
        terms = [n for n in node.inputs if n is not register]
        widest = max((term.result_bits or term.bits for term in terms), default=node.bits)
        bits = min(node.bits, widest + math.ceil(levels))
        return self.machine.operators.get(node.kind, bits, node.other_bits)

    # --- loops and calls that stay ------------------------------------------------------------

    def _block(self, block: Block) -> None:
        """Loops run alone; calls (and loops that have become modules) wait for their operands."""
        if self.block_cycles is None:
            return
        cycles, is_module = self.block_cycles(block)
        cycles += block.tail
        # What an earlier loop has had read for it need not be read again.
        is_read = bool(block.hoisted) and all(b in self.read_at for b in block.hoisted)
        reading = 0 if is_read else block.lead
        ready = 0
        for source in block.after:
            moment = self._ready(source, source)
            if moment is not None:
                ready = max(ready, moment[0])
        last = 0
        if is_module:
            ready = max(ready, self.occupancy.free_for(block))
            for first, final in self.occupancy.fed(block):
                ready, last = max(ready, first), max(last, final)
            if is_read:
                ready = max(ready, *(self.read_at[buffer] for buffer in block.hoisted))
            begin = max(ready, self.barrier) + reading
            self._note_reads(block, begin)
            self._note_block(block, begin, max(begin + cycles - 1, last))
            return
        # The state in which the body begins comes first, then those of the loop.
        begin = max(self.timing.cycles, self.barrier) + reading
        self._note_reads(block, begin)
        self._note_block(block, begin, begin + cycles - 1)
        # What follows may share the state in which the loop is left.
        self.barrier = begin + cycles - 1

    def _note_block(self, block: Block, begin: int, end: int) -> None:
        self.timing.blocks[block] = (begin, end)
        self.occupancy.add(block, begin, end)

    def _note_reads(self, block: Block, begin: int) -> None:
        for buffer in block.hoisted:
            self.read_at.setdefault(buffer, begin)
        for buffer in block.writes:
            self.read_at.pop(buffer, None)


def is_balanced(node: Node, options: EstimateOptions) -> bool:
    """Whether a chain of such operations is made a tree."""
    if node.is_float:
        return options.unsafe_math and node.kind in ("fadd", "fmul")
    return node.kind in _BALANCED


def carried_levels(copies: int) -> int:
    """How many additions lead from the value that a loop carries to the end of a balanced sum of
    floats: the sum takes it in among its terms, not after them."""
    return max(1, (copies + min(copies - 1, _EARLY_TERMS)).bit_length() - 1)


def _port_keys(access: Access) -> tuple[object, ...]:
    """Whose use of a port an access waits for: of its buffer and its own branch of an ``if``."""
    if not access.guards:
        return (access.buffer,)
    guard = access.guards[-1]
    return (access.buffer, (access.buffer, guard.op, guard.negated))


class Paths:
    """How long the ways through a body take, where nothing but the way itself delays a node. All
    that starts at one node, at the same moment, is found at once."""

    def __init__(
        self, machine: Machine, entries: Sequence[Entry], copies: Callable[[Loop], int]
    ) -> None:
        self.machine = machine
        self.entries = entries
        self.copies = copies
        self._found: dict[tuple[Node, Moment], Scheduler] = {}

    def end(self, source: Node, target: Node, start: Moment) -> Moment | None:
        """When ``target`` ends if ``source`` ends at ``start``; None where no path leads from one
        to the other."""
        scheduler = self._found.get((source, start))
        if scheduler is None:
            scheduler = Scheduler(self.machine, seeds={source: start}, copies=self.copies)
            scheduler.run(self.entries)
            self._found[source, start] = scheduler
        return scheduler.ready(target)


def _operations_between(source: Node, target: Node, entries: Iterable[Entry]) -> list[Node] | None:
    """The operations on the ways from ``source`` to ``target``; None if there is no way."""
    leads: dict[Node, bool] = {source: True}

    def reaches(node: Node) -> bool:
        known = leads.get(node)
        if known is None:
            leads[node] = False
            known = leads[node] = sum(reaches(inner) for inner in node.inputs) > 0
        return known

    if not reaches(target):
        return None
    inside = set(nodes_in(entries))
    chain = [n for n, on_way in leads.items() if on_way and n is not source and n in inside]
    return [node for node in chain if node.kind not in ("wire", "register")]
