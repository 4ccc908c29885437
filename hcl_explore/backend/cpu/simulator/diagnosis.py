"""Why the tasks of a run could not go on: the cycle of who waits for whom."""

from __future__ import annotations

from collections.abc import Mapping

from hcl_explore.backend.cpu.simulator.trace import FifoTrace, TaskTrace, Trace
from hcl_explore.errors import DeadlockError, HclError, RunError
from hcl_explore.ir.locations import SourcePlace, Sources

STUCK = 1
ASKS_FOR_EVER = 2


def failure(trace: Trace, outcome: int, top: str, sources: Sources) -> HclError | None:
    """The error of a run that did not end (``outcome`` not 0) or left tokens behind; else None."""
    if outcome == STUCK:
        return deadlock(trace, top, sources)
    if outcome == ASKS_FOR_EVER:
        return _endless_question(trace, top, sources)
    left = [fifo for fifo in trace.fifos if fifo.left]
    return _leftover(trace, left, top, sources) if left else None


def wait_cycle(trace: Trace) -> list[int]:
    """Positions of tasks that wait for each other in a circle; or, where the waiting ends at a task
    that has ended or is not known, the chain up to there."""
    best: list[int] = []
    for first, task in enumerate(trace.tasks):
        if task.state in ("done", "children"):
            continue
        chain: list[int] = []
        current: int | None = first
        while current is not None and current not in chain:
            chain.append(current)
            current = _waits_for(trace, current)
            if current is not None and trace.tasks[current].state == "done":
                current = None
        if current is not None:
            return chain[chain.index(current) :]
        if not best or len(chain) < len(best):
            best = chain
    return best


def _waits_for(trace: Trace, position: int) -> int | None:
    """The task that ``position`` waits for; None if that is not known. For a region, the first of
    its tasks that is not done."""
    task = trace.tasks[position]
    if task.state == "array":
        return task.awaits
    if task.state == "children":
        return next(
            (
                child
                for child, other in enumerate(trace.tasks)
                if other.parent == position and other.state != "done"
            ),
            None,
        )
    if task.fifo is None:
        return None
    fifo = trace.fifos[task.fifo]
    if task.state == "asking":
        return fifo.producer if fifo.consumer == position else fifo.consumer
    return fifo.consumer if task.state == "full" else fifo.producer


def deadlock(
    trace: Trace, top: str, sources: Sources, enough: Mapping[str, int] | None = None
) -> DeadlockError:
    """The error of a run that is stuck. ``enough`` are the depths that let it end, by declaration:
    empty where none do, None where that is not known."""
    chain = wait_cycle(trace)
    lines = [_reason(trace, trace.tasks[position]) for position in chain]
    return DeadlockError(
        f"{top} is stuck at cycle {trace.cycles}: "
        + ("; ".join(lines) if lines else "no task can go on"),
        span=sources.span(_place(trace, chain)),
        advice=_advice(trace, chain, enough),
    )


def _reason(trace: Trace, task: TaskTrace) -> str:
    if task.fifo is not None:
        fifo = trace.fifos[task.fifo]
        if task.state == "full":
            return (
                f"{task.name} waits for room in {fifo.name} (full, depth {fifo.depth}), "
                f"which {_who(trace, fifo.consumer)} should read"
            )
        return (
            f"{task.name} waits for a token in {fifo.name} (empty), "
            f"which {_who(trace, fifo.producer)} should write"
        )
    if task.awaits is not None:
        other = trace.tasks[task.awaits].name
        return f"{task.name} waits for the end of {other}, whose array it reads"
    return f"{task.name} waits for its tasks"


def _who(trace: Trace, position: int | None) -> str:
    name = _name(trace, position)
    has_ended = position is not None and trace.tasks[position].state == "done"
    return f"{name}, which has ended," if has_ended else name


def _name(trace: Trace, position: int | None) -> str:
    return "no task" if position is None else trace.tasks[position].name


def _advice(trace: Trace, chain: list[int], enough: Mapping[str, int] | None) -> str:
    if enough:
        deep = " and ".join(f"{name} of depth {depth}" for name, depth in enough.items())
        return f"With {deep} it runs to its end; or read FIFOs in the order they are written."
    full = [
        trace.fifos[fifo]
        for position in chain
        if trace.tasks[position].state == "full"
        and (fifo := trace.tasks[position].fifo) is not None
    ]
    ended = [
        name
        for position in chain
        if (other := _waits_for(trace, position)) is not None
        and trace.tasks[other].state == "done"
        and (name := trace.tasks[other].name)
    ]
    if ended:
        return f"{ended[0]} has ended: the numbers of tokens put and got must be the same."
    if full and enough is not None:
        return "No depth helps: compare the order and the numbers of tokens put and got."
    if full:
        names = " or ".join(dict.fromkeys(fifo.name for fifo in full))
        return f"Make {names} deeper, or read the FIFOs in the order in which they are written."
    return "Each of these tasks reads before it writes: one of them must put its first token first."


def full_streams(trace: Trace) -> set[str]:
    """The declarations of the FIFOs in which tasks wait for room."""
    waiting = (task.fifo for task in trace.tasks if task.state == "full")
    return {trace.fifos[fifo].declaration for fifo in waiting if fifo is not None}


def _endless_question(trace: Trace, top: str, sources: Sources) -> DeadlockError:
    task = next(task for task in trace.tasks if task.state in ("asking", "running"))
    return DeadlockError(
        f"{top} is stuck: {task.name} asks again and again whether a FIFO is empty or full, "
        "and no task puts or gets a token any more",
        span=sources.span(task.place),
        advice="Let the loop end when the other task has nothing more to say.",
    )


def _leftover(trace: Trace, left: list[FifoTrace], top: str, sources: Sources) -> RunError:
    fifo = left[0]
    more = f" (and {len(left) - 1} more FIFOs)" if len(left) > 1 else ""
    return RunError(
        f"{top} ends with {fifo.left} tokens left in {fifo.name}{more}: "
        f"{_name(trace, fifo.producer)} put {fifo.tokens}, "
        f"{_name(trace, fifo.consumer)} got {fifo.tokens - fifo.left}",
        span=sources.span(fifo.place),
        advice="What is put must be got: in hardware the next call would start with these tokens.",
    )


def _place(trace: Trace, chain: list[int]) -> SourcePlace | None:
    """Where the first full FIFO of the circle is declared, else the first empty one."""
    waiting = [trace.tasks[position] for position in chain]
    waiting.sort(key=lambda task: task.state != "full")
    fifos = [trace.fifos[task.fifo] for task in waiting if task.fifo is not None]
    places = [fifo.place for fifo in fifos] + [task.place for task in reversed(waiting)]
    return next((place for place in places if place is not None), None)
