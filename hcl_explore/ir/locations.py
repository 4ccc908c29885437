"""MLIR locations <-> the user's source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import mlir.ir as ir

from hcl_explore.errors import SourceSpan


@dataclass(frozen=True)
class SourcePlace:
    """Where in the user's source an operation comes from; line and column count from 1."""

    filename: str
    line: int
    column: int


def place_of(location: ir.Location) -> SourcePlace | None:
    """The file position inside a location, looking through names and fusions."""
    while True:
        if location.is_a_file():
            return SourcePlace(location.filename, location.start_line, location.start_col)
        if location.is_a_name():
            location = location.child_loc
        elif location.is_a_fused() and len(location.locations) > 0:
            location = location.locations[0]
        elif location.is_a_callsite():
            location = location.callee
        else:
            return None


def named(name: str, location: ir.Location) -> ir.Location:
    """``location`` carrying a variable's name, which the printer uses as the SSA prefix."""
    while location.is_a_name():
        location = location.child_loc
    return ir.Location.name(name, location, location.context)


@dataclass(frozen=True)
class Sources:
    """The text behind source places; ``lines`` maps (file name, line number) to the line."""

    lines: Mapping[tuple[str, int], str] = field(default_factory=dict)

    def adding(self, filename: str, first_line: int, lines: Sequence[str]) -> Sources:
        """These sources and a stretch of ``filename`` that starts at ``first_line``."""
        stretch = {(filename, first_line + offset): text for offset, text in enumerate(lines)}
        return Sources({**self.lines, **stretch})

    def line(self, place: SourcePlace) -> str:
        """The source line at ``place``, or an empty string where it is not to be had."""
        return self.lines.get((place.filename, place.line), "")

    def span(self, place: SourcePlace | None) -> SourceSpan | None:
        """What an error shows for ``place``."""
        if place is None:
            return None
        text = self.line(place)
        end = len(text.rstrip()) + 1
        return SourceSpan(
            place.filename,
            place.line,
            place.column,
            end if end > place.column else None,
            text,
        )
