"""An immutable program state; everything shown of it is computed once, when first asked for."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

from hcl_explore.analysis.device import Device
from hcl_explore.analysis.estimate import Estimate, estimate
from hcl_explore.analysis.graph import Graph, dataflow_graph
from hcl_explore.analysis.loop_tree import LoopNode, loop_tree
from hcl_explore.backend.hls import HlsCode, OnChipCopy, emit
from hcl_explore.errors import EmitError
from hcl_explore.ir.locations import Sources
from hcl_explore.ir.printing import ModuleLike, print_module, print_with_locations
from hcl_explore.ir.program import Program
from hcl_explore.ir.read_program import read_program


class Snapshot:
    """One module that nobody edits any more, with its derived views."""

    def __init__(self, module: ModuleLike, sources: Sources) -> None:
        self.module = module
        self.sources = sources
        self._estimates: dict[tuple[Device, float], Estimate] = {}

    @cached_property
    def text(self) -> str:
        """The module as shown to people."""
        return print_module(self.module)

    @cached_property
    def transport(self) -> str:
        """The module with locations, as sent to another process."""
        return print_with_locations(self.module)

    @cached_property
    def program(self) -> Program:
        return read_program(self.module, self.sources)

    @cached_property
    def hls(self) -> HlsCode:
        """Vitis HLS C++. Raises ``EmitError``."""
        return emit(self.module, sources=self.sources, program=self.program)

    @property
    def copies(self) -> tuple[OnChipCopy, ...]:
        """The arrays that the default HLS interface holds on the chip; none where there is no
        HLS C++."""
        try:
            return self.hls.copies
        except EmitError:
            return ()

    @cached_property
    def graph(self) -> Graph:
        return dataflow_graph(self.program)

    @cached_property
    def loop_tree(self) -> list[LoopNode]:
        return loop_tree(self.program)

    def estimate(self, device: Device, clock_mhz: float) -> Estimate:
        """Figures for a device and clock; cached per pair."""
        key = (device, clock_mhz)
        if key not in self._estimates:
            figures = estimate(self.program, device, clock_mhz)
            notes = (*figures.notes, *(_copy_note(copy) for copy in self.copies))
            self._estimates[key] = replace(figures, notes=notes)
        return self._estimates[key]


def _copy_note(copy: OnChipCopy) -> str:
    return f"the default interface copies arrays, which these figures leave out: {copy}"
