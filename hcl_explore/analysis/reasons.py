"""Why a figure is what it is: a tree of sentences."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hcl_explore.analysis.pipelines import Pipeline
from hcl_explore.analysis.regions import FunctionModel, LoopModel
from hcl_explore.analysis.remedies import depth_text
from hcl_explore.ir.program import Program


@dataclass(frozen=True)
class Reason:
    """``what`` it explains, its ``value``, the ``why``; ``children`` are what it is made of."""

    what: str
    value: str
    why: str
    children: tuple[Reason, ...] = ()

    def __str__(self) -> str:
        return "\n".join(self.lines())

    def lines(self, indent: int = 0) -> list[str]:
        """The tree as text, two spaces a level."""
        head = f"{'  ' * indent}{self.what} = {self.value}"
        lines = [f"{head}: {self.why}" if self.why else head]
        for child in self.children:
            lines.extend(child.lines(indent + 1))
        return lines


def fifos_reason(program: Program) -> Reason | None:
    """What the latency takes for granted of the FIFOs; None where there are none."""
    depths = [
        (buffer.depth, buffer.name)
        for buffer in program.all_buffers()
        if buffer.kind == "stream" and buffer.depth is not None
    ]
    if not depths:
        return None
    depth, name = min(depths)
    tokens = f"{depth} token{'s' if depth > 1 else ''}"
    return Reason(
        "FIFOs",
        "taken to be deep enough",
        f"'{name}' holds {tokens}; where a task waits for room the run takes longer than this "
        "estimate. The simulator counts these waits: kernel = s.build(), kernel(...), "
        "kernel.report() (in the explorer: Simulate a run)",
    )


def latency_reason(model: FunctionModel) -> Reason:
    """Why a function takes the cycles that it takes."""
    external = model.function.external
    if external is not None:
        stated = "not stated" if external.latency is None else f"{external.latency} cycles"
        return Reason(f"latency of {external.name}", stated, "C++ from outside: hcl.ip(latency=)")
    parts = [loop_reason(loop) for loop in model.loops]
    parts += [latency_reason(call) for call in model.calls]
    why = (
        "dataflow: the stages overlap"
        if model.is_dataflow
        else "its loops and calls one after the other, side by side where they share no data"
    )
    return Reason(f"latency of {model.function.name}", f"{model.latency} cycles", why, tuple(parts))


def loop_reason(model: LoopModel) -> Reason:
    """Why a loop takes the cycles that it takes."""
    name = model.loop.key.partition(":")[2]
    about = "" if model.is_exact else " (trip count estimated)"
    if model.pipeline is not None and model.mode == "pipelined":
        pipeline = model.pipeline
        formula = f"depth {pipeline.depth} + II {pipeline.ii} × ({model.trips} iterations - 1)"
        bounds = tuple(Reason("II", str(b.ii), b.text) for b in pipeline.bounds)
        return Reason(
            name,
            f"{model.latency} cycles",
            f"{formula}{about}",
            (Reason("pipelined", "yes", model.why), *bounds, *_depth(pipeline)),
        )
    children = (
        *(loop_reason(child) for child in model.children),
        *(latency_reason(call) for call in model.calls),
    )
    if model.mode == "flattened":
        return Reason(name, f"{model.latency} cycles", model.why + about, children)
    why = f"{model.trips} iterations × {model.states} states{about}; {model.why}"
    return Reason(name, f"{model.latency} cycles", why, children)


def _depth(pipeline: Pipeline) -> Iterator[Reason]:
    if pipeline.depth > 1:
        yield Reason("depth", str(pipeline.depth), depth_text(pipeline))
