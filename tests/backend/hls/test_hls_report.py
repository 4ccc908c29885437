"""Reports of real tools, and what is wrong with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from hcl_explore.backend.hls.read_report import load_report, parse_report
from hcl_explore.errors import ReportError

REPORTS = Path(__file__).parent / "reports"


def test_vivado_xml() -> None:
    report = load_report(REPORTS / "sobel_vivado2019_csynth.xml")
    assert (report.tool, report.version, report.top) == ("Vivado HLS", "2019.1.3", "test")
    assert (report.clock_target_ns, report.clock_estimate_ns) == (10.0, 9.634)
    assert (report.latency_cycles, report.interval) == (798693, 798694)
    assert (report.bram18, report.dsp, report.ff, report.lut) == (1540, 49, 11193, 19673)
    assert report.available["dsp"] == 220
    first = report.loops[0]
    assert (first.name, first.trip_count, first.ii, first.depth) == ("B_x_B_y", 160000, 2, 15)
    assert len(report.loops) == 4


def test_vitis_xml_lists_the_loops_of_every_function_once() -> None:
    report = load_report(REPORTS / "symm_vitis_csynth.xml")
    assert (report.tool, report.part) == ("Vitis HLS", "xcu280-fsvh2892-2L-e")
    assert [(loop.parent, loop.ii, loop.latency_cycles) for loop in report.loops] == [
        ("test_symm", 19, 182400009)
    ]


def test_the_summary_and_the_xml_of_one_design_agree() -> None:
    xml = load_report(REPORTS / "atax_vitis2022_csynth.xml")
    summary = load_report(REPORTS / "atax_vitis2022_summary.rpt")
    for field in ("top", "part", "version", "latency_cycles", "interval"):
        assert getattr(xml, field) == getattr(summary, field)
    for field in ("dsp", "bram18", "uram", "lut", "ff"):
        assert getattr(xml, field) == getattr(summary, field)
    loop = summary.loops[1]
    assert (loop.name, loop.parent) == ("l_S_m_0_r_l_m", "stage_M_Pipeline_l_S_m_0_r_l_m")
    assert (loop.trip_count, loop.ii, loop.depth, loop.latency_cycles) == (4100, 1, 22, 4120)


def test_function_report() -> None:
    report = load_report(REPORTS / "bert_region_csynth.rpt")
    assert report.top == "Bert_layer_dataflow_region_1"
    assert (report.latency_cycles, report.interval) == (528900, 528823)
    assert (report.dsp, report.lut, report.uram) == (576, 257971, 3)
    assert report.available["lut"] == 1303680
    assert report.loops == ()


LOOP_TABLE = """* Loop:
        +----------+-----+-----+----------+-----------+-----------+-------+----------+
        |          |  Latency  | Iteration|  Initiation Interval  |  Trip |          |
        | Loop Name| min | max |  Latency |  achieved |   target  | Count | Pipelined|
        +----------+-----+-----+----------+-----------+-----------+-------+----------+
        |- i       |  100|  900|   10 ~ 90|          -|          -|     10|        no|
        | + j      |    8|   88|         9|          2|          1| 1 ~ 40|       yes|
        |- k       |    ?|    ?|         3|          1|          1|      ?|       yes|
        +----------+-----+-----+----------+-----------+-----------+-------+----------+
"""


def test_loops_of_a_function_report() -> None:
    text = (REPORTS / "bert_region_csynth.rpt").read_text()
    report = parse_report(text.replace("* Loop: \n        N/A\n", LOOP_TABLE, 1))
    found = [
        (x.name, x.parent, x.trip_count, x.ii, x.depth, x.latency_cycles) for x in report.loops
    ]
    assert found == [
        ("i", report.top, 10, None, 90, 900),
        ("j", "i", 40, 2, 9, 88),
        ("k", report.top, None, 1, 3, None),
    ]
    assert [x.pipelined for x in report.loops] == [False, True, True]


@pytest.mark.parametrize(
    ("name", "keep"),
    [
        ("symm_vitis_csynth.xml", 20000),
        ("bert_region_csynth.rpt", 2500),
        ("bert_region_csynth.rpt", 600),
        ("atax_vitis2022_summary.rpt", 2500),
        ("atax_vitis2022_summary.rpt", 300),
    ],
)
def test_a_report_that_is_cut_off_is_refused(name: str, keep: int, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text((REPORTS / name).read_text()[:keep])
    with pytest.raises(ReportError, match=f"{name} is cut off"):
        load_report(path)


def test_a_summary_without_a_version_is_refused() -> None:
    text = (REPORTS / "atax_vitis2022_summary.rpt").read_text()
    assert "* Version:" in text
    with pytest.raises(ReportError, match="it has no header"):
        parse_report(text.replace("* Version:", "* Edition:"))


def test_other_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match="cannot be read"):
        load_report(tmp_path / "none.xml")
    other = tmp_path / "other.rpt"
    other.write_text("Quartus Prime fitter report")
    with pytest.raises(ReportError, match="no synthesis report") as caught:
        load_report(other)
    assert "csynth.xml" in (caught.value.advice or "")


def test_entities_are_refused() -> None:
    text = '<!DOCTYPE x [<!ENTITY a "b">]><profile></profile>'
    with pytest.raises(ReportError, match="entities"):
        parse_report(text)
