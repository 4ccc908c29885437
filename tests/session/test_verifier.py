"""Waiting for the checks of a session's steps."""

from __future__ import annotations

from concurrent.futures import Future

import pytest

from hcl_explore import Session, int32
from hcl_explore.backend.verify import Verification
from hcl_explore.errors import RunTimeoutError
from hcl_explore.session import verifier


def double(A: int32[8]):
    for i in range(8):
        A[i] = A[i] * 2


def test_waiting_for_a_check_that_does_not_end(monkeypatch: pytest.MonkeyPatch) -> None:
    check: Future[Verification] = Future()
    monkeypatch.setattr(verifier, "compare_async", lambda *_, **__: check)
    session = Session(double)
    session.apply("split", {"axis": "i", "factor": 4})
    with pytest.raises(RunTimeoutError, match=r"after 0 s 1 step is still being verified"):
        session.wait_for_verification(timeout_s=0)
    check.set_result(Verification("passed", "equal"))
    session.wait_for_verification(timeout_s=0)
    badge = session.step_record(1)["verification"]
    assert badge is not None
    assert badge["status"] == "passed"
