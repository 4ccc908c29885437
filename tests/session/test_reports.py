"""Reports of synthesis in a session: loops found, estimates beside them, saved, refused."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

import hcl_explore as hcl
from hcl_explore import Session
from hcl_explore.errors import ReportError, SessionError

sys.path.append(str(Path(__file__).parents[1] / "backend" / "hls"))
from csynth import csynth_xml

GEMM = """
def gemm(A: float32[32, 32], B: float32[32, 32], C: float32[32, 32]):
    for i, j, k in hcl.grid(32, 32, 32, name="mm"):
        C[i, j] += A[i, k] * B[k, j]
    for i, j in hcl.grid(32, 32, name="twice"):
        C[i, j] = C[i, j] * 2.0
"""
LOOPS = {
    "mm_i_mm_j": {"TripCount": 1024, "PipelineII": 16, "PipelineDepth": 200, "Latency": 16600},
    "twice_i_twice_j": {"TripCount": 1024, "PipelineII": 1, "PipelineDepth": 5, "Latency": 1028},
}


@pytest.fixture
def session() -> Session:
    session = Session(GEMM, verify=False)
    session.schedule.pipeline("mm.j")
    return session


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "csynth.xml"
    path.write_text(csynth_xml("gemm", latency=17635, loops=LOOPS))
    return path


def test_flattened_loops_are_found(session: Session, path: Path) -> None:
    comparison = session.load_report(path)
    first, second = comparison.loops
    assert first.keys == ("gemm:mm.i", "gemm:mm.j")
    assert second.keys == ("gemm:twice.i", "gemm:twice.j")
    estimate = session.schedule.estimate("u280", 250.0)
    ii = first.figure("ii")
    assert (ii.estimate, ii.report) == (estimate.ii["gemm:mm.j"], 16)
    assert first.figure("trip_count").error == 0
    assert first.figure("depth").report == 200


def test_the_text_of_a_report_is_as_good_as_its_file(session: Session, path: Path) -> None:
    comparison = session.load_report(path)
    assert session.load_report_text(path.read_text(), "csynth.xml") == comparison
    assert session.reports[0] == session.reports[1]
    with pytest.raises(ReportError, match=r"csynth\.xml"):
        session.load_report_text("nothing", "csynth.xml")
    assert len(session.reports) == 2


def test_the_estimate_is_for_the_reports_part_and_clock(session: Session, path: Path) -> None:
    comparison = session.load_report(path)
    assert (comparison.device, comparison.clock_mhz, comparison.steps) == ("u280", 250.0, 1)
    latency = comparison.figures[0]
    assert latency.report == 17635
    assert latency.estimate == session.schedule.estimate("u280", 250.0).latency_cycles
    assert latency.error == (latency.estimate - 17635) / 17635
    path.write_text(csynth_xml("gemm", latency=1, loops=LOOPS, part="xc7z020clg484-1", clock_ns=10))
    again = session.load_report(path)
    assert (again.device, again.clock_mhz, again.notes) == ("pynq-z2", 100.0, ())


def test_conditions_that_are_not_known_are_said(session: Session, path: Path) -> None:
    path.write_text(csynth_xml("gemm", latency=1, loops=LOOPS, part="xc9z-1", clock_ns=0.1))
    comparison = session.load_report(path)
    assert (comparison.device, comparison.clock_mhz) == ("u280", 300.0)
    assert "'xc9z-1' is no device known here" in comparison.notes[0]
    assert "above what" in comparison.notes[1]


def test_loops_that_one_side_lacks_are_kept(session: Session, path: Path) -> None:
    loops = {"other": LOOPS["mm_i_mm_j"]}
    path.write_text(csynth_xml("gemm", latency=1, loops=loops))
    comparison = session.load_report(path)
    assert [(loop.name, loop.keys, loop.in_report) for loop in comparison.loops] == [
        ("other", (), True),
        ("j", ("gemm:mm.j",), False),
        ("j", ("gemm:twice.j",), False),
    ]
    assert "other" in comparison.notes[0] and "this version" in comparison.notes[1]


def test_same_loops_in_two_functions(path: Path) -> None:
    text = """
def scale(X: float32[8]):
    for i in range(8):
        X[i] = X[i] * 2.0
def top(X: float32[8]):
    scale(X)
    for i in range(8):
        X[i] = X[i] + 1.0
"""
    session = Session(text, verify=False)
    counts = {"TripCount": 8, "PipelineII": 1, "PipelineDepth": 4, "Latency": 12}
    path.write_text(csynth_xml("top", latency=30, loops={"i": counts}, module="top_Pipeline_i"))
    assert session.load_report(path).loops[0].keys == ("top:S_i_0.i",)
    path.write_text(csynth_xml("top", latency=30, loops={"i": counts}, module="scale"))
    assert session.load_report(path).loops[0].keys == ("scale:S_i_0.i",)


def test_the_table_reads(session: Session, path: Path) -> None:
    lines = str(session.load_report(path)).splitlines()
    assert lines[0] == ("gemm: Vitis HLS 2022.1.2 (csynth.xml); estimated for u280 at 250 MHz")
    assert lines[1].split() == ["estimate", "report", "error"]
    assert any(line.startswith("mm_i_mm_j: ii") for line in lines)


def test_observers_and_records_know(session: Session, path: Path) -> None:
    seen = []
    session.observe(lambda kind, index: seen.append((kind, index)))
    session.load_report(path)
    assert seen == [("changed", 1)]
    record = session.record()["reports"]
    assert json.loads(json.dumps(record)) == record
    assert record[0]["loops"][0]["keys"] == ["gemm:mm.i", "gemm:mm.j"]


def test_reports_are_saved_with_the_session(session: Session, path: Path, tmp_path: Path) -> None:
    session.load_report(path)
    session.undo()
    session.save(tmp_path / "s.json")
    assert Session.load(tmp_path / "s.json").reports == session.reports
    data = json.loads((tmp_path / "s.json").read_text())
    data["reports"][0].pop("figures")
    with pytest.raises(SessionError, match="damaged"):
        Session.from_json(data)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (csynth_xml("conv", latency=1, loops={}), "is of 'conv', not of 'gemm'"),
        (csynth_xml("conv", latency=1, loops={}), r"rename the kernel: def conv\("),
        (csynth_xml("gemm", latency=1, loops={})[:400], "is cut off"),
        ("Quartus Prime", "no synthesis report"),
    ],
)
def test_what_is_no_report_of_this_kernel(
    session: Session, path: Path, text: str, message: str
) -> None:
    session.load_report(path)
    path.write_text(text)
    with pytest.raises(ReportError, match=message):
        session.load_report(path)
    assert len(session.reports) == 1 and session.position == 1


def test_without_a_session(path: Path) -> None:
    s = hcl.customize(GEMM)
    comparison = hcl.compare_report(s, path, clock_mhz=100)
    assert comparison.steps == 0 and comparison.estimate.tool == "hcl_explore"
    assert comparison.report.loops[0].ii == 16


def test_copies_on_the_chip_are_in_the_record_and_in_the_notes(session: Session) -> None:
    assert session.step_record(1)["copies"] == []
    session.schedule.partition(session.schedule.A, dim=2)
    record = session.step_record(2)
    assert [(copy["port"], copy["bytes"], copy["reason"]) for copy in record["copies"]] == [
        ("A", 4096, "partitioned")
    ]
    notes = record["estimate"]["notes"]
    assert any("A is held on chip: 4096 bytes in 32 banks" in note for note in notes)
    assert session.schedule.estimate().notes == tuple(notes)
