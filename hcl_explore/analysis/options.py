"""What the HLS tool does by itself; every automatism can be switched off."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from hcl_explore.ir.program import Loop


@dataclass(frozen=True)
class CopiedLoop:
    """A loop, by its key, for every ``iterations`` of which what it uses of the interface's arrays
    is copied to the chip, and what it changes back."""

    key: str
    iterations: int


@dataclass(frozen=True)
class EstimateOptions:
    """How the modelled tool behaves.

    ``tool``: ``vitis`` (Vitis HLS 2021 and later: pipelines by itself, gives pipelined loops a
    module of their own) or ``vivado`` (Vivado HLS up to 2020: does what the pragmas say).
    ``auto_pipeline``: pipeline innermost loops of more than ``pipeline_threshold`` iterations, and
    the parent of smaller ones (UG1399, "Automatic Loop Pipelining").
    ``varying_trips``: of a loop whose bounds depend on loops around it, whether a run is taken to
    make its mean number of iterations, or its most, as the reports of the tool do.
    ``while_trips``: how many iterations a loop without a static bound is assumed to make;
    ``assumed_trips`` says it loop by loop, as (name or key, iterations).
    ``not_pipelined``, ``not_flattened``: keys of loops that are not to be (``PIPELINE off``,
    ``LOOP_FLATTEN off``).
    ``bundles``: the arguments of the kernel that are behind an m_axi port, as (name, bundle);
    ``axi_latency``: cycles that the tool assumes between a request and its first datum beyond the
    port's own (64 in the Vitis kernel flow, 0 in the Vivado IP flow).
    ``fifos``: arrays that are streams between the stages of a dataflow region, as (key, depth in
    tokens); a token holds an element of each bank.
    ``copies_interface``: arrays of the interface are copied to the chip and back around the kernel;
    ``interleaves_reductions``: loops marked as reductions accumulate in several partial results in
    turn, so that no recurrence bounds them (both: Merlin, the second since 2020).
    ``not_interleaved``: keys of reductions that do not. ``copied_loops``: loops inside which the
    arrays are copied anew. ``chunks``: loops that run in whole chunks, counted from 0, as (key,
    iterations of a chunk). ``independent``: keys of loops known to carry no dependence
    (``DEPENDENCE inter false``). ``any_interval``: keys of loops whose ``PIPELINE`` names no
    interval: the tool then keeps its usual operators (II 6, 29 and 36 of Sisyphus' atax and mvt,
    additions in DSP blocks).
    ``single_port``: keys of arrays in memories with one port (``storage_type=ram_1p``).
    ``unsafe_math``: sums of floats are balanced as those of integers are
    (``config_compile -unsafe_math_optimizations``).
    """

    tool: Literal["vitis", "vivado"] = "vitis"
    auto_pipeline: bool = True
    pipeline_threshold: int = 64
    auto_partition: bool = True
    flatten: bool = True
    while_trips: int = 1
    varying_trips: Literal["mean", "most"] = "mean"
    assumed_trips: tuple[tuple[str, int], ...] = ()
    not_pipelined: tuple[str, ...] = ()
    not_flattened: tuple[str, ...] = ()
    bundles: tuple[tuple[str, str], ...] = ()
    axi_latency: int = 0
    fifos: tuple[tuple[str, int], ...] = ()
    unsafe_math: bool = False
    copies_interface: bool = False
    interleaves_reductions: bool = False
    not_interleaved: tuple[str, ...] = ()
    copied_loops: tuple[CopiedLoop, ...] = ()
    chunks: tuple[tuple[str, int], ...] = ()
    independent: tuple[str, ...] = ()
    any_interval: tuple[str, ...] = ()
    single_port: tuple[str, ...] = ()

    @property
    def pipelines_by_itself(self) -> bool:
        return self.auto_pipeline and self.tool == "vitis"

    def stated_trips(self, loop: Loop) -> int | None:
        """The iterations that ``assumed_trips`` states for a loop, or None."""
        known = dict(self.assumed_trips)
        return known.get(loop.key, known.get(loop.name))

    def interleaves(self, loop: Loop) -> bool:
        """Whether a loop accumulates in several partial results in turn."""
        return (
            self.interleaves_reductions and loop.reduction and loop.key not in self.not_interleaved
        )

    @property
    def hoists_reads(self) -> bool:
        """Whether reads that do not change in a pipelined loop are done once before it: Vitis does
        (atax: 64 reads before the loop), Vivado HLS 2016 does not (the tutorial's DCT)."""
        return self.tool == "vitis"

    @property
    def keeps_cells(self) -> bool:
        """Whether an array element that a loop accumulates in is held in a register meanwhile: in
        Vitis; Vivado HLS writes it to memory each time (the DFTs with sums in arrays)."""
        return self.tool == "vitis"

    @property
    def compares_rows(self) -> bool:
        """Whether rows that differ by a constant are known to be different rows in a loop that
        stays in one of them: not in Vitis, which makes a module of the loop (seidel-2d: the sum
        begins with the row above and is found to depend on the element written before)."""
        return self.tool != "vitis"

    @property
    def forwards_stores(self) -> bool:
        """Whether what an iteration stores and the next one reads goes there in a register: in
        Vitis, which then reads the first one before the loop (seidel-2d)."""
        return self.tool == "vitis"
