"""What is measured, simulated, loaded and zoomed: in the widget, and in the saved page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import gemm_records
import pytest
from bench import Bench
from fake_session import FakeSession

from hcl_explore.views.page import session_page

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


def box(page: Page, selector: str) -> dict[str, float]:
    found = page.locator(selector).first.bounding_box()
    assert found is not None
    return dict(found)


def test_a_bar_of_the_timeline_is_looked_at_closer(page: Page) -> None:
    bench = Bench(page, FakeSession(position=3))
    bench.click('[data-pane="timeline"]')
    lane = '[data-zoom^="1026"] >> nth=1'  # j, in its first run
    before = box(page, f"{lane} >> .bar.is-steady")["width"]
    ticks = page.locator(".hx-timeline .tick").all_inner_texts()
    assert ticks[0] == "0"
    assert page.locator("[data-zoom-out]").is_hidden()
    bench.click(lane)
    after = box(page, f"{lane} >> .bar.is-steady")["width"]
    assert after > 10 * before
    assert page.locator(".hx-timeline .tick").all_inner_texts() != ticks
    bench.click("[data-zoom-out]")
    assert box(page, f"{lane} >> .bar.is-steady")["width"] == pytest.approx(before, abs=1)


def test_a_large_graph_is_shrunk_until_all_of_it_is_in_sight(page: Page) -> None:
    bench = Bench(page, FakeSession(position=3))
    whole = page.get_by_role("button", name="Whole graph")
    assert whole.is_hidden()  # no graph
    bench.click('[data-pane="graph"]')
    assert whole.is_hidden()  # it fits
    page.evaluate("document.querySelector('.hx-graph svg').style = 'width:3000px;min-width:2400px'")
    page.evaluate("document.getElementById('widget').style.width = '1200px'")
    whole.click()
    panel, graph = box(page, ".hx-panel"), box(page, ".hx-graph svg")
    assert graph["width"] < panel["width"]
    assert whole.get_attribute("aria-pressed") == "true"
    whole.click()
    assert box(page, ".hx-graph svg")["width"] > panel["width"]


def test_measuring_asks_for_the_shown_step_or_for_all(page: Page) -> None:
    bench = Bench(page, FakeSession(position=2))
    bench.click('[data-pane="roofline"]')
    bench.click('.hx-switch button:has-text("This CPU")')
    assert "Step 2 takes 8 µs" in bench.text('[data-view="processor"]')
    bench.click('[data-measure="step"]')
    bench.click('[data-measure="all"]')
    assert bench.asked("measure") == [{"steps": [2]}, {"steps": [0, 1, 2]}]
    assert page.locator('[data-view="processor"]').is_visible()


def test_another_depth_of_a_fifo_is_simulated_at_once(page: Page) -> None:
    bench = Bench(page, FakeSession(position=4))
    bench.click('[data-pane="graph"]')
    bench.click("[data-show-view]")  # the graph leads to its run
    depth = page.locator('input[data-fifo="fifo"]')
    depth.fill("8")
    depth.press("Enter")
    bench.wait()
    assert page.evaluate("document.activeElement.dataset.fifo") == "fifo"
    bench.click('[data-simulate="declared"]')
    bench.click('[data-simulate="smallest"]')
    assert [call for call in bench.session.calls if call[0] == "simulate"] == [
        ("simulate", 4, {"fifo": 8}, False),
        ("simulate", 4, {}, False),
        ("simulate", 4, {}, True),
    ]


def test_a_report_is_read_in_the_browser_and_sent_as_text(page: Page, tmp_path: Path) -> None:
    bench = Bench(page, FakeSession(position=3))
    bench.click('[data-pane="metrics"]')
    bench.click('.hx-switch button:has-text("Report")')
    assert "far off" in bench.text('[data-view="report"]')
    file = tmp_path / "csynth.xml"
    file.write_text("<profile/>")
    page.set_input_files("[data-load-report]", file)
    bench.wait()
    assert bench.session.calls == [("load_report", "csynth.xml", "<profile/>")]


@pytest.mark.parametrize("compressed", [False, True])
def test_the_saved_page_plays_a_run_by_itself(page: Page, tmp_path: Path, compressed: bool) -> None:
    path = tmp_path / "page.html"
    path.write_text(
        session_page(gemm_records.session_record(4), compressed=compressed), encoding="utf-8"
    )
    page.goto(path.as_uri())
    page.click('[data-pane="graph"]')
    page.click('.hx-switch button:has-text("Simulated run")')
    assert page.locator(".fill-0").inner_text() == "0"
    slider = page.locator("[data-cycle]")
    slider.fill("5")
    assert page.locator(".fill-0").inner_text() == "2"
    assert "2 of 2" in page.locator(".fifo-0").text_content()  # type: ignore[operator]
    assert "is-full" in (page.locator(".fifo-0").get_attribute("class") or "")
    assert page.locator(".hx-player .now").inner_text() == "cycle 5"
    page.click("[data-play]")
    page.locator(".hx-player .now", has_text="cycle 24").wait_for()
    assert page.locator("[data-simulate]").first.is_hidden()
