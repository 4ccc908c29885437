"""bfloat16 in C++: a small type of its own that rounds as the JIT does."""

from __future__ import annotations

import struct
from pathlib import Path

import mlir.ir as ir
import numpy as np
import pytest

import hcl_explore as hcl
from hcl_explore import Schedule
from hcl_explore.ir.context import new_context
from hcl_explore.ir.tables import elements

KERNEL = """
def norm(A: bfloat16[16], w: bfloat16, n: int32, scale: float32) -> bfloat16[16]:
    C: bfloat16[16] = 0.0
    table: bfloat16[4] = [1.0, -0.5, 3.140625, 0.0]
    total: float32 = 0.0
    for i in range(16):
        C[i] = A[i] * w + table[i % 4] - n
        C[i] /= 3.0
        if C[i] < -A[i]:
            C[i] = hcl.exp(A[i]) * scale
        C[i] += max(A[i], 0.0) if i > 3 else min(A[i], C[i])
        total += C[i]
    C[0] = total
    return C
"""


def bits_of(numbers: np.ndarray) -> np.ndarray:
    """The bits of bfloat16 arrays, which are held as these where there is no type for them."""
    return (numbers.astype(np.float32).view(np.uint32) >> np.uint32(16)).astype(np.uint16)


@pytest.fixture
def schedule() -> Schedule:
    return hcl.customize(KERNEL)


def test_it_reads_as_any_float(schedule: Schedule) -> None:
    text = schedule.build("vhls").hls_code
    assert "C[i] = A[i] * w + table[i % 4] - bfloat16(float(n));" in text
    assert "C[i] /= bfloat16(3.0f);" in text
    assert "bfloat16(hls::exp(float(A[i])))" in text
    assert "total += float(C[i]);" in text
    assert text.count("struct bfloat16 {") == 1
    other = hcl.customize("def f(x: float32) -> float32:\n    return x").build("vhls")
    assert "bfloat16" not in other.hls_code


@pytest.mark.slow
@pytest.mark.parametrize("target", ["vhls", "catapult"])
def test_csim_gives_the_same_bits(schedule: Schedule, target: str) -> None:
    rng = np.random.default_rng(0)
    compiled, simulated = schedule.build(), schedule.build(target, mode="csim")
    for n in (0, 7, -(1 << 30) - 1):
        numbers = bits_of(np.concatenate([rng.normal(size=12) * 10, [np.inf, -0.0, 1e-40, 1e38]]))
        arguments = numbers, 0.3, n, 1.7
        np.testing.assert_array_equal(compiled(*arguments), simulated(*arguments))


@pytest.mark.parametrize("size", [4, 400])
def test_tables_are_read_whatever_mlir_prints(size: int) -> None:
    numbers = np.array([1.5, -0.0, np.inf, 3.140625] * (size // 4), np.float32)
    values = [struct.unpack("<f", struct.pack("<I", int(b) << 16))[0] for b in bits_of(numbers)]
    text = f"dense<{numbers.tolist()}> : tensor<{size}xbf16>".replace("inf", "0x7F80")
    with new_context():
        assert elements(ir.Attribute.parse(text)) == values


def test_a_project_has_the_type_in_its_header(schedule: Schedule, tmp_path: Path) -> None:
    schedule.build("vitis_hls", mode="write", project=tmp_path / "p")
    header = (tmp_path / "p" / "norm.h").read_text()
    assert header.index("struct bfloat16 {") < header.index("void norm(const bfloat16 A[16]")
    assert "parse<bfloat16>" in (tmp_path / "p" / "norm_test.cpp").read_text()
