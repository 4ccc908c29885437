"""Loop tree, metrics, step list, graph and roofline on the hand-written gemm session."""

from __future__ import annotations

import gemm_records
import pytest
from html_check import Checked

from hcl_explore.errors import NoSuchStepError
from hcl_explore.views.dot import graph_dot, quote, wrap
from hcl_explore.views.graph import MAX_NODES, graph_html, render_svg
from hcl_explore.views.history import badge_html, history_html
from hcl_explore.views.lineage import Origin, origins
from hcl_explore.views.loop_tree import loop_tree_html
from hcl_explore.views.metrics import latency_change, metrics_html
from hcl_explore.views.panes import PANES, pane_list, render_pane
from hcl_explore.views.record import SessionRecord


@pytest.fixture
def record() -> SessionRecord:
    return gemm_records.session_record()


@pytest.mark.parametrize("pane", [pane.id for pane in PANES])
@pytest.mark.parametrize("step", range(6))
def test_every_pane_is_well_formed(record: SessionRecord, step: int, pane: str) -> None:
    assert Checked(render_pane(record, step, pane)).text.strip()


def test_unknown_panes_and_steps_are_refused(record: SessionRecord) -> None:
    with pytest.raises(KeyError):
        render_pane(record, 0, "nothing")
    with pytest.raises(NoSuchStepError):
        render_pane(record, 6, "tree")


def test_only_the_panes_with_alternatives_have_views() -> None:
    assert {p["id"]: p["views"] for p in pane_list() if p["views"]} == {
        "graph": [["graph", "Graph"], ["run", "Simulated run"]],
        "roofline": [["device", "Device"], ["processor", "This CPU"]],
        "metrics": [["estimate", "Estimate"], ["report", "Report"]],
        "hls": [["changes", "Changes"], ["whole", "Whole"]],
    }


# --- loop tree ---------------------------------------------------------------------------------


def test_tree_shows_loops_trips_and_pragmas(record: SessionRecord) -> None:
    html = Checked(loop_tree_html(record["steps"], 3))
    loops = html.with_class("loop")
    assert [loop["data-name"] for loop in loops] == [
        "C_d0", "C_d1", "k.outer", "i", "j", "k.inner",
    ]  # fmt: skip
    assert "k.outer×4" in html.text
    assert "pipeline II=1, achieved 4" in html.text
    assert "unroll fully" in html.text
    assert "C[i, j] += A[i, k] * B[k, j]" in html.text


def test_tree_says_when_the_interval_is_met(record: SessionRecord) -> None:
    text = Checked(loop_tree_html(record["steps"], 5)).text
    assert "pipeline II=1" in text
    assert "achieved" not in text


def test_tree_marks_what_is_new_and_what_changed(record: SessionRecord) -> None:
    assert Checked(loop_tree_html(record["steps"], 1)).text.count("new") == 2
    assert "changed" in Checked(loop_tree_html(record["steps"], 3)).text
    assert "new" not in Checked(loop_tree_html(record["steps"], 0)).text


def test_tree_tells_where_a_loop_comes_from(record: SessionRecord) -> None:
    html = Checked(loop_tree_html(record["steps"], 5))
    inner = next(loop for loop in html.with_class("loop") if loop["data-name"] == "k.inner")
    assert inner["title"] == "was mm.k before step 1"
    assert inner["data-steps"] == "1"
    assert inner["data-src"] == "6"
    untouched = next(loop for loop in html.with_class("loop") if loop["data-name"] == "i")
    assert "title" not in untouched


def test_unknown_trip_counts_are_said_to_be_unknown(record: SessionRecord) -> None:
    record["steps"][0]["loops"][0]["trip_count"] = None
    html = loop_tree_html(record["steps"], 0)
    assert "×?" in html
    assert "depends on run-time values" in html


def test_a_program_without_loops_says_so(record: SessionRecord) -> None:
    record["steps"][0]["loops"] = []
    assert "no loops" in Checked(loop_tree_html(record["steps"], 0)).text


def test_origins_follow_two_splits_and_a_fusion(record: SessionRecord) -> None:
    steps = record["steps"][:3]
    steps[2]["forwarding"] = {
        "gemm:mm.k.outer": ["gemm:mm.fused"],
        "gemm:mm.i": ["gemm:mm.fused"],
    }
    fused = gemm_records.loop("fused", "mm", 2, [])
    steps[2]["loops"] = [fused]
    assert origins(steps, 2)["gemm:mm.fused"] == (
        Origin(2, "gemm:mm.i"),
        Origin(2, "gemm:mm.k.outer"),
        Origin(1, "gemm:mm.k"),
    )


# --- metrics -----------------------------------------------------------------------------------


def test_metrics_show_the_change_in_words(record: SessionRecord) -> None:
    text = Checked(metrics_html(record["steps"], 5)).text
    assert "5,134 cycles" in text
    assert "▼ 3.39× less better" in text
    assert "▲ 4× more worse" in text  # DSP: 10 to 40
    assert "one call takes 17.1 µs" in text
    assert "meets the interval asked for" in text
    assert "4 → 1" in text


def test_metrics_of_the_first_step_have_no_change(record: SessionRecord) -> None:
    assert "better" not in Checked(metrics_html(record["steps"], 0)).text


def test_unknown_figures_are_dashes_and_the_notes_say_why(record: SessionRecord) -> None:
    estimate = record["steps"][1]["estimate"]
    estimate["latency_cycles"] = None
    estimate["notes"] = ["Loop w has no bound."]
    text = Checked(metrics_html(record["steps"], 1)).text
    assert "Latency–" in text
    assert "Loop w has no bound." in text
    assert latency_change(record["steps"], 1) == ""


# --- step list ---------------------------------------------------------------------------------


def test_step_list_has_calls_badges_and_gains(record: SessionRecord) -> None:
    html = Checked(history_html(record, editable=True))
    text = html.text
    assert 's.split("k", 8)' in text
    assert "3.39× faster" in text
    assert text.count("verified") == 4
    assert text.count("checking") == 1
    assert text.count("reassociated") == 1
    assert text.count("changes values") == 1
    assert len([a for _, a in html.elements if "data-remove" in a]) == 5


def test_step_list_tells_undone_and_unchecked_steps(record: SessionRecord) -> None:
    record["position"] = 3
    record["steps"][2]["unchecked"] = True
    text = Checked(history_html(record, editable=False)).text
    assert text.count("undone") == 2
    assert text.count("unchecked") == 1
    assert "×" not in text.replace("× ", "")


def test_a_failed_verification_says_what_failed(record: SessionRecord) -> None:
    record["steps"][2]["verification"] = {
        "status": "failed",
        "detail": "C[0, 3] is 4, not 5",
        "relative_error": 0.25,
    }
    assert "✗ failed: C[0, 3] is 4, not 5" in Checked(history_html(record, editable=True)).text


def test_a_badge_tells_the_error_where_there_is_one(record: SessionRecord) -> None:
    steps = [step["verification"] for step in record["steps"]]
    assert Checked(badge_html(steps[1])).text.strip() == "✓ verified"
    assert Checked(badge_html(steps[2])).text.strip() == "✓ verified, error 1.2e-06"


def test_steps_that_no_longer_apply_are_listed_with_the_reason(record: SessionRecord) -> None:
    record["failed"] = [
        {
            "call": 's.split("z", 2)',
            "primitive": "split",
            "arguments": {},
            "error": "no loop 'z'\n    for <b>\n        ^",
        }
    ]
    text = Checked(history_html(record, editable=True)).text
    assert "No longer applies" in text
    assert "no loop 'z'\n    for <b>\n        ^" in text


# --- graph -------------------------------------------------------------------------------------


def test_graph_svg_has_the_labels_and_marks(record: SessionRecord) -> None:
    step, before = record["steps"][4], record["steps"][3]
    html = graph_html(step["graph"], step["graph_diff"], before["graph"])
    text = Checked(html).text
    assert "~ A" in text
    assert "cyclic 8 on dim 2" in text
    assert "4 KiB" in text
    assert "~ changed" in text
    assert "fill=" not in html.replace('fill="none"', "").replace('fill="black"', "")


def test_removed_nodes_are_drawn_as_removed(record: SessionRecord) -> None:
    before = record["steps"][0]["graph"]
    after = {
        "nodes": [n for n in before["nodes"] if n["id"] != "init_C"],
        "edges": [e for e in before["edges"] if e["source"] != "init_C"],
    }
    diff = {"added": [], "removed": ["init_C", "init_C->C"], "changed": []}
    dot = graph_dot(after, diff, before)  # type: ignore[arg-type]
    assert "− init_C" in dot
    assert dot.count("is-removed") == 2


def test_long_details_break_at_their_dots() -> None:
    detail = "k.outer 16 · i 128 · C_buf_load0 128 · j 128 pipeline 1 · k.inner 8"
    assert wrap(detail).split("\n") == [
        "k.outer 16 · i 128",
        "C_buf_load0 128",
        "j 128 pipeline 1 · k.inner 8",
    ]
    assert wrap("one long word that is longer than a line has") == (
        "one long word that is longer than a line has"
    )


def test_edges_to_unknown_nodes_are_left_out(record: SessionRecord) -> None:
    graph = record["steps"][0]["graph"]
    graph["edges"].append({"source": "mm", "target": "ghost", "label": "", "bytes": None})
    assert graph_dot(graph).count("->") == 5


def test_a_huge_graph_is_refused_in_words(record: SessionRecord) -> None:
    node = record["steps"][0]["graph"]["nodes"][0]
    many = [{**node, "id": str(n)} for n in range(MAX_NODES + 1)]
    html = graph_html({"nodes": many, "edges": []})  # type: ignore[typeddict-item]
    assert f"{MAX_NODES + 1:,} nodes" in html


@pytest.mark.parametrize(
    "text", ["a\\", 'say "hi"', "&lt;b&gt;", "<b>bold</b>", "\\N", "a\nb", "é"]
)
def test_dot_labels_are_shown_as_they_are(text: str) -> None:
    svg = render_svg(f"digraph {{ x [label={quote(text)}] }}")
    seen = Checked(svg).text
    for line in text.split("\n"):
        assert line in seen


def test_control_characters_do_not_reach_the_svg() -> None:
    assert "\x00" not in render_svg(f"digraph {{ x [label={quote(chr(0) + chr(27))}] }}")
