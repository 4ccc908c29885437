"""The ceilings of this machine's processor, and how long kernels run on it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from hcl_explore.backend.cpu import build_text, ceilings
from hcl_explore.backend.cpu.ceilings import CpuCeilings, cpu_ceilings, measure_ceilings
from hcl_explore.backend.cpu.timing import best_time
from hcl_explore.errors import CallError

MEASURED = CpuCeilings("a processor", (("float32", 100.0),), (("L1", 200.0), ("DRAM", 20.0)))


@pytest.fixture
def measurements(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[int]:
    """The user's cache folder is empty; counts how often something is measured."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    done: list[int] = []

    def measure() -> CpuCeilings:
        done.append(1)
        return MEASURED

    monkeypatch.setattr(ceilings, "measure_ceilings", measure)
    return done


def test_measured_once_and_kept(measurements: list[int]) -> None:
    assert cpu_ceilings() == MEASURED
    assert cpu_ceilings() == MEASURED
    assert len(measurements) == 1


@pytest.mark.parametrize("text", ["", "[]", '{"processor": "x"}', '{"peaks": 3}'])
def test_a_damaged_cache_is_measured_again(
    measurements: list[int], tmp_path: Path, text: str
) -> None:
    cpu_ceilings()
    (file,) = (tmp_path / "hcl_explore").iterdir()
    file.write_text(text)
    assert cpu_ceilings() == MEASURED
    assert len(measurements) == 2
    assert json.loads(file.read_text())["processor"] == "a processor"


def test_another_processor_has_its_own_file(
    measurements: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    cpu_ceilings()
    monkeypatch.setattr(ceilings, "processor_name", lambda: "another one")
    cpu_ceilings()
    assert len(measurements) == 2


def test_a_cache_that_cannot_be_written_does_no_harm(
    measurements: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "file"
    file.write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(file))
    assert cpu_ceilings() == MEASURED
    assert len(measurements) == 1


@pytest.mark.slow
def test_this_machine_has_a_peak_per_type_and_a_bandwidth_per_level() -> None:
    measured = measure_ceilings()
    assert [name for name, _ in measured.peaks] == ["float32", "float64", "int32"]
    assert measured.bandwidths[-1][0] == "DRAM"
    assert all(rate > 0.01 for _, rate in (*measured.peaks, *measured.bandwidths))


def test_a_kernel_is_timed_without_being_changed() -> None:
    text = """
module attributes {hcl.top = "add"} {
  func.func @add(%A: memref<64xf32> {hcl.name = "A", hcl.dtype = "float32"}) {
    affine.for %i = 0 to 64 {
      %a = affine.load %A[%i] : memref<64xf32>
      %s = arith.addf %a, %a : f32
      affine.store %s, %A[%i] : memref<64xf32>
    }
    return
  }
}"""
    kernel = build_text(text, "add")
    once = kernel.seconds(np.ones(64, np.float32))
    assert 0 < once < kernel.timeout_s
    assert best_time(kernel, (np.ones(64, np.float32),), budget_s=0.0) > 0
    with pytest.raises(CallError):
        kernel.seconds()
