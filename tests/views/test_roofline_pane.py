"""The roofline: ceilings, points, levels of memory, and what was measured."""

from __future__ import annotations

import gemm_records
import pytest
from html_check import Checked

from hcl_explore.errors import DeviceError
from hcl_explore.views.record import SessionRecord
from hcl_explore.views.roofline import device_html, processor_html
from hcl_explore.views.roofline_chart import Chart, chart_svg
from hcl_explore.views.roofline_data import (
    Ceilings,
    Point,
    bounds,
    device_ceilings,
    level_points,
    measured_points,
    roofline_points,
    ticks,
)
from hcl_explore.views.roofline_figure import roofline_figure


@pytest.fixture
def record() -> SessionRecord:
    return gemm_records.session_record()


def device(record: SessionRecord, step: int) -> Checked:
    return Checked(device_html(record, record["steps"], step))


def processor(record: SessionRecord, step: int) -> Checked:
    return Checked(processor_html(record, record["steps"], step))


def test_roofline_has_ceilings_and_one_point_per_step(record: SessionRecord) -> None:
    html = device(record, 5)
    points = html.with_class("pt")
    assert sorted(int(point["data-step"] or "") for point in points) == list(range(6))
    assert [p["data-step"] for p in points if "is-current" in (p["class"] or "")] == ["5"]
    assert "HBM2 460 GB/s" in html.text
    assert "float32 541 GOP/s" in html.text
    assert "Step 5 runs at 3.83 GOP/s" in html.text


def test_points_at_the_same_place_share_a_label(record: SessionRecord) -> None:
    html = device(record, 0)
    labels = html.with_class("lb")
    assert len(labels) == 3
    assert "3–4" in html.text


def test_a_step_without_figures_says_why_it_has_no_point(record: SessionRecord) -> None:
    record["steps"][1]["estimate"]["operational_intensity"] = None
    record["steps"][1]["estimate"]["notes"] = ["Subscripts depend on data."]
    html = device(record, 1)
    assert len(html.with_class("pt")) == 5
    assert (
        "operational intensity of this step is not known. Subscripts depend on data." in html.text
    )


def test_every_point_lies_in_the_drawn_range(record: SessionRecord) -> None:
    points = roofline_points(record["steps"])
    levels = [x for _, x in level_points(record["steps"][5])]
    area = bounds(device_ceilings(record["roofline"]), points, levels)
    assert area is not None
    for point in points:
        assert area.low_y < point.achieved < area.high_y
    for intensity in [*levels, *(point.intensity for point in points)]:
        assert area.low_x < intensity < area.high_x


def test_a_device_without_figures_has_no_roofline(record: SessionRecord) -> None:
    record["roofline"] = {"bandwidths": [], "on_chip": [], "peaks": []}
    assert "no peak" in device(record, 0).text
    with pytest.raises(DeviceError, match="no peak"):
        roofline_figure(record)


def test_the_designs_own_memories_are_drawn_and_listed(record: SessionRecord) -> None:
    html = device(record, 5)
    assert len(html.with_class("level")) == 2  # BRAM and registers, of this step only
    assert "BRAM of this design 2.4 GB/s" in html.text
    for cell in ("256 KiB", "4 KiB", "109 µs", "C_buf"):
        assert cell in html.text
    assert "C_buf" not in device(record, 0).text


def test_before_anything_is_measured_the_pane_says_what_would_be_shown(
    record: SessionRecord,
) -> None:
    record["cpu"] = None
    html = processor(record, 0)
    assert "Not measured." in html.text
    assert html.with_class("hx-roofline") == []
    assert len(html.with_class("hx-button")) == 2


def test_measured_steps_stand_beside_the_estimate(record: SessionRecord) -> None:
    html = processor(record, 2)
    assert [point["data-step"] for point in html.with_class("pt")] == ["0", "2"]
    assert len(html.with_class("ghost")) == 1
    assert "Step 2 takes 8 µs on one core of a processor: 8.19 GOP/s." in html.text
    assert "DRAM 20 GB/s" in html.text
    assert "L2 150 GB/s" in html.text
    assert "was not measured" in processor(record, 1).text


def test_a_measured_step_without_operations_has_a_time_but_no_point(record: SessionRecord) -> None:
    record["steps"][2]["measured"] = {"seconds": 3e-9, "gops": None, "intensity": None}
    assert [point.step for point in measured_points(record["steps"])] == [0]
    assert "Step 2 takes 3 ns on one core of a processor. The estimate" in processor(record, 2).text


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0.9, 11, [1, 2, 5, 10]),
        (0.5, 200, [1, 3, 10, 30, 100]),
        (0.5, 20000, [1, 10, 100, 1e3, 1e4]),
    ],
)
def test_ticks_are_round(low: float, high: float, expected: list[float]) -> None:
    assert ticks(low, high) == pytest.approx(expected)


def test_the_figure_for_papers_has_a_point_per_step_and_the_measured_ones_beside(
    record: SessionRecord,
) -> None:
    modelled, measured = roofline_figure(record).axes
    for axes, count in ((modelled, 6), (measured, 2)):
        assert len(axes.lines[-1].get_xdata()) == count  # type: ignore[arg-type]
        assert axes.get_xscale() == axes.get_yscale() == "log"
    assert "a processor" in measured.get_title()


def test_the_figure_is_one_panel_where_nothing_was_measured(record: SessionRecord) -> None:
    record["cpu"] = None
    assert len(roofline_figure(record).axes) == 1


def test_no_line_is_drawn_over_a_label() -> None:
    ceilings = Ceilings([("int32", 100.0)], [("HBM2", 460.0)], [("BRAM", 5000.0)])
    points = [Point(0, "start", 2.0, 3.0, 90.0, 4.0)]
    svg = chart_svg(Chart(ceilings, points, 0, levels=[("LUTRAM", 1.0, 1.8)]), "roofline")
    _, _, drawn = svg.partition('<g class="ceilings">')
    labels = ("HBM2 460", "int32 100", "own operators", "LUTRAM of this design")
    first = min(drawn.index(label) for label in labels)
    assert all(drawn.rindex(f'<line class="{css}') < first for css in ("roof", "ports"))
    assert drawn.rindex('<g class="design"><line') < first
