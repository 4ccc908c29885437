"""What an HLS tool reported of a program beside what the model estimates for it.

Both sides are a ``Report``: the estimate is turned into one. Loops are found by the labels of the
emitted C++; of loops that the tool flattened, it joins the labels.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from hcl_explore.analysis.device import Device, device_of_part, load_device
from hcl_explore.analysis.estimate import Estimate, LoopEstimate
from hcl_explore.backend.hls.read_report import load_report
from hcl_explore.backend.hls.report import LoopReport, Report
from hcl_explore.errors import DeviceError, ReportError
from hcl_explore.ir.program import Loop
from hcl_explore.schedule.schedule import Schedule
from hcl_explore.schedule.snapshot import Snapshot

_FIGURES = ("latency_cycles", "interval", "dsp", "bram18", "uram", "lut", "ff")
_LOOP_FIGURES = ("trip_count", "ii", "depth", "latency_cycles")
_TITLES = {
    "latency_cycles": "latency (cycles)",
    "interval": "interval (cycles)",
    "dsp": "DSP",
    "bram18": "BRAM18",
    "uram": "URAM",
    "lut": "LUT",
    "ff": "FF",
}


@dataclass(frozen=True)
class Figure:
    """One figure on both sides; None where a side does not know it."""

    name: str
    estimate: int | None
    report: int | None

    @property
    def error(self) -> float | None:
        """(estimate - report) / report; None where a side is unknown or the report says 0."""
        if self.estimate is None or not self.report:
            return None
        return (self.estimate - self.report) / self.report


@dataclass(frozen=True)
class LoopComparison:
    """One loop on both sides. ``keys`` are the loops of the program that it stands for, outermost
    first: several where the tool flattened them, none where the report's loop is not in the
    program. A loop that the report does not list has no figures on that side."""

    name: str
    keys: tuple[str, ...]
    in_report: bool
    figures: tuple[Figure, ...]

    def figure(self, name: str) -> Figure:
        """The figure called ``name``: trip_count, ii, depth or latency_cycles."""
        return next(figure for figure in self.figures if figure.name == name)


@dataclass(frozen=True)
class ReportComparison:
    """A report and the estimate of the same program, figure by figure.

    ``file`` is the name of the report's file, ``steps`` how many steps were applied to the
    program. ``device`` and ``clock_mhz`` are what was estimated for: the report's own where it
    names them. ``notes`` are what a reader must know.
    """

    file: str
    steps: int
    device: str
    clock_mhz: float
    report: Report
    estimate: Report
    loops: tuple[LoopComparison, ...]
    notes: tuple[str, ...]

    @property
    def figures(self) -> tuple[Figure, ...]:
        """The figures of the whole design."""
        return tuple(
            Figure(name, getattr(self.estimate, name), getattr(self.report, name))
            for name in _FIGURES
        )

    def __str__(self) -> str:
        head = f"{self.report.top}: {self.report.tool} {self.report.version} ({self.file})"
        rows = [("", "estimate", "report", "error")]
        rows += [_row(_TITLES[figure.name], figure) for figure in self.figures]
        for loop in self.loops:
            if not (loop.keys and loop.in_report):
                continue
            rows += [_row(f"{loop.name}: {f.name.replace('_cycles', '')}", f) for f in loop.figures]
        widths = [max(len(row[column]) for row in rows) for column in range(4)]
        table = [
            "  ".join(
                cell.ljust(width) if column == 0 else cell.rjust(width)
                for column, (cell, width) in enumerate(zip(row, widths, strict=True))
            ).rstrip()
            for row in rows
        ]
        head += f"; estimated for {self.device} at {self.clock_mhz:g} MHz"
        return "\n".join([head, *table, *self.notes])


def _row(title: str, figure: Figure) -> tuple[str, str, str, str]:
    error = "" if figure.error is None else f"{figure.error:+.1%}"
    return title, _shown(figure.estimate), _shown(figure.report), error


def _shown(value: int | None) -> str:
    return "?" if value is None else str(value)


def compare_report(
    schedule: Schedule,
    report: str | Path | Report,
    *,
    device: str = "u280",
    clock_mhz: float = 300.0,
) -> ReportComparison:
    """Hold a synthesis report, or the file of one, against the estimate of ``schedule`` now.

    The estimate is for the part and the clock that the report names; ``device`` and ``clock_mhz``
    are taken where it names none that is known here.

    Raises:
        ReportError: the file cannot be read as a report, or it is of another kernel.
        DeviceError: unknown ``device``, or a clock that it cannot run at.
    """
    file = "the report"
    if not isinstance(report, Report):
        file = Path(report).name
        report = load_report(report)
    snapshot = schedule.snapshot
    if report.top != snapshot.hls.top:
        raise ReportError(
            f"{file} is of '{report.top}', not of '{snapshot.hls.top}'",
            advice="Load the report of this kernel. Where it is the same program under another "
            f"name, rename the kernel: def {report.top}(…).",
        )
    notes: list[str] = []
    chosen, clock = _conditions(report, device, clock_mhz, notes)
    estimate = snapshot.estimate(chosen, clock)
    loops = tuple(_loops(snapshot, estimate, report))
    strangers = [loop.name for loop in loops if not loop.keys]
    if strangers:
        notes.append(f"loops of the report that the program does not have: {', '.join(strangers)}")
    if not any(loop.keys and loop.in_report for loop in loops) and report.loops:
        notes.append("no loop of the report is one of the program: is it of this version of it?")
    return ReportComparison(
        file=file,
        steps=len(schedule.history),
        device=chosen.name,
        clock_mhz=round(clock, 3),
        report=report,
        estimate=as_report(estimate, snapshot.hls.top, chosen.part),
        loops=loops,
        notes=tuple(notes),
    )


def as_report(estimate: Estimate, top: str, part: str) -> Report:
    """An estimate in the form of a tool's report."""
    period = 1000.0 / estimate.clock_mhz
    return Report(
        tool="hcl_explore",
        version="estimate",
        top=top,
        part=part,
        clock_target_ns=period,
        clock_estimate_ns=None,
        latency_cycles=estimate.latency_cycles,
        interval=estimate.interval,
        dsp=estimate.dsp,
        bram18=estimate.bram18,
        uram=estimate.uram,
        lut=estimate.lut,
        ff=estimate.ff,
        available={},
        loops=tuple(
            LoopReport(
                loop.name,
                loop.key.partition(":")[0],
                loop.trip_count,
                loop.ii,
                loop.depth,
                loop.latency_cycles,
                loop.mode == "pipelined",
            )
            for loop in estimate.loops
        ),
    )


def _conditions(
    report: Report, device: str, clock_mhz: float, notes: list[str]
) -> tuple[Device, float]:
    """The device and the clock to estimate for."""
    chosen = device_of_part(report.part) if report.part else None
    if chosen is None:
        chosen = load_device(device)
        named = f"'{report.part}' is no device known here" if report.part else "names no part"
        notes.append(f"the report's part: {named}; estimated for {chosen.name}")
    clock = 1000.0 / report.clock_target_ns if report.clock_target_ns else clock_mhz
    try:
        chosen.check_clock(clock)
    except DeviceError as error:
        notes.append(f"the report's clock: {error.message}; estimated at {clock_mhz:g} MHz")
        clock = clock_mhz
    if not report.clock_target_ns:
        notes.append(f"the report names no clock; estimated at {clock_mhz:g} MHz")
    return chosen, clock


# --- loops --------------------------------------------------------------------------------------


def _loops(snapshot: Snapshot, estimate: Estimate, report: Report) -> Iterator[LoopComparison]:
    """The loops of the report, then those of the estimate that it does not list."""
    chains = _chains(snapshot)
    estimated = {loop.key: loop for loop in estimate.loops}
    seen: set[str] = set()
    for found in report.loops:
        chain = _take(chains, found)
        seen.update(chain)
        figures = _both(_flattened([estimated[key] for key in chain]), found)
        yield LoopComparison(found.name, chain, True, figures)
    for loop in estimate.loops:
        if loop.key not in seen and loop.mode not in ("unrolled", "flattened"):
            nothing = LoopReport(loop.name, "", None, None, None, None, False)
            yield LoopComparison(loop.name, (loop.key,), False, _both(_flattened([loop]), nothing))


def _chains(snapshot: Snapshot) -> dict[str, list[tuple[str, ...]]]:
    """The loops, and the perfect nests of loops, that a name in a report can mean: the labels
    joined, with the keys."""
    labels = {key: label for label, key in snapshot.hls.loops}
    chains: dict[str, list[tuple[str, ...]]] = {}
    for loop in snapshot.program.all_loops():
        nest: tuple[Loop, ...] = (loop,)
        while True:
            if all(one.key in labels for one in nest):
                name = "_".join(labels[one.key] for one in nest)
                chains.setdefault(name, []).append(tuple(one.key for one in nest))
            parent = nest[0].parent
            if parent is None or parent.only_loop is not nest[0]:
                break
            nest = (parent, *nest)
    return chains


def _take(chains: dict[str, list[tuple[str, ...]]], found: LoopReport) -> tuple[str, ...]:
    """The loops that one of the report means, each given out once: of several with its name, the
    first in the function that it stands in."""
    candidates = chains.get(found.name, [])
    if not candidates:
        return ()
    inside = [chain for chain in candidates if _function(chain) == found.parent]
    near = inside or [c for c in candidates if found.parent.startswith(f"{_function(c)}_")]
    chosen = (near or candidates)[0]
    candidates.remove(chosen)
    return chosen


def _function(chain: tuple[str, ...]) -> str:
    return chain[0].partition(":")[0]


def _flattened(loops: list[LoopEstimate]) -> LoopReport | None:
    """The estimate of loops that the report has as one."""
    if not loops:
        return None
    inner = loops[-1]
    return LoopReport(
        inner.name,
        "",
        _product(loop.trip_count for loop in loops),
        inner.ii,
        inner.depth,
        loops[0].latency_cycles,
        inner.mode == "pipelined",
    )


def _product(counts: Iterable[int | None]) -> int | None:
    whole = 1
    for count in counts:
        if count is None:
            return None
        whole *= count
    return whole


def _both(estimate: LoopReport | None, report: LoopReport) -> tuple[Figure, ...]:
    return tuple(
        Figure(
            name,
            getattr(estimate, name) if estimate is not None else None,
            getattr(report, name),
        )
        for name in _LOOP_FIGURES
    )
