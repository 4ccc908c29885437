"""What a task of a region waits for: those that feed its FIFOs, those that fill its arrays.

As in the simulator: tasks run side by side, whatever else they share. An array of the region that
one task fills is complete for another one when the first has ended; on the region's arguments they
work together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from hcl_explore.analysis.datapath import Block, StreamEnd
from hcl_explore.ir.program import Buffer, Call, Function
from hcl_explore.polyhedral.endpoints import Endpoints


class TaskOrder:
    """The tasks of ``region`` that are scheduled so far: what an ``Occupancy`` is to other blocks.

    Where the FIFOs of an array are chosen at run time, all tasks that may put into one of them
    feed all that may get from one.
    """

    def __init__(self, endpoints: Endpoints, region: Function) -> None:
        self._feeds = _feeding(endpoints, region)
        self._fills = _filling(endpoints.functions, region)
        self._placed: dict[Call, tuple[Block, int, int]] = {}

    def add(self, block: Block, begin: int, end: int) -> None:
        """``block`` runs from cycle ``begin`` to ``end``."""
        self._placed[_task(block)] = (block, begin, end)

    def free_for(self, block: Block) -> int:
        """The first cycle in which all arrays that ``block`` reads are complete."""
        filling = (self._placed[task] for task in self._fills[_task(block)])
        return max((end + 1 for _, _, end in filling), default=0)

    def fed(self, block: Block) -> Iterator[tuple[int, int]]:
        """For each stream from a task so far: when ``block`` can begin, to get the first token as
        it comes, and when it ends at the earliest, after the last one."""
        for task, stream in self._feeds[_task(block)]:
            if task in self._placed:
                producer, begin, end = self._placed[task]
                put, get = producer.tokens[stream, True], block.tokens[stream, False]
                yield begin + put.first - get.first, end - put.tail + get.tail


def _task(block: Block) -> Call:
    assert isinstance(block.item, Call)  # a region holds nothing else
    return block.item


def _feeding(endpoints: Endpoints, region: Function) -> Mapping[Call, set[tuple[Call, Buffer]]]:
    """The tasks that put tokens into the FIFOs of each task, with the streams."""
    found: dict[Call, set[tuple[Call, Buffer]]] = {task: set() for task in region.calls}
    for fifo in endpoints.fifos(region):
        for consumer in fifo.consumers:
            found[consumer].update((task, fifo.stream) for task in fifo.producers)
    undecided = endpoints.undecided(region)
    ends: dict[StreamEnd, set[Call]] = {}
    for task in region.calls if undecided else ():
        for use in endpoints.of_call(task):
            if use.stream in undecided:
                ends.setdefault((use.stream, use.is_put), set()).add(task)
    for stream in undecided:
        for task in ends.get((stream, False), ()):
            found[task].update((other, stream) for other in ends.get((stream, True), ()))
    return found


def _filling(functions: Mapping[str, Function], region: Function) -> Mapping[Call, frozenset[Call]]:
    """The earlier tasks that fill an array of the region which a task is handed."""
    written = {
        name: frozenset(
            buffer.argument_position
            for buffer in function.buffers
            if any(access.is_write for access in buffer.accesses)
        )
        for name, function in functions.items()
    }
    filled: dict[Buffer, set[Call]] = {}
    found: dict[Call, frozenset[Call]] = {}
    for task in region.calls:
        own = [
            (place, buffer)
            for place, buffer in enumerate(task.arguments)
            if buffer is not None and buffer.kind == "local"
        ]
        found[task] = frozenset(other for _, buffer in own for other in filled.get(buffer, ()))
        for place, buffer in own:
            if place in written.get(task.callee, ()):
                filled.setdefault(buffer, set()).add(task)
    return found
