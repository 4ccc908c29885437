"""How arrays are laid out in memories: what directives say, and what the tool does by itself.

Vitis cuts a local array along a dimension whose subscripts are all constants after unrolling
(complete), and gives an array that a pipeline only reads a memory with one write port and several
read ports, made of copies. A table of constants gets as many read ports as it is read through.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from hcl_explore.analysis.aliases import Aliases
from hcl_explore.analysis.datapath import is_register_file
from hcl_explore.analysis.memory import (
    FIFO,
    Storage,
    constant_bits,
    fifo_of,
    fifo_storage,
    storage_of,
)
from hcl_explore.analysis.operators import Tables
from hcl_explore.analysis.options import EstimateOptions
from hcl_explore.analysis.plan import Plan
from hcl_explore.ir.attributes import PartitionedDim
from hcl_explore.ir.program import Access, Buffer, Loop, Program

PORTS_PER_BANK = 2
AXI = "AXI"
"""The kind of memory behind an m_axi port."""
NOT_ADDRESSED = (None, AXI, FIFO)
"""Kinds that have no banks with ports: registers, what is behind an m_axi port, and FIFOs."""
MOST_READ_PORTS = 16
"""The widest automatic memory seen in the reports: one write port, 15 copies to read from."""
_SHARED_HALVES = 64
"""Up to how many words both halves of a channel lie in one memory: 32 do (Vitis 2022.1), 256 do
not (2023.2)."""


@dataclass(frozen=True)
class AxiPort:
    """States of an m_axi port: from a request to its first word, beyond which come ``latency``
    cycles of the memory itself; and from the last word of a write to its response."""

    request: int
    response: int
    latency: int


@dataclass(frozen=True)
class Layout:
    """A buffer's banks and what each is made of. ``read_ports`` of a bank in a loop that does not
    write it, ``ports`` in one that does; ``copies`` of the memory that this takes; ``is_channel``:
    it has room for two, so that one stage fills one half while the next one empties the other."""

    partition: tuple[PartitionedDim, ...]
    storage: Storage
    read_ports: int = PORTS_PER_BANK
    copies: int = 1
    is_automatic: bool = False
    is_channel: bool = False
    ports: int = PORTS_PER_BANK

    @property
    def has_ports_for_stages(self) -> bool:
        """Whether each stage that reads it has a port of its own."""
        return self.ports < PORTS_PER_BANK

    @property
    def word_elements(self) -> int:
        """How many elements lie side by side in a word of its memory."""
        if self.kind in NOT_ADDRESSED:
            return 1
        return math.prod(entry.factor or 1 for entry in self.partition if entry.packed)

    @property
    def kind(self) -> str | None:
        """The kind of memory; None for registers."""
        return None if self.storage.kind == "registers" else self.storage.kind


class Layouts:
    """The layouts of a program's buffers, each found when first asked for."""

    def __init__(
        self, program: Program, plan: Plan, tables: Tables, options: EstimateOptions
    ) -> None:
        self.program = program
        self.plan = plan
        self.tables = tables
        self.options = options
        self.aliases = Aliases(program)
        self._bundles = dict(options.bundles)
        self._fifos = dict(options.fifos)
        self._single_port = frozenset(options.single_port)
        self.axi_port = AxiPort(tables.axi_request, tables.axi_response, options.axi_latency)
        self._found: dict[Buffer, Layout] = {}

    def __getitem__(self, buffer: Buffer) -> Layout:
        layout = self._found.get(buffer)
        if layout is None:
            buffer = self.aliases.home(buffer)
            layout = self._found.get(buffer)
            if layout is None:
                layout = self._found[buffer] = self._find(buffer)
        return layout

    def known(self) -> dict[Buffer, Layout]:
        """The layouts asked for so far."""
        return dict(self._found)

    def kind(self, buffer: Buffer) -> str | None:
        return self[buffer].kind

    def bundle(self, buffer: Buffer) -> str:
        """The m_axi bundle of an array that is behind one."""
        return self._bundles[self.aliases.home(buffer).name]

    def bits(self, buffer: Buffer) -> int:
        """The bits of an element: of a table, those that its values need."""
        layout = self[buffer]
        return layout.storage.bits // layout.word_elements

    def _find(self, buffer: Buffer) -> Layout:
        if buffer.kind == "stream":
            return Layout((), fifo_storage(buffer), read_ports=1)
        if buffer.key in self._fifos:
            banks = math.prod(e.banks(buffer.shape[e.dim - 1]) for e in buffer.partition)
            tokens = fifo_of(banks, self._fifos[buffer.key], buffer.bits)
            return Layout((), tokens, read_ports=1)
        is_outside = buffer.kind in ("argument", "result")
        bits = constant_bits(buffer) if buffer.kind == "constant" else buffer.bits
        partition = buffer.partition
        if is_outside and buffer.shape and buffer.name in self._bundles:
            return Layout(partition, Storage(AXI, 1, buffer.elements, bits), read_ports=1)
        is_automatic = False
        if self._is_dissolved(buffer):
            partition = tuple(
                PartitionedDim(d, "complete") for d in range(1, len(buffer.shape) + 1)
            )
            is_automatic = True
        elif self._is_automatic(buffer):
            partition = self._constant_dims(buffer)
            is_automatic = bool(partition)
        is_channel = self._is_channel(buffer)
        storage = storage_of(buffer, partition, bits, self.tables, is_port=is_outside)
        halves = 1
        if is_channel and self.options.tool == "vitis" and storage.words <= _SHARED_HALVES:
            storage = storage_of(buffer, partition, bits, self.tables, is_port=False, halves=2)
        elif is_channel:
            halves = 2
        if is_outside and self._is_shared_by_stages(buffer):
            return Layout(partition, storage, read_ports=1, ports=1)
        ports, copies = PORTS_PER_BANK, 1
        if storage.kind != "registers" and not is_outside:
            if buffer.kind == "constant":
                ports = max(PORTS_PER_BANK, max(self._reads(buffer).values(), default=0))
            elif self._is_automatic(buffer) and not partition:
                reads = min(max(self._reads(buffer).values(), default=0), MOST_READ_PORTS)
                if reads > PORTS_PER_BANK:
                    ports, copies = reads, reads - 1
        storage = storage.times(copies * halves)
        if buffer.key in self._single_port and storage.kind != "registers":
            return Layout(partition, storage, 1, copies, is_automatic, is_channel, ports=1)
        return Layout(partition, storage, ports, copies, is_automatic, is_channel)

    def _is_shared_by_stages(self, buffer: Buffer) -> bool:
        """Whether several stages of a dataflow kernel reach an array of its interface, so that each
        has a port of its own (atax generate_21: 256 reads take 256 cycles)."""
        function = self.program.functions[buffer.function]
        if not function.dataflow or not buffer.shape:
            return False
        loops = {access.loops[0] for access in buffer.accesses if access.loops}
        calls = {call for call in buffer.calls if not call.loops}
        return len(loops) + len(calls) > 1

    def _is_channel(self, buffer: Buffer) -> bool:
        """Whether the buffer takes data from stage to stage of a dataflow region."""
        if buffer.kind != "local":
            return False
        region = buffer.home[-1] if buffer.home else None
        if region is not None and self.options.tool == "vivado":
            # A region in a loop body has its channels once there (wh-xu's DFTs).
            return False
        if not (region.dataflow if region else self.program.functions[buffer.function].dataflow):
            return False
        level = len(buffer.home)
        users = [*(a.loops for a in buffer.accesses), *(c.loops for c in buffer.calls)]
        loops = {around[level] for around in users if len(around) > level}
        calls = [call for call in buffer.calls if len(call.loops) == level]
        return len(loops) + len(calls) > 1

    def _is_automatic(self, buffer: Buffer) -> bool:
        return (
            self.options.auto_partition
            and self.options.tool == "vitis"
            and buffer.kind == "local"
            and bool(buffer.shape)
            and not buffer.partition
            and not is_register_file(buffer)
        )

    def _is_dissolved(self, buffer: Buffer) -> bool:
        """Whether an array lives inside one iteration of a pipeline and all its subscripts are
        constants after unrolling: its elements are then values like any other, whatever is said of
        its banks."""
        if buffer.kind != "local" or not buffer.shape or not buffer.home:
            return False
        if self.plan[buffer.home[-1]].mode not in ("pipelined", "unrolled"):
            return False
        return all(
            self._is_spread(access, dim) is not None
            for access in self.aliases.accesses(buffer)
            for dim in range(1, len(buffer.shape) + 1)
        )

    def _constant_dims(self, buffer: Buffer) -> tuple[PartitionedDim, ...]:
        """The dimensions along which every access has a constant subscript, some of them spread
        by an unrolled loop."""
        found = []
        for dim in range(1, len(buffer.shape) + 1):
            spread = [self._is_spread(access, dim) for access in self.aliases.accesses(buffer)]
            if spread and None not in spread and True in spread:
                found.append(PartitionedDim(dim, "complete"))
        return tuple(found)

    def _is_spread(self, access: Access, dim: int) -> bool | None:
        """Whether unrolled loops alone vary the subscript; None where something else does."""
        if access.subscripts is None:
            return None
        variables = access.subscripts[dim - 1].variables()
        for variable in variables:
            if not isinstance(variable, Loop) or self.plan[variable].mode != "unrolled":
                return None
        return bool(variables)

    def copy_tables(self, reads: Mapping[Buffer, int]) -> None:
        """Make copies of the tables of constants for ``reads`` of their busiest bank a cycle."""
        for buffer, ports in reads.items():
            layout = self[buffer]
            if buffer.kind == "constant" and layout.kind is not None:
                ports = max(ports, PORTS_PER_BANK)
                copies = -(-ports // PORTS_PER_BANK)
                storage = layout.storage.times(copies)
                self._found[self.aliases.home(buffer)] = replace(
                    layout, storage=storage, copies=copies, read_ports=ports
                )

    def _reads(self, buffer: Buffer) -> dict[Loop, int]:
        """How many elements an iteration of each pipelined loop reads that writes none."""
        reads: dict[Loop, int] = {}
        writes = set()
        for access in self.aliases.accesses(buffer):
            pipelined = [loop for loop in access.loops if self.plan[loop].mode == "pipelined"]
            if not pipelined:
                continue
            loop = pipelined[-1]
            if access.is_write:
                writes.add(loop)
                continue
            nest = self.plan.nest_of(loop)
            copied = self.plan.copied_loops(access)
            if access.subscripts is not None:
                used = {v for form in access.subscripts for v in form.variables()}
                if not used & set(nest):
                    continue
                copied = [c for c in copied if c in used]
            count = 1
            for inner in copied:
                count *= self.plan[inner].copies
            reads[loop] = reads.get(loop, 0) + count
        return {loop: count for loop, count in reads.items() if loop not in writes}
