"""The code in docs/dataflow.md runs as it stands there."""

from __future__ import annotations

import linecache
import re
from pathlib import Path

import pytest

PAGE = Path(__file__).resolve().parents[2] / "docs" / "dataflow.md"


def test_the_page_runs(capsys: pytest.CaptureFixture[str]) -> None:
    text = PAGE.read_text()
    names: dict[str, object] = {"__name__": "documentation"}
    for number, block in enumerate(re.findall(r"```python\n(.*?)```", text, re.DOTALL)):
        filename = f"<block {number} of dataflow.md>"
        linecache.cache[filename] = (len(block), None, block.splitlines(keepends=True), filename)
        exec(compile(block, filename, "exec"), names)
    shown = capsys.readouterr().out
    for line in re.findall(
        r"^(?:matrix_vector:|task  |load  |pe_0  |FIFO  |xs\[0\]).*$", text, re.M
    ):
        assert line in shown
    assert "verified" in shown and "depth 2" in shown
