"""The saved page, and hostile names in everything that a user can name."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
from typing import Any

import gemm_records
import pytest
from hostile_records import HOSTILE, hostile_session
from html_check import Checked

from hcl_explore.errors import SessionError
from hcl_explore.views.history import history_html
from hcl_explore.views.page import embed_json, page_data, session_iframe, session_page
from hcl_explore.views.panes import PANES, render_pane
from hcl_explore.views.record import SessionRecord


@pytest.fixture(scope="module")
def hostile_record() -> SessionRecord:
    return hostile_session()


def embedded(page: str) -> dict[str, Any]:
    match = re.search(r'<script type="application/json" id="hclx-data">(.*?)</script>', page, re.S)
    assert match
    data: dict[str, Any] = json.loads(match.group(1))
    return data


@pytest.mark.parametrize("pane", [pane.id for pane in PANES])
@pytest.mark.parametrize("step", range(6))
def test_hostile_names_stay_text_in_every_pane(
    hostile_record: SessionRecord, step: int, pane: str
) -> None:
    html = Checked(render_pane(hostile_record, step, pane))
    assert "onerror=alert(1)" in html.text or pane == "roofline"


def test_hostile_names_stay_text_in_the_step_list(hostile_record: SessionRecord) -> None:
    assert HOSTILE in Checked(history_html(hostile_record, editable=True)).text


def test_the_page_holds_every_pane_of_every_step() -> None:
    record = gemm_records.session_record()
    data = embedded(session_page(record))
    assert data == page_data(record)
    assert len(data["steps"]) == 6
    for step in data["steps"]:
        assert list(step["html"]) == [pane.id for pane in PANES]


def test_the_page_is_self_contained_and_forbids_the_network() -> None:
    page = session_page(gemm_records.session_record())
    assert not re.search(r"""(src|href)\s*=\s*["']?(https?:)?//""", page)
    assert "@import" not in page
    assert "default-src 'none'" in page
    scripts = re.findall(r"<script>(.*?)</script>", page, re.S)
    assert len(scripts) == 1
    digest = base64.b64encode(hashlib.sha256(scripts[0].encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in page


def test_hostile_names_cannot_leave_the_page_data(hostile_record: SessionRecord) -> None:
    page = session_page(hostile_record)
    assert page.count("</script>") == 2
    assert "<img" not in page
    assert embedded(page)["name"] == "gemm" + HOSTILE


def test_embedded_json_reads_back() -> None:
    data = {"a": "</script><!--\u2028\u2029", "b": [1, None, True]}
    text = embed_json(data)
    assert "<" not in text
    assert "\u2028" not in text
    assert json.loads(text) == data


def test_the_frame_escapes_the_whole_page(hostile_record: SessionRecord) -> None:
    frame = session_iframe(hostile_record)
    assert frame.count("<") == 4
    assert frame.endswith("></iframe></div>")


def test_a_packed_page_holds_the_same_data_in_a_fraction_of_the_room() -> None:
    record = gemm_records.session_record()
    page = session_page(record, compressed=True)
    match = re.search(r'<script type="text/plain" id="hclx-data">(.*?)</script>', page, re.S)
    assert match
    data = json.loads(gzip.decompress(base64.b64decode(match.group(1))))
    assert data == json.loads(json.dumps(page_data(record)))
    assert 5 * len(match.group(1)) < len(embed_json(data))
    assert page == session_page(record, compressed=True)


def test_a_check_that_had_not_ended_is_no_longer_running_in_a_page() -> None:
    record = gemm_records.session_record()
    assert record["steps"][5]["verification"]["status"] == "pending"
    assert "checking" in history_html(record, editable=True)
    assert "checking" not in history_html(record, editable=False)


def test_another_version_is_refused() -> None:
    record = gemm_records.session_record()
    record["version"] = 99
    with pytest.raises(SessionError, match="version 99"):
        session_page(record)
