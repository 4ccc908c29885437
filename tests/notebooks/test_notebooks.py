"""Every notebook runs from top to bottom; the solutions of exercises reach their goals."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))
EXERCISE = "# your steps"


def run(path: Path, *, solved: bool) -> nbformat.NotebookNode:
    """The notebook after its run; ``solved`` puts the solutions into the exercises."""
    notebook = nbformat.read(path, as_version=4)
    solution = None
    for cell in notebook.cells:
        found = re.search(r"Solution</summary>\s*```python\n(.*?)```", cell.source, re.DOTALL)
        if cell.cell_type == "markdown" and found:
            solution = found[1]
        elif solved and EXERCISE in cell.source:
            assert solution is not None
            cell.source = cell.source.replace(EXERCISE, solution)
            solution = None
    NotebookClient(notebook, timeout=300, kernel_name="python3").execute()
    return notebook


def printed(notebook: nbformat.NotebookNode) -> str:
    return "".join(
        output.get("text", "")
        for cell in notebook.cells
        if cell.cell_type == "code"
        for output in cell.outputs
    )


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_runs(path: Path) -> None:
    notebook = run(path, solved=False)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert code
    assert all(cell.execution_count for cell in code)
    assert "goal reached" not in printed(notebook)  # an exercise is for the reader


@pytest.mark.slow
def test_solutions_reach_their_goals() -> None:
    path = next(path for path in NOTEBOOKS if path.stem == "tutorial")
    exercises = path.read_text(encoding="utf-8").count(EXERCISE)
    assert exercises == 4
    assert printed(run(path, solved=True)).count("goal reached") == exercises


def test_there_is_a_quick_start() -> None:
    assert "quick_start" in [path.stem for path in NOTEBOOKS]
