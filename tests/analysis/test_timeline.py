"""The time axis of a design: spans that add up to what the estimate says."""

from __future__ import annotations

import gc
import json
from pathlib import Path

import pytest
from designs import GEMM, estimate_of, schedule_of

import hcl_explore as hcl
from hcl_explore.accuracy import compare, kernel_of, read_kernels, read_points
from hcl_explore.analysis.options import EstimateOptions
from hcl_explore.analysis.timeline import Span

QOR = Path(__file__).parents[2] / "benchmarks" / "qor"

STAGES = """
def twice(A: int32[256], B: int32[256]):
    for i in range(256, name="first"):
        B[i] = A[i] * 2


def stages(A: int32[256], D: int32[256]):
    B: int32[256]
    C: int32[256]
    twice(A, B)
    for i in range(256, name="second"):
        C[i] = B[i] + 1
    for i in range(256, name="third"):
        D[i] = C[i] + 1
"""


def spans_of(text: str, *steps: tuple[str, dict[str, object]]) -> tuple[Span, int | None]:
    schedule = schedule_of(text)
    for primitive, arguments in steps:
        schedule.apply(primitive, arguments)
    figures = estimate_of(schedule, EstimateOptions())
    return figures.timeline, figures.latency_cycles


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        (GEMM, []),
        (GEMM, [("pipeline", {"axis": "j"})]),
        (STAGES, []),
        (STAGES, [("dataflow", {"region": None})]),
    ],
)
def test_the_root_is_the_latency_and_children_lie_inside(
    text: str, steps: list[tuple[str, dict[str, object]]]
) -> None:
    root, latency = spans_of(text, *steps)
    assert (root.start, root.end) == (0, latency)
    for span in root.walk():
        assert span.start <= span.end
        assert all(span.start <= child.start for child in span.children)
        assert all(child.end <= span.end for child in span.children)


def test_an_estimate_outlives_its_schedule() -> None:
    figures = [estimate_of(schedule_of(STAGES), EstimateOptions()) for _ in range(20)]
    gc.collect()
    for estimate in figures:
        assert [span.name for span in estimate.timeline.children] == ["twice", "i", "i"]
        assert "estimate of stages" in str(estimate.explain())


def test_a_pipeline_fills_runs_steadily_and_drains() -> None:
    root, _ = spans_of(STAGES, ("pipeline", {"axis": "third.i"}))
    span = next(s for s in root.walk() if s.key == "stages:third.i")
    assert span.mode == "pipelined"
    assert (span.iterations, span.interval) == (256, 1)
    assert span.fill == span.drain > 0
    assert span.fill + span.steady + span.drain == span.cycles


def test_a_pipeline_shorter_than_its_depth_has_no_steady_state() -> None:
    text = """
def short(A: float32[3], B: float32[3]):
    for i in range(3):
        B[i] = A[i] * A[i] + 1.0
"""
    root, _ = spans_of(text, ("pipeline", {"axis": "i"}))
    (span,) = root.children
    assert span.steady == 0
    assert span.fill + span.drain == span.cycles


def test_step_by_step_shows_the_first_iteration_and_how_many_follow() -> None:
    text = """
def rows(A: float32[100, 100], B: float32[100]):
    for i in range(100):
        total: float32 = 0.0
        for j in range(100):
            total += A[i, j]
        B[i] = total
"""
    root, _ = spans_of(text)
    (outer,) = root.children
    assert (outer.mode, outer.iterations) == ("sequential", 100)
    assert outer.cycles == outer.interval * 100
    (inner,) = outer.children
    assert inner.end <= outer.start + outer.interval


def test_stages_of_a_dataflow_region_are_named_so() -> None:
    root, _ = spans_of(STAGES, ("dataflow", {"region": None}))
    assert root.mode == "dataflow"
    assert [span.kind for span in root.children] == ["stage"] * 3
    assert [span.name for span in root.children] == ["twice", "i", "i"]


def test_the_record_is_plain_data() -> None:
    root, _ = spans_of(STAGES)
    record = json.loads(json.dumps(root.to_record()))
    assert record["name"] == "stages"
    assert record["children"][0]["key"] == "twice"
    assert record["children"][0]["children"][0]["mode"] == "pipelined"


def test_copies_of_the_interface_come_first() -> None:
    merlin = EstimateOptions(tool="vivado", copies_interface=True, axi_latency=64)
    plain = estimate_of(GEMM, EstimateOptions(tool="vivado"))
    copied = estimate_of(GEMM, merlin)
    assert plain.latency_cycles and copied.latency_cycles
    copies, *rest = copied.timeline.children
    assert (copies.name, copies.mode, copies.start) == ("copies", "copy", 0)
    assert copies.end == copied.latency_cycles - plain.latency_cycles > 3 * 64
    assert copied.timeline.end == copied.latency_cycles
    assert min(span.start for span in rest) >= copies.end


@pytest.mark.slow
def test_the_spans_of_every_published_design_add_up() -> None:
    kernels = read_kernels(QOR / "kernels")
    for point in read_points(QOR / "points.jsonl"):
        figures = compare(point, kernel_of(point, kernels)).estimate
        assert figures is not None
        root = figures.timeline
        assert (root.start, root.end) == (0, figures.latency_cycles), point["id"]
        for span in root.walk():
            assert all(span.start <= c.start <= c.end <= span.end for c in span.children)


@pytest.mark.parametrize("example", hcl.examples.list(), ids=lambda example: example.name)
def test_the_spans_of_every_example_add_up(example: hcl.examples.Example) -> None:
    schedule = hcl.customize(example.kernel)
    for primitive, arguments in example.schedule:
        schedule.apply(primitive, arguments)
    figures = schedule.estimate("u280")
    root = figures.timeline
    if figures.latency_cycles is not None:
        assert (root.start, root.end) == (0, figures.latency_cycles)
    for span in root.walk():
        assert all(span.start <= c.start <= c.end <= span.end for c in span.children)
