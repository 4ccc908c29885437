"""The classic line buffer with a window: one pixel a cycle, once the banks are there."""

from __future__ import annotations

import hcl_explore as hcl
from hcl_explore.analysis.device import load_device
from hcl_explore.analysis.estimate import estimate
from hcl_explore.analysis.options import EstimateOptions


def line_buffered_sobel() -> hcl.Schedule:
    s = hcl.customize(hcl.examples.get("sobel").kernel)
    lines = s.reuse_at(s.image, "y")
    window = s.reuse_at(lines, "x")
    s.partition(window)
    s.pipeline("x")
    return s


def test_one_pixel_a_cycle_with_a_bank_per_line() -> None:
    s = line_buffered_sobel()
    s.partition(s.image_reuse_y, dim=1)
    estimate = s.estimate()
    assert estimate.ii["x"] == 1
    assert estimate.latency_cycles is not None
    assert 66 * 66 <= estimate.latency_cycles <= 66 * 66 + 20


def test_without_the_banks_the_ports_are_named() -> None:
    schedule = line_buffered_sobel()
    by_itself = EstimateOptions(auto_partition=False)
    figures = estimate(schedule.program, load_device("u280"), 300.0, options=by_itself)
    # Two lines are shifted and three written each cycle: 5 accesses on 2 ports. What the window
    # takes from the line buffer was stored in the same iteration and needs no port.
    (loop,) = [loop for loop in figures.loops if loop.name == "x"]
    assert loop.ii == 3
    assert "2 reads and 3 writes of image_reuse_y" in loop.ii_reason
    assert "partition(image_reuse_y, dim=1" in loop.ii_reason


def test_the_tool_cuts_the_lines_apart_by_itself() -> None:
    figures = line_buffered_sobel().estimate()
    assert figures.ii["x"] == 1
    assert "cut by the tool itself" in str(figures.explain())
