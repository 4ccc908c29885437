"""What was measured and simulated is kept with the session."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import hcl_explore as hcl
from hcl_explore.backend.cpu.ceilings import CpuCeilings
from hcl_explore.errors import SessionError
from hcl_explore.session import measuring

SCALE = """
def scale(A: float32[64]) -> float32[64]:
    B: float32[64]
    for i in range(64):
        B[i] = A[i] * 2.0
    return B
"""


def on_processor(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    known = CpuCeilings(name, (("float32", 100.0),), (("DRAM", 20.0),))
    monkeypatch.setattr(measuring, "cpu_ceilings", lambda: known)


def measured_session(monkeypatch: pytest.MonkeyPatch) -> hcl.Session:
    on_processor(monkeypatch, "the processor at home")
    session = hcl.Session(SCALE, verify=False)
    session.measure()
    session.schedule.split("i", 8)
    session.schedule.pipeline("i.inner")
    session.measure(2)
    session.undo()
    return session


def test_measurements_are_loaded_with_the_session(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    session = measured_session(monkeypatch)
    session.save(tmp_path / "scale.json")
    loaded = hcl.Session.load(tmp_path / "scale.json")
    before, after = session.record(), loaded.record()
    assert after["cpu"] == before["cpu"]
    assert [step["measured"] for step in after["steps"]] == [
        step["measured"] for step in before["steps"]
    ]
    assert before["steps"][2]["measured"] is not None  # an undone step keeps its own
    assert before["steps"][1]["measured"] is None


def test_times_of_another_processor_are_dropped_when_this_one_measures(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    loaded = hcl.Session.from_json(measured_session(monkeypatch).to_json())
    on_processor(monkeypatch, "the processor at work")
    new = loaded.measure(1)
    record = loaded.record()
    assert record["cpu"] is not None
    assert record["cpu"]["processor"] == "the processor at work"
    assert [step["measured"] for step in record["steps"]] == [None, new, None]


def test_a_simulated_run_is_loaded_with_the_session() -> None:
    session = hcl.Session(hcl.examples.get("systolic_output_stationary").kernel, verify=False)
    run = session.simulate(depths={"right": 1})
    loaded = hcl.Session.from_json(json.loads(json.dumps(session.to_json())))
    assert loaded.step_record(0)["simulation"] == run


def test_a_branch_goes_on_with_what_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    session = measured_session(monkeypatch)
    branch = session.branch()
    branch.measure(1)
    assert branch.step_record(0)["measured"] == session.step_record(0)["measured"] is not None
    assert session.step_record(1)["measured"] is None


def test_a_session_saved_without_runs_still_loads(monkeypatch: pytest.MonkeyPatch) -> None:
    data = measured_session(monkeypatch).to_json()
    del data["runs"]
    assert hcl.Session.from_json(data).record()["cpu"] is None


@pytest.mark.parametrize(
    "runs",
    [
        {},
        [],
        {"cpu": None, "measured": {"3": {}}, "simulated": {}},
        {
            "cpu": None,
            "measured": {"7": {"seconds": 1, "gops": 1, "intensity": 1}},
            "simulated": {},
        },
        {
            "cpu": None,
            "measured": {"-1": {"seconds": 1, "gops": 1, "intensity": 1}},
            "simulated": {},
        },
        {"cpu": {"processor": "x"}, "measured": {}, "simulated": {}},
        {"cpu": None, "measured": {}, "simulated": {"0": {"cycles": "many"}}},
    ],
)
def test_damaged_runs_are_told(monkeypatch: pytest.MonkeyPatch, runs: object) -> None:
    data = measured_session(monkeypatch).to_json()
    data["runs"] = runs
    with pytest.raises(SessionError, match="damaged"):
        hcl.Session.from_json(data)
