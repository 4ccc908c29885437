"""The graph of a dataflow region: its tasks, the FIFOs between them, the arrays they share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hcl_explore.ir.program import Buffer, Call, Function
from hcl_explore.polyhedral.endpoints import Endpoints, Fifo, Use, task_name


@dataclass(frozen=True)
class FifoFacts:
    """One FIFO along an edge: its name in the region, how many tokens it holds, and how many pass
    through it in one run (None where that is not known). ``block`` is the type of a token that is
    a block of numbers, ``float32[8]``; empty for single numbers."""

    name: str
    depth: int
    tokens: int | None
    block: str = ""

    def __str__(self) -> str:
        unit = "token" if self.tokens == 1 else "tokens"
        passing = self.block if self.tokens is None else f"{self.tokens} {unit}"
        if self.block and self.tokens is not None:
            passing += f" of {self.block}"
        return " · ".join(filter(None, (self.name, f"depth {self.depth}", passing)))


@dataclass(frozen=True)
class Channel:
    """All FIFOs from one task to another one, and the bytes that pass through them."""

    producer: Call
    consumer: Call
    fifos: tuple[FifoFacts, ...]
    bytes: int | None


def channels(endpoints: Endpoints, region: Function) -> list[Channel]:
    """The FIFOs between the tasks of ``region``, by pairs of tasks."""
    pairs: dict[tuple[Call, Call], list[Fifo]] = {}
    for fifo in endpoints.fifos(region):
        for producer in fifo.producers:
            for consumer in fifo.consumers:
                pairs.setdefault((producer, consumer), []).append(fifo)
    return [_channel(*ends, fifos) for ends, fifos in pairs.items()]


def _channel(producer: Call, consumer: Call, fifos: Sequence[Fifo]) -> Channel:
    facts, total = [], 0
    for fifo in fifos:
        tokens = _tokens(fifo.producers[producer])
        block = token_type(fifo.stream) if fifo.stream.block else ""
        facts.append(FifoFacts(fifo.name, fifo.stream.depth or 1, tokens, block))
        if tokens is not None:
            total += tokens * token_bytes(fifo.stream)
    known = all(fact.tokens is not None for fact in facts)
    return Channel(producer, consumer, tuple(facts), total if known else None)


def token_type(stream: Buffer) -> str:
    """The type of a token: ``float32``, or ``float32[8]`` where tokens are blocks."""
    return stream.dtype + (f"[{', '.join(map(str, stream.block))}]" if stream.block else "")


def token_bytes(stream: Buffer) -> int:
    """The size of a token, each of its elements rounded up to whole bytes."""
    size = (stream.bits + 7) // 8
    for extent in stream.block:
        size *= extent
    return size


def _tokens(uses: Sequence[Use]) -> int | None:
    """How many tokens a task puts into a FIFO in one run."""
    times = [use.times for use in uses]
    known = [one for one in times if one is not None]
    return sum(known) if len(known) == len(times) else None


def task_names(region: Function) -> Iterator[tuple[Call, str]]:
    """The tasks of a region with their names."""
    for call in sorted(region.calls, key=lambda call: call.position):
        yield call, task_name(call)
