"""The loop tree with trip counts, initiation intervals and pragmas, and the buffers below it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby

from hcl_explore.views.lineage import Origin, all_loops, origins
from hcl_explore.views.record import BufferRecord, LoopRecord, StepRecord
from hcl_explore.views.text import attribute, escape, format_bytes

Origins = Mapping[str, tuple[Origin, ...]]

_PRAGMA_FIELDS = ("pipeline_ii", "unroll", "parallel", "dataflow")


def loop_tree_html(steps: Sequence[StepRecord], index: int) -> str:
    """Loops and buffers after step ``index``.

    Each loop and buffer is a button that carries its name (``data-loop`` or ``data-buffer``), its
    source line (``data-src``) and the steps that made it (``data-steps``).
    """
    step = steps[index]
    before = steps[index - 1] if index else None
    history = origins(steps, index)
    out = ['<div class="hx-tree">']
    if not step["loops"]:
        out.append('<p class="hx-empty">This program has no loops.</p>')
    known = {loop["key"]: loop for loop in all_loops(before["loops"])} if before else None
    for function, loops in groupby(step["loops"], key=lambda loop: loop["function"]):
        out.append(f'<h4 class="fn"><span>function</span> {escape(function)}</h4>')
        for band, nest in groupby(loops, key=lambda loop: loop["band"]):
            out.append(f'<div class="band"><span class="band-name">{escape(band)}</span>')
            out.append(_loops_html(list(nest), history, known))
            out.append("</div>")
    out.append("</div>")
    out.append(_buffers_html(step["buffers"], before, history))
    return "".join(out)


def _loops_html(
    loops: Sequence[LoopRecord], history: Origins, known: Mapping[str, LoopRecord] | None
) -> str:
    return f"<ul>{''.join(_loop_html(loop, history, known) for loop in loops)}</ul>"


def _loop_html(loop: LoopRecord, history: Origins, known: Mapping[str, LoopRecord] | None) -> str:
    trips = loop["trip_count"]
    trip_text = f"×{trips:,}" if trips is not None else "×?"
    trip_title = "trip count" if trips is not None else "the trip count depends on run-time values"
    past = history.get(loop["key"], ())
    row = (
        f'<button type="button" class="loop"{_subject("data-loop", loop["key"], past)}'
        f"{attribute('data-name', loop['name'])}{attribute('data-band', loop['band'])}"
        f"{attribute('data-src', loop['line'])}{attribute('title', _story(past))}>"
        f'<span class="kw">for</span> <b>{escape(loop["name"])}</b>'
        f'<span class="trips" title="{trip_title}">{trip_text}</span>'
        f'<span class="bounds">{escape(loop["bounds"])}</span>'
        f"{_pragmas(loop)}{_news(loop, known)}</button>"
    )
    inner = "".join(
        f'<li class="stmt"><code>{escape(text)}</code></li>' for text in loop["statements"]
    )
    inner += "".join(_loop_html(child, history, known) for child in loop["children"])
    return f"<li>{row}{f'<ul>{inner}</ul>' if inner else ''}</li>"


def _subject(name: str, key: str, past: Sequence[Origin]) -> str:
    """The identity of what a button stands for, with the steps that made it."""
    steps = " ".join(str(number) for number in dict.fromkeys(origin.step for origin in past))
    return attribute(name, key) + attribute("data-steps", steps or None)


def _story(past: Sequence[Origin]) -> str | None:
    """One sentence: what this was before."""
    if not past:
        return None
    parts = [f"{origin.key.rpartition(':')[2]} before step {origin.step}" for origin in past]
    return "was " + ", ".join(parts)


def _pragmas(loop: LoopRecord) -> str:
    chips: list[str] = []
    asked, achieved = loop["pipeline_ii"], loop["achieved_ii"]
    if asked is not None:
        missed = achieved is not None and achieved > asked
        text = f"pipeline II={asked}"
        if missed:
            text += f", achieved {achieved}"
        title = (
            f"asked for an initiation interval of {asked}, estimated {achieved}"
            if achieved is not None
            else f"asked for an initiation interval of {asked}"
        )
        css = "chip is-missed" if missed else "chip is-pragma"
        chips.append(f'<span class="{css}" title="{title}">{text}</span>')
    elif achieved is not None:
        chips.append(
            f'<span class="chip" title="estimated initiation interval">II {achieved}</span>'
        )
    if loop["unroll"] is not None:
        text = "unroll fully" if loop["unroll"] == 0 else f"unroll {loop['unroll']}"
        chips.append(f'<span class="chip is-pragma">{text}</span>')
    if loop["parallel"]:
        chips.append('<span class="chip is-pragma">parallel</span>')
    if loop["dataflow"]:
        chips.append('<span class="chip is-pragma">dataflow</span>')
    if loop["reduction"]:
        chips.append('<span class="chip">reduction</span>')
    return "".join(chips)


def _news(loop: LoopRecord, known: Mapping[str, LoopRecord] | None) -> str:
    """A chip that says whether this step made the loop or changed its pragmas."""
    if known is None:
        return ""
    old = known.get(loop["key"])
    if old is None:
        return '<span class="chip is-new">new</span>'
    if old["trip_count"] != loop["trip_count"] or any(
        old[field] != loop[field]  # type: ignore[literal-required]
        for field in _PRAGMA_FIELDS
    ):
        return '<span class="chip is-changed">changed</span>'
    return ""


def _buffers_html(
    buffers: Sequence[BufferRecord], before: StepRecord | None, history: Origins
) -> str:
    if not buffers:
        return ""
    known = {buffer["key"]: buffer for buffer in before["buffers"]} if before else None
    rows = "".join(_buffer_row(buffer, known, history) for buffer in buffers)
    return (
        '<table class="hx-table hx-buffers"><caption>Arrays and variables</caption>'
        '<thead><tr><th scope="col">Name</th><th scope="col">Kind</th><th scope="col">Type</th>'
        '<th scope="col" class="num">Size</th><th scope="col">Partition</th>'
        f'<th scope="col">Storage</th></tr></thead><tbody>{rows}</tbody></table>'
    )


def _buffer_row(
    buffer: BufferRecord, known: Mapping[str, BufferRecord] | None, history: Origins
) -> str:
    shape = "".join(f"[{size}]" for size in buffer["shape"])
    news = ""
    if known is not None:
        old = known.get(buffer["key"])
        if old is None:
            news = '<span class="chip is-new">new</span>'
        elif (old["partition"], old["storage"]) != (buffer["partition"], buffer["storage"]):
            news = '<span class="chip is-changed">changed</span>'
    past = history.get(buffer["key"], ())
    return (
        f'<tr{attribute("data-src", buffer["line"])}><th scope="row"><button type="button"'
        f' class="buffer"{_subject("data-buffer", buffer["key"], past)}'
        f"{attribute('data-name', buffer['name'])}{attribute('title', _story(past))}>"
        f"{escape(buffer['name'])}</button>{news}</th><td>{escape(buffer['kind'])}</td>"
        f"<td><code>{escape(buffer['dtype'] + shape)}</code></td>"
        f'<td class="num">{format_bytes(buffer["bytes"])}</td>'
        f"<td>{escape(buffer['partition']) or '–'}</td>"
        f"<td>{escape(buffer['storage'] or '–')}</td></tr>"
    )
