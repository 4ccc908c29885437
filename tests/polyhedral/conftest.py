from __future__ import annotations

from collections.abc import Callable

import mlir.ir as ir
import pytest

from hcl_explore.frontend import lower, read_kernel
from hcl_explore.ir.context import new_context
from hcl_explore.ir.program import Program
from hcl_explore.ir.read_program import read_program


@pytest.fixture
def program_of() -> Callable[[str], Program]:
    """Kernel source -> Program; the modules live as long as the test."""
    modules: list[ir.Module] = []

    def build(source: str) -> Program:
        kernel = read_kernel("import hcl_explore as hcl\nfrom hcl_explore import *\n" + source)
        modules.append(lower(kernel, new_context()))
        return read_program(modules[-1])

    return build
