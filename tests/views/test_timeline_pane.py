"""The latency timeline: rows, phases, repetitions, ticks, and the figure."""

from __future__ import annotations

import gemm_records
import pytest
from html_check import Checked

from hcl_explore.errors import NoSuchStepError
from hcl_explore.views.timeline import timeline_html
from hcl_explore.views.timeline_data import (
    MAX_ROWS,
    cycle_ticks,
    short_count,
    timeline_rows,
)
from hcl_explore.views.timeline_figure import timeline_figure

STEP = 3


def test_phases_follow_each_other_and_fill_the_run() -> None:
    rows = {
        row.span["name"]: row for row in timeline_rows(gemm_records.step_record(STEP)["timeline"])
    }
    for row in rows.values():
        edges = [row.start, *(end for _, _, end in row.phases)]
        assert [start for _, start, _ in row.phases] == edges[:-1]
        assert edges[-1] == row.end
    assert [name for name, _, _ in rows["j"].phases] == ["fill", "steady", "drain"]
    assert [name for name, _, _ in rows["i"].phases] == ["run"]


def test_further_runs_end_with_the_loop_around_them() -> None:
    rows = {
        row.span["name"]: row for row in timeline_rows(gemm_records.step_record(STEP)["timeline"])
    }
    outer, inner = rows["i"], rows["j"]
    assert inner.period == outer.span["interval"]
    assert inner.last == inner.end + 31 * inner.period
    assert outer.end - inner.period < inner.last <= outer.end
    assert rows["C_d0"].last == rows["C_d0"].end


def test_runs_of_runs_add_up() -> None:
    innermost = gemm_records.span("k", "k", "pipelined", 5, 9)
    middle = gemm_records.span("j", "j", "sequential", 5, 25, iterations=4, interval=5)
    outer = gemm_records.span("i", "i", "sequential", 0, 300, iterations=10, interval=30)
    middle["children"], outer["children"] = [innermost], [middle]
    row = timeline_rows(outer)[2]
    assert (row.repeats, row.last) == (9 + 3 * 5, 9 + 3 * 5 + 9 * 30)


def test_the_pane_is_to_scale_and_names_every_span() -> None:
    step = gemm_records.step_record(STEP)
    html = timeline_html(step)
    Checked(html)
    total = gemm_records.LATENCY[STEP]
    assert f'data-total="{total}" style="--low:0;--high:{total}"' in html
    assert f"{total:,} cycles" in html
    assert 'style="--a:1026;--b:1034"' in html  # the fill of j
    for name in ("C_d0", "i", "j"):
        assert f"<code>{name}</code>" in html
    assert "64 × II 2" in html


def test_very_many_spans_are_cut() -> None:
    step = gemm_records.step_record(STEP)
    step["timeline"]["children"] = [
        gemm_records.span(f"l{number}", f"l{number}", "pipelined", number, number + 1)
        for number in range(2 * MAX_ROWS)
    ]
    html = timeline_html(step)
    assert html.count('role="listitem"') == MAX_ROWS
    assert f"The first {MAX_ROWS} are shown." in html


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0, 5, [0, 1, 2, 3, 4, 5]),
        (0, 100, [0, 20, 40, 60, 80, 100]),
        (0, 159_385, [0, 50_000, 100_000, 150_000]),
        (16_388.5, 16_402.5, [16_390, 16_395, 16_400]),
    ],
)
def test_ticks_are_round(low: float, high: float, expected: list[int]) -> None:
    assert cycle_ticks(low, high) == expected


def test_cycles_are_written_short_on_the_axis() -> None:
    assert [short_count(n) for n in (0, 999, 50_000, 16_800_000)] == ["0", "999", "50 k", "16.8 M"]


def test_the_figure_has_a_bar_for_every_phase() -> None:
    record = gemm_records.session_record(STEP)
    figure = timeline_figure(record, STEP)
    (axes,) = figure.axes
    labels = [label.get_text().strip() for label in axes.get_yticklabels()]
    assert labels == ["gemm", "C_d0", "i", "j"]
    rows = timeline_rows(record["steps"][STEP]["timeline"])
    phases = sum(len(row.phases) for row in rows)
    repeated = sum(row.last > row.end for row in rows)
    assert len(axes.collections) == phases + repeated
    with pytest.raises(NoSuchStepError, match="no step 99"):
        timeline_figure(record, 99)
