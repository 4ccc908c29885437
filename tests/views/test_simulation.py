"""The simulated run: graph, player, tables."""

from __future__ import annotations

import json

import gemm_records
import pytest
from html_check import Checked

from hcl_explore.views.record import StepRecord
from hcl_explore.views.simulation import (
    MAX_DEPTHS,
    MAX_ROWS,
    simulation_html,
    simulation_pointer,
)


@pytest.fixture
def step() -> StepRecord:
    step = gemm_records.step_record(4)
    assert step["simulation"] is not None
    step["simulation"] = json.loads(json.dumps(step["simulation"]))
    return step


def test_a_run_is_drawn_with_its_fifos_and_played_from_their_times(step: StepRecord) -> None:
    html = Checked(simulation_html(step))
    assert "The run takes 24 cycles with these depths: fifo 2." in html.text
    (edge,) = html.with_class("fifo-0")
    assert "is-changed" in (edge["class"] or "")  # puts waited for room
    assert "up to 2 of 2" in html.text
    assert len(html.with_class("task-1")) == len(html.with_class("task-2")) == 1
    assert html.with_class("task-0") == []  # the region is its tasks
    (run,) = html.with_class("hx-sim")
    assert json.loads(run["data-fill"] or "") == [[[2, 3, 9, 15], [8, 14, 20, 22]]]


def test_tasks_say_how_long_they_waited(step: StepRecord) -> None:
    text = Checked(simulation_html(step)).text
    assert "produce75 %05done" in text
    assert "consume75 %60done" in text


def test_depths_can_be_changed_by_name(step: StepRecord) -> None:
    inputs = [
        attributes
        for tag, attributes in Checked(simulation_html(step)).elements
        if tag == "input" and "data-fifo" in attributes
    ]
    assert [(i["data-fifo"], i["value"]) for i in inputs] == [("fifo", "2")]


def test_one_field_for_the_depth_of_an_array(step: StepRecord) -> None:
    simulation = step["simulation"]
    assert simulation is not None
    fifo = simulation["fifos"][0]
    simulation["fifos"] = [
        {**fifo, "name": f"xs[{number}, 0]", "depth": 4, "highest_fill": number, "left": number}
        for number in range(3)
    ]
    html = Checked(simulation_html(step))
    inputs = [attributes for tag, attributes in html.elements if tag == "input"]
    depths = [(i["data-fifo"], i["value"]) for i in inputs if "data-fifo" in i]
    assert depths == [("xs", "4"), ("xs[0, 0]", "4"), ("xs[1, 0]", "4"), ("xs[2, 0]", "4")]
    tokens = 3 * simulation["fifos"][0]["tokens"]
    assert f"3 FIFOs2{tokens} 3 left" in html.text  # highest fill, tokens
    simulation["fifos"][1]["depth"] = 9
    inputs = [a for tag, a in Checked(simulation_html(step)).elements if tag == "input"]
    array = next(i for i in inputs if i.get("data-fifo") == "xs")
    assert (array["value"], array["data-depth"], array["placeholder"]) == ("", "", "mixed")


def test_a_deadlock_is_shown_in_full(step: StepRecord) -> None:
    assert step["simulation"] is not None
    step["simulation"]["failure"] = "deadlock: produce waits for room in fifo\n  <here>"
    step["simulation"]["tasks"][1]["state"] = "full"
    step["simulation"]["fifos"][0]["left"] = 2
    text = Checked(simulation_html(step)).text
    assert "deadlock: produce waits for room in fifo\n  <here>" in text
    assert "waits for room" in text
    assert "2 left" in text


def test_of_very_many_tasks_those_that_waited_longest_are_listed(step: StepRecord) -> None:
    simulation = step["simulation"]
    assert simulation is not None
    task = simulation["tasks"][1]
    simulation["tasks"] += [
        {**task, "name": f"pe_{number}", "stalled_empty": number} for number in range(500)
    ]
    html = Checked(simulation_html(step))
    assert f"the {MAX_ROWS} of 502 that waited longest" in html.text
    assert "pe_499" in html.text
    assert "pe_1 " not in html.text
    assert "503 tasks and 1 FIFOs are too many to draw" in html.text


def test_of_very_many_changed_depths_some_are_named(step: StepRecord) -> None:
    assert step["simulation"] is not None
    step["simulation"]["depths"] = {f"fifo[{number}]": 1 for number in range(MAX_DEPTHS + 3)}
    text = Checked(simulation_html(step)).text
    assert f"fifo[{MAX_DEPTHS - 1}] 1, and 3 more" in text


def test_a_run_with_other_depths_can_go_back_to_the_declared_ones(step: StepRecord) -> None:
    html = Checked(simulation_html(step))
    assert "Back to the declared depths" in html.text
    (run,) = html.with_class("hx-sim")
    assert json.loads(run["data-depths"] or "") == {"fifo": 2}
    assert step["simulation"] is not None
    step["simulation"]["depths"] = {}
    assert "Back to" not in Checked(simulation_html(step)).text


def test_the_graph_of_tasks_leads_to_their_run(step: StepRecord) -> None:
    assert (
        "The simulated run takes 24 cycles. Show the run" in Checked(simulation_pointer(step)).text
    )
    assert step["simulation"] is not None
    step["simulation"]["failure"] = "deadlock"
    assert "The simulated run fails." in Checked(simulation_pointer(step)).text
    step["simulation"] = None
    assert simulation_pointer(step) == ""  # no tasks
    step["graph"]["nodes"].append(
        {"id": "t", "kind": "task", "label": "t", "detail": "", "cluster": None}
    )
    assert "Simulate a run to see who waits" in Checked(simulation_pointer(step)).text


def test_without_a_run_the_pane_says_what_would_be_shown(step: StepRecord) -> None:
    step["simulation"] = None
    assert "This program has no tasks" in Checked(simulation_html(step)).text
    step["graph"]["nodes"].append(
        {"id": "t", "kind": "task", "label": "t", "detail": "", "cluster": None}
    )
    html = Checked(simulation_html(step))
    assert "Not simulated." in html.text
    assert len(html.with_class("hx-button")) == 2
