"""The hint under a directive that changes no figure of the estimate."""

from __future__ import annotations

import pytest

import hcl_explore as hcl

GEMM = """
def gemm(A: float32[64, 64], B: float32[64, 64]) -> float32[64, 64]:
    C: float32[64, 64] = 0.0
    for i, j, k in hcl.grid(64, 64, 64, name="mm"):
        C[i, j] += A[i, k] * B[k, j]
    return C
"""


@pytest.fixture
def session() -> hcl.Session:
    session = hcl.Session(GEMM, verify=False)
    session.schedule.split("k", 8)
    session.schedule.reorder("k.outer", "i", "j", "k.inner")
    return session


def hint(session: hcl.Session) -> str:
    return session.step_record(session.position)["hint"]


def test_vitis_pipelines_by_itself(session: hcl.Session) -> None:
    session.schedule.pipeline("C_d1")
    assert hint(session) == "changes nothing: Vitis pipelines 'C_d1' by itself"


def test_what_is_inside_a_pipeline_is_unrolled_anyway(session: hcl.Session) -> None:
    session.schedule.pipeline("j")
    session.schedule.unroll("k.inner")
    assert hint(session) == ("changes nothing: Vitis unrolls 'k.inner' anyway, inside pipelined j")


def test_one_array_of_two_changes_nothing_alone(session: hcl.Session) -> None:
    s = session.schedule
    s.pipeline("j")
    s.partition(s.A, partition_type="cyclic", dim=2, factor=8)
    assert "changes nothing alone, 'j' has II = " in hint(session)
    assert "of B" in hint(session)
    s.partition(s.B, partition_type="cyclic", dim=1, factor=8)
    assert hint(session) == ""


def test_an_array_that_no_loop_waits_for() -> None:
    session = hcl.Session(
        "def scale(A: float32[64], B: float32[64]):\n"
        "    for i in range(64):\n"
        "        B[i] = A[i] * 2.0\n",
        verify=False,
    )
    session.schedule.partition(session.schedule.A, partition_type="cyclic", dim=1, factor=2)
    assert hint(session) == "changes nothing: no loop waits for the ports of 'A'"


def test_rewrites_have_no_hint(session: hcl.Session) -> None:
    assert session.step_record(0)["hint"] == ""
    assert session.step_record(1)["hint"] == ""
