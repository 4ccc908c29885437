"""vectorize: several iterations at once on the CPU, seen in the assembly."""

from __future__ import annotations

import platform
import re

import pytest
from same import assert_same

import hcl_explore as hcl
from hcl_explore import float32, int32
from hcl_explore.errors import ArgumentError, LegalityError, NotApplicableError

ON_X86 = platform.machine() in ("x86_64", "AMD64")


def scale(x: int32[103], y: int32[103]):
    for i in range(103):
        y[i] = x[i] * 2 + y[i]


def total(x: float32[96]) -> float32[1]:
    t: float32[1] = 0.0
    for i in range(96):
        t[0] += x[i]
    return t


def prefix(x: int32[64]):
    for i in range(1, 64):
        x[i] = x[i] + x[i - 1]


def nest(A: int32[8, 8]):
    for i, j in hcl.grid(8, 8):
        A[i, j] = A[i, j] + 1


def vector_registers(s: hcl.Schedule, packed: str) -> int:
    return len(re.findall(packed, s.build().assembly()))


@pytest.mark.parametrize("width", [0, 2, 8, 64])
def test_every_iteration_runs_where_the_width_does_not_divide(width: int) -> None:
    s = hcl.customize(scale)
    s.vectorize("i", width)
    assert s.loop("i").loop.vectorize == width and s.loop("i").loop.parallel
    assert_same(s)


@pytest.mark.skipif(not ON_X86, reason="reads x86 assembly")
def test_a_sum_is_split_over_the_lanes_where_that_is_allowed() -> None:
    s = hcl.customize(total)
    packed = r"\bv?addps\b"
    assert vector_registers(s, packed) == 0
    s.vectorize("i", 4, reassociate=True)
    assert vector_registers(s, packed) > 0
    assert not s.loop("i").loop.parallel
    assert s.verify().status == "verified"
    assert s.history[0].reassociated


@pytest.mark.skipif(not ON_X86, reason="reads x86 assembly")
def test_the_width_is_what_the_assembly_has() -> None:
    for width in (4, 8):
        s = hcl.customize(scale)
        s.vectorize("i", width)
        text = s.build().llvm_ir()
        assert f'"llvm.loop.vectorize.width", i32 {width}' in text
        assert "llvm.loop.parallel_accesses" in text


@pytest.mark.parametrize(
    ("kernel", "loop", "width", "error", "message"),
    [
        (total, "i", 4, LegalityError, "only the rounding changes"),
        (prefix, "i", 4, LegalityError, r"reads x\[1\], written by \(i=1\)"),
        (nest, "i", 4, NotApplicableError, "'i' is not an innermost loop: 'j' is inside it"),
        (scale, "i", 3, NotApplicableError, "power of two from 2 to 64, or 0, not 3"),
        (scale, "i", 128, ArgumentError, "from 0 to 64, not 128"),
        (nest, "j", 16, ArgumentError, "factor 16 is larger than the trip count 8"),
    ],
)
def test_refusals(kernel, loop, width, error, message) -> None:
    s = hcl.customize(kernel)
    before = s.ir
    with pytest.raises(error, match=message):
        s.vectorize(loop, width)
    assert s.ir == before and s.history == ()


def test_a_vectorized_loop_keeps_its_shape() -> None:
    s = hcl.customize(scale)
    s.vectorize("i")
    with pytest.raises(NotApplicableError, match="already parallel"):
        s.split("i", 2)
    with pytest.raises(NotApplicableError, match="already"):
        s.vectorize("i")
