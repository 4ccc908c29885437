"""The C++ of fourteen kernels, reviewed by eye, kept in ``golden``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hls_cpp import check_syntax
from hls_kernels import CASES

from hcl_explore.backend.hls import emit


@pytest.mark.parametrize("name", CASES)
def test_text(name: str, golden: Callable[[str, str], None]) -> None:
    golden(name, CASES[name].code().text)


@pytest.mark.parametrize("name", CASES)
def test_compiles_without_a_warning(name: str, tmp_path: Path) -> None:
    assert check_syntax(CASES[name].code(), tmp_path) == ""


@pytest.mark.parametrize("name", CASES)
def test_same_input_gives_same_text(name: str) -> None:
    case = CASES[name]
    module = case.module()
    first = emit(module, dialect=case.dialect, options=case.options)
    assert emit(module, dialect=case.dialect, options=case.options) == first
    assert case.code() == first
