"""Variables that keep their values between calls, and where variables are kept."""

from __future__ import annotations

import numpy as np
import pytest

import hcl_explore as hcl
from hcl_explore.errors import KernelError, NotApplicableError

RUNNING = """
def last_of(x: float32) -> float32:
    last: float32 @ hcl.Stateful = 1.5
    found: float32 = last
    last = x
    return found
def f(A: float32[4], k: int32) -> float32:
    calls: UInt(7) @ hcl.Stateful = 5
    sums: float32[4] @ hcl.Memory("BRAM") @ hcl.Stateful = [1, 2, 3, 4]
    seen: Fixed(12, 4)[2, 2] @ hcl.Stateful
    calls += 1
    for i in range(4):
        sums[i] += A[i]
    seen[1, 0] += 0.25
    total: float32 = sums[1] + calls
    total += last_of(A[k]) + seen[1, 0]
    return total
"""


def expected(inputs: list[tuple[np.ndarray, int]]) -> list[float]:
    calls, sums, last, seen = 5, np.array([1, 2, 3, 4], np.float32), 1.5, 0.0
    outputs = []
    for A, k in inputs:
        calls, sums, seen = (calls + 1) % 128, sums + A, seen + 0.25
        outputs.append(float(sums[1] + calls + last + seen))
        last = A[k]
    return outputs


INPUTS = [(np.arange(4, dtype=np.float32) * n, n % 4) for n in range(5)]


@pytest.mark.parametrize("target", [None, "vhls", "catapult"])
def test_each_built_kernel_keeps_its_own(target: str | None) -> None:
    s = hcl.customize(RUNNING)
    mode = {} if target is None else {"mode": "csim"}
    first, second = (s.build(target=target, **mode) for _ in range(2))
    assert [first(*one) for one in INPUTS] == expected(INPUTS)
    assert [second(*one) for one in INPUTS[:2]] == expected(INPUTS[:2])
    first.reset()
    assert [first(*one) for one in INPUTS[1:]] == expected(INPUTS[1:])


def test_it_survives_a_failing_call() -> None:
    text = "def f(A: int32[4], i: int32) -> int32:\n    n: int32 @ Stateful\n    n += 1\n"
    text += "    assert i >= 0, 'no'\n    return n\n"
    kernel = hcl.customize(text).build()
    A = np.zeros(4, np.int32)
    assert kernel(A, 0) == 1
    with pytest.raises(hcl.errors.AssertionFailedError):
        kernel(A, -1)
    assert kernel(A, 0) == 2


def test_schedules_and_code() -> None:
    s = hcl.customize(RUNNING)
    s.split("i", 2)
    s.partition(s.sums, dim=1)
    s.inline("last_of")
    assert s.verify().status == "verified"
    code = s.build(target="vhls").hls_code
    assert "static float sums[4] = {1.0f, 2.0f, 3.0f, 4.0f};" in code
    assert "static ap_uint<7> calls = 5;" in code
    assert "type=rom" not in code
    assert s.estimate().latency_cycles > 0
    with pytest.raises(NotApplicableError, match="kept from one call"):
        s.reshape(s.seen, (4,))
    assert {b.name: b.kind for b in s.program.all_buffers()}["calls"] == "state"
    hcl.Session(s)


def test_verification_compares_sequences_of_calls() -> None:
    before = hcl.customize("def f() -> int32:\n    n: int32 @ Stateful\n    n += 1\n    return n\n")
    after = hcl.customize("def f() -> int32:\n    n: int32 @ Stateful\n    n = 1\n    return n\n")
    assert hcl.verify(before, after).status == "failed"
    assert hcl.verify(before, before).status == "verified"


def test_banks() -> None:
    text = """
def f(A: float32[8] @ hcl.Memory(bank=3), B: float32[8] @ Memory(resource="URAM", bank="DDR[1]")):
    C: float32[8] @ Memory("LUTRAM") = 0.0
    for i in range(8):
        C[i] += A[i]
        B[i] = C[i]
"""
    ir = hcl.customize(text).ir
    assert "hcl.bank = 3 : i32" in ir and 'hcl.bank = "DDR[1]"' in ir
    assert 'hcl.storage = "URAM"' in ir and 'hcl.storage = "LUTRAM"' in ir


WRONG = [
    ("A: int32[4] @ hcl.Stateful", "pass", "cannot be stateful"),
    ("A: int32[4]", "n: int32 @ Stateful = A[0]", "is not a constant"),
    ("A: int32[4]", "n: int32[2] @ Stateful = A", "is not a constant"),
    ("A: int32[4]", "n: int32[2] @ Stateful = [1, 2, 3]", "does not fit"),
    ("A: int32[4]", "n: int32 @ 3", "after '@' stands Memory(...) or Stateful"),
    ("A: int32[4]", "n: 3 @ Stateful", "3 is not a type"),
    ("A: int32[4]", "n: int32 @ Memory()", "needs a resource or a bank"),
    ("A: int32[4]", "n: int32 @ Memory('DRAM')", "a memory is one of"),
    ("A: int32[4]", "n: int32 @ Memory(bank=-1)", "banks count from 0"),
    ("A: int32[4]", "n: int32 @ Memory(bank=1.5)", "a bank is a number or a name"),
    ("A: int32[4]", "n: int32 @ Memory('BRAM') @ Memory('URAM')", "kept in one memory"),
]


@pytest.mark.parametrize(("parameter", "statement", "message"), WRONG)
def test_wrong_uses(parameter: str, statement: str, message: str) -> None:
    with pytest.raises(KernelError) as caught:
        hcl.customize(f"def f({parameter}):\n    {statement}\n")
    assert message in str(caught.value)
    assert caught.value.span is not None


def test_plain_python_reads_the_annotations() -> None:
    assert (hcl.int32 @ hcl.Stateful).stateful
    with pytest.raises(TypeError, match="is not a type"):
        3 @ hcl.Stateful


def test_a_table_of_the_same_name_and_values_is_another() -> None:
    s = hcl.customize(
        """
def count(x: int32[4]):
    t: int32[4] @ hcl.Stateful = [1, 2, 3, 4]
    for i in range(4):
        t[i] += x[i]
def top(x: int32[4], y: int32[4]):
    count(x)
    t: int32[4] = [1, 2, 3, 4]
    for i in range(4):
        y[i] = t[i]
"""
    )
    kernel = s.build()
    for _ in range(2):
        y = np.zeros(4, np.int32)
        kernel(np.ones(4, np.int32), y)
        assert y.tolist() == [1, 2, 3, 4]
