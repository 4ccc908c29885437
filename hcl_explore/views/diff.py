"""Side-by-side diff of two texts, with the changed words of each changed line marked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Literal

from hcl_explore.views.code import Span, highlight_line, is_pragma
from hcl_explore.views.line_diff import align_block, match_lines
from hcl_explore.views.text import attribute
from hcl_explore.views.tokens import Language

Kind = Literal["equal", "changed", "removed", "added"]
Links = Sequence["int | None"]

_TOKEN = re.compile(r"[%@#!]?\w[\w.]*|\s+|.")
_SSA = re.compile(r"%\w+\b")
_DEFINITION = re.compile(r"\s*(%\w+)\s*=")
# Lines longer than this are marked whole: matching their words would take longer than it helps.
_LONG_LINE = 2_000


@dataclass(frozen=True)
class Row:
    """One row of the diff. Line numbers count from 1; marks are half-open character ranges."""

    kind: Kind
    left_number: int | None = None
    left: str = ""
    left_marks: tuple[Span, ...] = ()
    right_number: int | None = None
    right: str = ""
    right_marks: tuple[Span, ...] = ()


def diff_rows(before: str, after: str) -> list[Row]:
    """Rows that hold every line of both texts once, in order.

    Lines that differ only in indentation, or in a consistent renumbering of unnamed SSA values,
    are ``equal``.
    """
    left, right = before.splitlines(), after.splitlines()
    rows: list[Row] = []
    names = _Renumbering()
    done_l = done_r = 0
    for index_l, index_r in [*match_lines(left, right), (len(left), len(right))]:
        block_l, block_r = left[done_l:index_l], right[done_r:index_r]
        for i, j in align_block(block_l, block_r) if block_l or block_r else ():
            rows.append(
                _row(
                    None if i is None else (done_l + i + 1, block_l[i]),
                    None if j is None else (done_r + j + 1, block_r[j]),
                    names,
                )
            )
        if index_l < len(left):
            rows.append(_row((index_l + 1, left[index_l]), (index_r + 1, right[index_r]), names))
        done_l, done_r = index_l + 1, index_r + 1
    return rows


class _Renumbering:
    """Which SSA number became which, as far as definitions have been seen."""

    def __init__(self) -> None:
        self._became: dict[str, str] = {}
        self.is_needed = False
        """Whether a number became another one: until then, equal lines mean the same."""

    def explains(self, left: str, right: str) -> bool:
        """Whether the lines, equal but for indentation and numbers, mean the same."""
        names_l, names_r = _SSA.findall(left), _SSA.findall(right)
        if _SSA.split(left.strip()) != _SSA.split(right.strip()):
            return False
        defined = _DEFINITION.match(left)
        for position, (old, new) in enumerate(zip(names_l, names_r, strict=True)):
            if position == 0 and defined:
                continue
            if self._became.get(old, old) != new:
                return False
        return True

    def define(self, left: str, right: str) -> None:
        old, new = _DEFINITION.match(left), _DEFINITION.match(right)
        if old and new:
            self._became[old.group(1)] = new.group(1)
            self.is_needed = self.is_needed or old.group(1) != new.group(1)


def _row(left: tuple[int, str] | None, right: tuple[int, str] | None, names: _Renumbering) -> Row:
    if left is None and right is not None:
        return Row("added", right_number=right[0], right=right[1])
    if right is None and left is not None:
        return Row("removed", left_number=left[0], left=left[1])
    if left is None or right is None:
        raise ValueError("a row needs at least one side")
    if left[1] == right[1] and not names.is_needed:
        return Row("equal", left[0], left[1], (), right[0], right[1], ())
    same = names.explains(left[1], right[1])
    names.define(left[1], right[1])
    if same:
        return Row("equal", left[0], left[1], (), right[0], right[1], ())
    marks_l, marks_r = word_marks(left[1], right[1])
    return Row("changed", left[0], left[1], marks_l, right[0], right[1], marks_r)


def word_marks(left: str, right: str) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    """The character ranges in which two lines differ, word by word; indentation does not count."""
    start_l, start_r = len(left) - len(left.lstrip()), len(right) - len(right.lstrip())
    if len(left) + len(right) > _LONG_LINE:
        return ((start_l, len(left)),), ((start_r, len(right)),)
    words_l, words_r = _TOKEN.findall(left.lstrip()), _TOKEN.findall(right.lstrip())
    marks_l: list[Span] = []
    marks_r: list[Span] = []
    matcher = SequenceMatcher(None, words_l, words_r, autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        text_l, text_r = "".join(words_l[i1:i2]), "".join(words_r[j1:j2])
        if tag != "equal":
            _add_mark(marks_l, start_l, text_l, left)
            _add_mark(marks_r, start_r, text_r, right)
        start_l, start_r = start_l + len(text_l), start_r + len(text_r)
    return tuple(marks_l), tuple(marks_r)


def _add_mark(marks: list[Span], start: int, text: str, line: str) -> None:
    """Add a range, joined with the one before where only a blank or punctuation lies between."""
    if not text:
        return
    if marks and start - marks[-1][1] <= 1 and not line[marks[-1][1] : start].isalnum():
        marks[-1] = (marks[-1][0], start + len(text))
    else:
        marks.append((start, start + len(text)))


def diff_html(
    rows: Sequence[Row],
    language: Language = "mlir",
    *,
    context: int = 3,
    left_links: Links = (),
    right_links: Links = (),
) -> str:
    """The rows as HTML: two columns with line numbers, unchanged regions folded.

    ``context`` unchanged lines stay open around each change. ``left_links`` and ``right_links``
    are the kernel lines that the lines of each side come from.
    """
    if not rows:
        return '<p class="hx-empty">Both programs are empty.</p>'
    if all(row.kind == "equal" for row in rows):
        return (
            '<p class="hx-empty">No line changed.</p>'
            f"{_body(rows, language, (left_links, right_links), len(rows))}"
        )
    return _body(rows, language, (left_links, right_links), context)


def _body(rows: Sequence[Row], language: Language, links: tuple[Links, Links], context: int) -> str:
    highest = max(max(row.left_number or 0, row.right_number or 0) for row in rows)
    out = [
        '<div class="hx-diff" role="region" aria-label="difference" tabindex="0"'
        f' style="--gutter:{len(str(highest))}ch">'
    ]
    for folded, group in _fold(rows, context):
        inner = "".join(_row_html(row, language, links) for row in group)
        if folded:
            out.append(
                f'<details class="hx-fold"><summary>{len(group)} unchanged lines</summary>'
                f"{inner}</details>"
            )
        else:
            out.append(inner)
    out.append("</div>")
    return "".join(out)


def _fold(rows: Sequence[Row], context: int) -> Iterable[tuple[bool, Sequence[Row]]]:
    """Runs of rows, and whether each is folded away."""
    changed = [index for index, row in enumerate(rows) if row.kind != "equal"]
    edges = [-1, *changed, len(rows)]
    start = 0
    for previous, following in pairwise(edges):
        low = previous + 1 + (context if previous >= 0 else 0)
        high = following - (context if following < len(rows) else 0)
        if high - low > 2:
            if low > start:
                yield False, rows[start:low]
            yield True, rows[low:high]
            start = high
    if start < len(rows):
        yield False, rows[start:]


_SIGN = {"equal": "", "changed": "~", "removed": "−", "added": "+"}


def _row_html(row: Row, language: Language, links: tuple[Links, Links]) -> str:
    left = _cell(row.left_number, row.left, row.left_marks, language, links[0], row.kind)
    right = _cell(row.right_number, row.right, row.right_marks, language, links[1], row.kind)
    return f'<div class="hx-row is-{row.kind}">{left}{right}</div>'


def _cell(
    number: int | None,
    line: str,
    marks: tuple[Span, ...],
    language: Language,
    links: Links,
    kind: Kind,
) -> str:
    if number is None:
        return '<div class="cell is-void"></div>'
    link = links[number - 1] if number <= len(links) else None
    indent = len(line) - len(line.lstrip())
    pragma = " is-pragma" if language == "cpp" and is_pragma(line) else ""
    return (
        f'<div class="cell{pragma}"{attribute("data-src", link)}><span class="no">{number}</span>'
        f'<span class="sg">{_SIGN[kind]}</span><code style="--indent:{indent}ch">'
        f"{highlight_line(line, language, marks)}</code></div>"
    )
