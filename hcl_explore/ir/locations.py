"""MLIR locations <-> the user's source."""

from __future__ import annotations

from dataclasses import dataclass

import mlir.ir as ir


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
