"""A program of tasks, simulated on random arguments: when each task runs, how full each FIFO is."""

from __future__ import annotations

from collections.abc import Mapping

from hcl_explore.backend.cpu.inputs import random_inputs
from hcl_explore.backend.cpu.simulator.kernel import DataflowKernel
from hcl_explore.backend.cpu.simulator.trace import FifoTrace, TaskTrace, Trace
from hcl_explore.errors import DeadlockError, RunError, SessionError
from hcl_explore.schedule.building import build
from hcl_explore.schedule.snapshot import Snapshot
from hcl_explore.views.record import SimulatedFifoRecord, SimulatedTaskRecord, SimulationRecord

_TIMEOUT_S = 20.0
# Of all FIFOs together: a saved page holds one simulation per step.
_MOST_TIMES = 20_000
_FEWEST_TIMES = 16


def simulate(
    snapshot: Snapshot,
    top: str,
    device: str,
    clock_mhz: float,
    depths: Mapping[str, int],
    *,
    smallest: bool = False,
) -> SimulationRecord:
    """One run. ``depths`` replace declared depths, by the name of a FIFO or of an array of them;
    ``smallest`` takes the smallest ones that cost no cycle instead.

    A run that deadlocks or leaves tokens behind is a result too, with what went wrong.

    Raises:
        SessionError: the program has no tasks.
        CallError: a FIFO in ``depths`` does not exist, or a depth is below 1.
        BuildError: it cannot be compiled.
        RunError: it crashed, or took longer than 20 s.
    """
    kernel = build(
        snapshot,
        top,
        None,
        mode=None,
        project=None,
        timeout_s=_TIMEOUT_S,
        debug=False,
        device=device,
        clock_mhz=clock_mhz,
    )
    if not isinstance(kernel, DataflowKernel):
        raise SessionError(
            "this program has no tasks: there is nothing to simulate",
            advice="A region of tasks with streams between them is simulated (docs/language.md).",
        )
    chosen = dict(depths)
    if smallest:
        chosen = kernel.advise_depths(*random_inputs(kernel.signature, seed=0)).as_dict()
    failure = ""
    try:
        kernel.run(*random_inputs(kernel.signature, seed=0), depths=chosen)
    except DeadlockError as error:
        failure = str(error)
    except RunError as error:
        if not _has_run(kernel):
            raise
        failure = str(error)
    return _record(kernel.trace, chosen, failure)


def _has_run(kernel: DataflowKernel) -> bool:
    """Whether there is a trace: a run that crashed leaves none."""
    try:
        return bool(kernel.trace.tasks)
    except RunError:
        return False


def _record(trace: Trace, depths: dict[str, int], failure: str) -> SimulationRecord:
    kept = max(_FEWEST_TIMES, _MOST_TIMES // max(1, 2 * len(trace.fifos)))
    return SimulationRecord(
        cycles=trace.cycles,
        depths=depths,
        failure=failure,
        tasks=[_task(task) for task in trace.tasks],
        fifos=[_fifo(fifo, kept) for fifo in trace.fifos],
    )


def _task(task: TaskTrace) -> SimulatedTaskRecord:
    return SimulatedTaskRecord(
        name=task.name,
        parent=task.parent,
        start=task.start,
        end=task.end,
        stalled_full=task.stalled_full,
        stalled_empty=task.stalled_empty,
        state=task.state,
        line=task.place.line if task.place else None,
    )


def _fifo(fifo: FifoTrace, kept: int) -> SimulatedFifoRecord:
    return SimulatedFifoRecord(
        name=fifo.name,
        dtype=fifo.dtype,
        depth=fifo.depth,
        tokens=fifo.tokens,
        left=fifo.left,
        highest_fill=fifo.highest_fill,
        producer=fifo.producer,
        consumer=fifo.consumer,
        stalled_full=fifo.stalled_full,
        stalled_empty=fifo.stalled_empty,
        put_times=list(fifo.put_times[:kept]),
        get_times=list(fifo.get_times[:kept]),
        line=fifo.place.line if fifo.place else None,
    )
