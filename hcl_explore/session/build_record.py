"""Session and steps -> the plain data of ``record.py``."""

from __future__ import annotations

from dataclasses import asdict
from typing import cast

from hcl_explore.analysis.device import Device
from hcl_explore.analysis.estimate import Estimate
from hcl_explore.analysis.graph import Graph, graph_diff
from hcl_explore.analysis.loop_tree import LoopNode
from hcl_explore.backend.verify import Verification
from hcl_explore.errors import EmitError
from hcl_explore.ir.program import Buffer
from hcl_explore.schedule.lint import lint
from hcl_explore.schedule.schedule import Schedule
from hcl_explore.schedule.snapshot import Snapshot
from hcl_explore.schedule.step import Step
from hcl_explore.session.hints import useless_directive
from hcl_explore.session.links import source_lines
from hcl_explore.views.record import (
    RECORD_VERSION,
    BufferRecord,
    EstimateRecord,
    FindingRecord,
    GraphDiffRecord,
    GraphRecord,
    LoopRecord,
    MeasuredRecord,
    OnChipCopyRecord,
    SimulationRecord,
    SpanRecord,
    StepRecord,
    TrafficRecord,
    VerificationRecord,
)

_NOT_RUN = VerificationRecord(
    status="not_run", detail="This is the original program.", relative_error=None
)


def step_record(
    schedule: Schedule,
    index: int,
    device: Device,
    clock_mhz: float,
    verification: Verification | None,
    measured: MeasuredRecord | None,
    simulation: SimulationRecord | None,
) -> StepRecord:
    """Everything there is to show of step ``index``; 0 is the program before any step."""
    steps = (*schedule.history, *schedule.undone)
    step = steps[index - 1] if index else None
    snapshot = step.after if step else schedule.initial
    before = step.before if step else None
    estimate = snapshot.estimate(device, clock_mhz)
    hls, hls_links = _hls(snapshot)
    return StepRecord(
        version=RECORD_VERSION,
        index=index,
        primitive=step.primitive if step else None,
        call=step.call if step else f"s = hcl.customize({schedule.name})",
        arguments=dict(step.arguments) if step else {},
        explanation=step.explanation if step else "the kernel as written",
        hint=_hint(before, snapshot, device, clock_mhz),
        unchecked=step.unchecked if step else False,
        reassociated=step.reassociated if step else False,
        allowed_error=step.allowed_error if step else None,
        ir=snapshot.text,
        ir_links=source_lines(snapshot.transport),
        hls=hls,
        hls_links=hls_links,
        loops=[_loop_record(node, estimate) for node in snapshot.loop_tree],
        buffers=[_buffer_record(buffer) for buffer in snapshot.program.all_buffers()],
        copies=[cast("OnChipCopyRecord", asdict(copy)) for copy in snapshot.copies],
        graph=_graph_record(snapshot.graph),
        graph_diff=_graph_diff(before, snapshot),
        estimate=_estimate_record(estimate),
        timeline=cast("SpanRecord", estimate.timeline.to_record()),
        traffic=[cast("TrafficRecord", level.to_record()) for level in estimate.traffic],
        findings=[
            cast("FindingRecord", finding.to_record())
            for finding in lint(snapshot.program, lambda: estimate)
        ],
        measured=measured,
        simulation=simulation,
        verification=_verification(step, verification),
        forwarding={key: list(became) for key, became in step.forwarding.items()} if step else {},
    )


def _hint(before: Snapshot | None, after: Snapshot, device: Device, clock_mhz: float) -> str:
    if before is None:
        return ""
    return useless_directive(
        before.program,
        after.program,
        before.estimate(device, clock_mhz),
        after.estimate(device, clock_mhz),
    )


def _hls(snapshot: Snapshot) -> tuple[str, list[int | None]]:
    """The C++, or the reason why there is none, as a comment in its place."""
    try:
        code = snapshot.hls
    except EmitError as error:
        lines = [f"// {line}" for line in str(error).splitlines()]
        return "\n".join(lines), [None] * len(lines)
    return code.text, list(code.links)


def _loop_record(node: LoopNode, estimate: Estimate) -> LoopRecord:
    record = cast("LoopRecord", {**asdict(node), "children": []})
    record["achieved_ii"] = estimate.loop_ii(node.key)
    record["children"] = [_loop_record(child, estimate) for child in node.children]
    return record


def _buffer_record(buffer: Buffer) -> BufferRecord:
    return BufferRecord(
        key=buffer.key,
        name=buffer.name,
        function=buffer.function,
        kind="local" if buffer.kind == "state" else buffer.kind,  # type: ignore[typeddict-item]
        dtype=buffer.dtype,
        shape=[max(size, 0) for size in buffer.shape],
        bytes=buffer.bytes,
        partition="; ".join(str(entry) for entry in buffer.partition),
        storage=buffer.storage,
        line=buffer.place.line if buffer.place else None,
    )


def _graph_record(graph: Graph) -> GraphRecord:
    return cast("GraphRecord", asdict(graph))


def _graph_diff(before: Snapshot | None, after: Snapshot) -> GraphDiffRecord:
    if before is None:
        return GraphDiffRecord(added=[], removed=[], changed=[])
    diff = graph_diff(before.graph, after.graph)
    return GraphDiffRecord(
        added=list(diff.added), removed=list(diff.removed), changed=list(diff.changed)
    )


def _estimate_record(estimate: Estimate) -> EstimateRecord:
    return cast("EstimateRecord", estimate.to_record())


def _verification(step: Step | None, verification: Verification | None) -> VerificationRecord:
    if step is None:
        return _NOT_RUN
    if verification is None:
        return VerificationRecord(
            status="pending", detail="The check is still running.", relative_error=None
        )
    return VerificationRecord(
        status=verification.status,
        detail=verification.detail,
        relative_error=verification.max_rel_error,
    )
