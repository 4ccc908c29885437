"""Text can be read on what is behind it, in both themes (WCAG 2, level AA: a contrast of 4.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from bench import Bench
from fake_session import FakeSession

from hcl_explore.views.panes import PANES

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

# Colours are mixed by the browser: a canvas tells what they come to.
TOO_FAINT = """() => {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 1;
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  const pixel = (colour) => {
    pen.clearRect(0, 0, 1, 1);
    pen.fillStyle = colour;
    pen.fillRect(0, 0, 1, 1);
    return [...pen.getImageData(0, 0, 1, 1).data];
  };
  const linear = (v) => (v <= 0.03928 * 255 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4);
  const luminance = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  const over = (above, below) => {
    const share = above[3] / 255;
    return [...[0, 1, 2].map((i) => above[i] * share + below[i] * (1 - share)), 255];
  };
  const behind = (element) => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) {
      layers.unshift(pixel(getComputedStyle(at).backgroundColor));
      if (layers[0][3] === 255) break;
    }
    return layers.reduce((below, above) => over(above, below), [255, 255, 255, 255]);
  };
  const faint = [];
  for (const element of document.querySelectorAll(".hclx :not(svg *, :disabled)")) {
    const own = [...element.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    if (!own || !element.getClientRects().length) continue;
    const ground = behind(element);
    const ink = over(pixel(getComputedStyle(element).color), ground);
    const pair = [luminance(ink), luminance(ground)];
    const contrast = (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
    if (contrast < 4.5) faint.push(`${element.className} ${element.textContent} ${contrast}`);
  }
  return faint;
}"""


@pytest.mark.parametrize("is_light", ["true", "false"])
def test_text_stands_out_from_its_ground(page: Page, is_light: str) -> None:
    bench = Bench(page, FakeSession(position=5))
    page.evaluate("is_light => { document.body.dataset.jpThemeLight = is_light }", is_light)
    bench.click('[data-primitive="partition"]')
    for pane in PANES:
        bench.click(f'[role="tab"][data-pane="{pane.id}"]')
        assert page.evaluate(TOO_FAINT) == [], pane.id
