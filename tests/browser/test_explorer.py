"""The whole road in JupyterLab: a kernel is typed, scheduled, refused, undone, and followed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import lab
import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

pytestmark = pytest.mark.browser

# Two cores may be shared by other tests: waiting longer costs nothing where it is not needed.
PATIENCE_MS = 120_000

START = """\
import hcl_explore as hcl
from hcl_explore import int32

def start(A: int32[4]) -> int32[4]:
    B: int32[4] = 0
    for i in range(4):
        B[i] = A[i]
    return B

explorer = hcl.explore(start)
explorer"""

KERNEL = """\
def product(A: int32[32, 32], B: int32[32, 32]) -> int32[32, 32]:
    C: int32[32, 32] = 0
    for i, j, k in hcl.grid(32, 32, 32, name="mm"):
        C[i, j] += A[i, k] * B[k, j]
    for t, x in hcl.grid(31, 31, name="sweep"):
        C[t + 1, x] = C[t, x + 1] + 1
    return C
"""

CELLS = [
    START,
    'explorer.schedule.split("t", 4, reassociate=False)\nexplorer.position',
    "[step.call for step in explorer.schedule.history]",
]


class Explorer:
    """What a user does with the widget, and sees in it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.root = page.locator(".hx-app")

    def find(self, selector: str) -> Locator:
        return self.root.locator(selector)

    def wait_for_step(self, text: str) -> None:
        try:
            self.find(f".step.is-shown:has-text({text!r})").wait_for()
        except Exception as error:
            outputs = self.page.locator(".jp-OutputArea").all_inner_texts()
            raise AssertionError(f"step {text!r} is not shown; the outputs: {outputs}") from error

    def type_kernel(self, text: str) -> None:
        self.find(".cm-content").click()
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(text)
        self.find('[data-action="run"]').click()

    def choose(self, primitive: str) -> None:
        self.find(f'[data-primitive="{primitive}"]').click()

    def set(self, name: str, value: str) -> None:
        control = self.find(f'.hx-form [name="{name}"]')
        if control.evaluate("element => element.tagName") == "SELECT":
            control.select_option(value)
        else:
            control.fill(value)

    def pick_loops(self, *names: str) -> None:
        for name in names:
            self.find(f'[data-choice="{name}"]').click()

    def apply(self) -> None:
        self.find('[data-action="apply"]').click()

    def pane(self, name: str) -> str:
        self.find(f'[data-pane="{name}"][role="tab"]').click()
        panel = self.find(f'.hx-panel[data-pane="{name}"]')
        panel.wait_for()
        return panel.inner_text()

    def steps(self) -> list[str]:
        """The calls of the step list, without the first entry (the kernel)."""
        return self.find(".step .call").all_inner_texts()[1:]

    def loop_choices(self) -> list[str]:
        self.choose("split")
        return [
            text.partition("⊘")[0].strip()
            for text in self.find('.hx-form [name="axis"] option').all_inner_texts()
        ]


@pytest.fixture
def notebook(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    folder = tmp_path_factory.mktemp("lab")
    lab.write_notebook(folder / "explore.ipynb", CELLS)
    with lab.jupyterlab(Path(folder)) as address:
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(PATIENCE_MS)
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        lab.open_notebook(page, address, "explore.ipynb")
        yield page
        page.close()
    assert errors == []


def cell_output(page: Page, number: int) -> str:
    cell = page.locator(".jp-Notebook .jp-Cell").nth(number)
    cell.locator(".jp-OutputArea-output").wait_for()
    return cell.locator(".jp-OutputArea-output").inner_text()


def test_the_whole_road(notebook: Page, tmp_path: Path) -> None:
    """One test, since each part goes on where the one before ended."""
    type_schedule_and_undo(notebook)
    call_a_method_in_a_cell(notebook)
    compare_the_history(notebook)
    press_keys_of_notebook_commands(notebook)
    save_the_page(notebook, tmp_path)


def type_schedule_and_undo(notebook: Page) -> None:
    lab.run_cell(notebook, 0)
    explorer = Explorer(notebook)
    explorer.wait_for_step("Kernel as written")
    assert explorer.find(".title").inner_text() == "start"

    # A kernel with a mistake: the message, the mark, and the old kernel stays.
    explorer.type_kernel(KERNEL.replace("A[i, k]", "A[i, kk]"))
    explorer.find(".hx-kernel .hx-error").wait_for()
    message = explorer.find(".hx-kernel .hx-error").inner_text()
    assert "kk" in message
    assert "^^" in message
    assert explorer.find(".cm-lintRange-error").inner_text() == "kk"
    assert explorer.find(".title").inner_text() == "start"

    # The kernel as it should be.
    explorer.type_kernel(KERNEL)
    notebook.wait_for_function("document.querySelector('.hx-app .title').textContent === 'product'")
    assert explorer.find(".hx-kernel .hx-error").count() == 0
    assert explorer.loop_choices() == ["C_d0", "C_d1", "i", "j", "k", "t", "x"]

    # Five steps, one of them illegal.
    explorer.choose("split")
    explorer.set("axis", "k")
    explorer.set("factor", "8")
    explorer.apply()
    explorer.wait_for_step('s.split("k", 8)')

    explorer.choose("reorder")
    explorer.pick_loops("k.outer", "i", "j", "k.inner")
    explorer.apply()
    explorer.wait_for_step("s.reorder(")

    explorer.pick_loops("k.outer", "i", "j", "k.inner")  # takes them out again
    explorer.pick_loops("x", "t")
    shown = explorer.find(".hx-view").inner_text()
    explorer.apply()
    explorer.find(".hx-palette .hx-error").wait_for()
    refusal = explorer.find(".hx-palette .hx-error").inner_text()
    assert "illegal" in refusal
    assert re.search(r"\(t=\d+, x=\d+\)", refusal), refusal
    assert "C[t + 1, x] = C[t, x + 1] + 1" in refusal
    assert "Apply unchecked" in refusal
    assert len(explorer.steps()) == 2
    assert explorer.find(".hx-view").inner_text() == shown

    explorer.choose("pipeline")
    explorer.set("axis", "j")
    explorer.apply()
    explorer.wait_for_step('s.pipeline("j"')
    assert explorer.find(".hx-palette .hx-error").count() == 0

    explorer.choose("partition")
    explorer.set("target", "A")
    explorer.set("partition_type", "cyclic")
    explorer.set("dim", "2")
    explorer.set("factor", "8")
    explorer.apply()
    explorer.wait_for_step("s.partition(s.A")

    # Every pane shows what the last step did.
    assert "hcl.partition" in explorer.pane("ir-diff")
    assert "cyclic 8 on dim 2" in explorer.pane("tree")
    assert "cyclic" in explorer.pane("hls")
    assert "ARRAY_PARTITION" in explorer.pane("hls").upper()

    # Undo it: the panes are those of the pipeline step.
    explorer.find('[data-action="undo"]').click()
    explorer.wait_for_step('s.pipeline("j"')
    assert explorer.find(".step.is-undone").count() == 1
    assert "pipeline_ii = 1" in explorer.pane("ir-diff")
    tree = explorer.pane("tree")
    assert "pipeline II=1" in tree
    assert "cyclic" not in tree
    assert re.search(r"k\.outer\s*×4", tree)
    graph = explorer.pane("graph")
    assert "mm" in graph
    assert "4.0 KiB" in graph
    assert "Step 3 runs at" in explorer.pane("roofline")
    assert explorer.find(".hx-roofline .pt").count() == 4
    metrics = explorer.pane("metrics")
    assert "Latency" in metrics
    assert "u280" in metrics
    assert re.search(r"k\.outer\s+4\s", metrics)
    assert "#pragma HLS PIPELINE II=1" in explorer.pane("hls")
    assert 'loop_name = "j", pipeline_ii = 1' in explorer.pane("mlir")
    explorer.find('.go[data-step="3"] .badge.is-verified').wait_for()


def call_a_method_in_a_cell(notebook: Page) -> None:
    explorer = Explorer(notebook)
    lab.run_cell(notebook, 1)
    assert cell_output(notebook, 1) == "4"
    explorer.wait_for_step('s.split("t", 4)')
    choices = explorer.loop_choices()
    assert "t.outer" in choices
    assert "t" not in choices


def compare_the_history(notebook: Page) -> None:
    explorer = Explorer(notebook)
    lab.run_cell(notebook, 2)
    output = cell_output(notebook, 2)
    calls = explorer.steps()
    assert len(calls) == 4
    for call in calls:
        assert call in output


def press_keys_of_notebook_commands(notebook: Page) -> None:
    explorer = Explorer(notebook)
    cells = notebook.locator(".jp-Notebook .jp-Cell").count()
    explorer.find('[data-primitive="fuse"]').focus()
    for key in ("a", "b", "d", "d", "Enter"):
        notebook.keyboard.press(key)
    assert notebook.locator(".jp-Notebook .jp-Cell").count() == cells
    assert explorer.find('[data-primitive="fuse"]').get_attribute("aria-pressed") == "true"


def save_the_page(notebook: Page, tmp_path: Path) -> None:
    explorer = Explorer(notebook)
    explorer.find(".hx-menu summary").click()
    with notebook.expect_download() as download:
        explorer.find('[data-save="html"]').click()
    saved = tmp_path / "product.html"
    download.value.save_as(saved)
    page = notebook.context.browser.new_page()  # type: ignore[union-attr]
    page.goto(saved.as_uri())
    assert page.locator(".step").count() == 5
    page.keyboard.press("ArrowLeft")
    assert page.locator(".hx-step-head b").inner_text() == "Step 3"
    page.close()
