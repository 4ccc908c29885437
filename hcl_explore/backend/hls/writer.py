"""Lines of C++ with indentation, each linked to a line of the kernel source."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

WIDTH = 100
_INDENT = "  "


class Writer:
    """Collects lines. ``place`` is the source line that statements written now come from."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.links: list[int | None] = []
        self.place: int | None = None
        self._depth = 0

    def line(self, text: str, note: str = "") -> None:
        """One statement or brace at the current depth, with ``note`` as a comment behind it; a
        long one continues on further lines."""
        indent = _INDENT * self._depth
        behind = f"  // {note}" if note else ""
        if len(text) + len(indent) <= WIDTH:
            self._add(indent + text + behind)
            return
        parts = list(wrap(text, WIDTH - len(indent) - 4))
        for number, part in enumerate(parts):
            end = behind if number == len(parts) - 1 else ""
            self._add(f"{indent}{'    ' if number else ''}{part}{end}")

    def pragma(self, text: str) -> None:
        """A directive: it stands at the left margin, where its scope ends with the block."""
        self._add(text)

    def comment(self, text: str) -> None:
        self._add(f"{_INDENT * self._depth}// {text}")

    def blank(self) -> None:
        if self.lines and self.lines[-1]:
            self.lines.append("")
            self.links.append(None)

    def _add(self, text: str) -> None:
        self.lines.append(text)
        self.links.append(self.place)

    @contextmanager
    def block(self, opening: str, note: str = "", *, follows: bool = False) -> Iterator[None]:
        """``opening {`` … ``}``, with ``note`` as a comment behind the brace. It ``follows`` the
        block just written on the line of its closing brace, as ``else`` does."""
        if follows:
            self.lines.pop()
            self.links.pop()
            opening = f"}} {opening}"
        self.line(f"{opening} {{", note)
        place = self.place
        self._depth += 1
        yield
        self._depth -= 1
        self.place = place
        self.line("}")

    @contextmanager
    def aside(self, deeper: int = 0) -> Iterator[tuple[list[str], list[int | None]]]:
        """What is written meanwhile goes into the lists that this gives, not into the text; it
        is indented for a block ``deeper`` levels inside this one."""
        outer = self.lines, self.links
        self.lines, self.links = [], []
        self._depth += deeper
        yield self.lines, self.links
        self._depth -= deeper
        self.lines, self.links = outer

    def insert(self, lines: Iterable[str], links: Iterable[int | None]) -> None:
        """Lines that ``aside`` set apart."""
        self.lines.extend(lines)
        self.links.extend(links)


def wrap(text: str, width: int) -> Iterator[str]:
    """``text`` cut into parts of at most ``width`` characters where that is possible: behind a
    comma or before an operator, in the outermost brackets that have such a place. The text must
    hold no string and no comment."""
    while len(text) > width:
        cut = _best_cut(text, width)
        if cut is None:
            break
        yield text[:cut]
        text = text[cut + 1 :]
    yield text


def _best_cut(text: str, width: int) -> int | None:
    depth = 0
    shallowest = len(text)
    best: int | None = None
    for position, character in enumerate(text):
        if character in "([{":
            depth += 1
        elif character in ")]}":
            depth -= 1
        elif character == " " and _may_cut(text, position):
            if position > width:
                return best if best is not None else position
            if position >= width // 3 and depth <= shallowest:
                shallowest, best = depth, position
    return best


def _may_cut(text: str, position: int) -> bool:
    before = text[:position]
    return before.endswith((",", ";", " =")) or _OPERATOR.match(text, position) is not None


_OPERATOR = re.compile(r" (?:[-+*/%<>?:&|^]|[<>=!]=|&&|\|\||<<|>>) ")
