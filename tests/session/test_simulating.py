"""Programs of tasks simulated in a session."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import hcl_explore as hcl
import hcl_explore.dataflow as df
from hcl_explore import Stream, int32
from hcl_explore.errors import CallError, ScheduleError, SessionError
from hcl_explore.views.page import session_page
from hcl_explore.views.simulation import simulation_html

sys.path.append(str(Path(__file__).parents[1] / "dataflow"))
import dataflow_programs as programs


@df.region()
def circle(A: int32[4], B: int32[4]):
    """Each task waits for the other's first token."""
    forth: Stream[int32, 2]
    back: Stream[int32, 2]

    @df.kernel(mapping=[1], args=[A])
    def left(a: int32[4]):
        for i in range(4):
            a[i] = back.get()
            forth.put(a[i])

    @df.kernel(mapping=[1], args=[B])
    def right(b: int32[4]):
        for i in range(4):
            b[i] = forth.get()
            back.put(b[i])


@pytest.fixture
def session() -> hcl.Session:
    return hcl.Session(programs.producer_consumer, verify=False)


def test_a_run_is_kept_with_its_step_and_shown(session: hcl.Session) -> None:
    assert session.step_record(0)["simulation"] is None
    changes: list[str] = []
    session.observe(lambda kind, _: changes.append(kind))
    run = session.simulate()
    assert changes == ["changed"]
    assert session.step_record(0)["simulation"] == run
    assert [task["name"] for task in run["tasks"]][1:] == ["producer", "consumer"]
    (fifo,) = run["fifos"]
    assert (fifo["depth"], fifo["tokens"], fifo["left"]) == (4, programs.N, 0)
    assert len(fifo["put_times"]) == len(fifo["get_times"]) == programs.N
    assert "16" in simulation_html(session.step_record(0))
    assert "data-play" in session_page(session.record())


def test_other_depths_are_tried_and_the_smallest_found(session: hcl.Session) -> None:
    shallow = session.simulate(depths={"fifo": 1})
    assert shallow["fifos"][0]["highest_fill"] == 1
    assert shallow["depths"] == {"fifo": 1}
    declared = session.simulate()
    assert shallow["cycles"] > declared["cycles"]
    smallest = session.simulate(smallest=True)
    assert smallest["cycles"] == declared["cycles"]
    assert 1 < smallest["depths"]["fifo"] <= 4


def test_a_deadlock_is_a_result() -> None:
    session = hcl.Session(circle, verify=False)
    run = session.simulate()
    assert "circle is stuck at cycle 0" in run["failure"]
    assert [task["state"] for task in run["tasks"]][1:] == ["empty", "empty"]
    assert "waits for a token" in simulation_html(session.step_record(0))


def test_what_cannot_be_simulated_is_refused_and_changes_nothing(session: hcl.Session) -> None:
    with pytest.raises(CallError, match="has no FIFO nix"):
        session.simulate(depths={"nix": 2})
    with pytest.raises(ScheduleError, match="there is no step 7"):
        session.simulate(7)
    assert session.step_record(0)["simulation"] is None
    plain = hcl.Session(hcl.examples.get("gemm").kernel, verify=False)
    with pytest.raises(SessionError, match="no tasks"):
        plain.simulate()


def test_tasks_are_not_timed_on_the_processor(session: hcl.Session) -> None:
    with pytest.raises(SessionError, match="is simulated here"):
        session.measure()
