"""Where the loops and buffers of a step come from, followed back through ``forwarding``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hcl_explore.views.record import LoopRecord, StepRecord


@dataclass(frozen=True)
class Origin:
    """``key`` was the loop's name in the programs up to the one before step ``step`` changed it."""

    step: int
    key: str


def all_loops(loops: Sequence[LoopRecord]) -> Iterator[LoopRecord]:
    """The loops of a tree in preorder."""
    for loop in loops:
        yield loop
        yield from all_loops(loop["children"])


def origins(steps: Sequence[StepRecord], index: int) -> dict[str, tuple[Origin, ...]]:
    """For each loop and buffer of step ``index``: what it was before, nearest step first.

    Only changes of identity are listed; keys that were the same from the start have an empty
    tuple. A key that several old ones became (a fused loop) lists each of them.
    """
    keys = [loop["key"] for loop in all_loops(steps[index]["loops"])]
    keys += [buffer["key"] for buffer in steps[index]["buffers"]]
    result: dict[str, tuple[Origin, ...]] = {}
    for key in keys:
        found: list[Origin] = []
        current = {key}
        for number in range(index, 0, -1):
            parents = {
                old
                for old, became in steps[number]["forwarding"].items()
                if current & set(became) and old not in became
            }
            if parents:
                found += [Origin(number, old) for old in sorted(parents)]
                current = parents
        result[key] = tuple(found)
    return result
