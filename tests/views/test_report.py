"""Reports beside the estimate, and copies of the interface."""

from __future__ import annotations

import gemm_records
import pytest
from html_check import Checked

from hcl_explore.views.record import SessionRecord
from hcl_explore.views.report import copies_html, reports_html


@pytest.fixture
def record() -> SessionRecord:
    return gemm_records.session_record()


def test_a_report_stands_beside_the_estimate_of_its_step(record: SessionRecord) -> None:
    html = Checked(reports_html(record, 3))
    assert "csynth.xml: Vitis HLS 2023.1 for xcu280-fsvh2892-2L-e" in html.text
    assert "exact" in html.text
    assert "-28.6 % far off" in html.text
    assert "-3.2 % close" in html.text
    assert "the report names no clock" in html.text


def test_loops_that_one_side_lacks_are_named_as_such(record: SessionRecord) -> None:
    html = Checked(reports_html(record, 3))
    assert "8 / 16" in html.text
    assert "k.inner not in the report" in html.text
    assert "1 / –" in html.text
    record["reports"][0]["loops"][0]["keys"] = []
    assert "mm_i_mm_j not in the program" in Checked(reports_html(record, 3)).text
    record["reports"][0]["loops"][0]["keys"] = ["gemm:mm.i", "gemm:mm.j"]


def test_other_steps_say_where_the_reports_are(record: SessionRecord) -> None:
    html = Checked(reports_html(record, 1))
    assert "No synthesis report was loaded for this step" in html.text
    assert "There are reports for step 3." in html.text
    assert html.with_class("hx-report") == []


def test_copies_of_the_interface_are_listed() -> None:
    assert copies_html([]) == ""
    (copy,) = gemm_records.COPIES
    text = Checked(copies_html([copy, {**copy, "stores": True}])).text
    for words in ("A_local", "4 KiB", "partitioned", "read before, written after"):
        assert words in text
