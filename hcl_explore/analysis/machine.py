"""What the operations of a body run on."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from hcl_explore.analysis.datapath import Node
from hcl_explore.analysis.layout import AXI, Layouts
from hcl_explore.analysis.operators import Operator, Operators
from hcl_explore.ir.program import Buffer

Moment: TypeAlias = "tuple[int, float]"
"""A cycle, and ns into it."""


@dataclass(frozen=True)
class ChannelUse:
    """How a body uses one direction of an m_axi bundle: ``shares`` as of a machine; in a burst the
    request has been made before the body runs."""

    bundle: str
    is_write: bool
    shares: Mapping[Buffer, float]
    is_burst: bool


@dataclass(frozen=True)
class Machine:
    """What a body runs on: operators at the clock, the layouts of the buffers, and the cycles of
    its busiest bank's ports that one copy of an access takes (``shares``). Nodes on recurrences are
    ``fast``: the share of their copies that is."""

    operators: Operators
    layouts: Layouts
    shares: dict[Buffer, float]
    fast: Mapping[Node, float] = field(default_factory=dict)
    channels: Collection[ChannelUse] = ()
    held: Collection[Buffer] = ()

    def kind(self, buffer: Buffer) -> str | None:
        """The kind of memory of a buffer; None for registers, also where the elements behind an
        m_axi port stay the same through a loop and are ``held`` meanwhile."""
        return None if buffer in self.held else self.layouts.kind(buffer)

    def channel(self, buffer: Buffer, is_write: bool) -> ChannelUse | None:
        """The channel that an array behind an m_axi port is reached through, if it is known."""
        for use in self.channels:
            if use.is_write == is_write and buffer in use.shares:
                return use
        return None

    def operator(self, node: Node) -> Operator:
        return self.operators.get(node.kind, node.bits, node.other_bits, fastest=node in self.fast)

    def answer(self, load: Node) -> Moment:
        """When the datum of a ``load`` is there, of which the memory is asked at once."""
        assert load.access is not None
        kind = self.kind(load.access.buffer)
        if kind is None:
            return 0, self.operators.register_read_ns(load.choices)
        if kind == AXI:
            return self._axi_wait(load.access.buffer), 0.0
        core = self.operators.memory(kind)
        return core.latency, core.delay_ns

    def _axi_wait(self, buffer: Buffer) -> int:
        """Cycles from the start of a read behind an m_axi port to its datum."""
        use = self.channel(buffer, is_write=False)
        if use is not None and use.is_burst:
            return 1
        port = self.layouts.axi_port
        return port.request + port.latency + 1
