"""The kernel timed on this machine's processor."""

from __future__ import annotations

import pytest

import hcl_explore as hcl
from hcl_explore.backend.cpu.ceilings import CpuCeilings
from hcl_explore.errors import RunError, ScheduleError
from hcl_explore.session import measuring

SCALE = """
def scale(A: float32[64]) -> float32[64]:
    B: float32[64]
    for i in range(64):
        B[i] = A[i] * 2.0
    return B
"""
ENDLESS = """
def endless(A: int32[1]):
    while A[0] < 5:
        A[0] = 0
"""


@pytest.fixture(autouse=True)
def ceilings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Known ceilings: measuring them takes seconds and is tested elsewhere."""
    known = CpuCeilings("a processor", (("float32", 100.0),), (("DRAM", 20.0),))
    monkeypatch.setattr(measuring, "cpu_ceilings", lambda: known)


def test_a_step_is_measured_when_asked_for() -> None:
    session = hcl.Session(SCALE, verify=False)
    session.schedule.split("i", 8)
    assert session.record()["cpu"] is None
    changes: list[str] = []
    session.observe(lambda kind, _: changes.append(kind))
    measured = session.measure()
    assert changes == ["changed"]
    assert 0 < measured["seconds"] < 1
    assert measured["gops"] == pytest.approx(64 / measured["seconds"] / 1e9)
    assert measured["intensity"] == pytest.approx(64 / (2 * 256))
    record = session.record()
    assert record["cpu"] is not None
    assert record["cpu"]["processor"] == "a processor"
    assert [step["measured"] for step in record["steps"]] == [None, measured]


def test_another_kernel_is_not_the_one_that_was_measured() -> None:
    session = hcl.Session(SCALE, verify=False)
    session.measure(0)
    session.edit(SCALE.replace("2.0", "3.0"))
    assert session.step_record(0)["measured"] is None


def test_there_is_no_such_step() -> None:
    with pytest.raises(ScheduleError, match="there is no step 1"):
        hcl.Session(SCALE, verify=False).measure(1)


def test_a_kernel_that_does_not_end_leaves_the_session_as_it_was(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(measuring, "_TIMEOUT_S", 0.3)
    session = hcl.Session(ENDLESS, verify=False)
    with pytest.raises(RunError, match=r"ran longer than 0\.3 s"):
        session.measure()
    assert session.step_record(0)["measured"] is None
