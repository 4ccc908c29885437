"""Every example can be opened in the explorer: its record is made, and each pane drawn."""

from __future__ import annotations

import pytest

import hcl_explore as hcl
from hcl_explore.examples import Example
from hcl_explore.session.session import Session
from hcl_explore.views.panes import PANES, render_pane


@pytest.mark.parametrize("example", hcl.examples.list(), ids=lambda example: example.name)
def test_it_opens(example: Example) -> None:
    session = Session(hcl.customize(example.kernel), verify=False)
    record = session.record()
    assert record["name"] == session.schedule.name
    assert record["steps"][0]["loops"]
    for pane in PANES:
        html = render_pane(record, 0, pane.id)
        assert html
        assert "hx-failed" not in html
