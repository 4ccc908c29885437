"""Findings of the checks before hardware, in the panes and in the step list."""

from __future__ import annotations

import gemm_records
import pytest
from html_check import Checked

from hcl_explore.views.history import history_html
from hcl_explore.views.panes import render_pane


@pytest.mark.parametrize("pane", ["metrics", "graph"])
def test_findings_stand_above_the_figures_and_the_graph(pane: str) -> None:
    record = gemm_records.session_record()
    html = Checked(render_pane(record, 3, pane))
    assert "ports loop 'j' is asked to start an iteration every 1 cycle line 6" in html.text
    assert "8 reads of A per iteration, 2 ports" in html.text
    assert Checked(render_pane(record, 2, pane)).with_class("hx-findings") == []


def test_the_step_list_counts_them() -> None:
    record = gemm_records.session_record()
    assert history_html(record, editable=False).count("⚠ 1 finding<") == 1
    record["steps"][3]["findings"] = record["steps"][3]["findings"] * 2
    flag = Checked(history_html(record, editable=False)).with_class("flag")
    assert "⚠ 2 findings" in history_html(record, editable=False)
    assert any((entry["title"] or "").count("loop 'j'") == 2 for entry in flag)
