"""Every example computes what its reference says, as written and under its schedule."""

from __future__ import annotations

import numpy as np
import pytest

import hcl_explore as hcl
from hcl_explore.errors import UnknownNameError
from hcl_explore.examples import Example

EXAMPLES = hcl.examples.list()


def assert_close(example: Example, found: np.ndarray, expected: np.ndarray) -> None:
    if example.relative_tolerance == 0.0:
        np.testing.assert_array_equal(found, expected)
    else:
        scale = float(np.abs(expected).max())
        np.testing.assert_allclose(found, expected, rtol=0, atol=example.relative_tolerance * scale)


def run(schedule: hcl.Schedule, example: Example, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """What the schedule computes and what the reference says, for the same inputs."""
    arguments = example.inputs(np.random.default_rng(seed))
    expected = example.reference(*(np.copy(argument) for argument in arguments))
    return schedule.build()(*arguments), expected


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_as_written(example: Example) -> None:
    assert_close(example, *run(hcl.customize(example.kernel), example, 1))


@pytest.mark.parametrize(
    "example", [e for e in EXAMPLES if e.schedule], ids=lambda example: example.name
)
def test_every_step_of_its_schedule(example: Example) -> None:
    schedule = hcl.customize(example.kernel)
    plain, _ = run(schedule, example, 2)
    for primitive, arguments in example.schedule:
        schedule.apply(primitive, arguments)
        found, expected = run(schedule, example, 2)
        assert_close(example, found, expected)
        np.testing.assert_array_equal(found, plain)


@pytest.mark.slow
@pytest.mark.parametrize(
    "example", [e for e in EXAMPLES if e.schedule], ids=lambda example: example.name
)
def test_the_emitted_cpp_computes_the_same_bits(example: Example) -> None:
    schedule = hcl.customize(example.kernel)
    for primitive, arguments in example.schedule:
        schedule.apply(primitive, arguments)
    on_cpu, _ = run(schedule, example, 3)
    arguments = example.inputs(np.random.default_rng(3))
    np.testing.assert_array_equal(schedule.build("vhls", mode="csim")(*arguments), on_cpu)


def test_an_unknown_example_gets_a_suggestion() -> None:
    with pytest.raises(UnknownNameError, match="Did you mean 'gemm'"):
        hcl.examples.get("gem")
