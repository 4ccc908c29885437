"""Flip-flops that hold data: values on their way from the state that makes them to their last use.

A pipeline that begins an iteration every II cycles has ceil(cycles / II) iterations' worth of a
value under way, so it keeps that many; a body that runs step by step keeps each value once.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from hcl_explore.analysis.datapath import Datapath, Node
from hcl_explore.analysis.timing import Timing
from hcl_explore.ir.program import Loop

_NOT_KEPT = frozenset({"store", "register", "mac_mul"})
"""What leaves nothing to keep: a cell is there until it is written again, and the product of a
multiply-add stays in its DSP block."""

_ONE_BIT = frozenset({"icmp", "fcmp", "gate"})


def data_registers(
    path: Datapath, timing: Timing, copies: Callable[[Loop], int], interval: int | None = None
) -> int:
    """The bits that a scheduled body keeps from state to state; ``interval`` of a pipeline."""
    bits = sum(register.bits for register, _ in path.carried)
    for (node, levels), (first, last) in _lifetimes(path, timing).items():
        count = math.prod(copies(loop) for loop in levels)
        if node.kind == "load" and interval is not None:
            # A read is put off until a port is free, at most one interval before it is needed.
            first, last = min(first, interval), min(last, interval)
        bits += result_bits(node) * _kept(first, last, count, interval)
    return bits


def result_bits(node: Node) -> int:
    if node.kind in _ONE_BIT:
        return 1
    return node.result_bits or node.bits


def _lifetimes(
    path: Datapath, timing: Timing
) -> dict[tuple[Node, frozenset[Loop]], tuple[int, int]]:
    """For each value, and the unrolled loops a copy of it is kept for each of, the cycles from its
    making to its last use: of its first and of its last copy."""
    found: dict[tuple[Node, frozenset[Loop]], tuple[int, int]] = {}
    for user in path.nodes:
        begin = timing.start.get(user)
        if begin is None or user.kind in ("wire", "register"):
            continue
        last_begin = begin
        if user in timing.last:
            last_begin += timing.last[user][0] - timing.end[user][0]
        for operand in user.inputs:
            value = _behind(operand)
            end = timing.end.get(value)
            if end is None or value.literal is not None or value.kind in _NOT_KEPT:
                continue
            last_end = timing.last.get(value, end)
            if operand.levels < value.levels:
                # Of an unrolled loop only what its last copy leaves is used after it.
                first = last = begin - last_end[0]
            else:
                # A value made once is kept for the last copy of its user.
                first = (begin if value.levels else last_begin) - end[0]
                last = last_begin - last_end[0]
            key = (value, value.levels & operand.levels)
            known = found.get(key, (0, 0))
            found[key] = (max(known[0], first), max(known[1], last))
    return found


def _behind(node: Node) -> Node:
    """The operation whose result a wire carries."""
    while node.kind == "wire" and len(node.inputs) == 1:
        node = node.inputs[0]
    return node


def _kept(first: int, last: int, count: int, interval: int | None) -> int:
    """How many values are kept by ``count`` copies whose lifetimes run from ``first`` to ``last``
    cycles. Those of later copies, which wait for a chain, are made later instead: when they are
    needed, or where ports leave no choice up to one interval before (gemm-ncubed)."""
    if interval is None:
        return (first > 0 or last > 0) * count
    if count == 1 or first == last:
        return math.ceil(max(first, last, 0) / interval) * count
    least, most = sorted((max(first, 0), max(last, 0)))
    return (math.ceil(least / interval) + (interval > 1 and most > least)) * count
