"""Helpers for frontend tests: lower a kernel, print it, run it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from hcl_explore.backend.cpu import build
from hcl_explore.frontend import lower, read_kernel
from hcl_explore.ir.context import new_context
from hcl_explore.ir.printing import print_module
from hcl_explore.ir.read_program import read_program
from hcl_explore.polyhedral.bounds import first_out_of_bounds


@pytest.fixture
def ir_of() -> Callable[..., str]:
    """The IR of a kernel (function or text) as the panes show it."""

    def to_text(kernel: Callable[..., Any] | str, **options: Any) -> str:
        return print_module(lower(read_kernel(kernel, **options), new_context()))

    return to_text


@pytest.fixture
def run() -> Callable[..., Any]:
    """Compile a kernel, prove its accesses in bounds, and call it."""

    def call(kernel: Callable[..., Any] | str, *arguments: Any) -> Any:
        source = read_kernel(kernel)
        module = lower(source, new_context())
        assert first_out_of_bounds(read_program(module)) is None
        return build(module, source.name)(*arguments)

    return call
