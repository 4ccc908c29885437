"""The latency timeline: loops, stages and calls as bars on a time axis in cycles, to scale.

Bars stand at fractions of the range in ``--low`` and ``--high``, so that the front end can zoom by
setting those two. Without a script the whole run is shown.
"""

from __future__ import annotations

from hcl_explore.views.record import StepRecord
from hcl_explore.views.text import attribute, escape, format_count
from hcl_explore.views.timeline_data import (
    MAX_ROWS,
    Row,
    cycle_ticks,
    short_count,
    timeline_rows,
)

_LEGEND = (
    ("fill", "fill and drain"),
    ("steady", "steady state"),
    ("run", "not pipelined"),
    ("again", "further runs"),
)


def timeline_html(step: StepRecord) -> str:
    """The timeline of a step, or a sentence why there is none."""
    rows = timeline_rows(step["timeline"])
    total = rows[0].cycles
    if total <= 0:
        return '<p class="hx-empty">This program takes no time.</p>'
    lines = dict(_loop_lines(step))
    body = "".join(_row(row, lines.get(row.span["key"])) for row in rows)
    ticks = "".join(
        f'<span class="tick" style="--at:{tick}">{short_count(tick)}</span>'
        for tick in cycle_ticks(0, total)
    )
    return (
        f'<div class="hx-timeline" data-total="{total}" style="--low:0;--high:{total}">'
        f"{_note(step, total)}"
        f'<div class="rows" role="list">{body}<div class="ticks" aria-hidden="true">{ticks}</div>'
        f'<span class="unit">cycles</span></div>{_legend(rows)}</div>'
    )


def _loop_lines(step: StepRecord) -> list[tuple[str, int | None]]:
    lines = []
    stack = list(step["loops"])
    while stack:
        loop = stack.pop()
        lines.append((loop["key"], loop["line"]))
        stack.extend(loop["children"])
    return lines


def _note(step: StepRecord, total: int) -> str:
    clock = step["estimate"]["clock_mhz"]
    return (
        f'<p class="hx-note">One run takes <b>{format_count(total)} cycles</b>, '
        f"{_duration(total / clock)} at {clock:g} MHz{_overlap(step, total)}. "
        '<span class="hint">Click a bar to see it closer. </span>'
        '<button type="button" class="hx-button is-small" data-zoom-out hidden>Whole run</button>'
        "</p>"
    )


def _overlap(step: StepRecord, total: int) -> str:
    interval = step["timeline"]["interval"]
    if not 0 < interval < total:
        return ""
    return f"; the next run can begin after {format_count(interval)}"


def _duration(microseconds: float) -> str:
    if microseconds >= 1000:
        return f"{microseconds / 1000:,.3g} ms"
    return f"{microseconds:.3g} µs"


def _row(row: Row, line: int | None) -> str:
    span = row.span
    name, mode = escape(span["name"]), span["mode"]
    is_loop = line is not None
    subject = (
        f"{attribute('data-loop', span['key'])}{attribute('data-name', span['name'])}"
        f"{attribute('data-src', line)}"
        if is_loop
        else ""
    )
    tag = "button" if is_loop else "span"
    kind = ' type="button"' if is_loop else ""
    label = (
        f'<{tag}{kind} class="name" style="--depth:{row.depth}"{subject}>'
        f'<code>{name}</code> <span class="mode">{escape(_mode(row))}</span></{tag}>'
    )
    again = ""
    if row.period and row.repeats > row.end:
        again += (
            f'<span class="bar is-again is-rhythm" style="--a:{row.start};--b:{row.repeats};'
            f'--run:{row.cycles};--period:{row.period}"></span>'
        )
    if row.last > max(row.repeats, row.end):
        again += f'<span class="bar is-again" style="--a:{row.repeats};--b:{row.last}"></span>'
    bars = "".join(
        f'<span class="bar is-{phase}" style="--a:{start};--b:{end}"></span>'
        for phase, start, end in row.phases
    )
    story = f"{span['name']}: {row.story}"
    return (
        f'<div class="row is-{escape(mode)}" role="listitem">{label}'
        f'<button type="button" class="lane" data-zoom="{row.start} {row.end}"'
        f"{attribute('title', story)}{attribute('aria-label', f'look closer at {story}')}>"
        f"{again}{bars}</button>"
        f'<span class="cycles">{format_count(row.cycles)}</span>'
        f'<span class="rhythm">{escape(row.rhythm)}</span></div>'
    )


def _mode(row: Row) -> str:
    kind, mode = row.span["kind"], row.span["mode"]
    if kind == "stage":
        return "stage" if mode in ("call", "dataflow") else f"stage, {mode}"
    return mode if mode != "call" else "" if row.depth == 0 else "call"


def _legend(rows: list[Row]) -> str:
    shown = {phase for row in rows for phase, _, _ in row.phases}
    if any(row.last > row.end for row in rows):
        shown.add("again")
    items = "".join(
        f'<span><span class="bar is-{css}"></span>{text}</span>'
        for css, text in _LEGEND
        if css in shown
    )
    cut = f"<span>The first {MAX_ROWS} are shown.</span>" if len(rows) == MAX_ROWS else ""
    return f'<p class="legend">{items}{cut}</p>'
