"""Every example's schedule: the same bits, in fewer cycles; and as C++, compiled and run."""

from __future__ import annotations

import shutil
import warnings

import numpy as np
import pytest
from outcomes import draw, outcome

import hcl_explore as hcl
from hcl_explore.errors import BuildError
from hcl_explore.examples import Example
from hcl_explore.schedule.lint import LintWarning

EXAMPLES = hcl.examples.list()
SCHEDULED = [example for example in EXAMPLES if example.schedule]
needs_compiler = pytest.mark.skipif(shutil.which("g++") is None, reason="needs a C++ compiler")


def scheduled(example: Example) -> hcl.Schedule:
    schedule = hcl.customize(example.kernel)
    for primitive, arguments in example.schedule:
        schedule.apply(primitive, arguments)
    return schedule


def assert_same_bits(example: Example, one: object, other: object, seed: int) -> None:
    arguments = draw(example, seed)
    found, expected = outcome(one, arguments), outcome(other, arguments)
    assert len(found) == len(expected)
    for mine, wanted in zip(found, expected, strict=True):
        np.testing.assert_array_equal(mine, wanted)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_an_example_has_a_schedule_or_says_why_not(example: Example) -> None:
    assert example.schedule or example.remark


@pytest.mark.parametrize("example", SCHEDULED, ids=lambda example: example.name)
def test_it_takes_fewer_cycles_than_what_vitis_does_by_itself(example: Example) -> None:
    schedule = scheduled(example)
    assert not any(step.unchecked or step.reassociated for step in schedule.history)
    before = schedule.fork(0).estimate(device="u280")
    after = schedule.estimate(device="u280")
    assert after.latency_cycles < before.latency_cycles
    assert not [note for note in after.notes if "are needed" in note], "does not fit the device"
    with warnings.catch_warnings():
        warnings.simplefilter("error", LintWarning)
        schedule.build(target="vhls")


@pytest.mark.slow
@pytest.mark.parametrize("example", SCHEDULED, ids=lambda example: example.name)
def test_it_leaves_every_bit_as_it_is(example: Example) -> None:
    schedule = scheduled(example)
    assert_same_bits(example, schedule.build(), schedule.fork(0).build(), 2)


@pytest.mark.slow
@needs_compiler
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_the_cpp_of_an_example_gives_the_same_bits(example: Example) -> None:
    schedule = hcl.customize(example.kernel)
    simulated = schedule.build(target="vhls", mode="csim")
    assert_same_bits(example, simulated, schedule.build(), 4)


@pytest.mark.slow
@needs_compiler
@pytest.mark.parametrize("example", SCHEDULED, ids=lambda example: example.name)
def test_the_cpp_of_a_scheduled_example_gives_the_same_bits(example: Example) -> None:
    schedule = scheduled(example)
    simulated = schedule.build(target="vhls", mode="csim")
    assert_same_bits(example, simulated, schedule.fork(0).build(), 5)


IN_A_CIRCLE = {"cannon"}
"""Their tasks wait for one another, for which Catapult's streams would need threads."""


@pytest.mark.slow
@needs_compiler
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_the_cpp_for_catapult_gives_the_same_bits(example: Example) -> None:
    schedule = scheduled(example)
    if example.name in IN_A_CIRCLE:
        with pytest.raises(BuildError, match="wait for one another in a circle"):
            schedule.build(target="catapult", mode="csim")
        return
    simulated = schedule.build(target="catapult", mode="csim")
    assert_same_bits(example, simulated, schedule.build(), 6)
