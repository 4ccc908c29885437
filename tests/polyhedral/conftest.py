from __future__ import annotations

from collections.abc import Callable

import mlir.ir as ir
import oracle
import pytest
from random_kernels import EXTENT, random_kernel

from hcl_explore.frontend import lower, read_kernel
from hcl_explore.ir.context import new_context
from hcl_explore.ir.program import Program
from hcl_explore.ir.read_program import read_program

MOST_RUNS = 500


@pytest.fixture
def program_of() -> Callable[[str], Program]:
    """Kernel source -> Program; the modules live as long as the test."""
    modules: list[ir.Module] = []

    def build(source: str) -> Program:
        kernel = read_kernel("import hcl_explore as hcl\nfrom hcl_explore import *\n" + source)
        modules.append(lower(kernel, new_context()))
        return read_program(modules[-1])

    return build


@pytest.fixture
def random_program(program_of: Callable[[str], Program]) -> Callable[..., Program]:
    """A seed -> a random Program that is small enough for the oracle."""

    def build(seed: int, element: str = "int32", extent: int = EXTENT) -> Program:
        while True:
            program = program_of(random_kernel(seed, element, extent))
            if len(oracle.run(program.kernel)) <= MOST_RUNS:
                return program
            seed += 10_000

    return build
