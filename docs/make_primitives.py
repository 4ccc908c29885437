"""Write what is made from the registry of primitives; ``--check`` fails if it is not up to date.

That is ``docs/primitives.md`` and ``hcl_explore/schedule/primitive_methods.pyi``, by which type
checkers and editors know the methods.
"""

from __future__ import annotations

import argparse
import inspect
import sys
import textwrap
from enum import Enum
from itertools import groupby
from pathlib import Path

import hcl_explore.schedule
from hcl_explore.schedule.primitive import PrimitiveInfo, primitives

PAGE = Path(__file__).parent / "primitives.md"
STUB = Path(next(iter(hcl_explore.schedule.__path__))) / "primitive_methods.pyi"
WIDTH = 100

HEAD = """# Primitives

Made from the registry by `python docs/make_primitives.py`. Loops are given by name or handle,
arrays as `s.A` or by name. Every primitive also takes `unchecked=True` (apply it although legality
was refused; the step is marked) and `reassociate=True` (allow changing the order of floating-point
accumulations; the step is marked).
"""


STUB_HEAD = """# Made from the registry by `python docs/make_primitives.py`.
from collections.abc import Callable

from hcl_explore.lang.memory import Memory
from hcl_explore.lang.partition import Partition
from hcl_explore.lang.storage import Storage
from hcl_explore.lang.types import ScalarType
from hcl_explore.schedule.handles import Band, BufferHandle, LoopHandle
from hcl_explore.schedule.schedule import Schedule

class PrimitiveMethods:
"""


def stub() -> str:
    """The methods of all primitives, declared in the style of ``ruff format``."""
    return STUB_HEAD + "".join(_method(info) for info in primitives().values())


def _method(info: PrimitiveInfo) -> str:
    signature = info.method_signature
    parameters: list[str] = []
    for entry in signature.parameters.values():
        variadic_before = any(part.startswith("*") for part in parameters)
        if entry.kind is entry.KEYWORD_ONLY and not variadic_before:
            parameters.append("*")
        parameters.append(_parameter(entry))
    head, tail = f"    def {info.name}(", f") -> {signature.return_annotation}:\n"
    line = head + ", ".join(parameters) + tail
    if len(line) > WIDTH + 1:
        line = head + "".join(f"\n        {part}," for part in parameters) + "\n    " + tail
    summary = textwrap.fill(
        f'"""{info.summary}"""', WIDTH, initial_indent=" " * 8, subsequent_indent=" " * 8
    )
    aliases = "".join(f"\n    {alias} = {info.name}\n" for alias in info.cls.aliases)
    return f"{line}{summary}\n{aliases}"


def _parameter(entry: inspect.Parameter) -> str:
    star = "*" if entry.kind is entry.VAR_POSITIONAL else ""
    typed = "" if entry.annotation is entry.empty else f": {entry.annotation}"
    default = "" if entry.default is entry.empty else f" = {_default(entry.default)}"
    return f"{star}{entry.name}{typed}{default}"


def _default(value: object) -> str:
    return str(value) if isinstance(value, Enum) else repr(value)


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
    check = parser.parse_args().check
    stale = False
    for target, text in ((PAGE, page()), (STUB, stub())):
        if not check:
            target.write_text(text, encoding="utf-8")
        elif target.read_text(encoding="utf-8") != text:
            stale = True
            print(
                f"{target.name} is out of date: run python docs/make_primitives.py",
                file=sys.stderr,
            )
    return 1 if stale else 0


if __name__ == "__main__":
    raise SystemExit(main())
