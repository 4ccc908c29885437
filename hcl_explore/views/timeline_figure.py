"""The latency timeline as a matplotlib figure, for papers and slides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hcl_explore.views.record import SessionRecord, step_record
from hcl_explore.views.timeline_data import Row, timeline_rows

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_ROW_INCHES = 0.24
_LABEL_POINTS = 7
_WIDTH_INCHES = 6.0
_MONOSPACE_WIDTH = 0.602  # of a character of DejaVu Sans Mono, in its size
# Colours that stay apart in grey, and for colour-blind readers.
_COLOURS = {"fill": "#9ecae1", "steady": "#2171b5", "drain": "#9ecae1", "run": "#969696"}
_AGAIN: dict[str, Any] = {"facecolor": "0.94", "edgecolor": "0.7", "hatch": "////", "linewidth": 0}
_NAMES = {"fill": "fill and drain", "steady": "steady state", "run": "not pipelined"}


def timeline_figure(record: SessionRecord, step: int) -> Figure:
    """The timeline of one step, as high as its rows need, apart from pyplot's global state.

    Raises:
        NoSuchStepError: there is no such step.
    """
    from matplotlib.figure import Figure
    from matplotlib.ticker import EngFormatter

    rows = timeline_rows(step_record(record, step)["timeline"])
    figure = Figure(figsize=(_WIDTH_INCHES, 1.15 + _ROW_INCHES * len(rows)), layout="constrained")
    axes = figure.add_subplot()
    for number, row in enumerate(rows):
        _draw(axes, number, row)
    names = ["  " * row.depth + row.span["name"] for row in rows]
    axes.set_yticks(range(len(rows)), names, fontsize=_LABEL_POINTS, fontfamily="monospace")
    room = max(map(len, names)) * _LABEL_POINTS * _MONOSPACE_WIDTH
    axes.tick_params(axis="y", length=0, pad=room + 4)
    for label in axes.get_yticklabels():
        label.set_horizontalalignment("left")
    axes.set(xlim=(0, max(rows[0].cycles, 1)), ylim=(len(rows) - 0.4, -0.6))
    axes.set_xlabel("clock cycles", fontsize=8)
    axes.xaxis.set_major_formatter(EngFormatter(sep=" "))
    axes.tick_params(axis="x", labelsize=7)
    axes.grid(axis="x", color="0.9", linewidth=0.5)
    axes.set_axisbelow(True)
    axes.spines[["top", "right", "left"]].set_visible(False)
    _legend(figure, rows)
    clock = record["steps"][step]["estimate"]["clock_mhz"]
    axes.set_title(
        f"{record['name']}, step {step}: {rows[0].cycles:,} cycles at {clock:g} MHz", fontsize=9
    )
    return figure


def _draw(axes: Axes, number: int, row: Row) -> None:
    if row.last > row.end:
        axes.broken_barh(
            [(row.end, row.last - row.end)],
            (number - 0.3, 0.6),
            **_AGAIN,
        )
    for phase, start, end in row.phases:
        axes.broken_barh([(start, end - start)], (number - 0.3, 0.6), facecolor=_COLOURS[phase])


def _legend(figure: Figure, rows: list[Row]) -> None:
    from matplotlib.patches import Patch

    shown = {phase for row in rows for phase, _, _ in row.phases}
    handles = [Patch(color=_COLOURS[p], label=text) for p, text in _NAMES.items() if p in shown]
    if any(row.last > row.end for row in rows):
        handles.append(Patch(**_AGAIN, label="further runs"))
    figure.legend(handles=handles, fontsize=7, ncols=4, frameon=False, loc="outside lower center")
