"""Examples bring their schedule into a session; a fault on the way leaves it as it was."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import hcl_explore as hcl
from hcl_explore.errors import SessionError

SCALE = """
def scale(A: float32[64]) -> float32[64]:
    B: float32[64]
    for i in range(64):
        B[i] = A[i] * 2.0
    return B
"""


def test_an_example_is_loaded_and_then_scheduled_step_by_step() -> None:
    session = hcl.Session(SCALE, verify=False)
    session.load_kernel("sobel")
    example = hcl.examples.get("sobel")
    assert session.example is example
    schedule, changes = session.schedule, []
    session.observe(lambda kind, index: changes.append((kind, index)))
    session.apply_example_schedule()
    assert session.schedule is schedule
    assert [step.primitive for step in session.steps] == [name for name, _ in example.schedule]
    assert changes == [("changed", len(example.schedule))]  # told once, not step by step
    record = session.record()
    latency = [step["estimate"]["latency_cycles"] for step in record["steps"]]
    assert latency[-1] < latency[0]
    schedule.undo()
    assert changes[-1] == ("changed", len(example.schedule) - 1)


def test_it_takes_the_place_of_other_steps() -> None:
    session = hcl.Session(hcl.examples.get("sobel").kernel, verify=False)
    session.schedule.pipeline("y")
    session.apply_example_schedule()
    assert len(session.steps) == len(hcl.examples.get("sobel").schedule)


def test_only_an_example_has_one() -> None:
    session = hcl.Session(SCALE, verify=False)
    assert session.example is None
    with pytest.raises(SessionError, match="no example that comes with a schedule"):
        session.apply_example_schedule()
    session.load_kernel("sobel")
    session.edit(SCALE)
    assert session.example is None


def faulty(*change: object) -> None:
    raise ZeroDivisionError(change)


def load(session: hcl.Session) -> None:
    session.load_kernel("sobel")


def edit(session: hcl.Session) -> None:
    session.edit(SCALE.replace("2.0", "3.0"))


def remove(session: hcl.Session) -> None:
    session.remove(1)


def apply(session: hcl.Session) -> None:
    session.apply("unroll", {"axis": "i.inner"})


@pytest.mark.parametrize("change", [load, edit, remove, apply])
def test_a_fault_leaves_the_session_as_it_was(change: Callable[[hcl.Session], None]) -> None:
    session = hcl.Session(SCALE, verify=False)
    session.schedule.split("i", 8)
    session.schedule.pipeline("i.outer")
    session.undo()
    calls = [step.call for step in session.steps]

    stop = session.observe(faulty)
    with pytest.raises(ZeroDivisionError):
        change(session)
    stop()
    assert session.schedule.name == "scale"
    assert "2.0" in session.record()["kernel"]
    assert [step.call for step in session.steps] == calls
    assert session.position == 1
    session.redo()
    assert session.position == 2


def test_a_fault_in_its_schedule_leaves_the_session_as_it_was() -> None:
    session = hcl.Session(hcl.examples.get("sobel").kernel, verify=False)
    session.schedule.pipeline("y")

    stop = session.observe(faulty)
    with pytest.raises(ZeroDivisionError):
        session.apply_example_schedule()
    stop()
    assert [step.call for step in session.steps] == ['s.pipeline("y")']
    changes: list[int] = []
    session.observe(lambda _, index: changes.append(index))
    session.schedule.undo()
    assert changes == [0]
