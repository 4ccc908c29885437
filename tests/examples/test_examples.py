"""Every example, as written, computes what its reference says."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from outcomes import draw, outcome

import hcl_explore as hcl
from hcl_explore.backend.cpu import CpuKernel, build
from hcl_explore.errors import UnknownNameError
from hcl_explore.examples import Example
from hcl_explore.frontend import lower, read_kernel
from hcl_explore.ir.context import new_context

EXAMPLES = hcl.examples.list()


def assert_close(example: Example, found: Any, expected: Any) -> None:
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        assert one.shape == other.shape
        assert np.isfinite(other).all()
        if one.dtype.kind != "f":
            np.testing.assert_array_equal(one, other)
            continue
        allowed = example.relative_tolerance * float(np.abs(other).max())
        np.testing.assert_allclose(one, other, rtol=0, atol=allowed)


def compiled(example: Example) -> CpuKernel:
    source = read_kernel(example.kernel)
    return build(lower(source, new_context()), source.name)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_as_written(example: Example) -> None:
    arguments = draw(example, 1)
    expected = outcome(example.reference, arguments)
    assert_close(example, outcome(compiled(example), arguments), expected)


def test_the_suites_are_complete() -> None:
    groups: dict[str, list[str]] = {}
    for example in EXAMPLES:
        groups.setdefault(example.group, []).append(example.name)
        assert example.summary
    assert len(groups["PolyBench"]) == 30
    assert len(groups["MachSuite"]) == 19
    order = [example.group for example in EXAMPLES]
    assert order == [group for group in groups for _ in groups[group]]


def test_aes_by_the_published_vector() -> None:
    key = np.arange(32, dtype=np.uint8)
    block = np.arange(16, dtype=np.uint8) * 0x11
    cipher = bytes.fromhex("8ea2b7ca516745bfeafc49904b496089")
    assert compiled(hcl.examples.get("aes"))(key, block).tobytes() == cipher


def test_deriche_keeps_the_mean_away_from_the_border() -> None:
    smooth = compiled(hcl.examples.get("deriche"))(np.ones((192, 128), np.float32))
    np.testing.assert_allclose(smooth[64:128, 48:80], 1.0, atol=1e-4)


def test_an_unknown_example_gets_a_suggestion() -> None:
    with pytest.raises(UnknownNameError, match="Did you mean 'gemm'"):
        hcl.examples.get("gem")
