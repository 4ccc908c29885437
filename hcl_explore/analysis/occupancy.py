"""Which blocks of a body wait for each other because of the memory that they reach."""

from __future__ import annotations

from collections.abc import Iterator

from hcl_explore.analysis.datapath import Block
from hcl_explore.analysis.layout import AXI, Layouts
from hcl_explore.analysis.memory import FIFO
from hcl_explore.ir.program import Buffer


class Occupancy:
    """Until when the blocks scheduled so far keep each memory.

    Two blocks must run one after the other if they go through the same m_axi bundle, touch the same
    memory whose ports they cannot share, or one writes what the other touches. The two ends of a
    FIFO run side by side. Each memory knows the latest end of its blocks, so that a block costs
    no more where there are many before it.
    """

    def __init__(self, layouts: Layouts) -> None:
        self._layouts = layouts
        self._touched: dict[Buffer | str, int] = {}
        self._written: dict[Buffer, int] = {}
        self._into_fifo: dict[Buffer, list[tuple[Block, int, int]]] = {}

    def add(self, block: Block, begin: int, end: int) -> None:
        """``block`` runs from cycle ``begin`` to ``end``."""
        resources: set[Buffer | str] = {*block.reads, *block.writes, *self._bundles(block)}
        for resource in resources:
            self._touched[resource] = max(end, self._touched.get(resource, end))
        for buffer in block.writes:
            self._written[buffer] = max(end, self._written.get(buffer, end))
            if self._layouts.kind(buffer) == FIFO:
                self._into_fifo.setdefault(buffer, []).append((block, begin, end))

    def free_for(self, block: Block) -> int:
        """The first cycle in which no block so far is in the way of ``block``."""
        ends = [self._touched.get(bundle, -1) for bundle in self._bundles(block)]
        for buffer in block.reads | block.writes:
            if self._layouts.kind(buffer) == FIFO:
                continue
            if buffer in block.writes or self._excludes_readers(buffer):
                ends.append(self._touched.get(buffer, -1))
            else:
                ends.append(self._written.get(buffer, -1))
        return 1 + max(ends, default=-1)

    def fed(self, block: Block) -> Iterator[tuple[int, int]]:
        """For each block that runs beside ``block`` and hands it tokens: when ``block`` can begin,
        with the first token, and when it ends at the earliest, after the last one."""
        found = (made for buffer in block.reads for made in self._into_fifo.get(buffer, ()))
        for producer, begin, end in dict.fromkeys(found):
            if not self._conflict(producer, block):
                yield begin + producer.fill, end + block.fill

    def _conflict(self, first: Block, second: Block) -> bool:
        if self._bundles(first) & self._bundles(second):
            return True
        written = first.writes | second.writes
        shared = (first.reads | first.writes) & (second.reads | second.writes)
        return any(
            buffer in written or self._excludes_readers(buffer)
            for buffer in shared
            if self._layouts.kind(buffer) != FIFO
        )

    def _excludes_readers(self, buffer: Buffer) -> bool:
        """Whether even two blocks that only read it cannot run at the same time."""
        layouts = self._layouts
        return layouts.kind(buffer) is not None and not layouts[buffer].has_ports_for_stages

    def _bundles(self, block: Block) -> set[str]:
        layouts = self._layouts
        return {layouts.bundle(b) for b in block.reads | block.writes if layouts.kind(b) == AXI}
