"""A dataflow graph as DOT text. Colours are classes: the page's theme decides them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from hcl_explore.views.record import (
    GraphDiffRecord,
    GraphEdgeRecord,
    GraphNodeRecord,
    GraphRecord,
)
from hcl_explore.views.text import format_bytes

_SHAPES = {
    "input": "box",
    "output": "box",
    "buffer": "box",
    "constant": "box",
    "stream": "cds",
    "stage": "box",
    "call": "component",
    "task": "box",
}
_STYLES = {"stage": "rounded", "task": "rounded,bold", "call": "solid", "constant": "dashed"}
_LINE_LENGTH = 30
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def quote(text: str) -> str:
    """A DOT string that shows ``text`` as it is: never markup, an escape or an HTML label."""
    plain = _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)
    plain = plain.replace("&", "&amp;").replace("\\", "\\\\").replace('"', '\\"')
    return '"' + plain.replace("\n", "\\n") + '"'


def wrap(detail: str) -> str:
    """Break a line of details at its middle dots, so that boxes stay narrow."""
    lines: list[str] = []
    for part in detail.split(" · "):
        if lines and len(lines[-1]) + len(part) + 3 <= _LINE_LENGTH:
            lines[-1] += f" · {part}"
        else:
            lines.append(part)
    return "\n".join(lines)


def edge_key(edge: GraphEdgeRecord) -> str:
    """How ``GraphDiffRecord`` names an edge."""
    return f"{edge['source']}->{edge['target']}"


def graph_dot(
    graph: GraphRecord, diff: GraphDiffRecord | None = None, before: GraphRecord | None = None
) -> str:
    """DOT source of ``graph``.

    ``diff`` marks what came and changed; with ``before``, what went is drawn too, as removed.
    """
    marks: dict[str, str] = {}
    nodes, edges = list(graph["nodes"]), list(graph["edges"])
    if diff is not None:
        for kind in ("removed", "changed", "added"):
            marks.update(dict.fromkeys(diff[kind], kind))
        if before is not None:
            gone = set(diff["removed"])
            present = {node["id"] for node in nodes}
            nodes += [n for n in before["nodes"] if n["id"] in gone and n["id"] not in present]
            drawn = {node["id"] for node in nodes}
            edges += [
                edge
                for edge in before["edges"]
                if edge_key(edge) in gone and {edge["source"], edge["target"]} <= drawn
            ]
    names = {node["id"]: f"n{number}" for number, node in enumerate(nodes)}
    out = [
        "digraph dataflow {",
        "  bgcolor=transparent; rankdir=TB; nodesep=0.35; ranksep=0.4; pad=0.1;",
        '  node [fontname="Helvetica", fontsize=11, margin="0.12,0.07", height=0.3];',
        '  edge [fontname="Helvetica", fontsize=9, arrowsize=0.6];',
    ]
    clusters: dict[str, list[GraphNodeRecord]] = {}
    for node in nodes:
        if node["cluster"]:
            clusters.setdefault(node["cluster"], []).append(node)
        else:
            out.append("  " + _node(node, names, marks))
    # Regions of tasks first: what a task does inside is the detail of it.
    ordered = sorted(clusters.items(), key=lambda item: not _is_region(item[1]))
    for number, (cluster, members) in enumerate(ordered):
        out.append(f"  subgraph cluster_{number} {{")
        out.append(f'    label={quote(cluster)}; fontname="Helvetica"; fontsize=10; labeljust=l;')
        out.append('    style=rounded; class="cluster";')
        out += ["    " + _node(node, names, marks) for node in members]
        out.append("  }")
    out += ["  " + _edge(edge, names, marks) for edge in _known(edges, names)]
    out.append("}")
    return "\n".join(out)


def _is_region(members: Sequence[GraphNodeRecord]) -> bool:
    return any(node["kind"] == "task" for node in members)


def _known(edges: Sequence[GraphEdgeRecord], names: dict[str, str]) -> list[GraphEdgeRecord]:
    """Edges between nodes of the graph; DOT would invent the others."""
    return [edge for edge in edges if edge["source"] in names and edge["target"] in names]


_MARK_SIGNS = {"added": "+ ", "removed": "− ", "changed": "~ "}


def _node(node: GraphNodeRecord, names: dict[str, str], marks: dict[str, str]) -> str:
    mark = marks.get(node["id"], "")
    label = _MARK_SIGNS.get(mark, "") + node["label"]
    for line in node["detail"].splitlines():
        label += "\n" + wrap(line)
    style = _STYLES.get(node["kind"], "solid")
    tooltip = f"{node['kind']} {node['label']}" + (f" ({mark} in this step)" if mark else "")
    return (
        f"{names[node['id']]} [label={quote(label)}, shape={_SHAPES[node['kind']]}, "
        f'style="{style}", class="k-{node["kind"]}{f" is-{mark}" if mark else ""}", '
        f"tooltip={quote(tooltip)}];"
    )


def _edge(edge: GraphEdgeRecord, names: dict[str, str], marks: dict[str, str]) -> str:
    mark = marks.get(edge_key(edge), "")
    text = edge["label"]
    if not text and edge["bytes"] is not None:
        text = format_bytes(edge["bytes"])
    label = _MARK_SIGNS.get(mark, "") + text if text else ""
    style = ", style=dashed" if mark == "removed" else ""
    css = f"is-{mark}" if mark else "flow"
    return (
        f"{names[edge['source']]} -> {names[edge['target']]} "
        f'[label={quote(label)}, class="{css}", tooltip={quote(label)}{style}];'
    )
