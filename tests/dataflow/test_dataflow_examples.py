"""The dataflow examples in the simulator: at several depths, and bit for bit as their C++."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import hcl_explore as hcl
from hcl_explore.errors import DeadlockError
from hcl_explore.examples import Example, dataflow

EXAMPLES = pytest.mark.parametrize("example", dataflow.EXAMPLES, ids=lambda example: example.name)


def run(example: Example, depth: int) -> tuple[list[Any], list[Any]]:
    s = hcl.customize(example.kernel)
    streams = [buffer.name for buffer in s.program.kernel.buffers if buffer.kind == "stream"]
    arguments = list(example.inputs(np.random.default_rng(11)))
    expected = [array.copy() for array in arguments]
    example.reference(*expected)
    s.build().run(*arguments, depths=dict.fromkeys(streams, depth))
    return arguments, expected


@EXAMPLES
@pytest.mark.parametrize("depth", [1, 2, 64])
def test_depths(example: Example, depth: int) -> None:
    if example.name == "systolic_convolution" and depth == 1:
        # The first tap puts two sums before it hands on a sample that the second tap adds to.
        with pytest.raises(DeadlockError):
            run(example, depth)
        return
    for found, wanted in zip(*run(example, depth), strict=True):
        allowed = example.relative_tolerance * float(np.abs(wanted).max())
        np.testing.assert_allclose(found, wanted, rtol=0, atol=allowed)


@EXAMPLES
def test_the_simulator_and_the_cpp_agree_bit_for_bit(example: Example) -> None:
    s = hcl.customize(example.kernel)
    first = list(example.inputs(np.random.default_rng(12)))
    second = [array.copy() for array in first]
    s.build()(*first)
    s.build("vhls", mode="csim")(*second)
    exact = example.name != "attention_pipeline"  # exp is not the same function in both
    for one, other in zip(first, second, strict=True):
        if exact:
            np.testing.assert_array_equal(one, other)
        else:
            np.testing.assert_allclose(one, other, rtol=1e-6)
