"""Golden files: ``golden(text)`` compares with ``golden/<test>.mlir``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Compare a text with the test's golden file, or write it with ``--update-golden``."""
    path = GOLDEN / f"{request.node.name}.mlir"

    def compare(text: str) -> None:
        if request.config.getoption("--update-golden"):
            path.write_text(text.rstrip() + "\n")
        assert text.rstrip() + "\n" == path.read_text()

    return compare
