"""Lint before hardware: named checks on a program, each finding with a place and a remedy."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hcl_explore.analysis.estimate import Estimate
from hcl_explore.errors import SourceSpan
from hcl_explore.ir.locations import SourcePlace
from hcl_explore.ir.program import Buffer, Function, Program
from hcl_explore.polyhedral.depths import enough_depths
from hcl_explore.polyhedral.endpoints import Endpoints, Fifo, endpoints_of, is_region, task_name
from hcl_explore.polyhedral.sharing import shared_arrays
from hcl_explore.polyhedral.token_flow import Flow, UndecidedError, token_flow
from hcl_explore.schedule.naming import loop_name


class LintWarning(UserWarning):
    """A finding of ``Schedule.lint``, given when the program is built."""


@dataclass(frozen=True)
class Finding:
    """``check`` is ``endpoints``, ``deadlock``, ``leftover``, ``unused``, ``shared-array`` or
    ``ports``."""

    check: str
    message: str
    span: SourceSpan | None
    remedy: str

    def __str__(self) -> str:
        place = f"\n{self.span.render()}" if self.span is not None else ""
        return f"{self.check}: {self.message}{place}\n{self.remedy}"

    def to_record(self) -> dict[str, Any]:
        """The finding as plain data."""
        return {
            "check": self.check,
            "message": self.message,
            "filename": self.span.filename if self.span is not None else None,
            "line": self.span.line if self.span is not None else None,
            "remedy": self.remedy,
        }


def lint(program: Program, estimate: Callable[[], Estimate]) -> list[Finding]:
    """What is wrong with ``program``, or will not do what was asked; empty where nothing is."""
    findings: list[Finding] = []
    endpoints = endpoints_of(program)
    for region in program.functions.values():
        if is_region(region):
            findings += _endpoints(program, endpoints, region)
            if not _is_handed_streams(region):
                findings += _flow(program, region)
            findings += _shared(program, region)
    for function in program.functions.values():
        findings += _unused(program, function)
    findings += _ports(program, estimate)
    return findings


def _endpoints(program: Program, endpoints: Endpoints, region: Function) -> Iterator[Finding]:
    for stream in endpoints.undecided(region):
        yield Finding(
            "endpoints",
            f"which task works on which FIFO of '{stream.name}' is chosen at run time",
            program.sources.span(stream.place),
            "Choose FIFOs by the position and by loops with constant bounds, so that each is "
            "known to have one producer and one consumer.",
        )
    for fifo in endpoints.fifos(region):
        for ends, what in ((fifo.producers, "producers"), (fifo.consumers, "consumers")):
            if len(ends) > 1 or (not ends and (fifo.producers or fifo.consumers)):
                names = ", ".join(map(task_name, ends)) or "none"
                yield Finding(
                    "endpoints",
                    f"'{fifo.name}' has {len(ends)} {what} ({names})",
                    program.sources.span(_first_place(fifo)),
                    "A FIFO has one producer and one consumer: use a stream for each.",
                )


def _first_place(fifo: Fifo) -> SourcePlace | None:
    ends = [*fifo.producers.values(), *fifo.consumers.values()]
    return ends[0][0].access.place if ends else fifo.stream.place


def _unused(program: Program, function: Function) -> Iterator[Finding]:
    for buffer in function.buffers:
        is_declared = buffer.kind == "stream" and buffer.depth is not None
        # Puts and gets both change a FIFO; asking whether it is full does not.
        if is_declared and not any(access.is_write for access in buffer.accesses):
            yield Finding(
                "unused",
                f"nothing puts into '{buffer.name}' or gets from it",
                program.sources.span(buffer.place),
                "Remove the stream, or use it.",
            )


# --- tokens -----------------------------------------------------------------------------------


def _is_handed_streams(region: Function) -> bool:
    """Whether it is part of another region, which is looked at as a whole."""
    return any(b.kind == "stream" and b.depth is None for b in region.buffers)


def _flow(program: Program, region: Function) -> Iterator[Finding]:
    try:
        flow = token_flow(program, region)
        if flow.waiting:
            yield _deadlock(program, region, flow)
    except UndecidedError:
        return
    if flow.waiting:
        return
    for (path, stream, element), count in flow.left.items():
        name = path + stream.name + (f"[{', '.join(map(str, element))}]" if element else "")
        yield Finding(
            "leftover",
            f"{count} token{'s are' if count > 1 else ' is'} left in '{name}' when all tasks have "
            "ended",
            program.sources.span(stream.place),
            "Take as many tokens out as are put in: the next run would begin with these.",
        )


def _deadlock(program: Program, region: Function, flow: Flow) -> Finding:
    waits = []
    waiting = {one.task for one in flow.waiting}
    for one in flow.waiting:
        state = "full" if one.event.is_put else "empty"
        waits.append(f"{one.task} waits at '{one.event.name}', which is {state}")
    shown = "; ".join(waits[:4]) + (f"; {len(waits) - 4} more" if len(waits) > 4 else "")
    ended = [one.partner for one in flow.waiting if one.partner and one.partner not in waiting]
    remedy = (
        "Each of these tasks reads before it writes: one of them must put its first token first."
    )
    if ended:
        remedy = f"{ended[0]} has ended: the numbers of tokens put and got must be the same."
    enough = _enough(program, region, _full(flow))
    if enough:
        remedy = "Deeper FIFOs let it run: " + ", ".join(
            f"{stream.name} of depth {depth}" for stream, depth in enough.items()
        )
        remedy += "."
    place = flow.waiting[0].event.access.place
    return Finding("deadlock", f"tasks wait for ever: {shown}", program.sources.span(place), remedy)


def _enough(program: Program, region: Function, full: set[Buffer]) -> dict[Buffer, int]:
    """Depths with which the tasks end; empty if none helps."""

    def run(depths: Mapping[Buffer, int]) -> set[Buffer] | None:
        flow = token_flow(program, region, depths)
        return _full(flow) if flow.waiting or flow.left else None

    streams = [b for function in program.functions.values() for b in function.buffers if b.depth]
    return enough_depths(run, {stream: stream.depth or 1 for stream in streams}, full)


def _full(flow: Flow) -> set[Buffer]:
    """The streams in which a task waits for room."""
    return {one.event.fifo[1] for one in flow.waiting if one.event.is_put}


# --- arrays and ports ---------------------------------------------------------------------------


def _shared(program: Program, region: Function) -> Iterator[Finding]:
    for shared in shared_arrays(program, region):
        verb = "writes" if shared.access.is_write else "reads"
        yield Finding(
            "shared-array",
            f"'{shared.buffer.name}' is written by {task_name(shared.writer)} while "
            f"{task_name(shared.other)} {verb} it",
            program.sources.span(shared.store.place),
            "Hand the values on through a stream, or let each task have a part of its own.",
        )


def _ports(program: Program, estimate: Callable[[], Estimate]) -> Iterator[Finding]:
    asked = {loop.key: loop for loop in program.all_loops() if loop.pipeline_ii is not None}
    if not asked:
        return
    for figures in estimate().loops:
        loop = asked.get(figures.key)
        if loop is None or loop.pipeline_ii is None or figures.ii is None:
            continue
        if figures.ii > loop.pipeline_ii and "memory ports" in figures.ii_kinds[:1]:
            yield Finding(
                "ports",
                f"loop '{loop_name(program, loop)}' is asked to start an iteration every "
                f"{loop.pipeline_ii} cycle{'s' if loop.pipeline_ii > 1 else ''}, and its memory "
                f"ports allow every {figures.ii}",
                program.sources.span(loop.place),
                f"{figures.ii_reason}.",
            )
