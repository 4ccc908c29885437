"""A simulated program of tasks: its graph, when each task ran, and how full each FIFO got.

The front end plays the run: ``data-fill`` holds the times of puts and gets, and the parts of the
graph are found by their classes ``task-N`` and ``fifo-N``.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from hcl_explore.errors import BuildError
from hcl_explore.views.dot import quote
from hcl_explore.views.folding import MAX_EDGES
from hcl_explore.views.graph import MAX_NODES, render_svg
from hcl_explore.views.record import (
    SimulatedFifoRecord,
    SimulatedTaskRecord,
    SimulationRecord,
    StepRecord,
)
from hcl_explore.views.text import attribute, escape, format_count
from hcl_explore.views.timeline_data import cycle_ticks, short_count

# Longer tables are cut: those that waited longest come first.
MAX_ROWS = 80
# So many changed depths are named in the sentence about the run.
MAX_DEPTHS = 12
_STATES = {
    "done": "done",
    "running": "running",
    "full": "waits for room",
    "empty": "waits for a token",
    "asking": "asks a FIFO without end",
    "children": "waits for its tasks",
    "array": "waits for an array",
}


def simulation_html(step: StepRecord) -> str:
    """The run, or what would be shown of one."""
    simulation = step["simulation"]
    if simulation is None:
        if not has_tasks(step):
            return (
                '<p class="hx-empty">This program has no tasks. A region of tasks with streams '
                "between them is simulated here: when each task runs, how full each FIFO gets, and "
                "who waits for whom.</p>"
            )
        return (
            '<p class="hx-note">Not simulated. The tasks run on random arguments, with FIFOs of '
            f'their declared depths.</p><p class="hx-measure">{_SIMULATE}{_FIND_SMALLEST}</p>'
        )
    tasks, fifos = simulation["tasks"], simulation["fifos"]
    times = json.dumps([[fifo["put_times"], fifo["get_times"]] for fifo in fifos])
    return (
        f'<div class="hx-sim" data-cycles="{simulation["cycles"]}"{attribute("data-fill", times)}'
        f"{attribute('data-depths', json.dumps(simulation['depths']))}"
        f' style="--at:{simulation["cycles"]};--cycles:{max(simulation["cycles"], 1)}">'
        f"{_summary(simulation)}{_player(simulation['cycles'])}{_graph(tasks, fifos)}"
        f"{_task_table(simulation)}{_fifo_table(simulation) if fifos else ''}</div>"
    )


def has_tasks(step: StepRecord) -> bool:
    """Whether there is anything to simulate."""
    return any(node["kind"] == "task" for node in step["graph"]["nodes"])


def simulation_pointer(step: StepRecord) -> str:
    """A line for the graph of a program of tasks, that leads to its simulated run."""
    simulation = step["simulation"]
    if simulation is not None:
        outcome = (
            "fails"
            if simulation["failure"]
            else f"takes {format_count(simulation['cycles'])} cycles"
        )
        return (
            f'<p class="hx-note">The simulated run {outcome}. '
            f"{_button('Show the run', 'data-show-view', 'run')}</p>"
        )
    if not has_tasks(step):
        return ""
    simulate = _button("Simulate a run", "data-simulate", "declared")
    return (
        f'<p class="hx-note hx-measure">{simulate} to see who waits for whom, and how full each '
        "FIFO gets.</p>"
    )


def _button(label: str, act: str, value: str, title: str = "") -> str:
    explained = attribute("title", title) if title else ""
    return (
        f'<button type="button" class="hx-button"{attribute(act, value)}{explained}>'
        f"{escape(label)}</button>"
    )


_SIMULATE = _button("Simulate", "data-simulate", "declared")
_FIND_SMALLEST = _button(
    "Find the smallest depths",
    "data-simulate",
    "smallest",
    "The smallest depths of all FIFOs that cost no cycle",
)
_TAKE_DECLARED = _button("Back to the declared depths", "data-simulate", "declared")


def _summary(simulation: SimulationRecord) -> str:
    if simulation["failure"]:
        return f'<pre class="hx-sim-failure">{escape(simulation["failure"])}</pre>'
    depths = list(simulation["depths"].items())
    changed = ", ".join(f"{name} {depth}" for name, depth in depths[:MAX_DEPTHS])
    if len(depths) > MAX_DEPTHS:
        changed += f", and {len(depths) - MAX_DEPTHS:,} more"
    with_depths = f" with these depths: <code>{escape(changed)}</code>"
    return (
        f'<p class="hx-note">The run takes <b>{format_count(simulation["cycles"])} cycles</b>'
        f"{with_depths if changed else ''}.</p>"
    )


def _player(cycles: int) -> str:
    return (
        '<div class="hx-player"><button type="button" class="hx-button" data-play '
        'aria-label="play the run">▶</button>'
        f'<input type="range" min="0" max="{cycles}" value="{cycles}" data-cycle '
        'aria-label="cycle">'
        f'<span class="now">cycle {format_count(cycles)}</span></div>'
    )


# --- graph -------------------------------------------------------------------------------------


def _graph(tasks: Sequence[SimulatedTaskRecord], fifos: Sequence[SimulatedFifoRecord]) -> str:
    regions = {task["parent"] for task in tasks}
    if len(tasks) > MAX_NODES or len(fifos) > MAX_EDGES:
        return (
            f'<p class="hx-note">{len(tasks):,} tasks and {len(fifos):,} FIFOs are too many to '
            "draw. The tables list those that waited longest.</p>"
        )
    out = [
        "digraph run {",
        "  bgcolor=transparent; rankdir=LR; nodesep=0.3; ranksep=0.6; pad=0.1;",
        '  node [fontname="Helvetica", fontsize=11, margin="0.12,0.07", height=0.3, shape=box, '
        "style=rounded];",
        '  edge [fontname="Helvetica", fontsize=9, arrowsize=0.6];',
    ]
    for number, task in enumerate(tasks):
        if number not in regions:  # the tasks of a region stand for it
            label = f"{task['name']}\n{_share(task)} busy"
            out.append(f'  t{number} [label={quote(label)}, class="k-stage task-{number}"];')
    for number, fifo in enumerate(fifos):
        producer, consumer = fifo["producer"], fifo["consumer"]
        if producer is None or consumer is None or {producer, consumer} & regions:
            continue
        label = f"{fifo['name']}\nup to {fifo['highest_fill']} of {fifo['depth']}"
        is_full = fifo["highest_fill"] >= fifo["depth"] and fifo["stalled_full"] > 0
        css = f"fifo fifo-{number}{' is-changed' if is_full else ''}"
        out.append(f'  t{producer} -> t{consumer} [label={quote(label)}, class="{css}"];')
    out.append("}")
    try:
        svg = render_svg("\n".join(out))
    except BuildError as error:
        return f'<p class="hx-empty hx-failed">{escape(str(error))}</p>'
    return (
        f'<div class="hx-graph">{svg}<p class="legend">"Up to 1 of 2": at most one token was in a '
        'FIFO with room for two. <span class="is-changed">Marked FIFOs</span> were full while a '
        "task had a token for them.</p></div>"
    )


# --- tables ------------------------------------------------------------------------------------


def _task_table(simulation: SimulationRecord) -> str:
    tasks = simulation["tasks"]
    regions = {task["parent"] for task in tasks}
    leaves = [(number, task) for number, task in enumerate(tasks) if number not in regions]
    waiting = sorted(leaves, key=lambda item: -_waited(item[1]))[:MAX_ROWS]
    rows = "".join(_task_row(task) for _, task in sorted(waiting, key=lambda item: item[0]))
    ticks = "".join(
        f'<span class="tick" style="--tick:{tick}">{short_count(tick)}</span>'
        for tick in cycle_ticks(0, simulation["cycles"], 4)
    )
    return (
        f'<table class="hx-table hx-tasks"><caption>Tasks{_cut(leaves)}</caption><thead><tr>'
        f'<th scope="col">Task</th><th scope="col" class="lane"><span class="ticks">{ticks}</span>'
        '</th><th scope="col" class="num">Busy</th>'
        '<th scope="col" class="num">Waits for a token</th>'
        '<th scope="col" class="num">Waits for room</th><th scope="col">At the end</th></tr>'
        f"</thead><tbody>{rows}</tbody></table>"
    )


def _task_row(task: SimulatedTaskRecord) -> str:
    css = "" if task["state"] == "done" else ' class="delta is-worse"'
    state = _STATES.get(task["state"], task["state"])
    story = f"cycles {task['start']:,} to {task['end']:,}"
    return (
        f'<tr{attribute("data-src", task["line"])}><th scope="row"><code>{escape(task["name"])}'
        f'</code></th><td class="lane"{attribute("title", story)}><span class="run"'
        f' style="--from:{task["start"]};--to:{task["end"]}"></span><span class="now-line"></span>'
        f'</td><td class="num">{_share(task)}</td>'
        f'<td class="num">{format_count(task["stalled_empty"])}</td>'
        f'<td class="num">{format_count(task["stalled_full"])}</td>'
        f"<td><span{css}>{escape(state)}</span></td></tr>"
    )


def _fifo_table(simulation: SimulationRecord) -> str:
    tasks, fifos = simulation["tasks"], list(enumerate(simulation["fifos"]))
    declared = _TAKE_DECLARED if simulation["depths"] else ""
    waits = sorted(fifos, key=lambda item: -(item[1]["stalled_full"] + item[1]["stalled_empty"]))
    shown = sorted(waits[:MAX_ROWS], key=lambda item: item[0])
    arrays: dict[str, list[SimulatedFifoRecord]] = {}
    for _, fifo in fifos:
        arrays.setdefault(_declaration(fifo), []).append(fifo)
    chosen: dict[str, list[str]] = {name: [] for name in arrays}
    for number, fifo in shown:
        chosen[_declaration(fifo)].append(_fifo_row(number, fifo, tasks))
    rows = "".join(
        (_array_row(name, arrays[name]) if len(arrays[name]) > 1 else "") + "".join(own)
        for name, own in chosen.items()
    )
    return (
        f'<table class="hx-table hx-fifos"><caption>FIFOs{_cut(fifos)}</caption><thead><tr>'
        '<th scope="col">FIFO</th><th scope="col">From</th><th scope="col">To</th>'
        '<th scope="col" class="num">Depth</th><th scope="col" class="num">Now</th>'
        '<th scope="col" class="num">Highest fill</th>'
        '<th scope="col" class="num">Tokens</th><th scope="col" class="num">Puts waited</th>'
        '<th scope="col" class="num">Gets waited</th></tr></thead>'
        f"<tbody>{rows}</tbody></table>"
        '<p class="hx-note hx-hint">Type another depth to simulate with it.</p>'
        f'<p class="hx-measure">{_FIND_SMALLEST}{declared}</p>'
    )


def _declaration(fifo: SimulatedFifoRecord) -> str:
    """The name of the declaration: of a FIFO of an array, the array's."""
    return fifo["name"].partition("[")[0]


def _array_row(name: str, fifos: Sequence[SimulatedFifoRecord]) -> str:
    """One row for an array of FIFOs: the depth of all of them, and what they come to together."""
    depths = {fifo["depth"] for fifo in fifos}
    depth = str(depths.pop()) if len(depths) == 1 else ""
    left = sum(fifo["left"] for fifo in fifos)
    return (
        f'<tr class="is-array"{attribute("data-src", fifos[0]["line"])}><th scope="row">'
        f"<code>{escape(name)}</code>&nbsp;"
        f'<span class="dim">{escape(fifos[0]["dtype"])}</span></th>'
        f'<td colspan="2">{len(fifos):,} FIFOs</td>'
        f"{_depth_cell(name, depth, 'depth of all FIFOs of ' + name)}"
        f'<td class="num"></td>'
        f'<td class="num">{format_count(max(fifo["highest_fill"] for fifo in fifos))}</td>'
        f'<td class="num">{format_count(sum(fifo["tokens"] for fifo in fifos))}{_left(left)}</td>'
        f'<td class="num">{format_count(sum(fifo["stalled_full"] for fifo in fifos))}</td>'
        f'<td class="num">{format_count(sum(fifo["stalled_empty"] for fifo in fifos))}</td></tr>'
    )


def _depth_cell(name: str, depth: str, label: str) -> str:
    """The field for a depth; empty where the FIFOs of an array have different ones."""
    mixed = "" if depth else ' placeholder="mixed"'
    return (
        f'<td class="num"><input type="text" inputmode="numeric" value="{depth}"{mixed}'
        f'{attribute("data-fifo", name)} data-depth="{depth}"{attribute("aria-label", label)}></td>'
    )


def _left(count: int) -> str:
    return f' <span class="delta is-worse">{count} left</span>' if count else ""


def _fifo_row(number: int, fifo: SimulatedFifoRecord, tasks: Sequence[SimulatedTaskRecord]) -> str:
    return (
        f'<tr{attribute("data-src", fifo["line"])}><th scope="row"><code>{escape(fifo["name"])}'
        f'</code>&nbsp;<span class="dim">{escape(fifo["dtype"])}</span></th>'
        f"<td>{_task_name(tasks, fifo['producer'])}</td>"
        f"<td>{_task_name(tasks, fifo['consumer'])}</td>"
        f"{_depth_cell(fifo['name'], str(fifo['depth']), 'depth of ' + fifo['name'])}"
        f'<td class="num"><span class="fill-{number}">{fifo["left"]}</span></td>'
        f'<td class="num">{format_count(fifo["highest_fill"])}</td>'
        f'<td class="num">{format_count(fifo["tokens"])}{_left(fifo["left"])}</td>'
        f'<td class="num">{format_count(fifo["stalled_full"])}</td>'
        f'<td class="num">{format_count(fifo["stalled_empty"])}</td></tr>'
    )


def _task_name(tasks: Sequence[SimulatedTaskRecord], number: int | None) -> str:
    return "–" if number is None else f"<code>{escape(tasks[number]['name'])}</code>"


def _waited(task: SimulatedTaskRecord) -> int:
    return task["stalled_full"] + task["stalled_empty"]


def _share(task: SimulatedTaskRecord) -> str:
    """How much of its time a task did not wait."""
    cycles = task["end"] - task["start"]
    return f"{100 * (cycles - _waited(task)) / cycles:.0f} %" if cycles else "–"


def _cut(rows: Sequence[object]) -> str:
    if len(rows) <= MAX_ROWS:
        return ""
    return f", the {MAX_ROWS} of {len(rows):,} that waited longest"
