"""Write docs/primitives.md from the registry; ``--check`` fails if it is not up to date."""

from __future__ import annotations

import argparse
import sys
from itertools import groupby
from pathlib import Path

from hcl_explore.schedule.primitive import PrimitiveInfo, primitives

TARGET = Path(__file__).parent / "primitives.md"

HEAD = """# Primitives

Made from the registry by `python docs/make_primitives.py`. Loops are given by name or handle,
arrays as `s.A` or by name. Every primitive also takes `unchecked=True` (apply it although legality
was refused; the step is marked) and `reassociate=True` (allow changing the order of floating-point
accumulations; the step is marked).
"""


def page() -> str:
    declared = sorted(primitives().values(), key=lambda info: _group_rank(info.group))
    parts = [HEAD]
    for group, members in groupby(declared, key=lambda info: info.group):
        parts.append(f"## {group}\n")
        parts += [_section(info) for info in members]
    return "\n".join(parts)


def _group_rank(group: str) -> int:
    groups = list(dict.fromkeys(info.group for info in primitives().values()))
    return groups.index(group)


def _section(info: PrimitiveInfo) -> str:
    text = info.doc.replace("``", "`").replace("::\n", ":\n")
    lines = [f"### `{info.usage}`\n", text, "", f"*{info.law}*", ""]
    lines += [f"* `{parameter.name}`: {parameter.help}" for parameter in info.parameters]
    return "\n".join(lines) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    if not parser.parse_args().check:
        TARGET.write_text(page(), encoding="utf-8")
        return 0
    if TARGET.read_text(encoding="utf-8") == page():
        return 0
    print("docs/primitives.md is out of date: run python docs/make_primitives.py", file=sys.stderr)
    return 1


if __name__ == "__main__":
    raise SystemExit(main())
