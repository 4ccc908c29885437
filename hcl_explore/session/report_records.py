"""Loaded reports as plain data, and back from a saved session."""

from __future__ import annotations

from typing import Any

from hcl_explore.schedule.report_comparison import Figure, ReportComparison
from hcl_explore.views.record import FigureRecord, LoopComparisonRecord, ReportRecord


def report_record(comparison: ReportComparison) -> ReportRecord:
    """What is shown and saved of a loaded report."""
    report = comparison.report
    return ReportRecord(
        file=comparison.file,
        steps=comparison.steps,
        device=comparison.device,
        clock_mhz=comparison.clock_mhz,
        tool=report.tool,
        version=report.version,
        top=report.top,
        part=report.part,
        figures=[_figure_record(figure) for figure in comparison.figures],
        loops=[
            LoopComparisonRecord(
                name=loop.name,
                keys=list(loop.keys),
                in_report=loop.in_report,
                figures=[_figure_record(figure) for figure in loop.figures],
            )
            for loop in comparison.loops
        ],
        notes=list(comparison.notes),
    )


def _figure_record(figure: Figure) -> FigureRecord:
    return FigureRecord(
        name=figure.name, estimate=figure.estimate, report=figure.report, error=figure.error
    )


def read_report_record(data: Any) -> ReportRecord:
    """A record back from JSON. Raises ``KeyError``, ``TypeError`` or ``ValueError`` for data that
    ``report_record`` did not make."""
    return ReportRecord(
        file=str(data["file"]),
        steps=int(data["steps"]),
        device=str(data["device"]),
        clock_mhz=float(data["clock_mhz"]),
        tool=str(data["tool"]),
        version=str(data["version"]),
        top=str(data["top"]),
        part=None if data["part"] is None else str(data["part"]),
        figures=[_read_figure(figure) for figure in data["figures"]],
        loops=[
            LoopComparisonRecord(
                name=str(loop["name"]),
                keys=[str(key) for key in loop["keys"]],
                in_report=bool(loop["in_report"]),
                figures=[_read_figure(figure) for figure in loop["figures"]],
            )
            for loop in data["loops"]
        ],
        notes=[str(note) for note in data["notes"]],
    )


def _read_figure(data: Any) -> FigureRecord:
    return FigureRecord(
        name=str(data["name"]),
        estimate=_count(data["estimate"]),
        report=_count(data["report"]),
        error=None if data["error"] is None else float(data["error"]),
    )


def _count(value: Any) -> int | None:
    return None if value is None else int(value)
