"""When each loop and call of a design runs: a tree of spans in clock cycles, to be drawn to scale.

The spans of a body that runs several times are those of its first run; ``iterations`` and
``interval`` of the span around them say how often and how far apart the others follow.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from hcl_explore.analysis.datapath import Block
from hcl_explore.analysis.regions import FunctionModel, LoopModel, Region
from hcl_explore.ir.program import Call
from hcl_explore.polyhedral.endpoints import task_name

SpanKind = Literal["function", "loop", "stage"]


@dataclass(frozen=True)
class Span:
    """One function or loop on the time axis: it runs from cycle ``start`` to before ``end``, both
    counted from the start of the kernel.

    ``kind`` is ``function`` (the kernel, or a call), ``loop``, or ``stage`` (a loop or call of a
    dataflow region); ``key`` that of the loop, or the function's name. A pipelined loop first
    fills (iterations begin and none has ended), is then steady (one begins for one that ends) and
    drains (no more begin): ``fill + steady + drain == end - start``; all three are 0 elsewhere.
    ``iterations`` follow each other by ``interval`` cycles. ``mode`` as in ``LoopEstimate``, with
    ``call`` for functions and ``copy`` for Merlin's copies to the chip and back, those of all tiles
    taken together before what they are for.
    """

    name: str
    kind: SpanKind
    key: str
    mode: str
    start: int
    end: int
    iterations: int = 1
    interval: int = 0
    fill: int = 0
    steady: int = 0
    drain: int = 0
    children: tuple[Span, ...] = ()

    @property
    def cycles(self) -> int:
        return self.end - self.start

    def walk(self) -> Iterator[Span]:
        """This span and all inside it, in preorder."""
        yield self
        for child in self.children:
            yield from child.walk()

    def to_record(self) -> dict[str, object]:
        """The fields as plain JSON data, ``children`` as a list of the same."""
        fields = ("name", "kind", "key", "mode", "start", "end", "iterations", "interval")
        record: dict[str, object] = {
            name: getattr(self, name) for name in (*fields, "fill", "steady", "drain")
        }
        record["children"] = [child.to_record() for child in self.children]
        return record


def timeline_of(top: FunctionModel, copying: int = 0) -> Span:
    """The spans of one run of a kernel; the root ends at its latency, with ``copying`` cycles of
    copies."""
    if not copying:
        return _function_span(top, 0, "function")
    name = top.function.name
    copies = Span("copies", "function", name, "copy", 0, copying)
    root = _function_span(top, copying, "function")
    children = (copies, *root.children)
    return replace(root, start=0, interval=top.interval + copying, children=children)


def _function_span(model: FunctionModel, start: int, kind: SpanKind, name: str = "") -> Span:
    function = model.function.name
    end = start + model.latency
    inner = _spans_inside(model.region, start, end, is_dataflow=model.is_dataflow)
    mode = "dataflow" if model.is_dataflow else "call"
    return Span(
        name or function, kind, function, mode, start, end, 1, model.interval, children=inner
    )


def _spans_inside(region: Region, start: int, end: int, *, is_dataflow: bool) -> tuple[Span, ...]:
    """The spans of the blocks of one run of a body, kept inside the run."""
    spans = []
    for block, (begin, last) in sorted(region.timing.blocks.items(), key=lambda item: item[1]):
        at = min(start + begin, end)
        spans.append(_block_span(region, block, at, min(start + last + 1, end), is_dataflow))
    return tuple(spans)


def _block_span(region: Region, block: Block, start: int, end: int, is_stage: bool) -> Span:
    kind: SpanKind = "stage" if is_stage else "loop"
    if isinstance(block.item, Call):
        called = region.models.functions[block.item.callee]
        # A call with a result is named after that; a task has none, and a name of its own.
        name = "" if block.item.results else task_name(block.item)
        return _function_span(called, start, "stage" if is_stage else "function", name)
    return _loop_span(region.loops[block.item], start, end, kind)


def _loop_span(model: LoopModel, start: int, most: int, kind: SpanKind) -> Span:
    loop = model.loop
    end = max(min(start + max(model.latency, 1), most), start)
    span = Span(loop.name, kind, loop.key, model.mode, start, end, model.trips)
    if model.mode == "flattened":
        child = _loop_span(model.children[0], start, end, "loop")
        return _with(span, child.interval, (child.fill, child.steady, child.drain), (child,))
    if model.pipeline is not None:
        phases = _phases(end - start, model.pipeline.depth)
        return _with(span, model.pipeline.ii, phases, ())
    assert model.region is not None
    first = min(start + model.states, end)
    inner = _spans_inside(model.region, start, first, is_dataflow=loop.dataflow)
    return _with(span, model.interval, (0, 0, 0), inner)


def _phases(cycles: int, depth: int) -> tuple[int, int, int]:
    """Fill, steady state and drain of a pipeline of ``depth`` that runs for ``cycles``."""
    drain = min(depth, cycles)
    fill = min(depth, cycles - drain)
    return fill, cycles - drain - fill, drain


def _with(
    span: Span, interval: int, phases: tuple[int, int, int], children: tuple[Span, ...]
) -> Span:
    return Span(
        *(span.name, span.kind, span.key, span.mode, span.start, span.end, span.iterations),
        interval,
        *phases,
        children,
    )
