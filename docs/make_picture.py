"""Draw ``docs/explorer.png``, the picture of the README: the widget in headless Chromium, on the
README's schedule. ``PYTHONPATH=. python docs/make_picture.py``"""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

import hcl_explore as hcl

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent / "tests" / part) for part in ("browser", "explorer", "views")]

import lab  # noqa: E402
from bench import Bench  # noqa: E402

KERNEL = """\
def gemm(A: float32[128, 128], B: float32[128, 128]) -> float32[128, 128]:
    C: float32[128, 128] = 0.0
    for i, j, k in hcl.grid(128, 128, 128, name="mm"):
        C[i, j] += A[i, k] * B[k, j]
    return C
"""
WIDTH, HEIGHT = 1360, 800


def scheduled() -> hcl.Session:
    """The README's schedule, each step verified."""
    session = hcl.Session(KERNEL)
    s = session.schedule
    s.reorder("k", "j")
    s.split("j", 8)
    s.pipeline("j.outer")
    s.partition(s.B, partition_type=hcl.Partition.Cyclic, dim=2, factor=8)
    s.partition(s.C, partition_type=hcl.Partition.Cyclic, dim=2, factor=8)
    session.wait_for_verification()
    return session


def main() -> None:
    with sync_playwright() as playwright:
        browser = lab.launch(playwright)
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        bench = Bench(page, scheduled(), width=WIDTH)  # type: ignore[arg-type]
        page.add_style_tag(
            content=f"body {{ margin: 0 }} .hx-main {{ height: {HEIGHT - 42}px !important }}"
        )
        bench.click('[role="tab"][data-pane="roofline"]')
        page.mouse.move(0, 0)
        page.screenshot(path=HERE / "explorer.png")
        browser.close()


if __name__ == "__main__":
    main()
