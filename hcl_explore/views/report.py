"""A real synthesis report beside the estimate, figure by figure; and what the interface copies."""

from __future__ import annotations

from collections.abc import Sequence

from hcl_explore.views.record import (
    FigureRecord,
    LoopComparisonRecord,
    OnChipCopyRecord,
    ReportRecord,
    SessionRecord,
)
from hcl_explore.views.text import MISSING, attribute, escape, format_bytes, format_count

_TITLES = {
    "latency_cycles": "Latency (cycles)",
    "interval": "Interval (cycles)",
    "dsp": "DSP",
    "bram18": "BRAM (18 Kb)",
    "uram": "URAM",
    "lut": "LUT",
    "ff": "FF",
    "trip_count": "trip count",
    "ii": "II",
    "depth": "depth",
}
# Up to this error an estimate counts as close; above the second one as far off.
_CLOSE, _FAR = 0.05, 0.2


def reports_html(record: SessionRecord, index: int) -> str:
    """The reports loaded at step ``index``, the last one first, and a control to load another."""
    here = [report for report in reversed(record["reports"]) if report["steps"] == index]
    elsewhere = sorted({r["steps"] for r in record["reports"]} - {index})
    out = [
        '<p class="hx-load-report"><label class="hx-button">Load a report…'
        '<input type="file" accept=".xml,.rpt" data-load-report></label> '
        '<span class="dim">csynth.xml or a .rpt file of Vitis HLS or Vivado HLS</span>'
        "</p>"
    ]
    if not here:
        out.append(
            '<p class="hx-note">No synthesis report was loaded for this step. What '
            '<code>s.build(target="vhls")</code> gives, synthesised anywhere, can be held against '
            "the estimate here.</p>"
        )
    if elsewhere:
        steps = ", ".join(str(step) for step in elsewhere)
        out.append(f'<p class="hx-note">There are reports for step {steps}.</p>')
    out += [_report(report) for report in here]
    return "".join(out)


def _report(report: ReportRecord) -> str:
    part = f" for {escape(report['part'])}" if report["part"] else ""
    head = (
        f'<p class="hx-note"><b>{escape(report["file"])}</b>: {escape(report["tool"])} '
        f"{escape(report['version'])}{part}; estimated for {escape(report['device'])} at "
        f"{report['clock_mhz']:g} MHz.</p>"
    )
    rows = "".join(
        f'<tr><th scope="row">{_TITLES.get(figure["name"], escape(figure["name"]))}</th>'
        f"{_cells(figure)}</tr>"
        for figure in report["figures"]
    )
    table = (
        '<table class="hx-table hx-report"><caption>Design</caption><thead><tr>'
        '<th scope="col">Figure</th><th scope="col" class="num">Estimate</th>'
        '<th scope="col" class="num">Report</th><th scope="col">Error</th></tr></thead>'
        f"<tbody>{rows}</tbody></table>"
    )
    notes = "".join(f"<li>{escape(note)}</li>" for note in report["notes"])
    listed = f'<ul class="hx-notes">{notes}</ul>' if notes else ""
    return head + table + listed + _loops(report["loops"])


def _cells(figure: FigureRecord) -> str:
    return (
        f'<td class="num">{format_count(figure["estimate"])}</td>'
        f'<td class="num">{format_count(figure["report"])}</td><td>{_error(figure)}</td>'
    )


def _error(figure: FigureRecord) -> str:
    """The error with a word, so that colour is not its only carrier."""
    error = figure["error"]
    if error is None:
        return f'<span class="delta">{MISSING}</span>'
    if error == 0:
        return '<span class="delta is-better">exact</span>'
    size = abs(error)
    css, word = ("is-better", "close") if size <= _CLOSE else ("", "")
    if size > _FAR:
        css, word = "is-worse", "far off"
    verdict = f' <span class="verdict">{word}</span>' if word else ""
    return f'<span class="delta {css}">{100 * error:+.1f} %{verdict}</span>'


def _loops(loops: Sequence[LoopComparisonRecord]) -> str:
    if not loops:
        return ""
    names = [figure["name"] for figure in loops[0]["figures"]]
    heads = "".join(
        f'<th scope="col" class="num">{_TITLES.get(name, escape(name))}</th>' for name in names
    )
    rows = "".join(_loop_row(loop) for loop in loops)
    return (
        '<table class="hx-table hx-report"><caption>Loops: estimate / report</caption>'
        f'<thead><tr><th scope="col">Loop</th>{heads}</tr></thead><tbody>{rows}</tbody></table>'
    )


def _loop_row(loop: LoopComparisonRecord) -> str:
    cells = "".join(f'<td class="num">{_pair(figure)}</td>' for figure in loop["figures"])
    missing = ""
    if not loop["in_report"]:
        missing = ' <span class="dim">not in the report</span>'
    elif not loop["keys"]:
        missing = ' <span class="dim">not in the program</span>'
    return (
        f"<tr{attribute('title', ', '.join(loop['keys']))}>"
        f'<th scope="row"><code>{escape(loop["name"])}</code>{missing}</th>{cells}</tr>'
    )


def _pair(figure: FigureRecord) -> str:
    estimate, report = figure["estimate"], figure["report"]
    css = "delta is-better" if estimate == report and estimate is not None else ""
    if figure["error"] is not None and abs(figure["error"]) > _FAR:
        css = "delta is-worse"
    return f'<span class="{css}">{format_count(estimate)} / {format_count(report)}</span>'


def copies_html(copies: Sequence[OnChipCopyRecord]) -> str:
    """Which arrays of the interface the C++ holds on the chip; nothing where it holds none."""
    if not copies:
        return ""
    rows = "".join(_copy_row(copy) for copy in copies)
    return (
        '<table class="hx-table hx-copies"><caption>Arrays of the interface that are copied onto '
        'the chip</caption><thead><tr><th scope="col">Array</th><th scope="col">Copy</th>'
        '<th scope="col" class="num">Size</th><th scope="col" class="num">Banks</th>'
        '<th scope="col" class="num">BRAM (18 Kb)</th><th scope="col" class="num">URAM</th>'
        '<th scope="col">When</th><th scope="col">Because</th></tr></thead>'
        f"<tbody>{rows}</tbody></table>"
    )


def _copy_row(copy: OnChipCopyRecord) -> str:
    times = [
        word
        for word, is_done in (("read before", copy["loads"]), ("written after", copy["stores"]))
        if is_done
    ]
    return (
        f'<tr><th scope="row"><code>{escape(copy["port"])}</code></th>'
        f"<td><code>{escape(copy['buffer'])}</code></td>"
        f'<td class="num">{format_bytes(copy["bytes"])}</td>'
        f'<td class="num">{format_count(copy["banks"])}</td>'
        f'<td class="num">{format_count(copy["bram18"])}</td>'
        f'<td class="num">{format_count(copy["uram"])}</td>'
        f"<td>{', '.join(times)}</td><td>{escape(copy['reason'])}</td></tr>"
    )
