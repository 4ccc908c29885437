"""The accuracy command, and how close the estimates of the published designs must stay."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from hcl_explore.accuracy import (
    Comparison,
    compare,
    error_of,
    kernel_of,
    main,
    page,
    read_kernels,
    read_points,
    run,
    summary,
)
from hcl_explore.accuracy.figures import spearman

QOR = Path(__file__).parents[2] / "benchmarks" / "qor"
POINTS, KERNELS = QOR / "points.jsonl", QOR / "kernels"

KERNEL = '''"""A sum, for this test."""


def add_up(A: int32[128], B: int32[1]):
    total: int32 = 0
    for i in range(128):
        total += A[i]
    B[0] = total


POINTS = ["mine"]
LOOPS = {"sum": "i"}
'''


POINT: dict[str, Any] = {
    "id": "mine",
    "kernel": "sum",
    "tier": "A",
    "tool": "Vitis HLS",
    "part": "xcu55c-fsvh2892-2L-e",
    "clock_ns": 5.0,
    "directives": ["sum: #pragma HLS pipeline II=1"],
    "latency_cycles": 131,
    "dsp": 0,
    "loops": [{"name": "sum", "ii": 1, "iteration_latency": 2}],
}


def accuracy(points: Path, kernels: Path, *options: str) -> Result:
    """What the command does and prints."""
    app = typer.Typer()
    app.command()(main)
    arguments = ["--points", str(points), "--kernels", str(kernels), *options]
    return CliRunner().invoke(app, arguments)


@pytest.fixture(scope="module")
def comparisons() -> list[Comparison]:
    kernels = read_kernels(KERNELS)
    points = [point for point in read_points(POINTS) if point["tier"] == "A"]
    return [compare(point, kernel_of(point, kernels)) for point in points]


@pytest.mark.slow
def test_generated_designs_are_met() -> None:
    figures = summary([c for c in run(POINTS, KERNELS) if c.tier in "BCD"])
    assert figures["C"]["points"]["missed"] == 0
    assert figures["C"]["latency_cycles"]["mape"] < 1.0
    assert figures["C"]["ii_exact"]["share"] > 95.0
    assert figures["C"]["bram"]["mape"] < 1.0
    assert figures["C"]["dsp"]["mape"] < 15.0
    assert figures["B"]["points"]["missed"] <= 3
    assert figures["B"]["latency_cycles"]["mape"] < 15.0
    assert figures["B"]["ii_exact"]["share_expressed"] > 85.0
    assert figures["D"]["points"]["missed"] == 0


def test_errors_are_relative_and_zero_counts_as_one() -> None:
    assert error_of(100, 90) == pytest.approx(0.1)
    assert error_of(0, 2) == 2.0
    assert error_of(0, 0) == 0.0


def test_published_designs_of_tier_a_are_met(comparisons: list[Comparison]) -> None:
    assert len(comparisons) == 52
    assert [c.point["id"] for c in comparisons if c.missed] == []
    figures = summary(comparisons)["A"]
    assert figures["latency_cycles"]["median"] < 1.0
    assert figures["latency_cycles"]["mape"] < 5.0
    assert figures["dsp"]["mape"] < 10.0
    assert figures["depth_within_2"]["share"] > 80.0
    assert figures["ii_exact"]["share"] > 90.0
    assert figures["ii_cause"]["share"] == 100.0
    assert figures["dsp"]["median"] == 0.0
    assert figures["bram"]["median"] == 0.0


@pytest.mark.parametrize(
    "start", ["gemm-hlstrans-polybench", "jacobi-2d-hlstrans-polybench", "spmv-"]
)
def test_some_latencies_are_those_of_the_report(start: str, comparisons: list[Comparison]) -> None:
    found = [c for c in comparisons if c.point["id"].startswith(start)]
    assert found
    for comparison in found:
        reported, ours = comparison.figures["latency_cycles"]
        assert ours == pytest.approx(reported, rel=0.001)


def test_a_design_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "kernels").mkdir()
    (tmp_path / "kernels" / "add_up.py").write_text(KERNEL)
    lost = {**POINT, "id": "lost", "kernel": "another"}
    (tmp_path / "points.jsonl").write_text(f"{json.dumps(POINT)}\n{json.dumps(lost)}\n")
    out, written = tmp_path / "out.json", tmp_path / "page.md"
    result = accuracy(
        tmp_path / "points.jsonl",
        tmp_path / "kernels",
        *("--json", str(out), "--page", str(written)),
    )
    assert result.exit_code == 0
    figures = json.loads(out.read_text())["A"]
    assert figures["points"] == {"all": 2, "missed": 1}
    # The point without a kernel counts with 100 % error.
    assert figures["latency_cycles"]["worst"] == 100
    assert figures["latency_cycles"]["median_expressed"] < 2
    assert figures["ii_exact"]["share_expressed"] == 100
    text = written.read_text()
    assert "| mine | 131 |" in text
    assert "A: not expressed in our language yet (1): lost" in text


def test_a_kernel_is_found_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "sum_plain.py").write_text(KERNEL.replace('POINTS = ["mine"]\n', ""))
    kernels = read_kernels(tmp_path)
    assert kernel_of({"id": "x", "kernel": "sum", "variant": "plain"}, kernels) is kernels[0]
    assert kernel_of({"id": "sum-plain", "kernel": "y"}, kernels) is kernels[0]
    assert kernel_of({"id": "x", "kernel": "sum", "variant": "other"}, kernels) is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [("def f(:\n", "k.py:1 is not Python"), ("LOOPS = dict(a=1)\n", "only literals can stand")],
)
def test_a_wrong_kernel_file_is_named_and_stops_no_other(
    tmp_path: Path, text: str, reason: str
) -> None:
    (tmp_path / "k.py").write_text(text)
    (tmp_path / "right.py").write_text(KERNEL)
    wrong, right = read_kernels(tmp_path)
    assert reason in wrong.missing
    assert not right.missing
    (tmp_path / "points.jsonl").write_text(json.dumps(POINT) + "\n")
    result = accuracy(tmp_path / "points.jsonl", tmp_path)
    assert result.exit_code == 0
    assert f"left out: {wrong.missing}" in result.output


def test_kernels_must_be_somewhere(tmp_path: Path) -> None:
    (tmp_path / "points.jsonl").write_text(json.dumps(POINT) + "\n")
    result = accuracy(tmp_path / "points.jsonl", tmp_path / "nowhere")
    assert result.exit_code == 1
    assert "there is no folder of kernels" in result.output
    assert accuracy(tmp_path / "none.jsonl", tmp_path).exit_code == 1
    assert "holds no kernel file" in accuracy(tmp_path / "points.jsonl", tmp_path).output


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"clock_ns": "fast"}, "'clock_ns' must be a number of at least 0, not 'fast'"),
        ({"clock_ns": 0}, "'clock_ns' must be above 0"),
        ({"clock_ns": 0.1}, "10000 MHz is above what u55c can run at"),
        ({"dsp": -1}, "'dsp' must be a number"),
        ({"directives": "#pragma HLS pipeline"}, "'directives' must be a list of texts"),
        ({"loops": [{"ii": 1}]}, "each of 'loops' needs a name"),
        ({"part": 280}, "'part' must be a text"),
        ({"part": "ep4ce115"}, "no device file for part ep4ce115"),
    ],
)
def test_a_point_that_cannot_be_used_is_missed_with_its_reason(
    tmp_path: Path, change: dict[str, object], reason: str
) -> None:
    (tmp_path / "k.py").write_text(KERNEL)
    lines = [json.dumps({**POINT, **change}), "{", json.dumps({"id": "x"}), json.dumps(POINT)]
    (tmp_path / "points.jsonl").write_text("\n".join(lines))
    wrong, broken, nameless, right = run(tmp_path / "points.jsonl", tmp_path)
    assert reason in wrong.missed
    assert wrong.tier == "A"
    assert "points.jsonl:2 is not JSON" in broken.missed
    assert "points.jsonl:3 is not a point" in nameless.missed
    assert not right.missed
    figures = summary([wrong, broken, nameless, right])
    assert figures["A"]["points"] == {"all": 2, "missed": 1}
    assert figures["A"]["latency_cycles"]["worst"] == 100
    assert figures["?"]["points"] == {"all": 2, "missed": 2}


def test_what_a_point_says_in_vain_is_listed(tmp_path: Path) -> None:
    (tmp_path / "k.py").write_text(KERNEL.replace('"sum": "i"', '"sum": "i", "gone": "nowhere"'))
    point = {
        **POINT,
        "part": "xcvu13p-fhga2104-2-i",
        "directives": [*POINT["directives"], "#pragma HLS array_partition variable=Z complete"],
        "loops": [*POINT["loops"], {"name": "gone", "ii": 3}],
    }
    result = compare(point, read_kernels(tmp_path)[0])
    assert not result.missed
    assert result.loops == [("sum", 1, 1), ("gone", 3, None)]
    text = page([result])
    assert "no device file for part xcvu13p-fhga2104-2-i: taken for xcvu" in text
    assert "no array 'Z' in add_up" in text
    assert "loop gone: no loop 'nowhere' in add_up" in text


def test_a_third_of_the_kernels_held_out(tmp_path: Path) -> None:
    """The others' points are estimated as before, those without a kernel are named."""
    points = [p for p in read_points(POINTS) if p["tier"] == "A"]
    kernels = read_kernels(KERNELS)
    kept = [k for number, k in enumerate(kernels) if number % 3]
    (tmp_path / "points.jsonl").write_text("\n".join(map(json.dumps, points)))
    results = run(tmp_path / "points.jsonl", kept)
    held = {p["id"] for p in points if kernel_of(p, kept) is None}
    assert 5 < len(held) < 45
    assert {c.point["id"] for c in results if c.missed} == held
    assert summary(results)["A"]["points"] == {"all": 52, "missed": len(held)}


def test_every_point_has_an_id_and_a_tier() -> None:
    points = read_points(POINTS)
    assert len({point["id"] for point in points}) == len(points)
    assert {point["tier"][0] for point in points} == set("ABCD")


def test_equal_estimates_of_different_designs_rank_nothing() -> None:
    assert spearman([(10, 5), (20, 5)]) == 0.0
    assert spearman([(10, 5), (10, 6)]) is None
    assert spearman([(10, 5), (20, 6)]) == pytest.approx(1.0)
