"""Calls of a region that differ in the task's position alone, so that one loop can start them all.

A systolic array has hundreds of tasks. Written out, starting them is what LLVM compiles longest.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import mlir.ir as ir

from hcl_explore.polyhedral.positions import constant_of

_SHORTEST = 3


@dataclass(frozen=True)
class Run:
    """The calls from ``first`` to ``last``; ``steps`` by how much each operand, a constant, grows
    from one to the next (0: the same value in all)."""

    first: int
    last: int
    steps: tuple[int, ...]

    @property
    def length(self) -> int:
        return self.last - self.first + 1


def find_runs(
    body: ir.Block, calls: Sequence[ir.Operation], separate: Collection[int]
) -> list[Run]:
    """``calls``, all directly in ``body``, cut into runs. Those at the positions ``separate`` are
    on their own, and so are those of runs too short to be worth a loop."""
    sections = _sections(body, calls)
    runs: list[Run] = []
    at = 0
    while at < len(calls):
        steps = (0,) * len(calls[at].operands)
        last = at
        while last + 1 < len(calls) and not {at, last + 1} & set(separate):
            if sections[last + 1] != sections[at]:
                break
            step = _step(calls[last], calls[last + 1])
            if step is None or (last > at and step != steps):
                break
            steps, last = step, last + 1
        if last - at + 1 < _SHORTEST:
            last, steps = at, (0,) * len(steps)
        runs.append(Run(at, last, steps))
        at = last + 1
    return runs


def _sections(body: ir.Block, calls: Sequence[ir.Operation]) -> list[int]:
    """A number for each call: equal where nothing but constants lies between two of them."""
    found: list[int] = []
    section = 0
    for view in body.operations:
        op = view.operation
        if len(found) < len(calls) and op == calls[len(found)]:
            found.append(section)
        elif op.name != "arith.constant":
            section += 1
    return found


def _step(one: ir.Operation, following: ir.Operation) -> tuple[int, ...] | None:
    """By how much the operands grow from one call to the next; None if they are not alike."""
    same_callee = one.attributes["callee"] == following.attributes["callee"]
    if not same_callee or list(one.results) or list(following.results):
        return None
    steps: list[int] = []
    for left, right in zip(one.operands, following.operands, strict=True):
        if left == right:
            steps.append(0)
            continue
        low, high = constant_of(left), constant_of(right)
        if low is None or high is None or not isinstance(left.type, ir.IndexType):
            return None
        steps.append(high - low)
    return tuple(steps)
