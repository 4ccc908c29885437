"""Random kernels under random schedules give what the plain kernel gives."""

from __future__ import annotations

import os
import pickle
import shutil
from collections import Counter
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from pathlib import Path

import pytest

from hcl_explore.backend.hls import HlsCode
from hcl_explore.backend.hls.csim import CsimKernel, build_csim
from hcl_explore.fuzz import Case, Failure, Tally, fuzz, isolated, run, shrink
from hcl_explore.fuzz import __main__ as fuzz_command
from hcl_explore.fuzz.__main__ import main
from hcl_explore.fuzz.isolated import fuzz_isolated
from hcl_explore.schedule import building
from hcl_explore.schedule.primitive import primitives
from hcl_explore.schedule.schedule import Schedule

Done = tuple[list[tuple[Case, Failure]], Tally]
HAS_COMPILER = shutil.which("g++") is not None


@pytest.mark.slow
def test_three_hundred_cases() -> None:
    tally = Tally()
    failures = fuzz(seed=0, count=300, tally=tally, csim=HAS_COMPILER)
    report = "\n".join(f"{failure}\n{case.script()}" for case, failure in failures)
    assert not failures, report
    assert tally.cases == 300
    assert tally.csim == (15 if HAS_COMPILER else 0)
    drawn = {name for name in primitives() if tally.applied[name] + tally.refused[name]}
    assert drawn == set(primitives())
    rarely = {name for name in primitives() if tally.applied[name] < tally.cases // 100}
    assert not rarely, tally.table()


def test_a_wrong_result_is_found_and_shrunk() -> None:
    """An illegal order, applied all the same, is what the fuzzer must be able to see."""
    stage = "    for i in range(1, N):\n        v[i] = v[i - 1] + 1\n"
    other = "    for p, q in hcl.grid(N, N):\n        A[p, q] = 0\n"
    case = Case((other, stage), (("unroll", {"axis": "p"}), ("reverse", {"axis": "i"})), 6)
    assert run(case) is None  # refused as it should be

    lawless = replace(case, unchecked=True)
    failure = run(lawless)
    assert failure is not None
    assert failure.kind == "wrong result"
    small = shrink(lawless, failure)
    assert small.stages == (stage,)
    assert small.size == 4
    assert [name for name, _ in small.steps] == ["reverse"]
    assert 's.reverse("i")' in small.script()


@pytest.mark.parametrize("dtype", ["uint8", "float32"])
def test_any_type_is_compared_bit_for_bit(dtype: str) -> None:
    stage = "    for i in range(N):\n        v[0] = v[0] * 3 + A[0, i]\n"
    case = Case((stage,), (("reverse", {"axis": "i"}),), 5, dtype, unchecked=True)
    failure = run(case)
    assert failure is not None
    assert failure.kind == "wrong result"


@pytest.mark.skipif(not HAS_COMPILER, reason="needs a C++ compiler")
def test_wrong_cpp_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = "    for i in range(N):\n        v[i] = v[i] + 7\n"
    case = Case((stage,), (("unroll", {"axis": "i"}),), 4, csim=True)
    assert run(case) is None

    def build_wrongly(code: HlsCode, **options: float) -> CsimKernel:
        return build_csim(replace(code, text=code.text.replace("7", "8")), **options)

    monkeypatch.setattr(building, "build_csim", build_wrongly)
    failure = run(case)
    assert failure is not None
    assert failure.kind == "wrong csim result"
    assert 'mode="csim"' in case.script()


def test_a_kernel_that_does_not_compile_is_a_failure() -> None:
    failure = run(Case(("    A[0] = nonsense\n",), (), 4))
    assert failure is not None
    assert failure.kind == "kernel refused"


def test_an_error_that_is_not_ours_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise KeyError("a fault")

    monkeypatch.setattr(Schedule, "estimate", broken)
    failure = run(Case(("    v[0] = 1\n",), (), 4))
    assert failure is not None
    assert (failure.kind, failure.cause) == ("internal error", "KeyError")
    assert "a fault" in failure.detail


def test_the_command_prints_a_table_of_all_primitives(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["fuzz", "--seed", "3", "--count", "4"])
    monkeypatch.setattr(shutil, "which", lambda _: None)
    assert main() == 0
    shown = capsys.readouterr().out
    assert all(name in shown for name in primitives())
    assert "4 cases, none as C++" in shown


def test_an_interrupted_command_prints_what_it_has_done(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*arguments: object, **_: object) -> None:
        tally = arguments[2]
        assert isinstance(tally, Tally)
        tally.add(Tally(cases=3, applied=Counter(split=2)))
        raise KeyboardInterrupt

    monkeypatch.setattr("sys.argv", ["fuzz", "--count", "1000"])
    monkeypatch.setattr(fuzz_command, "fuzz_isolated", interrupted)
    assert main() == 0
    shown = capsys.readouterr().out
    assert "       2        0  split" in shown
    assert "3 cases" in shown


def test_a_failing_command_prints_the_script(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["fuzz", "--seed", "3", "--count", "1"])
    monkeypatch.setattr(shutil, "which", lambda _: None)
    monkeypatch.setattr(Schedule, "estimate", lambda schedule: schedule.no_such_member)
    monkeypatch.setattr(isolated, "_in_process", lambda function, *rest: function(*rest))
    assert main() == 1
    shown = capsys.readouterr().out
    assert "--- internal error" in shown
    assert "s = hcl.customize(KERNEL)" in shown


def test_a_crash_costs_one_case_and_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    """The process of the cases ends at the third one; the others run in another."""
    started: list[tuple[int, int]] = []

    def work(_seed: int, first: int, count: int, _csim: bool, journal: Path) -> Done:
        started.append((first, count))
        if first <= 2 < first + count:
            journal.write_bytes(pickle.dumps((2, Case(("    v[0] = 1\n",), (), 4))))
            raise BrokenProcessPool
        return [], Tally(cases=count)

    monkeypatch.setattr(isolated, "_work", work)
    monkeypatch.setattr(isolated, "_in_process", lambda function, *rest: function(*rest))
    tally = Tally()
    (failure,) = fuzz_isolated(1, 10, tally)
    assert failure[1].kind == "crash"
    assert started == [(0, 10), (0, 2), (3, 7)]
    assert tally.cases == 10


def test_a_process_that_ends_is_noticed() -> None:
    with pytest.raises(BrokenProcessPool):
        isolated._in_process(os.abort)


def test_cases_can_start_anywhere() -> None:
    """Number 5 is the same case whether the four before it were drawn or not."""
    seen: dict[int, list[Case]] = {}

    def journal(number: int, case: Case) -> None:
        seen.setdefault(number, []).append(case)

    fuzz(9, 6, Tally(), csim=False, journal=journal)
    from_zero = seen.pop(5)
    fuzz(9, 1, Tally(), first=5, csim=False, journal=journal)
    assert seen[5][1:] == from_zero  # the kernel's own entry comes first
    assert from_zero[0].steps


def test_steps_that_change_values_are_compared_from_there_on() -> None:
    stage = "    for i in range(N):\n        v[0] = v[0] * 3 + A[0, i]\n"
    quantize = ("quantize", {"target": "A", "dtype": "int8"})
    assert run(Case((stage,), (quantize, ("unroll", {"axis": "i"})), 5)) is None
    failure = run(Case((stage,), (quantize, ("reverse", {"axis": "i"})), 5, unchecked=True))
    assert failure is not None
    assert failure.kind == "wrong result"
