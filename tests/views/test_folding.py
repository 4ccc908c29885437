"""Graphs too large to lay out: tasks of one function drawn as one."""

from __future__ import annotations

from html_check import Checked

from hcl_explore.views.folding import MAX_EDGES, difference, folded, is_too_large
from hcl_explore.views.graph import graph_html
from hcl_explore.views.record import FifoRecord, GraphEdgeRecord, GraphNodeRecord, GraphRecord


def task(name: str, function: str) -> GraphNodeRecord:
    return {
        "id": f"top:{name}",
        "kind": "task",
        "label": name,
        "detail": function,
        "cluster": "top",
    }


def fifo(number: int) -> GraphEdgeRecord:
    return {
        "source": f"top:pe_{number}",
        "target": f"top:pe_{number + 1}",
        "label": f"fifo[{number}] · depth 2",
        "bytes": 4,
        "fifos": [FifoRecord(name=f"fifo[{number}]", depth=2, tokens=1)],
    }


def chain(length: int) -> GraphRecord:
    """A loader, then elements that hand tokens on."""
    pes = [task(f"pe_{number}", "pe") for number in range(1, length + 1)]
    edges = [fifo(number) for number in range(1, length)]
    first = {**fifo(0), "source": "top:load"}
    return {"nodes": [task("load", ""), *pes], "edges": [first, *edges]}  # type: ignore[list-item]


def test_tasks_of_one_function_become_one_node() -> None:
    graph = folded(chain(5))
    assert [(node["label"], node["detail"]) for node in graph["nodes"]] == [
        ("load", ""),
        ("5 × pe", "pe_1 … pe_5"),
    ]
    assert [(edge["source"], edge["label"], edge["bytes"]) for edge in graph["edges"]] == [
        ("top:load", "fifo[0] · depth 2", 4),
        ("top:pe", "fifo · 4 FIFOs of depth 2", 16),
    ]


def test_what_leads_nowhere_is_left_out() -> None:
    graph = chain(2)
    graph["nodes"].pop()
    assert [edge["target"] for edge in folded(graph)["edges"]] == ["top:pe"]


def test_edges_of_unknown_size_have_no_sum() -> None:
    graph = chain(4)
    graph["edges"][2]["bytes"] = None
    assert [edge["bytes"] for edge in folded(graph)["edges"]] == [4, None]


def test_the_difference_is_of_what_is_drawn() -> None:
    changes = difference(folded(chain(5)), folded(chain(6)))
    assert changes == {"added": [], "removed": [], "changed": ["top:pe", "top:pe->top:pe"]}


def test_a_large_graph_is_drawn_folded_and_says_so() -> None:
    small, large = chain(MAX_EDGES), chain(MAX_EDGES + 1)
    assert not is_too_large(small)
    assert is_too_large(large)
    html = Checked(graph_html(large, {"added": [], "removed": [], "changed": []}, small))
    assert f"{MAX_EDGES + 2} tasks and {MAX_EDGES + 1} FIFOs" in html.text
    assert "are drawn as one" in html.text
    assert f"~ {MAX_EDGES + 1} × pe" in html.text
    assert len(html.with_class("node")) == 2
