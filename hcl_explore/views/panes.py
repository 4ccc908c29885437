"""The panes of the explorer: one function per tab, from a session's record to HTML.

The widget asks for them one at a time; the saved page holds them all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hcl_explore.views.code import code_html
from hcl_explore.views.diff import diff_html, diff_rows
from hcl_explore.views.findings import findings_html
from hcl_explore.views.graph import graph_html
from hcl_explore.views.loop_tree import loop_tree_html
from hcl_explore.views.metrics import metrics_html
from hcl_explore.views.record import SessionRecord, step_record
from hcl_explore.views.report import copies_html, reports_html
from hcl_explore.views.roofline import device_html, processor_html
from hcl_explore.views.simulation import simulation_html, simulation_pointer
from hcl_explore.views.timeline import timeline_html

MAX_ASSEMBLY_LINES = 4_000


@dataclass(frozen=True)
class Pane:
    """A tab. ``views`` are alternatives inside the pane, as (id, label); the first is shown."""

    id: str
    title: str
    render: Callable[[SessionRecord, int], str]
    views: Sequence[tuple[str, str]] = ()


def _ir_diff(record: SessionRecord, index: int) -> str:
    step = record["steps"][index]
    if index == 0:
        return _first_step_note("MLIR") + code_html(
            step["ir"], "mlir", links=step["ir_links"], label="MLIR"
        )
    before = record["steps"][index - 1]
    return diff_html(
        diff_rows(before["ir"], step["ir"]),
        "mlir",
        left_links=before["ir_links"],
        right_links=step["ir_links"],
    )


def _mlir(record: SessionRecord, index: int) -> str:
    step = record["steps"][index]
    return code_html(step["ir"], "mlir", links=step["ir_links"], label="MLIR")


def _hls(record: SessionRecord, index: int) -> str:
    step = record["steps"][index]
    whole = code_html(step["hls"], "cpp", links=step["hls_links"], label="HLS C++")
    if index == 0:
        changes = _first_step_note("HLS C++") + whole
    else:
        before = record["steps"][index - 1]
        changes = diff_html(
            diff_rows(before["hls"], step["hls"]),
            "cpp",
            left_links=before["hls_links"],
            right_links=step["hls_links"],
        )
    return f'<div data-view="changes">{changes}</div><div data-view="whole">{whole}</div>'


def _first_step_note(what: str) -> str:
    return f'<p class="hx-note">The {what} of the kernel as written; no step came before.</p>'


def _tree(record: SessionRecord, index: int) -> str:
    return loop_tree_html(record["steps"], index)


def _graph(record: SessionRecord, index: int) -> str:
    step = record["steps"][index]
    diff = step["graph_diff"] if index else None
    before = record["steps"][index - 1]["graph"] if index else None
    return (
        f'<div data-view="graph">{findings_html(step["findings"])}{simulation_pointer(step)}'
        f"{graph_html(step['graph'], diff, before)}</div>"
        f'<div data-view="run">{simulation_html(step)}</div>'
    )


def _roofline(record: SessionRecord, index: int) -> str:
    # Undone steps are drawn only while one of them is looked at.
    steps = record["steps"][: max(record["position"], index) + 1]
    device, processor = device_html(record, steps, index), processor_html(record, steps, index)
    return f'<div data-view="device">{device}</div><div data-view="processor">{processor}</div>'


def _timeline(record: SessionRecord, index: int) -> str:
    return timeline_html(record["steps"][index])


def _metrics(record: SessionRecord, index: int) -> str:
    metrics = metrics_html(record["steps"], index)
    step = record["steps"][index]
    copies, findings = copies_html(step["copies"]), findings_html(step["findings"])
    return (
        f'<div data-view="estimate">{findings}{metrics}{copies}</div>'
        f'<div data-view="report">{reports_html(record, index)}</div>'
    )


PANES = (
    Pane("ir-diff", "IR diff", _ir_diff),
    Pane("tree", "Loop tree", _tree),
    Pane("graph", "Graph", _graph, (("graph", "Graph"), ("run", "Simulated run"))),
    Pane("roofline", "Roofline", _roofline, (("device", "Device"), ("processor", "This CPU"))),
    Pane("timeline", "Timeline", _timeline),
    Pane("metrics", "Metrics", _metrics, (("estimate", "Estimate"), ("report", "Report"))),
    Pane("hls", "HLS C++", _hls, (("changes", "Changes"), ("whole", "Whole"))),
    Pane("mlir", "MLIR", _mlir),
)

_BY_ID = {pane.id: pane for pane in PANES}


def render_pane(record: SessionRecord, index: int, pane: str) -> str:
    """The HTML of one pane for step ``index``.

    Raises:
        KeyError: no pane has that id.
        NoSuchStepError: there is no such step.
    """
    step_record(record, index)
    return _BY_ID[pane].render(record, index)


def assembly_html(text: str) -> str:
    """The assembly pane. It is no part of a record: only a live session can be asked for it."""
    lines = text.splitlines()
    note = "This machine's code for the kernel, as LLVM optimises it."
    if len(lines) > MAX_ASSEMBLY_LINES:
        note += f" The first {MAX_ASSEMBLY_LINES:,} of {len(lines):,} lines are shown."
        text = "\n".join(lines[:MAX_ASSEMBLY_LINES])
    return f'<p class="hx-note">{note}</p>{code_html(text, "assembly", label="assembly")}'


def pane_list() -> list[dict[str, object]]:
    """The tabs as plain data for the front end."""
    return [
        {"id": pane.id, "title": pane.title, "views": [list(view) for view in pane.views]}
        for pane in PANES
    ]
