"""The compiled kernel on this machine's processor: how long it really takes."""

from __future__ import annotations

from hcl_explore.analysis.estimate import Estimate
from hcl_explore.backend import cpu
from hcl_explore.backend.cpu.ceilings import cpu_ceilings
from hcl_explore.backend.cpu.inputs import random_inputs
from hcl_explore.backend.cpu.simulator.kernel import DataflowKernel
from hcl_explore.backend.cpu.timing import best_time
from hcl_explore.errors import SessionError
from hcl_explore.schedule.snapshot import Snapshot
from hcl_explore.views.record import CpuRecord, MeasuredRecord

_TIMEOUT_S = 20.0


def measure(snapshot: Snapshot, top: str, estimate: Estimate) -> MeasuredRecord:
    """The fastest of several runs on random arguments, on one core.

    Raises:
        SessionError: the program has tasks, which are simulated.
        BuildError: it cannot be compiled.
        RunError: it crashed, or a run took longer than 20 s.
    """
    kernel = cpu.build(snapshot.module, top, timeout_s=_TIMEOUT_S, sources=snapshot.sources)
    if isinstance(kernel, DataflowKernel):
        raise SessionError(
            "a program with tasks is simulated here: how long that takes says nothing about it",
            advice="The dataflow pane shows the cycles that its tasks take.",
        )
    seconds = best_time(kernel, random_inputs(kernel.signature, seed=0))
    operations = estimate.ops
    footprint = sum(level.footprint_bytes or 0 for level in estimate.traffic if level.is_off_chip)
    return MeasuredRecord(
        seconds=seconds,
        gops=operations / seconds / 1e9 if operations else None,
        intensity=operations / footprint if operations and footprint else None,
    )


def cpu_record() -> CpuRecord:
    """The ceilings of this machine's processor. Raises ``RunError``."""
    ceilings = cpu_ceilings()
    return CpuRecord(
        processor=ceilings.processor,
        bandwidths=list(ceilings.bandwidths),
        peaks=list(ceilings.peaks),
    )
