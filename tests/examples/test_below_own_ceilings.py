"""No example, after any step of its schedule, does more than its own design could."""

from __future__ import annotations

import pytest

import hcl_explore as hcl
from hcl_explore.analysis.estimate import Estimate
from hcl_explore.examples import Example

ROUNDING = 1 + 1e-9


def assert_below_its_ceilings(figures: Estimate) -> None:
    if figures.achieved_gops:
        assert figures.design_gops is not None
        assert figures.achieved_gops <= figures.design_gops * ROUNDING
    assert figures.latency_cycles is not None
    nanoseconds = figures.latency_cycles / figures.clock_mhz * 1000
    for level in figures.traffic:
        if level.gb_per_s is not None:
            assert level.bytes / level.gb_per_s <= nanoseconds * ROUNDING, level


@pytest.mark.parametrize("example", hcl.examples.list(), ids=lambda example: example.name)
def test_every_step_stays_below_its_own_ceilings(example: Example) -> None:
    schedule = hcl.customize(example.kernel)
    assert_below_its_ceilings(schedule.estimate())
    for primitive, arguments in example.schedule:
        schedule.apply(primitive, arguments)
        assert_below_its_ceilings(schedule.estimate())
