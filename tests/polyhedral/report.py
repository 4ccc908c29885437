"""How often the legality verdict is right: ``python tests/polyhedral/report.py``.

Over small kernels (every domain with every body of ``nests.py``, and random ones), every new order
of ``orders.every_order`` is decided by the library and by brute force. Of floating-point kernels
every conflict counts, so the truth is whether one is reversed. Of integer kernels the truth is
whether the memory ends up the same from a given start. ``--write`` puts the tables into
``docs/legality.md``.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import mlir.ir as ir
import oracle
import orders
from nests import NESTS, source_of
from random_kernels import random_kernel
from test_legality import Truth

from hcl_explore.frontend import lower, read_kernel
from hcl_explore.ir.context import new_context
from hcl_explore.ir.program import Program
from hcl_explore.ir.read_program import read_program
from hcl_explore.polyhedral.legality import first_violation

TARGET = Path(__file__).parents[2] / "docs" / "legality.md"
BEGIN, END = "<!-- tables: python tests/polyhedral/report.py --write -->", "<!-- end of tables -->"
RANDOM_KERNELS = 60
MOST_RUNS = 300
OUTCOMES = ("agree: legal", "agree: illegal", "too strict", "too lax")


def kernels(element: str) -> Iterator[tuple[str, str]]:
    """Names and sources."""
    for domain, body in NESTS:
        yield f"{body}, {domain}", source_of(domain, body, element)
    for seed in range(RANDOM_KERNELS):
        yield f"random {seed}", random_kernel(seed, element)


def read(source: str, modules: list[ir.Module]) -> Program:
    kernel = read_kernel("import hcl_explore as hcl\nfrom hcl_explore import *\n" + source)
    modules.append(lower(kernel, new_context()))
    return read_program(modules[-1])


def survives(truth: Truth, order: orders.Order, element: str) -> bool:
    """Whether brute force finds nothing wrong with ``order``."""
    if element == "float32":
        return not truth.broken(order)
    times = {one.number: oracle.at(order(one.access), one.point) for one in truth.runs}
    ordered = sorted(truth.runs, key=lambda one: times[one.number])
    if len(set(times.values())) < len(times) and truth.broken(order):
        return False  # conflicting instances at once have no one result
    return oracle.final_memory(ordered) == oracle.final_memory(truth.runs)


def outcome(is_legal: bool, is_right: bool) -> str:
    if is_legal:
        return "agree: legal" if is_right else "too lax"
    return "too strict" if is_right else "agree: illegal"


def count(element: str) -> tuple[dict[str, Counter[str]], Counter[str], int]:
    """Outcomes by kind of order, where a verdict is too strict, and the number of kernels."""
    table: dict[str, Counter[str]] = {}
    strict: Counter[str] = Counter()
    number = 0
    for name, source in kernels(element):
        modules: list[ir.Module] = []
        truth = Truth(read(source, modules))
        if len(truth.runs) > MOST_RUNS:
            continue
        number += 1
        for kind, _, order in orders.every_order(truth.function):
            is_legal = first_violation(truth.accesses, order) is None
            found = outcome(is_legal, survives(truth, order, element))
            table.setdefault(kind, Counter())[found] += 1
            if found == "too strict":
                strict[name.partition(",")[0]] += 1
    return table, strict, number


def table_text(table: dict[str, Counter[str]]) -> str:
    lines = ["| order | " + " | ".join(OUTCOMES) + " |", "|---|" + "---:|" * len(OUTCOMES)]
    total: Counter[str] = Counter()
    for kind, counts in table.items():
        lines.append(f"| {kind} | " + " | ".join(str(counts[name]) for name in OUTCOMES) + " |")
        total += counts
    lines.append("| **all** | " + " | ".join(f"**{total[name]}**" for name in OUTCOMES) + " |")
    return "\n".join(lines)


def report() -> tuple[str, int]:
    """The tables as text, and the number of verdicts that are too lax."""
    parts = []
    lax = 0
    for element, title in (("float32", "Floating point"), ("int32", "Integers")):
        table, strict, number = count(element)
        lax += sum(counts["too lax"] for counts in table.values())
        parts.append(f"### {title}: {number} kernels\n\n{table_text(table)}")
        if strict:
            named = Counter()
            for name, times in strict.items():
                named["random kernels" if name.startswith("random") else name] += times
            listing = ", ".join(f"{name} {times}" for name, times in named.most_common())
            parts.append(f"Too strict, by body: {listing}.")
    return "\n\n".join(parts), lax


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    text, lax = report()
    print(text)
    if options.write:
        page = TARGET.read_text(encoding="utf-8")
        before, _, rest = page.partition(BEGIN)
        _, _, after = rest.partition(END)
        TARGET.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}", encoding="utf-8")
    return 1 if lax else 0


if __name__ == "__main__":
    raise SystemExit(main())
