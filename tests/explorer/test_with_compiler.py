"""The controller on a real session: what is refused, offered and shown."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from html_check import Checked

import hcl_explore as hcl
from hcl_explore.errors import SessionError
from hcl_explore.explorer.api import explore
from hcl_explore.explorer.controller import Controller
from hcl_explore.explorer.widget import Explorer
from hcl_explore.views.page import session_page
from hcl_explore.views.panes import PANES, render_pane

KERNEL = """
def total(A: float32[16, 16]) -> float32[16]:
    B: float32[16] = 0.0
    for i, j in hcl.grid(16, 16, name="sum"):
        B[i] += A[i, j]
    for t, x in hcl.grid(15, 15, name="sweep"):
        A[t + 1, x] = A[t, x + 1] + 1.0
    return B
"""

HOSTILE = "</script><img src=x onerror=alert(1)>&"


class Answers:
    def __init__(self, session: hcl.Session) -> None:
        self.session = session
        self.last: Any = None
        self.controller = Controller(session, self._keep)

    def _keep(self, message: Mapping[str, Any]) -> None:
        self.last = message

    def ask(self, method: str, **params: object) -> Mapping[str, Any]:
        self.controller.handle({"id": "1", "method": method, "params": params})
        answer: Mapping[str, Any] = self.last
        return answer


@pytest.fixture
def answers() -> Answers:
    return Answers(hcl.Session(KERNEL, verify=False))


def test_only_other_rounding_is_offered_as_such(answers: Answers) -> None:
    step = {"primitive": "reorder", "arguments": {"axes": ["j", "i"]}}
    assert answers.session.why_not(**step) is None  # another order of rows, the same of sums
    split = {"primitive": "reverse", "arguments": {"axis": "j"}}
    error = answers.ask("apply", **split)["error"]
    assert error["remedy"] == "reassociate"
    assert "error" not in answers.ask("apply", **split, reassociate=True)
    assert answers.session.record()["steps"][1]["reassociated"]


def test_a_broken_dependence_is_offered_unchecked_with_its_counterexample(
    answers: Answers,
) -> None:
    step = {"primitive": "reorder", "arguments": {"axes": ["x", "t"]}}
    error = answers.ask("apply", **step)["error"]
    assert error["remedy"] == "unchecked"
    assert "A[t + 1, x] = A[t, x + 1] + 1.0" in error["text"]
    assert "error" not in answers.ask("apply", **step, unchecked=True)
    assert answers.session.record()["steps"][1]["unchecked"]


def test_every_primitive_is_surveyed_without_a_fault(answers: Answers) -> None:
    for loop in ("i", "x"):
        verdicts = answers.ask("survey", loop=loop, buffer="A")["result"]
        assert {"split", "pipeline", "unroll", "partition"} <= verdicts.keys()
        assert verdicts["split"] is None


def test_a_new_kernel_shows_its_own_program_at_once(answers: Answers) -> None:
    answers.ask("hello", pane="tree")
    answers.ask("load_kernel", name="sobel")
    html = answers.ask("pane", step=0, pane="tree")["result"]["html"]
    assert "image" in html
    assert "sweep" not in html


def test_markup_in_the_kernel_stays_text_everywhere() -> None:
    text = KERNEL.replace("B[i] +=", f"# {HOSTILE}\n        B[i] +=")
    session = hcl.Session(text, verify=False)
    session.apply("split", {"axis": "j", "factor": 4})
    record = session.record()
    for step in (0, 1):
        for pane in PANES:
            Checked(render_pane(record, step, pane.id))
    page = session_page(record)
    assert "<img" not in page
    assert "&lt;img" in page.replace("\\u003c", "<")


def test_markup_as_a_bands_name_is_refused_in_a_message_that_stays_text(answers: Answers) -> None:
    error = answers.ask("edit", text=KERNEL.replace('"sum"', repr(HOSTILE)))["error"]
    assert "cannot name a band" in error["text"]
    assert error["span"]["line"] == 4


def test_explore_takes_a_kernel_a_schedule_or_a_session(answers: Answers) -> None:
    for subject in (KERNEL, hcl.customize(KERNEL), answers.session):
        widget = explore(subject)
        assert isinstance(widget, Explorer)
        widget.schedule.split("i", 4)
        assert widget.position == 1
        widget.close()


def test_assembly_of_every_step(answers: Answers) -> None:
    answers.session.apply("split", {"axis": "i", "factor": 4})
    for step in (0, 1):
        assert "total:" in answers.ask("pane", step=step, pane="assembly")["result"]["html"]


def test_a_saved_session_opens_again(answers: Answers) -> None:
    answers.session.apply("split", {"axis": "i", "factor": 4})
    saved = json.loads(answers.ask("export", format="json")["result"]["text"])
    assert hcl.Session.from_json(saved).position == 1
    with pytest.raises(SessionError):
        hcl.Session.from_json({**saved, "version": 99})
