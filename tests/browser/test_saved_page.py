"""The saved page in Chromium: from a file, without a kernel and without a network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import gemm_records
import pytest
from hostile_records import hostile_session

from hcl_explore.views.page import session_page
from hcl_explore.views.record import SessionRecord

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


def open_page(page: Page, record: SessionRecord, folder: Path) -> list[str]:
    """Open the saved page; returns the requests that go anywhere but to the file."""
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    path = folder / "session.html"
    path.write_text(session_page(record), encoding="utf-8")
    page.goto(path.as_uri())
    return [url for url in requests if not url.startswith("file:")]


def shown(page: Page) -> str:
    return page.locator(".hx-step-head b").inner_text()


def test_arrow_keys_step_and_digits_choose_panes(page: Page, tmp_path: Path) -> None:
    assert open_page(page, gemm_records.session_record(), tmp_path) == []
    assert shown(page) == "Step 5"
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    assert shown(page) == "Step 3"
    assert "pipeline_ii = 1" in page.inner_text(".hx-panel")
    page.keyboard.press("5")
    assert "17,422" in page.inner_text(".hx-panel")
    for _ in range(9):
        page.keyboard.press("ArrowRight")
    assert shown(page) == "Step 5"
    assert page.locator('button:has-text("Next")').is_disabled()


def test_steps_and_points_are_clickable(page: Page, tmp_path: Path) -> None:
    open_page(page, gemm_records.session_record(), tmp_path)
    page.click('.go[data-step="1"]')
    assert "%k.outer = 0 to 4" in page.inner_text(".hx-panel")
    page.click('[data-pane="roofline"]')
    page.click('.pt[data-step="5"]')
    assert shown(page) == "Step 5"
    page.click('[data-pane="graph"]')
    assert "cyclic 8 on dim 1" in page.locator(".hx-graph").inner_text()


def test_a_kernel_line_lights_up_what_came_of_it(page: Page, tmp_path: Path) -> None:
    open_page(page, gemm_records.session_record(), tmp_path)
    page.click('[data-pane="mlir"]')
    page.hover('.hx-kernel .hx-ln[data-src="7"]')
    lit = page.locator(".hx-panel .hx-ln.is-lit").all_inner_texts()
    assert any("arith.mulf" in line for line in lit)
    assert not any("init_C" in line for line in lit)


def test_markup_in_names_never_runs(page: Page, tmp_path: Path) -> None:
    page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    open_page(page, hostile_session(), tmp_path)
    for digit in "1234567":
        page.keyboard.press(digit)
        page.wait_for_timeout(50)
        assert page.locator("img").count() == 0
    assert "onerror=alert(1)" in page.inner_text("header .title")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_in_both_themes(page: Page, tmp_path: Path, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    open_page(page, gemm_records.session_record(), tmp_path)
    page.click('[data-pane="metrics"]')
    ratios = page.evaluate(CONTRAST, [".hx-note b", ".hx-metrics td", ".delta", ".badge", ".call"])
    assert all(ratio >= 4.5 for ratio in ratios.values()), ratios


# Contrast as WCAG 2 defines it, of the text against the page's own background.
CONTRAST = """(selectors) => {
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const luminance = (colour) => {
    context.fillStyle = colour;
    context.fillRect(0, 0, 1, 1);
    const [r, g, b] = [...context.getImageData(0, 0, 1, 1).data].slice(0, 3).map((byte) => {
      const c = byte / 255;
      return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const back = luminance(getComputedStyle(document.querySelector(".hclx")).backgroundColor);
  return Object.fromEntries(selectors.map((selector) => {
    const front = luminance(getComputedStyle(document.querySelector(selector)).color);
    const ratio = (Math.max(front, back) + 0.05) / (Math.min(front, back) + 0.05);
    return [selector, Math.round(ratio * 10) / 10];
  }));
}"""
