"""Listings of MLIR, HLS C++ and kernel source: highlighted, numbered, linked line by line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from hcl_explore.views.text import attribute, escape
from hcl_explore.views.tokens import Language, tokenize

Span = tuple[int, int]

_PRAGMA = re.compile(r"^\s*#\s*pragma\b")


@lru_cache(maxsize=16384)
def highlight_line(line: str, language: Language, marks: tuple[Span, ...] = ()) -> str:
    """One line as HTML; ``marks`` are half-open character ranges set off with ``<mark>``."""
    tokens = tokenize(language, line)
    if not marks:
        return "".join(_span(token.css, token.text) for token in tokens)
    pieces: list[str] = []
    offset = 0
    boundaries = [edge for span in marks for edge in span]
    for token in tokens:
        end = offset + len(token.text)
        cuts = [offset, *(b for b in boundaries if offset < b < end), end]
        for start, stop in pairwise(cuts):
            text = _span(token.css, line[start:stop])
            if any(low <= start < high for low, high in marks):
                text = f"<mark>{text}</mark>"
            pieces.append(text)
        offset = end
    return "".join(pieces).replace("</mark><mark>", "")


def _span(css: str, text: str) -> str:
    shown = escape(text, quote=False)
    return f'<span class="{css}">{shown}</span>' if css else shown


def is_pragma(line: str) -> bool:
    """Whether a C++ line is a pragma."""
    return _PRAGMA.match(line) is not None


def code_html(
    text: str,
    language: Language,
    *,
    links: Sequence[int | None] = (),
    first_line: int = 1,
    label: str = "listing",
) -> str:
    """A listing with line numbers.

    ``links`` gives for each line the line of the kernel source it comes from (None or missing
    where there is none): it becomes ``data-src``, by which the front end lights up what belongs
    together. ``first_line`` is the number shown at the first line.
    """
    lines = text.splitlines()
    if not lines:
        return '<p class="hx-empty">Nothing to show: the text is empty.</p>'
    width = len(str(first_line + len(lines) - 1))
    out = [
        f'<div class="hx-code" role="region" tabindex="0"{attribute("aria-label", label)}'
        f' style="--gutter:{width}ch">'
    ]
    for index, line in enumerate(lines):
        link = links[index] if index < len(links) else None
        css = "hx-ln is-pragma" if language == "cpp" and is_pragma(line) else "hx-ln"
        out.append(
            f'<div class="{css}"{attribute("data-src", link)}>'
            f'<span class="no">{first_line + index}</span>'
            f"<code>{highlight_line(line, language)}</code></div>"
        )
    out.append("</div>")
    return "".join(out)
