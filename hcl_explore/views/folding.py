"""Large graphs made small enough to draw: all tasks that run one function become one node."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping

from hcl_explore.views.record import (
    FifoRecord,
    GraphDiffRecord,
    GraphEdgeRecord,
    GraphNodeRecord,
    GraphRecord,
)

# Laying out 200 edges takes half a second, 300 take three, 1,000 minutes.
MAX_EDGES = 200


def is_too_large(graph: GraphRecord) -> bool:
    """Whether the layout of all its edges would take long."""
    return len(graph["edges"]) > MAX_EDGES


def folded(graph: GraphRecord) -> GraphRecord:
    """``graph`` with one node for all tasks of a region that run the same function, and one edge
    for all that lead from one node to another."""
    groups: defaultdict[str, list[GraphNodeRecord]] = defaultdict(list)
    place: dict[str, str] = {}
    for node in graph["nodes"]:
        place[node["id"]] = key = _group(node)
        groups[key].append(node)
    lines: defaultdict[tuple[str, str], list[GraphEdgeRecord]] = defaultdict(list)
    for edge in graph["edges"]:
        ends = place.get(edge["source"]), place.get(edge["target"])
        if ends[0] is not None and ends[1] is not None:
            lines[ends[0], ends[1]].append(edge)
    return GraphRecord(
        nodes=[_node(key, members) for key, members in groups.items()],
        edges=[_edge(source, target, edges) for (source, target), edges in lines.items()],
    )


def difference(before: GraphRecord, after: GraphRecord) -> GraphDiffRecord:
    """What changed from one folded graph to the next."""
    old, new = _items(before), _items(after)
    return GraphDiffRecord(
        added=[key for key in new if key not in old],
        removed=[key for key in old if key not in new],
        changed=[key for key in new if key in old and old[key] != new[key]],
    )


def _items(graph: GraphRecord) -> Mapping[str, GraphNodeRecord | GraphEdgeRecord]:
    nodes = {node["id"]: node for node in graph["nodes"]}
    return nodes | {f"{edge['source']}->{edge['target']}": edge for edge in graph["edges"]}


def _group(node: GraphNodeRecord) -> str:
    """The node that stands for it; a task's detail begins with the function that it runs."""
    if node["kind"] != "task":
        return node["id"]
    return f"{node['cluster']}:{node['detail'] or node['label']}"


def _node(key: str, members: list[GraphNodeRecord]) -> GraphNodeRecord:
    first = members[0]
    if len(members) == 1:
        return {**first, "id": key}
    detail = f"{first['label']} … {members[-1]['label']}"
    label = f"{len(members):,} × {first['detail'].splitlines()[0]}"
    return {**first, "id": key, "label": label, "detail": detail}


def _edge(source: str, target: str, edges: list[GraphEdgeRecord]) -> GraphEdgeRecord:
    fifos = [fifo for edge in edges for fifo in edge["fifos"]]
    sizes = [edge["bytes"] for edge in edges]
    known = [size for size in sizes if size is not None]
    if len(edges) == 1:
        label = edges[0]["label"]
    elif fifos:
        label = _fifo_label(fifos)
    else:
        text = edges[0]["label"] if len({edge["label"] for edge in edges}) == 1 else "accesses"
        label = f"{len(edges):,} × {text}"
    total = sum(known) if len(known) == len(sizes) else None
    return GraphEdgeRecord(source=source, target=target, label=label, bytes=total, fifos=fifos)


def _fifo_label(fifos: list[FifoRecord]) -> str:
    """A line for each array of FIFOs and depth: "A_fifo · 240 FIFOs of depth 2"."""
    counts = Counter((fifo["name"].partition("[")[0], fifo["depth"]) for fifo in fifos)
    return "\n".join(
        f"{name} · {count:,} {'FIFO' if count == 1 else 'FIFOs'} of depth {depth}"
        for (name, depth), count in counts.items()
    )
