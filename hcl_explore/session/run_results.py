"""What running the steps of a session told: measured on the processor, simulated as tasks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from hcl_explore.schedule.step import Step
from hcl_explore.views.record import (
    CpuRecord,
    MeasuredRecord,
    SimulatedFifoRecord,
    SimulatedTaskRecord,
    SimulationRecord,
)

_Result = TypeVar("_Result")


@dataclass
class RunResults:
    """By step; None is the kernel as written. ``cpu`` are the ceilings of the processor that all
    in ``measured`` ran on."""

    measured: dict[Step | None, MeasuredRecord] = field(default_factory=dict)
    simulated: dict[Step | None, SimulationRecord] = field(default_factory=dict)
    cpu: CpuRecord | None = None

    def copy(self) -> RunResults:
        """The same results, to go on separately."""
        return RunResults(dict(self.measured), dict(self.simulated), self.cpu)

    def forget_kernel(self) -> None:
        """Another kernel was taken: None stands for that now."""
        self.measured.pop(None, None)
        self.simulated.pop(None, None)

    def measured_on(self, cpu: CpuRecord) -> bool:
        """Take ``cpu`` as the processor from now on. Whether that dropped times of another one,
        which a saved session may bring with it."""
        is_other = self.cpu is not None and self.cpu["processor"] != cpu["processor"]
        if is_other:
            self.measured.clear()
        self.cpu = cpu
        return is_other

    def to_json(self, steps: Sequence[Step]) -> dict[str, Any]:
        """What ``save`` writes, by the number of the step."""
        numbered = (None, *steps)
        return {
            "cpu": self.cpu,
            "measured": _by_number(self.measured, numbered),
            "simulated": _by_number(self.simulated, numbered),
        }


def read_run_results(data: Any, steps: Sequence[Step]) -> RunResults:
    """The results back from JSON. Raises ``KeyError``, ``TypeError``, ``ValueError`` or
    ``IndexError`` for data that ``to_json`` did not make."""
    numbered = (None, *steps)
    return RunResults(
        _by_step(data["measured"], numbered, _read_measured),
        _by_step(data["simulated"], numbered, _read_simulation),
        None if data["cpu"] is None else _read_cpu(data["cpu"]),
    )


def _by_number(
    results: Mapping[Step | None, _Result], numbered: Sequence[Step | None]
) -> dict[str, _Result]:
    return {str(n): results[step] for n, step in enumerate(numbered) if step in results}


def _by_step(
    data: Any, numbered: Sequence[Step | None], read: Callable[[Any], _Result]
) -> dict[Step | None, _Result]:
    return {numbered[_natural(number)]: read(result) for number, result in data.items()}


def _natural(value: Any) -> int:
    number = int(value)
    if number < 0:
        raise ValueError(f"{number} is negative")
    return number


def _optional_number(value: Any) -> float | None:
    return None if value is None else float(value)


def _optional_natural(value: Any) -> int | None:
    return None if value is None else _natural(value)


def _read_measured(data: Any) -> MeasuredRecord:
    return MeasuredRecord(
        seconds=float(data["seconds"]),
        gops=_optional_number(data["gops"]),
        intensity=_optional_number(data["intensity"]),
    )


def _read_cpu(data: Any) -> CpuRecord:
    return CpuRecord(
        processor=str(data["processor"]),
        bandwidths=[(str(name), float(figure)) for name, figure in data["bandwidths"]],
        peaks=[(str(name), float(figure)) for name, figure in data["peaks"]],
    )


def _read_simulation(data: Any) -> SimulationRecord:
    return SimulationRecord(
        cycles=_natural(data["cycles"]),
        depths={str(name): _natural(depth) for name, depth in data["depths"].items()},
        failure=str(data["failure"]),
        tasks=[_read_task(task) for task in data["tasks"]],
        fifos=[_read_fifo(fifo, len(data["tasks"])) for fifo in data["fifos"]],
    )


def _read_task(data: Any) -> SimulatedTaskRecord:
    return SimulatedTaskRecord(
        name=str(data["name"]),
        parent=_optional_natural(data["parent"]),
        start=_natural(data["start"]),
        end=_natural(data["end"]),
        stalled_full=_natural(data["stalled_full"]),
        stalled_empty=_natural(data["stalled_empty"]),
        state=str(data["state"]),
        line=_optional_natural(data["line"]),
    )


def _read_fifo(data: Any, tasks: int) -> SimulatedFifoRecord:
    producer, consumer = _optional_natural(data["producer"]), _optional_natural(data["consumer"])
    if any(end is not None and end >= tasks for end in (producer, consumer)):
        raise ValueError("an end of a FIFO is no task")
    return SimulatedFifoRecord(
        name=str(data["name"]),
        dtype=str(data["dtype"]),
        depth=_natural(data["depth"]),
        tokens=_natural(data["tokens"]),
        left=_natural(data["left"]),
        highest_fill=_natural(data["highest_fill"]),
        producer=producer,
        consumer=consumer,
        stalled_full=_natural(data["stalled_full"]),
        stalled_empty=_natural(data["stalled_empty"]),
        put_times=[_natural(time) for time in data["put_times"]],
        get_times=[_natural(time) for time in data["get_times"]],
        line=_optional_natural(data["line"]),
    )
