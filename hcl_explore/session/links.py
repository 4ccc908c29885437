"""Which line of the kernel each line of a printed module comes from."""

from __future__ import annotations

import re

_ALIAS = re.compile(r"^(#loc\d*) = loc\((.*)\)$")
_FILE = re.compile(r'"(?:[^"\\]|\\.)*":(\d+):\d+')
_TRAILING = re.compile(r"loc\((#loc\d*|.*)\)$")
_REFERENCE = re.compile(r"#loc\d*")


def source_lines(located_text: str) -> list[int | None]:
    """For each line of the module without locations, the kernel line it comes from.

    ``located_text`` is the same module printed with locations: line for line the same, with a
    location at the end of each operation, plus the aliases of locations.
    """
    aliases: dict[str, str] = {}
    body: list[str] = []
    for line in located_text.splitlines():
        match = _ALIAS.match(line)
        if match:
            aliases[match.group(1)] = match.group(2)
        else:
            body.append(line)
    lines: list[int | None] = []
    open_loops: list[int] = []
    for number, line in enumerate(body):
        lines.append(_line_of(line, aliases))
        if line.endswith("{"):
            open_loops.append(number)
        elif line.lstrip().startswith("}") and open_loops:
            # An operation with a body carries its location where the body ends.
            lines[open_loops.pop()] = lines[number]
            if line.endswith("{"):
                open_loops.append(number)
    return lines


def _line_of(line: str, aliases: dict[str, str]) -> int | None:
    match = _TRAILING.search(line)
    if match is None:
        return None
    text = match.group(1)
    for _ in range(4):
        found = _FILE.search(text)
        if found:
            return int(found.group(1))
        reference = _REFERENCE.search(text)
        if reference is None:
            return None
        text = aliases.get(reference.group(0), "")
    return None
