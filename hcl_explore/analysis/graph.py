"""The dataflow graph: which stage moves how many bytes between which buffers.

A stage is a band (an outermost loop with everything in it) or a call. Ids are ``function:name``,
so the graphs of two steps can be compared.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from hcl_explore.analysis.task_graph import FifoFacts, channels, task_names, token_type
from hcl_explore.ir.dialect import PUT
from hcl_explore.ir.program import Access, Buffer, Call, Function, Loop, Program
from hcl_explore.lang.types import UNKNOWN_SIZE
from hcl_explore.polyhedral.endpoints import endpoints_of, is_region
from hcl_explore.polyhedral.footprint import element_count

_KIND = {
    "constant": "constant",
    "state": "buffer",
    "result": "output",
    "local": "buffer",
    "stream": "stream",
}


@dataclass(frozen=True)
class GraphNode:
    """``kind`` is input, output, buffer, constant, stream, stage, call or task; ``detail`` is the
    second line."""

    id: str
    kind: str
    label: str
    detail: str
    cluster: str | None


@dataclass(frozen=True)
class GraphEdge:
    """``bytes`` is the footprint moved along the edge; None where it is not known. Between two
    tasks, ``fifos`` are the FIFOs."""

    source: str
    target: str
    label: str
    bytes: int | None
    fifos: tuple[FifoFacts, ...] = ()

    @property
    def id(self) -> str:
        return f"{self.source}->{self.target}"


@dataclass(frozen=True)
class Graph:
    nodes: list[GraphNode]
    edges: list[GraphEdge]


@dataclass(frozen=True)
class GraphDiff:
    """Ids of nodes and edges that came, went, or show something else."""

    added: list[str]
    removed: list[str]
    changed: list[str]


def dataflow_graph(program: Program) -> Graph:
    """The graph of all functions, the kernel's first; each is a cluster where there are several."""
    graph = Graph([], [])
    for function in sorted(program.functions.values(), key=lambda each: each.name != program.top):
        cluster = function.name if len(program.functions) > 1 else None
        if is_region(function):
            _add_region(graph, program, function, cluster)
        else:
            _add_function(graph, function, cluster)
    return graph


def graph_diff(before: Graph, after: Graph) -> GraphDiff:
    """What changed from one graph to the next, in the order of the graphs."""
    old: dict[str, GraphNode | GraphEdge] = {item.id: item for item in _items(before)}
    new: dict[str, GraphNode | GraphEdge] = {item.id: item for item in _items(after)}
    return GraphDiff(
        added=[key for key in new if key not in old],
        removed=[key for key in old if key not in new],
        changed=[key for key, item in new.items() if key in old and old[key] != item],
    )


def bytes_text(count: int) -> str:
    """``512 B``, ``4.0 KiB``, ``1.5 MiB``."""
    size = float(count)
    for unit in ("B", "KiB", "MiB"):
        if size < 1024 or unit == "MiB":
            return f"{count} B" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1024
    raise AssertionError("unreachable")


def _items(graph: Graph) -> Iterator[GraphNode | GraphEdge]:
    yield from graph.nodes
    yield from graph.edges


@dataclass
class _Traffic:
    """What one stage does to one buffer."""

    reads: list[Access] = field(default_factory=list)
    writes: list[Access] = field(default_factory=list)
    is_whole: bool = False


def _add_function(graph: Graph, function: Function, cluster: str | None) -> None:
    stages: list[GraphNode] = []
    traffic: dict[str, dict[Buffer, _Traffic]] = {}
    items: list[Loop | Call] = [*function.loops, *function.calls]
    taken: defaultdict[str, int] = defaultdict(int)
    for item in sorted(items, key=lambda item: item.position):
        if isinstance(item, Loop):
            node = _stage(item, cluster)
            traffic[node.id] = _group(item.all_accesses())
        else:
            taken[item.callee] += 1
            node = _call_node(function, item, taken[item.callee], cluster)
            traffic[node.id] = _of_call(function, item)
        stages.append(node)
    straight = [access for access in function.accesses if not access.is_call]
    loose = {buffer: use for buffer, use in _group(straight).items() if buffer.shape}
    if loose:
        body = GraphNode(f"{function.name}:body", "stage", "body", "straight-line code", cluster)
        stages.append(body)
        traffic[body.id] = loose
    shown = [b for b in function.buffers if _is_shown(b, traffic.values())]
    for buffer in shown:
        written = any(t[buffer].writes for t in traffic.values() if buffer in t)
        graph.nodes.append(_buffer_node(buffer, written, cluster))
    graph.nodes.extend(stages)
    visible = set(shown)
    for stage in stages:
        for buffer, use in traffic[stage.id].items():
            if buffer in visible:
                graph.edges.extend(_edges(stage.id, buffer, use))


def _add_region(graph: Graph, program: Program, region: Function, cluster: str | None) -> None:
    """Tasks, with the FIFOs between them as edges, and the arrays that they work on."""
    endpoints = endpoints_of(program)
    undecided = endpoints.undecided(region)
    tasks = {call: f"{region.name}:{name}" for call, name in task_names(region)}
    uses = {call: _of_call(region, call) for call in tasks}
    for buffer in region.buffers:
        is_fifo = buffer.kind == "stream" and buffer.depth is not None
        if is_fifo and buffer not in undecided:
            continue
        written = any(use[buffer].writes for use in uses.values() if buffer in use)
        graph.nodes.append(_buffer_node(buffer, written, cluster))
        for call, use in uses.items():
            if buffer.kind == "stream":
                ends = {end.is_put for end in endpoints.of_call(call) if end.stream is buffer}
                graph.edges.extend(_stream_edges(tasks[call], buffer, ends))
            elif buffer in use:
                graph.edges.extend(_edges(tasks[call], buffer, use[buffer]))
    for call, name in task_names(region):
        detail = "" if name == call.callee else call.callee
        graph.nodes.append(GraphNode(tasks[call], "task", name, detail, cluster))
    for channel in channels(endpoints, region):
        label = "\n".join(map(str, channel.fifos))
        source, target = tasks[channel.producer], tasks[channel.consumer]
        graph.edges.append(GraphEdge(source, target, label, channel.bytes, channel.fifos))


def _stage(loop: Loop, cluster: str | None) -> GraphNode:
    parts = []
    for inner in loop.subtree():
        trips = "?" if inner.trip_count is None else str(inner.trip_count)
        text = f"{inner.name} {trips}"
        if inner.pipeline_ii is not None:
            text += f" pipeline {inner.pipeline_ii}"
        if inner.unroll is not None:
            text += f" unroll {inner.unroll or 'all'}"
        parts.append(text + (" parallel" if inner.parallel else ""))
    return GraphNode(f"{loop.function}:{loop.band}", "stage", loop.band, " · ".join(parts), cluster)


def _call_node(function: Function, call: Call, number: int, cluster: str | None) -> GraphNode:
    suffix = "" if number == 1 else f"#{number}"
    return GraphNode(
        f"{function.name}:{call.callee}(){suffix}", "call", f"{call.callee}()", "call", cluster
    )


def _group(accesses: Iterable[Access]) -> dict[Buffer, _Traffic]:
    uses: dict[Buffer, _Traffic] = {}
    for access in accesses:
        use = uses.setdefault(access.buffer, _Traffic())
        (use.writes if access.is_write else use.reads).append(access)
        use.is_whole = use.is_whole or access.is_call
    return uses


def _of_call(function: Function, call: Call) -> dict[Buffer, _Traffic]:
    """What the call may do to the buffers it is handed, as the program's accesses state it."""
    return _group(access for access in function.accesses if access.op == call.op)


def _is_shown(buffer: Buffer, traffic: Iterable[dict[Buffer, _Traffic]]) -> bool:
    """Arrays, streams, and those scalars through which one stage hands a value to another."""
    users = [uses[buffer] for uses in traffic if buffer in uses]
    if buffer.kind == "stream":
        return bool(users)
    if buffer.shape:
        return bool(users) or buffer.kind in ("argument", "result")
    return len(users) > 1 and any(use.writes for use in users) and any(use.reads for use in users)


def _buffer_node(buffer: Buffer, written: bool, cluster: str | None) -> GraphNode:
    kind = ("output" if written else "input") if buffer.kind == "argument" else _KIND[buffer.kind]
    sizes = ("..." if size == UNKNOWN_SIZE else str(size) for size in buffer.shape)
    shape = f"[{', '.join(sizes)}]" if buffer.shape else ""
    if buffer.kind == "stream":
        depth = "" if buffer.depth is None else f" · depth {buffer.depth}"
        detail = f"Stream[{token_type(buffer)}]{shape}{depth}"
        return GraphNode(buffer.key, kind, buffer.name, detail, cluster)
    detail = f"{buffer.dtype}{shape}"
    if buffer.is_sized:
        detail += f" · {bytes_text(buffer.bytes)}"
    if buffer.partition:
        detail += f" · {'; '.join(str(entry) for entry in buffer.partition)}"
    if buffer.storage or buffer.bank:
        detail += f" · {buffer.storage or buffer.bank}"
    return GraphNode(buffer.key, kind, buffer.name, detail, cluster)


def _edges(stage: str, buffer: Buffer, use: _Traffic) -> Iterator[GraphEdge]:
    if buffer.kind == "stream":
        # Every operation reads and writes its FIFO; only puts hand something to it.
        operations = [access.op.name for access in (*use.reads, *use.writes)]
        puts = {name == PUT for name in operations if name != "func.call"}
        yield from _stream_edges(stage, buffer, puts or {True, False})
        return
    for accesses, source, target in (
        (use.reads, buffer.key, stage),
        (use.writes, stage, buffer.key),
    ):
        if accesses:
            elements = buffer.elements if use.is_whole else element_count(accesses)
            size = None if elements is None else elements * ((buffer.bits + 7) // 8)
            yield GraphEdge(source, target, "?" if size is None else bytes_text(size), size)


def _stream_edges(stage: str, buffer: Buffer, puts: set[bool]) -> Iterator[GraphEdge]:
    """The edges of a stage that puts into a stream (True), gets from it (False), or both."""
    if True in puts:
        yield GraphEdge(stage, buffer.key, "", None)
    if False in puts:
        yield GraphEdge(buffer.key, stage, "", None)
