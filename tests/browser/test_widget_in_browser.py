"""The widget in Chromium, on a session without a compiler: what each part does when it is used."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from bench import Bench
from fake_session import FakeSession

from hcl_explore import examples

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


def options(page: Page, name: str) -> list[str]:
    return page.locator(f'select[name="{name}"] option').all_inner_texts()


def test_a_step_is_applied_through_its_form(page: Page) -> None:
    bench = Bench(page, FakeSession())
    bench.click('[data-primitive="split"]')
    assert "k" in options(page, "axis")
    page.select_option('select[name="axis"]', "k")
    page.fill('input[name="factor"]', "8")
    bench.wait()
    assert bench.text(".hx-verdict") == "✓ can be applied"
    bench.click('[data-action="apply"]')
    assert bench.session.calls == [("split", {"axis": "k", "factor": 8}, False, False)]
    assert 's.split("k", 8)' in bench.text(".step.is-shown")
    assert "k.inner" in options(page, "axis")
    assert "k" not in options(page, "axis")
    assert "affine.for %k.outer = 0 to 4" in bench.text(".hx-panel")


def test_choices_that_would_be_refused_are_marked(page: Page) -> None:
    bench = Bench(page, FakeSession())
    bench.click('[data-primitive="pipeline"]')
    shown = options(page, "axis")
    assert [text for text in shown if "⊘" in text] == ["k   ⊘"]
    page.select_option('select[name="axis"]', "k")
    bench.wait()
    assert bench.text(".hx-verdict") == "⊘ pipeline: not this loop"


def test_an_illegal_step_shows_its_counterexample_and_leaves_the_rest_alone(page: Page) -> None:
    bench = Bench(page, FakeSession(position=3))
    before = bench.text(".hx-view")
    bench.click('[data-primitive="reorder"]')
    for loop in ("j", "i"):
        page.click(f'[data-choice="{loop}"]')
    bench.click('[data-action="apply"]')
    assert "iteration (i=1, j=4) reads A[0, 5]" in bench.text(".hx-error")
    assert bench.text(".hx-view") == before
    assert bench.session.position == 3
    bench.click('.hx-error button:has-text("Apply unchecked")')
    assert bench.session.calls[-1] == ("reorder", {"axes": ["j", "i"]}, True, False)
    assert page.locator(".hx-error").count() == 0


def test_the_order_of_loops_is_the_order_of_clicks(page: Page) -> None:
    bench = Bench(page, FakeSession(position=3))
    bench.click('[data-primitive="reorder"]')
    for loop in ("j", "i", "k.inner"):
        page.click(f'[data-choice="{loop}"]')
    page.keyboard.press("ArrowLeft")
    bench.wait()
    assert bench.asked("advise")[-1]["arguments"] == {"axes": ["j", "k.inner", "i"]}
    assert page.locator('[data-choice="i"]').get_attribute("aria-label") == "i, place 3"


def test_a_click_in_the_loop_tree_fills_the_form(page: Page) -> None:
    bench = Bench(page, FakeSession(position=3))
    bench.click('[data-primitive="unroll"]')
    bench.click('[data-pane="tree"]')
    bench.click('.loop[data-name="k.inner"]')
    assert page.input_value('select[name="axis"]') == "k.inner"
    assert bench.asked("survey")[-1] == {"loop": "k.inner", "buffer": None}
    bench.click('.buffer[data-name="B"]')
    bench.click('[data-primitive="partition"]')
    assert page.input_value('select[name="target"]') == "B"


def test_primitives_that_do_not_fit_the_loop_in_hand_are_marked(page: Page) -> None:
    bench = Bench(page, FakeSession())
    bench.click('[data-pane="tree"]')
    bench.click('.loop[data-name="k"]')
    chip = page.locator('[data-primitive="pipeline"]')
    assert "is-refused" in (chip.get_attribute("class") or "")
    assert "Not here: pipeline: not this loop" in (chip.get_attribute("title") or "")
    assert "⊘" in chip.inner_text()
    assert "is-refused" not in (
        page.locator('[data-primitive="split"]').get_attribute("class") or ""
    )


def test_looking_at_a_step_moves_nothing(page: Page) -> None:
    bench = Bench(page, FakeSession(position=5))
    bench.click('.go[data-step="2"]')
    assert bench.session.position == 5
    assert "The program is at step 5." in bench.text(".hx-step-head")
    bench.click('[data-action="goto"]')
    assert bench.session.position == 2
    assert "The program is at" not in bench.text(".hx-step-head")
    assert page.locator(".step.is-undone").count() == 3


def test_undo_redo_and_remove(page: Page) -> None:
    bench = Bench(page, FakeSession(position=2))
    bench.click('[data-action="undo"]')
    assert bench.session.position == 1
    bench.click('[data-action="redo"]')
    assert bench.session.position == 2
    assert page.locator('[data-action="redo"]').is_disabled()
    page.hover('.go[data-step="1"]')
    bench.click('[data-remove="1"]')
    assert ("remove", 1) in bench.session.calls


def test_panes_are_fetched_once(page: Page) -> None:
    bench = Bench(page, FakeSession(position=2))
    for _ in range(2):
        bench.click('[data-pane="metrics"]')
        bench.click('[data-pane="ir-diff"]')
    assert [params["pane"] for params in bench.asked("pane")] == ["metrics"]


def test_a_change_from_a_notebook_cell_shows(page: Page) -> None:
    bench = Bench(page, FakeSession())
    bench.session.apply("split", {"axis": "k", "factor": 8})
    bench.wait()
    assert 's.split("k", 8)' in bench.text(".step.is-shown")


def test_a_badge_arrives_late(page: Page) -> None:
    bench = Bench(page, FakeSession(position=5))
    assert "checking" in bench.text(".step.is-shown")
    page.evaluate(
        """() => window.deliver({ kind: "badge", step: 5,
             html: '<span class="badge is-failed">✗ failed</span>' })"""
    )
    assert "failed" in bench.text(".step.is-shown")


def test_a_kernel_error_marks_its_place_and_keeps_the_session(page: Page) -> None:
    bench = Bench(page, FakeSession(position=1))
    run = page.locator('[data-action="run"]')
    assert run.is_disabled()
    page.click(".cm-content")
    page.keyboard.press("Control+End")
    page.keyboard.type("x: float33 = 0")
    assert bench.text(".hx-dirty") == "not run yet"
    page.keyboard.press("Control+Enter")
    bench.wait()
    error = bench.text(".hx-kernel .hx-error")
    assert "unknown type 'float33'" in error
    assert "Did you mean 'float32'?" in error
    assert page.locator(".cm-lintRange-error").inner_text() == "float33"
    caret = page.locator(".hx-kernel .hx-error pre.is-fixed").inner_text().split("\n")
    assert caret[0].index("float33") == caret[1].index("^")
    assert bench.session.position == 1
    page.click('button:has-text("Revert")')
    assert page.locator(".cm-lintRange-error").count() == 0
    assert run.is_disabled()


def test_an_edited_kernel_runs(page: Page) -> None:
    bench = Bench(page, FakeSession(position=1))
    page.click(".cm-content")
    page.keyboard.press("Control+End")
    page.keyboard.type("# the end")
    bench.click('[data-action="run"]')
    assert bench.session.kernel.endswith("# the end")
    assert bench.text(".hx-dirty") == ""


def test_lines_that_belong_together_light_up(page: Page) -> None:
    bench = Bench(page, FakeSession(position=3))
    bench.click('[data-pane="mlir"]')
    page.hover('.hx-ln[data-src="7"] >> nth=0')
    assert "C[i, j] +=" in page.locator(".cm-line.is-lit").inner_text()
    assert page.locator('.hx-ln[data-src="7"]').count() == page.locator(".hx-ln.is-lit").count()
    assert bench.text(".hx-status") == "kernel line 7"
    bench.click('[data-pane="tree"]')
    page.hover('.loop[data-name="k.inner"]')
    assert "was mm.k before step 1" in bench.text(".hx-status")
    assert page.locator(".step.is-maker .go").get_attribute("data-step") == "1"


def test_hls_shows_its_changes_or_the_whole(page: Page) -> None:
    bench = Bench(page, FakeSession(position=3))
    bench.click('[data-pane="hls"]')
    assert page.locator(".hx-panel .hx-diff").is_visible()
    bench.click('.hx-switch button:has-text("Whole")')
    assert page.locator(".hx-panel .hx-diff").is_hidden()
    assert "#pragma HLS pipeline II=1" in bench.text(".hx-panel .hx-code")
    bench.click('.go[data-step="1"]')
    assert page.locator(".hx-panel .hx-diff").is_hidden()


def test_a_point_of_the_roofline_leads_to_its_step(page: Page) -> None:
    bench = Bench(page, FakeSession(position=5))
    bench.click('[data-pane="roofline"]')
    bench.click('.pt[data-step="4"]')
    assert bench.text(".hx-step-head b") == "Step 4"


def test_tabs_by_keyboard(page: Page) -> None:
    bench = Bench(page, FakeSession(position=1))
    page.focus('[data-pane="ir-diff"]')
    page.keyboard.press("ArrowRight")
    bench.wait()
    assert page.locator('[role="tab"][aria-selected="true"]').inner_text() == "Loop tree"
    assert page.locator('[role="tab"][tabindex="0"]').count() == 1
    assert page.evaluate("document.activeElement.dataset.pane") == "tree"


def test_the_keyboard_is_enough_to_apply_a_step(page: Page) -> None:
    bench = Bench(page, FakeSession())
    page.focus('[data-primitive="split"]')
    page.keyboard.press("Enter")
    bench.wait()
    assert page.evaluate("document.activeElement.dataset.primitive") == "split"
    page.focus('select[name="axis"]')
    page.keyboard.press("k")
    page.keyboard.press("Tab")
    page.keyboard.type("8")
    page.keyboard.press("Enter")
    bench.wait()
    assert bench.session.calls == [("split", {"axis": "k", "factor": 8}, False, False)]
    assert page.evaluate("document.activeElement.name") == "factor"


def test_the_keyboard_gets_out_of_the_editor(page: Page) -> None:
    Bench(page, FakeSession())
    page.click(".cm-content")
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "hx-filter"
    assert page.locator(".hx-dirty").inner_text() == ""


def test_examples_ask_before_steps_are_lost(page: Page) -> None:
    bench = Bench(page, FakeSession(position=1))
    page.select_option('[data-action="load-kernel"]', "sobel")
    assert "will be replaced" in bench.text(".hx-error")
    assert ("load_kernel", "sobel") not in bench.session.calls
    bench.click('.hx-error button:has-text("Replace")')
    assert ("load_kernel", "sobel") in bench.session.calls


def test_an_example_offers_its_schedule_until_there_are_steps(page: Page) -> None:
    bench = Bench(page, FakeSession())
    offer = page.locator('[data-action="apply-example-schedule"]')
    assert offer.count() == 0
    page.select_option('[data-action="load-kernel"]', "sobel")
    bench.wait()
    assert "comes with a schedule" in bench.text(".hx-offer")
    assert offer.inner_text() == f"Apply its {len(examples.get('sobel').schedule)} steps"
    offer.click()
    bench.wait()
    assert ("apply_example_schedule",) in bench.session.calls
    assert offer.count() == 0
    assert page.locator(".step").count() == 3


def test_the_shown_step_stays_in_sight_when_the_list_gets_shorter(page: Page) -> None:
    page.set_viewport_size({"width": 1300, "height": 900})
    Bench(page, FakeSession(position=5), width=1240)
    page.evaluate("document.getElementById('widget').style.width = '860px'")
    page.wait_for_function(
        """() => {
          const frame = document.querySelector(".hx-history .scroll").getBoundingClientRect();
          const step = document.querySelector(".step.is-shown").getBoundingClientRect();
          return frame.height < 200 && step.bottom <= frame.bottom + 1 && step.top >= frame.top - 1;
        }"""
    )


def test_a_bad_clock_is_refused_and_put_back(page: Page) -> None:
    bench = Bench(page, FakeSession())
    page.fill(".clock", "0")
    page.keyboard.press("Tab")
    bench.wait()
    assert "the clock must be above 0" in bench.text(".hx-error")
    assert page.input_value(".clock") == "300"


def test_saving_downloads_a_file(page: Page) -> None:
    bench = Bench(page, FakeSession(position=1))
    page.click(".hx-menu summary")
    with page.expect_download() as download:
        bench.click('[data-save="script"]')
    assert download.value.suggested_filename == "gemm.py"
    assert download.value.path().read_text() == "import hcl_explore as hcl\n"


def test_a_kernel_that_is_busy_is_said_to_be(page: Page) -> None:
    bench = Bench(page, FakeSession(position=1))
    bench.answering = False
    page.click('[data-action="undo"]')
    page.wait_for_timeout(400)
    assert bench.text(".hx-busy") == "Working…"
    page.wait_for_timeout(3_000)
    assert "Waiting for the kernel" in bench.text(".hx-busy")
    bench.answering = True
    bench.wait()
    assert bench.text(".hx-busy") == ""


@pytest.mark.parametrize("width", [640, 860, 1000, 1240, 1800])
def test_nothing_runs_out_of_the_widget_at_any_width(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width + 40, "height": 900})
    bench = Bench(page, FakeSession(position=5), width=width)
    bench.click('[data-primitive="partition"]')
    for pane in ("ir-diff", "tree", "graph", "roofline", "metrics", "hls", "mlir"):
        bench.click(f'[data-pane="{pane}"]')
        overflow = page.evaluate(
            """() => {
              const frame = document.querySelector(".hx-app").getBoundingClientRect();
              return [...document.querySelectorAll(".hx-main > *, .hx-left > *, .hx-bar > *")]
                .filter((e) => e.getBoundingClientRect().right > frame.right + 1)
                .map((e) => e.className);
            }"""
        )
        assert overflow == []
    out_of_sight = page.evaluate(
        """() => {
          const frame = document.querySelector(".hx-tabs").getBoundingClientRect();
          return [...document.querySelectorAll('[role="tab"]')]
            .filter((e) => e.getBoundingClientRect().right > frame.right + 1)
            .map((e) => e.textContent);
        }"""
    )
    assert out_of_sight == []


def test_every_control_has_a_name(page: Page) -> None:
    bench = Bench(page, FakeSession(position=5))
    for primitive in ("split", "reorder", "pipeline", "partition"):
        bench.click(f'[data-primitive="{primitive}"]')
        nameless = page.evaluate(
            """() => [...document.querySelectorAll("button, input, select, summary")].filter((e) =>
                 e.offsetParent && !e.textContent.trim() && !e.ariaLabel && !e.labels?.length)
                 .map((e) => e.outerHTML)"""
        )
        assert nameless == []
