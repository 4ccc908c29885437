"""The controller: every request, its answer, and what the user's mistakes come back as."""

from __future__ import annotations

import json
from typing import Any

import pytest
from fake_session import COUNTEREXAMPLE, FakeSession

from hcl_explore.explorer.advice import subject_arguments
from hcl_explore.explorer.controller import Controller
from hcl_explore.views.record import PrimitiveRecord

RIGHT_STEP = {"primitive": "split", "arguments": {"axis": "k", "factor": 8}}


class Browser:
    """The other end: sends requests, keeps what comes back."""

    def __init__(self, session: FakeSession) -> None:
        self.session = session
        self.events: list[dict[str, Any]] = []
        self.controller = Controller(session, self._receive)  # type: ignore[arg-type]
        session.observe(self._on_change)

    def _on_change(self, kind: str, index: int) -> None:
        if kind == "changed":
            self.controller.send_state()
        else:
            self.controller.send_badge(index)

    def _receive(self, message: Any) -> None:
        self.events.append(json.loads(json.dumps(message)))  # what a comm does to it

    def ask(self, method: str, **params: object) -> dict[str, Any]:
        self.controller.handle({"kind": "request", "id": "1", "method": method, "params": params})
        response = self.events.pop()
        assert response["kind"] == "response"
        assert response["id"] == "1"
        return response


@pytest.fixture
def browser() -> Browser:
    return Browser(FakeSession())


def test_hello_brings_everything_a_view_needs(browser: Browser) -> None:
    result = browser.ask("hello", pane="tree")["result"]
    assert [pane["id"] for pane in result["panes"]][:2] == ["ir-diff", "tree"]
    assert result["pane"]["pane"] == "tree"
    assert "C_d0" in result["pane"]["html"]
    assert result["kernels"][1] == ["sobel", "edge filter over a picture", "Image"]
    assert "u280" in result["devices"]
    state = result["state"]
    assert (state["name"], state["position"], state["redo"]) == ("gemm", 0, 0)
    assert {p["name"] for p in state["palette"]} >= {"split", "reorder", "partition"}


def test_a_step_moves_every_view_and_brings_the_pane_looked_at(browser: Browser) -> None:
    browser.ask("hello", pane="ir-diff")
    assert "error" not in browser.ask("apply", **RIGHT_STEP)
    event = browser.events[-1]
    assert event["kind"] == "state"
    assert event["state"]["position"] == 1
    assert event["pane"]["step"] == 1
    assert "k.outer" in event["pane"]["html"]
    loops = event["state"]["palette"][0]["parameters"][0]["choices"]
    assert "k.inner" in loops
    assert "k" not in loops


def test_panes_are_rendered_on_request(browser: Browser) -> None:
    browser.session.known = browser.session.position = 2
    result = browser.ask("pane", step=1, pane="metrics")["result"]
    assert (result["step"], result["pane"]) == (1, "metrics")
    assert "Latency" in result["html"]


def test_assembly_is_made_only_when_it_is_looked_at(browser: Browser) -> None:
    assert "vfmadd231ps" in browser.ask("pane", step=0, pane="assembly")["result"]["html"]
    browser.ask("apply", **RIGHT_STEP)
    assert browser.events[-1]["pane"] is None
    assert [call for call in browser.session.calls if call[0] == "assembly"] == [("assembly", 0)]


def test_keys_name_programs(browser: Browser) -> None:
    def keys() -> list[str]:
        return [s["key"] for s in browser.ask("hello", pane="tree")["result"]["state"]["steps"]]

    first = keys()
    browser.ask("apply", **RIGHT_STEP)
    assert keys()[:1] == first
    assert len(set(keys())) == 2
    browser.ask("set_device", device="u250", clock_mhz=200)
    assert not set(keys()) & set(first)


def test_an_illegal_step_offers_to_apply_it_unchecked(browser: Browser) -> None:
    step = {"primitive": "reorder", "arguments": {"axes": ["j", "i"]}}
    error = browser.ask("apply", **step)["error"]
    assert error["remedy"] == "unchecked"
    assert COUNTEREXAMPLE in error["text"]
    assert browser.events == []
    assert browser.session.position == 0
    assert "error" not in browser.ask("apply", **step, unchecked=True)
    assert browser.session.calls[-1] == ("reorder", step["arguments"], True, False)


def test_a_changed_rounding_offers_to_accept_it(browser: Browser) -> None:
    step = {"primitive": "reorder", "arguments": {"axes": ["k", "i", "j"]}}
    error = browser.ask("apply", **step)["error"]
    assert error["remedy"] == "reassociate"
    assert "rounding" in error["title"]
    assert "error" not in browser.ask("apply", **step, reassociate=True)
    assert browser.session.calls[-1][2:] == (False, True)


def test_other_refusals_offer_nothing(browser: Browser) -> None:
    error = browser.ask("apply", primitive="split", arguments={"axis": "k", "factor": "x"})["error"]
    assert error["remedy"] is None
    assert "must be an integer, not 'x'" in error["text"]
    assert browser.ask("undo")["error"]["text"] == "there is no step to undo"


def test_a_kernel_error_carries_its_place(browser: Browser) -> None:
    text = "def gemm(A: int32[4]):\n    B: float33[4] = 0\n"
    error = browser.ask("edit", text=text)["error"]
    assert error["span"] == {"line": 2, "column": 8, "end_column": 15}
    assert "       ^^^^^^^\n" in error["text"]
    assert error["title"] == "The kernel has a type error"


def test_undo_redo_goto_remove(browser: Browser) -> None:
    session = browser.session
    session.known = session.position = 4
    for method, params, position in [
        ("undo", {}, 3),
        ("redo", {}, 4),
        ("goto", {"position": 1}, 1),
        ("remove", {"index": 2}, 1),
    ]:
        assert "error" not in browser.ask(method, **params)
        assert session.position == position
        assert browser.events[-1]["state"]["position"] == position


def test_advice_judges_the_form_and_each_choice(browser: Browser) -> None:
    result = browser.ask("advise", primitive="pipeline", arguments={"axis": "i"})["result"]
    assert result["reason"] is None
    assert result["missing"] == []
    assert "pipeline" in result["call_html"]
    assert {c: r is None for c, r in result["choices"]["axis"].items()} == {
        "C_d0": True,
        "C_d1": True,
        "i": True,
        "j": True,
        "k": False,
    }


def test_advice_names_what_is_missing_and_judges_nothing_yet(browser: Browser) -> None:
    result = browser.ask("advise", primitive="split", arguments={"axis": "k"})["result"]
    assert (result["reason"], result["missing"]) == (None, ["factor"])
    browser_error = browser.ask("advise", primitive="splat", arguments={})["error"]
    assert "no primitive 'splat'" in browser_error["text"]


def test_a_report_comes_as_text(browser: Browser) -> None:
    assert "error" not in browser.ask("load_report", name="csynth.xml", text="<profile/>")
    assert browser.session.calls == [("load_report", "csynth.xml", "<profile/>")]


def test_simulating_passes_the_depths_that_were_changed(browser: Browser) -> None:
    assert "error" not in browser.ask("simulate", step=0, depths={"fifo": 8}, smallest=False)
    assert "error" not in browser.ask("simulate", step=0, smallest=True)
    assert browser.session.calls == [
        ("simulate", 0, {"fifo": 8}, False),
        ("simulate", 0, {}, True),
    ]


def test_measuring_asks_the_session_step_by_step(browser: Browser) -> None:
    assert "error" not in browser.ask("measure", steps=[0, 2])
    assert browser.session.calls == [("measure", 0), ("measure", 2)]
    assert browser.events[-1]["kind"] == "state"


def test_survey_judges_what_takes_the_loop_in_hand(browser: Browser) -> None:
    result = browser.ask("survey", loop="k", buffer=None)["result"]
    assert result["split"] is None
    assert "not this loop" in result["pipeline"]
    assert "floating-point sum" in result["reorder"]  # with whatever other loop
    assert "partition" not in result
    assert browser.ask("survey", loop=None, buffer="A")["result"] == {"partition": None}


def test_the_subject_in_hand_goes_into_every_control_of_its_kind() -> None:
    by_name = {primitive["name"]: primitive for primitive in FakeSession().palette()}
    axis = by_name["split"]["parameters"][0]
    merge = PrimitiveRecord(
        name="merge", group="", summary="", law="", parameters=[axis, {**axis, "name": "by"}]
    )
    assert subject_arguments(merge, "k", None) == [{"axis": "k"}, {"by": "k"}]
    tiles = subject_arguments(by_name["tile"], "k", "A")
    assert {"axes": ["k"]} in tiles
    assert {"axes": ["j", "k"]} in tiles
    assert subject_arguments(by_name["partition"], "k", None) == []


@pytest.mark.parametrize(
    ("kind", "name", "start"),
    [
        ("json", "gemm.json", "{"),
        ("script", "gemm.py", "import hcl_explore"),
        ("html", "gemm.html", "<!DOCTYPE html>"),
    ],
)
def test_export(browser: Browser, kind: str, name: str, start: str) -> None:
    result = browser.ask("export", format=kind)["result"]
    assert result["filename"] == name
    assert result["text"].startswith(start)


def test_a_badge_goes_out_when_verification_ends(browser: Browser) -> None:
    browser.session.known = browser.session.position = 2
    browser.session.notify("verification", 2)
    event = browser.events[-1]
    assert (event["kind"], event["step"]) == ("badge", 2)
    assert "verified" in event["html"]


def test_a_badge_for_a_step_that_is_gone_is_dropped(browser: Browser) -> None:
    browser.session.notify("verification", 4)
    assert browser.events == []


def test_unknown_requests_are_answered(browser: Browser) -> None:
    assert "no request 'fly'" in browser.ask("fly")["error"]["text"]


def test_a_fault_of_ours_is_answered_without_a_traceback(
    browser: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    error = browser.ask("goto")["error"]  # no position
    assert error["title"] == "This is a fault of hcl_explore"
    assert "Traceback" not in error["text"]
    assert "Traceback" in caplog.text


def test_a_bad_clock_is_refused_and_nothing_changes(browser: Browser) -> None:
    error = browser.ask("set_device", device="u280", clock_mhz=0)["error"]
    assert "above 0" in error["text"]
    assert browser.events == []
