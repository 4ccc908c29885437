"""The session: records, editing, replaying, saving, loading, scripts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import hcl_explore as hcl
from hcl_explore import Session, float32, int32
from hcl_explore.errors import HclError, KernelError, LegalityError, ScheduleError, SessionError

N = 16
TABLE = np.array([3, 1, 4, 1, 5, 9, 2, 6], dtype=np.int32)


def product(A: float32[N, N], B: float32[N, N]) -> float32[N, N]:
    C: float32[N, N] = 0.0
    for i, j, k in hcl.grid(N, N, N, name="mm"):
        C[i, j] += A[i, k] * B[k, j]
    return C


def lookup(out: int32[8]):
    for i in range(8):
        out[i] = TABLE[i] * 2


def double(x: int32[8], y: int32[8]):
    for p in range(8):
        y[p] = 2 * x[p]


def quadruple(x: int32[8]) -> int32[8]:
    half: int32[8]
    double(x, half)
    whole: int32[8]
    double(half, whole)
    return whole


@pytest.fixture
def session() -> Session:
    made = Session(product, verify=False)
    made.apply("split", {"axis": "k", "factor": 4})
    made.apply("reorder", {"axes": ["k.outer", "i", "j", "k.inner"]})
    made.apply("pipeline", {"axis": "j"})
    return made


def test_record_is_json_and_complete(session: Session) -> None:
    record = json.loads(json.dumps(session.record()))
    assert record["version"] == 1
    assert [step["primitive"] for step in record["steps"]] == [None, "split", "reorder", "pipeline"]
    assert record["position"] == 3
    first, split, *_ = record["steps"]
    assert first["call"] == "s = hcl.customize(product)"
    assert split["call"] == 's.split("k", 4)'
    assert split["forwarding"] == {"product:mm.k": ["product:mm.k.outer", "product:mm.k.inner"]}
    assert "%k.outer" in split["ir"]
    assert "k_outer" in split["hls"]
    assert {buffer["name"] for buffer in first["buffers"]} == {"A", "B", "C"}


def test_every_line_of_ir_and_hls_has_its_link(session: Session) -> None:
    for step in session.record()["steps"]:
        assert len(step["ir_links"]) == len(step["ir"].rstrip("\n").split("\n"))
        assert len(step["hls_links"]) == len(step["hls"].rstrip("\n").split("\n"))


def test_links_point_to_the_right_lines(session: Session) -> None:
    step = session.step_record(1)
    first = session.schedule.source.first_line
    text = session.schedule.source.text.splitlines()
    linked = list(zip(step["ir"].rstrip("\n").split("\n"), step["ir_links"], strict=True))
    for part, written in (("affine.for %k", "hcl.grid"), ("arith.mulf", "+=")):
        links = [link for line, link in linked if part in line]
        assert links
        assert all(link is not None and written in text[link - first] for link in links)


def test_the_figures_of_a_step_follow_the_program(session: Session) -> None:
    banks = {"partition_type": "cyclic", "factor": 4}
    session.apply("partition", {"target": "A", "dim": 2, **banks})
    session.apply("partition", {"target": "B", "dim": 1, **banks})
    before, after = session.step_record(3)["estimate"], session.step_record(5)["estimate"]
    assert before["latency_cycles"] is not None
    assert after["latency_cycles"] is not None
    assert before["latency_cycles"] > after["latency_cycles"]


def test_undone_steps_stay_in_the_record(session: Session) -> None:
    session.undo()
    record = session.record()
    assert (record["position"], record["redo"], len(record["steps"])) == (2, 1, 4)
    session.goto(0)
    assert session.position == 0
    session.goto(3)
    with pytest.raises(ScheduleError, match="there are 3 steps, not 4"):
        session.goto(4)


def test_remove_applies_the_later_steps_again(session: Session) -> None:
    session.remove(2)
    assert [step.call for step in session.steps] == ['s.split("k", 4)', 's.pipeline("j")']
    assert session.failed == []


def test_remove_lists_the_steps_that_no_longer_apply(session: Session) -> None:
    session.remove(1)
    assert [step.call for step in session.steps] == ['s.pipeline("j")']
    assert [failed["primitive"] for failed in session.failed] == ["reorder"]
    assert "no loop 'k.outer'" in session.failed[0]["error"]


def test_edit_replays_the_schedule(session: Session) -> None:
    text = session.schedule.source.text
    session.edit(text.replace("A[i, k] * B[k, j]", "A[i, k] * B[k, j] * 2.0"))
    assert len(session.steps) == 3
    session.edit(text.replace("i, j, k in", "i, j, r in").replace("k]", "r]").replace("[k", "[r"))
    assert [step.primitive for step in session.steps] == ["pipeline"]
    assert [failed["primitive"] for failed in session.failed] == ["split", "reorder"]


@pytest.mark.parametrize(
    "text",
    [
        "def product(:",
        "",
        "x = 1",
        "def product(A: float32[4]):\n    while A: pass",
        "\0",
        "import os",
    ],
)
def test_an_edit_that_does_not_compile_changes_nothing(session: Session, text: str) -> None:
    before = session.record()
    with pytest.raises(KernelError):
        session.edit(text)
    assert session.record() == before


def test_a_refused_step_leaves_the_session_usable(session: Session) -> None:
    before = session.record()
    with pytest.raises(HclError):
        session.apply("split", {"axis": "k.outer", "factor": 99})
    with pytest.raises(HclError):
        session.apply("split", {"axis": "k.outer", "wrong": 1})
    with pytest.raises(HclError):
        session.apply("no such primitive", {})
    assert session.record() == before


def test_observers_hear_of_every_change() -> None:
    session = Session(product, verify=False)
    heard: list[tuple[str, int]] = []
    stop = session.observe(lambda kind, index: heard.append((kind, index)))
    session.schedule.split("k", 4)
    session.undo()
    session.redo()
    session.set_device("u250", 250.0)
    stop()
    session.undo()
    assert heard == [("changed", 1), ("changed", 0), ("changed", 1), ("changed", 1)]


def test_verification_comes_beside_the_step() -> None:
    session = Session(product)
    badge = threading.Event()
    session.observe(lambda kind, _: badge.set() if kind == "verification" else None)
    session.apply("split", {"axis": "k", "factor": 4})
    assert badge.wait(60)
    assert session.step_record(1)["verification"]["status"] == "verified"
    assert session.step_record(0)["verification"]["status"] == "not_run"


def test_without_verification_the_badge_says_so(session: Session) -> None:
    badge = session.step_record(1)["verification"]
    assert badge == {
        "status": "not_run",
        "detail": "Verification is switched off in this session.",
        "relative_error": None,
    }


def test_a_wrong_step_is_found_by_verification() -> None:
    def shift(A: int32[9]):
        for i in range(8):
            A[i + 1] = A[i] + 1

    session = Session(shift)
    with pytest.raises(LegalityError):
        session.apply("reverse", {"axis": "i"})
    session.apply("reverse", {"axis": "i"}, unchecked=True)
    session.wait_for_verification()
    step = session.step_record(1)
    assert step["unchecked"]
    assert step["verification"]["status"] == "failed"


def test_palette_holds_what_is_now_in_the_program(session: Session) -> None:
    forms = {form["name"]: form for form in session.palette()}
    axis = forms["split"]["parameters"][0]
    assert axis["kind"] == "loop"
    assert axis["choices"] == ["C_d0", "C_d1", "k.outer", "i", "j", "k.inner"]
    assert forms["partition"]["parameters"][0]["choices"] == ["A", "B", "C"]
    assert forms["partition"]["parameters"][1]["choices"] == ["complete", "block", "cyclic"]


def test_why_not(session: Session) -> None:
    assert session.why_not("split", {"axis": "i", "factor": 4}) is None
    reason = session.why_not("pipeline", {"axis": "j", "initiation_interval": 1})
    assert reason is not None
    assert "already pipelined" in reason


def test_branches_go_on_separately(session: Session) -> None:
    other = session.branch()
    other.undo()
    other.apply("unroll", {"axis": "k.inner"})
    assert [step.primitive for step in session.steps] == ["split", "reorder", "pipeline"]
    assert [step.primitive for step in other.steps] == ["split", "reorder", "unroll"]


@pytest.mark.parametrize("kernel", [product, lookup, quadruple])
def test_save_and_load(tmp_path: Path, kernel) -> None:
    session = Session(kernel, device="u250", clock_mhz=250, verify=False)
    loop = next(session.schedule.program.kernel.all_loops(), None)
    if loop is not None:
        session.apply("split", {"axis": loop.name, "factor": 2})
        session.apply("unroll", {"axis": f"{loop.name}.inner"})
        session.undo()
    session.save(tmp_path / "s.json")
    again = Session.load(tmp_path / "s.json")
    assert again.schedule.ir == session.schedule.ir
    assert [s.call for s in again.steps] == [s.call for s in session.steps]
    assert (again.position, again.device, again.clock_mhz) == (session.position, "u250", 250.0)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "is no saved session"),
        ("[]", "not a saved session"),
        ('{"format": "hcl_explore session", "version": 99}', "version 99"),
        ('{"format": "hcl_explore session", "version": 1}', "damaged"),
        ('{"format": "hcl_explore session", "version": 1, "kernel": {}}', "the kernel has no"),
    ],
)
def test_bad_files_are_refused(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "bad.json"
    path.write_text(content)
    with pytest.raises(SessionError, match=message):
        Session.load(path)


def places(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to each value inside of JSON data."""
    inner = data.items() if isinstance(data, dict) else enumerate(data)
    for key, value in inner:
        yield (*path, key)
        if isinstance(value, (dict, list)):
            yield from places(value, (*path, key))


def saved_product() -> dict[str, Any]:
    session = Session(product, verify=False)
    session.apply("split", {"axis": "k", "factor": 2})
    session.apply("unroll", {"axis": "k.inner"})
    data: dict[str, Any] = json.loads(json.dumps(session.to_json()))
    return data


@pytest.mark.parametrize("wrong", [None, -7, "x", [1], {"a": 1}, 1e400])
def test_a_value_of_the_wrong_kind_anywhere_is_told(wrong: object) -> None:
    for path in places(saved_product()):
        data = saved_product()
        holder: Any = data
        for key in path[:-1]:
            holder = holder[key]
        holder[path[-1]] = wrong
        try:
            Session.from_json(data)
        except HclError as error:
            internal = ("object", "Error(", "argument must", "NoneType", "invalid literal")
            assert not any(word in str(error) for word in internal), (path, str(error))


def test_a_missing_part_is_named() -> None:
    for key in ("kernel", "steps", "device", "position"):
        data = saved_product()
        del data[key]
        with pytest.raises(SessionError, match=f"damaged: .* has no '{key}'"):
            Session.from_json(data)
    data = saved_product()
    del data["steps"][1]["unchecked"]
    with pytest.raises(SessionError, match="damaged: step 2 has no 'unchecked'"):
        Session.from_json(data)


def test_a_refused_step_of_a_file_is_named() -> None:
    data = saved_product()
    data["steps"][1]["arguments"]["axis"] = "z"
    with pytest.raises(SessionError, match=r"step 2 of the saved session, unroll\(axis='z'\), is"):
        Session.from_json(data)


def test_loading_executes_nothing_of_the_file(tmp_path: Path) -> None:
    session = Session(product, verify=False)
    data = session.to_json()
    target = tmp_path / "made"
    kernel = data["kernel"]
    kernel["text"] = f"__import__('pathlib').Path({str(target)!r}).touch()\n" + kernel["text"]
    with pytest.raises(KernelError):
        Session.from_json(data)
    assert not target.exists()


@pytest.mark.parametrize("kernel", [product, lookup, quadruple])
def test_script_reproduces_the_schedule(tmp_path: Path, kernel) -> None:
    session = Session(kernel, verify=False)
    loop = next(session.schedule.program.kernel.all_loops(), None)
    if loop is not None:
        session.apply("split", {"axis": loop.name, "factor": 2})
    path = tmp_path / "script.py"
    path.write_text(session.to_script() + "print(s.ir)\n")
    root = str(Path(hcl.__file__).parents[1])
    result = subprocess.run(
        [sys.executable, path],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": root},
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout.endswith(session.schedule.ir + "\n")


def test_html_is_one_self_contained_page(session: Session, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    session.to_html(path)
    text = path.read_text(encoding="utf-8")
    assert "split" in text
    assert "http://" not in text.replace("http://www.w3.org", "")
    assert "https://" not in text
    with pytest.raises(SessionError, match="cannot write"):
        session.to_html(tmp_path / "no" / "such" / "folder.html")


def test_unknown_device_changes_nothing(session: Session) -> None:
    with pytest.raises(HclError, match="u281"):
        session.set_device("u281", 300)
    with pytest.raises(HclError):
        session.set_device("u280", 0)
    assert (session.device, session.clock_mhz) == ("u280", 300.0)


def test_examples_can_be_loaded(session: Session) -> None:
    groups = {name: group for name, _, group in session.kernels()}
    assert groups["gemm"] == "Linear algebra"
    assert groups["jacobi_2d"] == "PolyBench"
    session.load_kernel("gemm")
    assert session.schedule.name == "gemm"
    assert session.position == 0
