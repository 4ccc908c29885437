"""When a body puts its first and last token into each stream, and gets them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from hcl_explore.analysis.datapath import Datapath, StreamEnd, TokenTimes
from hcl_explore.analysis.timing import Timing
from hcl_explore.ir import dialect
from hcl_explore.ir.program import Call

if TYPE_CHECKING:
    from hcl_explore.analysis.regions import FunctionModel, LoopModel

_ENDS = {dialect.PUT: True, dialect.GET: False, dialect.GET_BLOCK: False}

_Found = dict[StreamEnd, TokenTimes]


def tokens_of_loop(model: LoopModel) -> Mapping[StreamEnd, TokenTimes]:
    """Those of a loop, from its start to its end."""
    while model.mode == "flattened":
        model = model.children[0]
    if model.pipeline is not None:
        found: _Found = {}
        _add_nodes(found, model.pipeline.path, model.pipeline.timing, model.pipeline.depth)
        return found
    return {} if model.region is None else model.region.tokens


def tokens_of_call(call: Call, callee: FunctionModel) -> Mapping[StreamEnd, TokenTimes]:
    """Those of a call, by the streams that it is handed."""
    found: _Found = {}
    for (stream, is_put), times in callee.region.tokens.items():
        position = stream.argument_position
        handed = None if position is None else call.arguments[position]
        if handed is not None:
            _add(found, [((handed, is_put), times)])
    return found


def tokens_of_body(path: Datapath, timing: Timing) -> Mapping[StreamEnd, TokenTimes]:
    """Those of a body that has been scheduled."""
    found: _Found = {}
    _add_nodes(found, path, timing, timing.cycles)
    for block, (begin, end) in timing.blocks.items():
        after = timing.cycles - end - 1
        _add(
            found,
            (
                (stream, TokenTimes(begin + times.first, after + times.tail))
                for stream, times in block.tokens.items()
            ),
        )
    return found


def _add_nodes(found: _Found, path: Datapath, timing: Timing, cycles: int) -> None:
    for node in (*path.loads, *path.stores):
        if node.access is not None and node.access.op.name in _ENDS and node in timing.start:
            start = timing.start[node]
            end = node.access.buffer, _ENDS[node.access.op.name]
            _add(found, [(end, TokenTimes(start, cycles - start))])


def _add(found: _Found, more: Iterable[tuple[StreamEnd, TokenTimes]]) -> None:
    for end, times in more:
        known = found.get(end, times)
        found[end] = TokenTimes(min(known.first, times.first), min(known.tail, times.tail))
