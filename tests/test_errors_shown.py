"""How an error of ours looks to the user."""

from __future__ import annotations

from IPython.core.interactiveshell import InteractiveShell

from hcl_explore.errors import HclError, SourceSpan

CELL = """
import hcl_explore as hcl
s = hcl.customize("def f(A: int32[4]):\\n    for i in range(4):\\n        A[i] = i\\n")
s.split("j", 2)
"""


def test_a_notebook_shows_the_message_and_no_frames(capsys) -> None:
    InteractiveShell.instance().run_cell(CELL)
    shown = capsys.readouterr().out
    assert "UnknownNameError: no loop 'j' in f" in shown
    assert "Loops here: i." in shown
    assert "Traceback" not in shown
    assert "naming.py" not in shown


def test_the_caret_stands_under_the_offending_part() -> None:
    span = SourceSpan("k.py", 7, column=9, end_column=13, text="    x = spam + 1")
    error = HclError("no spam", span=span, advice="Use eggs.")
    assert str(error) == "no spam\n  k.py:7\n    x = spam + 1\n        ^^^^\nUse eggs."


def test_a_span_without_text_names_the_place() -> None:
    assert str(HclError("lost", span=SourceSpan("k.py", 3))) == "lost\n  k.py:3"
