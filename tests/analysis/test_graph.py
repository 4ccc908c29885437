"""The dataflow graph: who moves how many bytes, and what a step changed."""

from __future__ import annotations

from designs import GEMM, schedule_of

from hcl_explore.analysis.graph import Graph, bytes_text, dataflow_graph, graph_diff

TWO_STAGES = """
def blur(A: uint8[64, 64], B: uint8[60, 64]):
    T: uint8[64, 64]
    for y in range(64, name="scale"):
        for x in range(64):
            T[y, x] = A[y, x] // 2
    for y in range(60, name="sum"):
        for x in range(64):
            B[y, x] = T[y, x] + T[y + 4, x]
"""

CALLS = """
def double(X: int32[16], Y: int32[16]):
    for i in range(16):
        Y[i] = 2 * X[i]

def top(A: int32[16], B: int32[16]):
    M: int32[16]
    double(A, M)
    double(M, B)
"""


def graph_of(text: str) -> Graph:
    schedule = schedule_of(text)
    return dataflow_graph(schedule.program)


def test_nodes_and_bytes_of_two_stages() -> None:
    graph = graph_of(TWO_STAGES)
    kinds = {node.id: node.kind for node in graph.nodes}
    assert kinds == {
        "blur:A": "input",
        "blur:B": "output",
        "blur:T": "buffer",
        "blur:scale": "stage",
        "blur:sum": "stage",
    }
    moved = {(edge.source, edge.target): edge.bytes for edge in graph.edges}
    assert moved == {
        ("blur:A", "blur:scale"): 64 * 64,
        ("blur:scale", "blur:T"): 64 * 64,
        ("blur:T", "blur:sum"): 64 * 64,
        ("blur:sum", "blur:B"): 60 * 64,
    }


def test_calls_are_stages_and_functions_are_clusters() -> None:
    graph = graph_of(CALLS)
    by_id = {node.id: node for node in graph.nodes}
    assert by_id["top:double()"].kind == "call"
    assert by_id["top:double()#2"].kind == "call"
    assert by_id["double:X"].cluster == "double"
    edges = {(edge.source, edge.target) for edge in graph.edges}
    assert ("top:double()", "top:M") in edges
    assert ("top:M", "top:double()#2") in edges


def test_a_scalar_between_stages_is_shown_and_one_inside_is_not() -> None:
    graph = graph_of("""
def norm(A: float32[64], B: float32[64]):
    total: float32 = 0.0
    for i in range(64, name="add"):
        half: float32 = A[i] * 0.5
        total += half
    for i in range(64, name="scale"):
        B[i] = A[i] * total
""")
    ids = {node.id for node in graph.nodes}
    assert "norm:total" in ids
    assert "norm:half" not in ids


def test_a_run_time_subscript_moves_an_unknown_number_of_bytes() -> None:
    graph = graph_of("""
def pick(A: int32[64], at: int32[8], B: int32[8]):
    for i in range(8):
        B[i] = A[at[i]]
""")
    (edge,) = [edge for edge in graph.edges if edge.source == "pick:A"]
    assert (edge.bytes, edge.label) == (None, "?")


def test_the_diff_of_a_step_names_what_it_changed() -> None:
    schedule = schedule_of(GEMM)
    before = dataflow_graph(schedule.program)
    assert graph_diff(before, dataflow_graph(schedule.program)).changed == []
    schedule.apply("partition", {"target": "A", "dim": 2})
    partitioned = dataflow_graph(schedule.program)
    diff = graph_diff(before, partitioned)
    assert (diff.added, diff.removed, diff.changed) == ([], [], ["gemm:A"])
    schedule.apply("buffer_at", {"target": "C", "axis": "i"})
    diff = graph_diff(partitioned, dataflow_graph(schedule.program))
    assert any(item.startswith("gemm:") for item in diff.added)
    assert diff.removed == []


def test_byte_counts_are_binary() -> None:
    assert [bytes_text(n) for n in (0, 1023, 1024, 1536, 3 << 20)] == [
        "0 B",
        "1023 B",
        "1.0 KiB",
        "1.5 KiB",
        "3.0 MiB",
    ]
