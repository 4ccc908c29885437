"""Session: a schedule with what an explorer needs around it; no user interface in here.

The schedule owns the steps. The session adds the editable source, the device, the verification of
each step beside the panes, branches, observers, and saving and loading.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from hcl_explore import examples
from hcl_explore.analysis.device import Device, load_device
from hcl_explore.analysis.roofline import device_roofline
from hcl_explore.backend import cpu
from hcl_explore.backend.hls import Report
from hcl_explore.backend.hls.read_report import parse_report
from hcl_explore.backend.verify import Verification
from hcl_explore.errors import ScheduleError, SessionError
from hcl_explore.examples.example import Example
from hcl_explore.frontend import KernelSource, read_kernel
from hcl_explore.schedule.report_comparison import ReportComparison, compare_report
from hcl_explore.schedule.schedule import Schedule, customize
from hcl_explore.schedule.snapshot import Snapshot
from hcl_explore.schedule.step import Step
from hcl_explore.session.build_record import step_record
from hcl_explore.session.exports import Exports
from hcl_explore.session.measuring import cpu_record, measure
from hcl_explore.session.palette import palette
from hcl_explore.session.preview import call_preview
from hcl_explore.session.replay import replay
from hcl_explore.session.report_records import report_record
from hcl_explore.session.run_results import RunResults
from hcl_explore.session.saving import read_json, restore, session_json, write_text
from hcl_explore.session.simulating import simulate
from hcl_explore.session.verifier import Verifier
from hcl_explore.views.record import (
    RECORD_VERSION,
    FailedStepRecord,
    MeasuredRecord,
    PrimitiveRecord,
    ReportRecord,
    SessionRecord,
    SimulationRecord,
    StepRecord,
)

Change = Literal["changed", "verification"]
Observer = Callable[[Change, int], None]


class Session(Exports):
    """A kernel being explored on a device.

    Raises:
        KernelError: the kernel cannot be compiled.
        DeviceError: unknown device, or a clock that it cannot run at.
    """

    def __init__(
        self,
        kernel: Callable[..., Any] | str | KernelSource | Schedule,
        *,
        device: str = "u280",
        clock_mhz: float = 300.0,
        namespace: Mapping[str, object] | None = None,
        verify: bool = True,
    ) -> None:
        self._device = load_device(device, clock_mhz)
        self.device = device
        self.clock_mhz = float(clock_mhz)
        self._verify = verify
        self._lock = threading.RLock()
        self._observers: list[Observer] = []
        self._records: dict[tuple[Step | None, Device, float], StepRecord] = {}
        self._verifier = Verifier(self._verified)
        self.run_results = RunResults()
        """What was measured and simulated so far."""
        self._example = examples.of_kernel(kernel)
        self.failed: list[FailedStepRecord] = []
        """Steps that no longer applied when the kernel was edited or an earlier step removed."""
        self.reports: list[ReportRecord] = []
        """The synthesis reports loaded so far, each beside the estimate of its time."""
        schedule = (
            kernel if isinstance(kernel, Schedule) else customize(kernel, namespace=namespace)
        )
        self._stop_watching = _nothing
        self._adopt(schedule)

    def _adopt(self, schedule: Schedule) -> None:
        self._stop_watching()
        with self._lock:
            self._records.clear()  # step 0 has no key of its own
            self.run_results.forget_kernel()
        self.schedule = schedule
        self._stop_watching = schedule.on_change(self._on_schedule_change)

    # --- observing --------------------------------------------------------------------------

    def observe(self, callback: Observer) -> Callable[[], None]:
        """Call ``callback(kind, index)`` on every change; returns what stops that.

        ``kind`` is ``"changed"`` (steps, position, kernel or device) or ``"verification"`` (the
        badge of step ``index``); the latter comes from another thread.
        """
        self._observers.append(callback)
        return lambda: self._observers.remove(callback)

    def _notify(self, kind: Change, index: int) -> None:
        for callback in tuple(self._observers):
            callback(kind, index)

    def _on_schedule_change(self) -> None:
        if self._verify:
            self._verifier.start(self.schedule)
        self._notify("changed", self.position)

    # --- steps ------------------------------------------------------------------------------

    @property
    def position(self) -> int:
        """How many steps are applied now."""
        return len(self.schedule.history)

    @property
    def steps(self) -> tuple[Step, ...]:
        """All steps, the undone ones included."""
        return (*self.schedule.history, *self.schedule.undone)

    def apply(
        self,
        primitive: str,
        arguments: Mapping[str, object],
        *,
        unchecked: bool = False,
        reassociate: bool = False,
    ) -> Step:
        """Apply a primitive to the program now. Raises ``ScheduleError``; then nothing changes."""
        with self._as_it_was_after_a_fault():
            return self.schedule.apply(
                primitive, arguments, unchecked=unchecked, reassociate=reassociate
            )

    def undo(self) -> None:
        """Take the last step back. Raises ``ScheduleError`` if there is none."""
        self.schedule.undo()

    def redo(self) -> None:
        """Apply the step undone last. Raises ``ScheduleError`` if there is none."""
        self.schedule.redo()

    def goto(self, position: int) -> None:
        """Undo or redo until ``position`` steps are applied. Raises ``ScheduleError``."""
        self.schedule.goto(position)

    def remove(self, index: int) -> None:
        """Remove step ``index`` (from 1) and apply the later ones again.

        Those that no longer apply are listed in ``failed``.

        Raises:
            ScheduleError: there is no such step.
        """
        steps = self.steps
        if not 1 <= index <= len(steps):
            raise ScheduleError(f"there is no step {index} to remove")
        self._replay(self.schedule.fork(index - 1), steps[index:], self._example)

    def edit(self, kernel_text: str) -> None:
        """Replace the kernel's source and apply the steps again.

        Those that no longer apply are listed in ``failed``.

        Raises:
            KernelError: the new source cannot be compiled; the session is as it was.
        """
        source = read_kernel(kernel_text, namespace=self.schedule.source.namespace)
        self._replay(Schedule(source), self.schedule.history, None)

    def _replay(self, schedule: Schedule, steps: tuple[Step, ...], example: Example | None) -> None:
        failed = replay(schedule, steps)
        with self._as_it_was_after_a_fault():
            self.failed, self._example = failed, example
            self._adopt(schedule)
            self._on_schedule_change()

    @contextmanager
    def _as_it_was_after_a_fault(self) -> Iterator[None]:
        """What cannot be shown, by a fault in an estimate or in an observer, is not kept."""
        schedule, steps, position = self.schedule, self.steps, self.position
        before = schedule.fork(len(steps))
        before.goto(position)
        kept = (self.failed, self.reports, self._example, self.run_results.copy())
        try:
            yield
        except Exception:
            moved = (self.schedule is schedule and self.steps != steps) or (
                schedule.history != before.history
            )
            if moved or self.schedule is not schedule:
                self._adopt(before if moved else schedule)
            self.failed, self.reports, self._example, self.run_results = kept
            raise

    def set_device(self, device: str, clock_mhz: float) -> None:
        """Estimate for another device or clock. Raises ``DeviceError``; then nothing changes."""
        self._device = load_device(device, clock_mhz)
        self.device, self.clock_mhz = device, float(clock_mhz)
        self._notify("changed", self.position)

    def load_report(self, report: str | Path | Report) -> ReportComparison:
        """Hold a synthesis report (a file of the tool's, or one read already) against the
        estimate of the program now, for the report's part and clock. Kept in ``reports``.

        Raises:
            ReportError: it cannot be read, or is of another kernel; then nothing changes.
        """
        return self._keep_report(
            compare_report(self.schedule, report, device=self.device, clock_mhz=self.clock_mhz)
        )

    def load_report_text(self, text: str, name: str) -> ReportComparison:
        """As ``load_report``, from the contents of a file called ``name``. Raises
        ``ReportError``."""
        comparison = compare_report(
            self.schedule,
            parse_report(text, name),
            device=self.device,
            clock_mhz=self.clock_mhz,
        )
        return self._keep_report(replace(comparison, file=name))

    def _keep_report(self, comparison: ReportComparison) -> ReportComparison:
        self.reports.append(report_record(comparison))
        self._notify("changed", self.position)
        return comparison

    def branch(self) -> Session:
        """Another session that starts from the steps applied now; the two go on separately."""
        other = Session(
            self.schedule.fork(self.position),
            device=self.device,
            clock_mhz=self.clock_mhz,
            verify=self._verify,
        )
        other.reports = list(self.reports)
        other.run_results = self.run_results.copy()
        return other

    def kernels(self) -> list[tuple[str, str, str]]:
        """The example kernels: name, summary and group, group by group."""
        return [(example.name, example.summary, example.group) for example in examples.list()]

    def load_kernel(self, name: str) -> None:
        """Start over with the example called ``name``. Raises ``UnknownNameError``."""
        example = examples.get(name)
        schedule = customize(example.kernel)
        with self._as_it_was_after_a_fault():
            self.failed = []
            self.reports = []
            self._example = example
            self._adopt(schedule)
            self._notify("changed", 0)

    @property
    def example(self) -> Example | None:
        """The example that the kernel is, unless it was edited."""
        return self._example

    def apply_example_schedule(self) -> None:
        """Apply the schedule that the example comes with, in place of all steps: each is a step
        of the history.

        Raises:
            SessionError: the kernel is no example, or one without a schedule.
        """
        example = self._example
        if example is None or not example.schedule:
            raise SessionError("this kernel is no example that comes with a schedule")
        with self._as_it_was_after_a_fault():
            self._stop_watching()
            self._stop_watching = _nothing
            self.schedule.goto(0)
            for primitive, arguments in example.schedule:
                self.schedule.apply(primitive, arguments)
            self._adopt(self.schedule)
            self._on_schedule_change()

    # --- what to do here ----------------------------------------------------------------------

    def palette(self) -> list[PrimitiveRecord]:
        """Every primitive with its form, filled with what is now in the program."""
        return palette(self.schedule.program)

    def why_not(
        self, primitive: str, arguments: Mapping[str, object], *, reassociate: bool = False
    ) -> str | None:
        """Why these arguments would be refused now, or None; changes nothing."""
        verdict = self.schedule.judge(primitive, arguments, reassociate=reassociate)
        return None if verdict.reason is None else str(verdict.reason)

    def is_refused(self, primitive: str, arguments: Mapping[str, object]) -> bool:
        """Whether ``why_not`` gives a reason, without the search for a counterexample to show."""
        return not self.schedule.judge(primitive, arguments)

    def call_preview(self, primitive: str, arguments: Mapping[str, object]) -> str:
        """The Python call with these arguments, with "…" for what is still missing. Raises
        ``ArgumentError`` if there is no such primitive."""
        return call_preview(self.schedule, primitive, arguments)

    # --- verification -------------------------------------------------------------------------

    def _verified(self, step: Step) -> None:
        with self._lock:
            for key in [key for key in self._records if key[0] is step]:
                del self._records[key]
        if step in self.steps:
            self._notify("verification", self.steps.index(step) + 1)

    def _badge(self, step: Step | None) -> Verification | None:
        """What is known of ``step``; None while its check is still running."""
        if step is None or self._verify:
            return self._verifier.result(step) if step else None
        return Verification("not_run", "Verification is switched off in this session.")

    def wait_for_verification(self, timeout_s: float = 60.0) -> None:
        """Block until every step has its badge. Raises ``RunTimeoutError``."""
        self._verifier.wait(timeout_s)

    def findings(self) -> list[dict[str, Any]]:
        """What ``Schedule.lint`` finds in the program now, on this device, as plain data."""
        device, clock_mhz = self._device.name, self.clock_mhz
        return [finding.to_record() for finding in self.schedule.lint(device, clock_mhz)]

    # --- records ------------------------------------------------------------------------------

    def step_record(self, index: int) -> StepRecord:
        """Everything there is to show of step ``index``; 0 is the kernel as written.

        Raises:
            ScheduleError: there is no such step.
        """
        steps = self.steps
        if not 0 <= index <= len(steps):
            raise ScheduleError(f"there is no step {index}")
        step = steps[index - 1] if index else None
        key = (step, self._device, self.clock_mhz)
        with self._lock:
            if key not in self._records:
                self._records[key] = step_record(
                    self.schedule,
                    index,
                    self._device,
                    self.clock_mhz,
                    self._badge(step),
                    self.run_results.measured.get(step),
                    self.run_results.simulated.get(step),
                )
            return {**self._records[key], "index": index}

    def record(self) -> SessionRecord:
        """The whole session as plain data."""
        steps = [self.step_record(index) for index in range(len(self.steps) + 1)]
        source = self.schedule.source
        return SessionRecord(
            version=RECORD_VERSION,
            name=self.schedule.name,
            kernel=source.text,
            kernel_first_line=source.first_line,
            filename=source.filename,
            device=self.device,
            clock_mhz=self.clock_mhz,
            roofline=device_roofline(self._device, self.clock_mhz),
            cpu=self.run_results.cpu,
            steps=steps,
            position=self.position,
            redo=len(self.schedule.undone),
            failed=list(self.failed),
            reports=list(self.reports),
        )

    def assembly(self, index: int) -> str:
        """This machine's assembly of the kernel after step ``index``, optimised.

        Raises:
            ScheduleError: there is no such step.
            BuildError: LLVM cannot translate the program.
        """
        return cpu.build(self._snapshot(index).module, self.schedule.top).assembly()

    def measure(self, index: int | None = None) -> MeasuredRecord:
        """Run the kernel after step ``index`` (by default as it is now) on one core of this
        machine and time it: a point of the measured roofline.

        The first time, the processor's own ceilings are measured too, which takes some seconds;
        they are kept in the user's cache folder.

        Raises:
            ScheduleError: there is no such step.
            SessionError: the program has tasks, which are simulated.
            BuildError, RunError: it cannot be compiled, crashed, or took longer than 20 s.
        """
        index = self.position if index is None else index
        snapshot = self._snapshot(index)
        estimate = snapshot.estimate(self._device, self.clock_mhz)
        measured = measure(snapshot, self.schedule.top, estimate)
        cpu = cpu_record()
        with self._lock:
            if self.run_results.measured_on(cpu):
                self._records.clear()
            self.run_results.measured[self._step(index)] = measured
        self._show_anew(index)
        return measured

    def simulate(
        self,
        index: int | None = None,
        *,
        depths: Mapping[str, int] | None = None,
        smallest: bool = False,
    ) -> SimulationRecord:
        """Run the tasks after step ``index`` (by default as they are now) in the simulator, on
        random arguments: when each runs, how full each FIFO gets, what waits for what.

        ``depths`` replace declared depths of FIFOs, by name; ``smallest`` takes the smallest that
        cost no cycle. A deadlock is a result too.

        Raises:
            ScheduleError: there is no such step.
            SessionError: the program has no tasks.
            CallError: no such FIFO, or a depth below 1.
            BuildError, RunError: it cannot be compiled, crashed, or took longer than 20 s.
        """
        index = self.position if index is None else index
        simulation = simulate(
            self._snapshot(index),
            self.schedule.top,
            self.device,
            self.clock_mhz,
            depths or {},
            smallest=smallest,
        )
        with self._lock:
            self.run_results.simulated[self._step(index)] = simulation
        self._show_anew(index)
        return simulation

    def _step(self, index: int) -> Step | None:
        """Step ``index``; None is the kernel as written."""
        return self.steps[index - 1] if index else None

    def _show_anew(self, index: int) -> None:
        """Something was found out about step ``index``."""
        step = self._step(index)
        with self._lock:
            for key in [key for key in self._records if key[0] is step]:
                del self._records[key]
        self._notify("changed", self.position)

    def _snapshot(self, index: int) -> Snapshot:
        """The program after step ``index``. Raises ``ScheduleError`` if there is none."""
        steps = self.steps
        if not 0 <= index <= len(steps):
            raise ScheduleError(f"there is no step {index}")
        return steps[index - 1].after if index else self.schedule.initial

    # --- saving, loading ---------------------------------------------------------------------

    def save(self, path: str | Path) -> None:
        """Write the session as JSON: the kernel with its constants, the steps as calls, what was
        measured, simulated and loaded.

        Raises:
            SessionError: the kernel refers to something that cannot be saved, or the file cannot
                be written.
        """
        write_text(Path(path), json.dumps(self.to_json(), indent=1))

    def to_json(self) -> dict[str, Any]:
        """What ``save`` writes."""
        return session_json(self)

    @classmethod
    def load(cls, path: str | Path) -> Session:
        """A session from what ``save`` wrote.

        Nothing in the file is executed: the kernel goes through the frontend, the steps through the
        registry.

        Raises:
            SessionError: the file cannot be read, is not a session, or is of another version.
            HclError: the kernel or a step is refused.
        """
        return cls.from_json(read_json(Path(path)))

    @classmethod
    def from_json(cls, data: Any) -> Session:
        """A session from what ``to_json`` gave. Raises as ``load``."""
        return restore(data, cls)

    def __repr__(self) -> str:
        return f"<session on {self.schedule.name}, {self.position} steps, {self.device}>"


def _nothing() -> None:
    """What stops watching a schedule while none is watched."""
