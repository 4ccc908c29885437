"""Depths of FIFOs with which tasks that are stuck come to their end."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Mapping
from typing import TypeVar

_Stream = TypeVar("_Stream", bound=Hashable)

_MOST_DOUBLINGS = 16


def enough_depths(
    run: Callable[[Mapping[_Stream, int]], Collection[_Stream] | None],
    declared: Mapping[_Stream, int],
    full: Collection[_Stream],
) -> dict[_Stream, int]:
    """The streams that must be deeper than ``declared`` for the tasks to end, and how deep.

    ``run`` tells how the tasks end with other depths: None if they do, else the streams that are
    full for ever; ``full`` are those at the declared depths. More depth never makes tasks stuck, so
    FIFOs are doubled as long as some are full, and then each is made as shallow as it can be.
    Empty where no depth helps.
    """
    depths = {stream: declared[stream] for stream in full}
    stuck: Collection[_Stream] | None = full
    for _ in range(_MOST_DOUBLINGS):
        if not stuck:
            break
        for stream in stuck:
            depths[stream] = 2 * depths.get(stream, declared[stream])
        stuck = run(depths)
    if stuck is not None:
        return {}
    for stream in depths:
        low, high = declared[stream], depths[stream]
        while low < high:
            middle = (low + high) // 2
            if run({**depths, stream: middle}) is None:
                high = middle
            else:
                low = middle + 1
        depths[stream] = high
    return {stream: depth for stream, depth in depths.items() if depth > declared[stream]}
