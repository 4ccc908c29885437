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


def test_an_example_brings_its_schedule(answers: Answers) -> None:
    assert answers.ask("hello", pane="tree")["result"]["state"]["offer"] is None
    answers.ask("load_kernel", name="sobel")
    example = hcl.examples.get("sobel")
    state = answers.ask("hello", pane="tree")["result"]["state"]
    assert state["offer"] == {"steps": len(example.schedule), "remark": example.remark}
    assert "error" not in answers.ask("apply_example_schedule")
    state = answers.ask("hello", pane="tree")["result"]["state"]
    assert state["offer"] is None
    assert state["position"] == len(state["steps"]) - 1 == len(example.schedule)
    answers.ask("goto", position=0)
    assert answers.ask("hello", pane="tree")["result"]["state"]["offer"] is None
    answers.ask("load_kernel", name="sobel")
    assert answers.ask("hello", pane="tree")["result"]["state"]["offer"] is not None


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


def advice(answers: Answers, primitive: str, **arguments: object) -> Mapping[str, Any]:
    result: Mapping[str, Any] = answers.ask("advise", primitive=primitive, arguments=arguments)[
        "result"
    ]
    return result


def taken(verdicts: Mapping[str, str | None]) -> set[str]:
    return {choice for choice, reason in verdicts.items() if reason is None}


def test_every_list_of_a_form_is_judged(answers: Answers) -> None:
    fresh = advice(answers, "skew")
    assert fresh["missing"] == ["axis", "by"]
    assert taken(fresh["choices"]["axis"]) >= {"x"}
    chosen = advice(answers, "skew", axis="x")
    assert taken(chosen["choices"]["by"]) == {"t"}
    assert chosen["choices"]["by"]["i"]


def test_a_growing_list_of_loops_is_judged_by_what_it_would_become(answers: Answers) -> None:
    first = advice(answers, "fuse")
    assert taken(first["choices"]["axes"]) == {"i", "t"}  # outermost first
    second = advice(answers, "fuse", axes=["i"])
    assert second["missing"] == ["axes"]
    assert taken(second["choices"]["axes"]) >= {"j"}
    assert "x" not in taken(second["choices"]["axes"])
    tiled = advice(answers, "tile", axes=["i"], factors=[4])
    assert taken(tiled["choices"]["axes"]) == {"i", "j"}


@pytest.mark.parametrize(
    ("primitive", "arguments", "call"),
    [
        ("split", {"axis": "j", "factor": 4}, 's.split("j", 4)'),
        ("split", {"axis": "j"}, 's.split("j", …)'),
        ("split", {"axis": "nowhere", "factor": 4}, 's.split("nowhere", 4)'),
        ("reorder", {"axes": ["t"]}, 's.reorder("t", …)'),
        ("reorder", {}, "s.reorder(…)"),
        (
            "partition",
            {"target": "A", "partition_type": "cyclic", "factor": 4, "dim": 0},
            "s.partition(s.A, partition_type=hcl.Partition.Cyclic, factor=4)",
        ),
        ("partition", {}, "s.partition(…)"),
        ("dataflow", {}, "s.dataflow()"),
    ],
)
def test_the_call_is_shown_before_it_is_applied(
    answers: Answers, primitive: str, arguments: dict[str, object], call: str
) -> None:
    assert answers.session.call_preview(primitive, arguments) == call


def test_the_preview_is_the_call_that_the_history_holds(answers: Answers) -> None:
    arguments = {"axis": "sum.j", "initiation_interval": 1}
    preview = answers.session.call_preview("pipeline", arguments)
    answers.session.apply("pipeline", arguments)
    assert answers.session.steps[0].call == preview


def test_a_loop_in_hand_is_judged_in_every_place_of_a_form(answers: Answers) -> None:
    verdicts = answers.ask("survey", loop="j", buffer=None)["result"]
    assert verdicts["fuse"] is None  # fuse(i, j)
    assert "does not" in verdicts["merge"] or "merge" in verdicts["merge"]
