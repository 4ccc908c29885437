"""Lines of C++ with indentation, each linked to a line of the kernel source."""

from __future__ import annotations

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
    """``text`` cut at spaces, preferably before an operator, into parts of at most ``width``
    characters where that is possible. The text must hold no string and no comment."""
    while len(text) > width:
        cut = max(text.rfind(f" {operator} ", 0, width) for operator in ("+", "-", "||", "&&"))
        if cut < width // 2:
            cut = text.rfind(" ", 0, width)
        if cut <= 0:
            cut = text.find(" ", width)
        if cut < 0:
            break
        yield text[:cut]
        text = text[cut + 1 :]
    yield text
