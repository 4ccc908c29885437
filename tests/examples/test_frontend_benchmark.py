"""The kernels that ``benchmarks/frontend.py`` generates grow in proportion to their lines."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from hcl_explore.frontend import lower, read_kernel
from hcl_explore.ir.context import new_context


@pytest.fixture(scope="module")
def frontend_benchmark() -> ModuleType:
    path = Path(__file__).parents[2] / "benchmarks" / "frontend.py"
    spec = importlib.util.spec_from_file_location("frontend_benchmark", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def operations(text: str) -> int:
    return str(lower(read_kernel(text), new_context())).count("\n")


def test_generated_kernels(frontend_benchmark: ModuleType) -> None:
    for lines in (50, 100):
        assert len(frontend_benchmark.generated(lines).splitlines()) == lines
    small, large = (operations(frontend_benchmark.generated(lines)) for lines in (100, 200))
    assert 1.9 < large / small < 2.1


def test_every_kernel_is_measured_in_a_context_of_its_own(frontend_benchmark: ModuleType) -> None:
    assert 0 < frontend_benchmark.measure(frontend_benchmark.generated(10), 3) < 1e5
