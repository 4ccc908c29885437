"""Random kernels under random schedules give what the plain kernel gives."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from hcl_explore.fuzz import Case, fuzz, run, shrink
from hcl_explore.schedule.primitive import primitives


@pytest.mark.slow
def test_three_hundred_cases() -> None:
    tally: Counter[str] = Counter()
    failures = fuzz(seed=0, count=300, tally=tally)
    report = "\n".join(f"{failure}\n{case.script()}" for case, failure in failures)
    assert not failures, report
    applied = {name for name in primitives() if tally[f"{name} applied"]}
    assert {"split", "reorder", "tile", "fuse", "buffer_at"} <= applied


def test_a_wrong_result_is_found_and_shrunk() -> None:
    """An illegal order, applied all the same, is what the fuzzer must be able to see."""
    stage = "    for i in range(1, 5):\n        v[i] = v[i - 1] + 1\n"
    other = "    for p, q in hcl.grid(5, 5):\n        A[p, q] = 0\n"
    case = Case((other, stage), (("unroll", {"axis": "p"}), ("reverse", {"axis": "i"})), 5)
    assert run(case) is None  # refused as it should be

    lawless = replace(case, unchecked=True)
    failure = run(lawless)
    assert failure is not None
    assert failure.kind == "wrong result"
    small = shrink(lawless, failure)
    assert small.stages == (stage,)
    assert [name for name, _ in small.steps] == ["reverse"]


def test_a_kernel_that_does_not_compile_is_a_failure() -> None:
    failure = run(Case(("    A[0] = nonsense\n",), (), 4))
    assert failure is not None
    assert failure.kind == "kernel refused"
