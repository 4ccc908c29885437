"""A notebook exported to HTML still shows the session: its widget has no kernel there."""

from __future__ import annotations

import base64
import gzip
import html
import json
import re

import nbformat
import pytest
from nbclient import NotebookClient
from nbconvert import HTMLExporter

CELLS = (
    "import hcl_explore as hcl\nfrom hcl_explore import float32",
    """def scale(A: float32[16]):
    for i in range(16):
        A[i] = A[i] * 2.0

explorer = hcl.explore(scale)
explorer""",
    "explorer.schedule.split('i', 4)",
)


@pytest.mark.slow
def test_an_exported_notebook_steps_through_the_session() -> None:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS])
    NotebookClient(notebook, timeout=300, kernel_name="python3").execute()
    widget, page = notebook.cells[1].outputs
    assert "application/vnd.jupyter.widget-view+json" in widget.data
    assert "hclx-saved" in page.data["text/html"]
    # As JupyterLab saves it, without the state of widgets.
    del notebook.metadata["widgets"]
    exported, _ = HTMLExporter().from_notebook_node(notebook)
    match = re.search(r'srcdoc="(.*?)"', exported, re.S)
    assert match
    packed = re.search(r'id="hclx-data">(.*?)</script>', html.unescape(match.group(1)), re.S)
    assert packed
    data = json.loads(gzip.decompress(base64.b64decode(packed.group(1))))
    # The step of the later cell is in the output of the earlier one.
    assert [step["call"] for step in data["steps"][1:]] == ['s.split("i", 4)']
    assert "The explorer needs a running kernel" in exported
