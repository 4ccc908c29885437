"""A word to a beginner where a directive changed no figure: the tool does it by itself anyway."""

from __future__ import annotations

from hcl_explore.analysis.estimate import Estimate, LoopEstimate
from hcl_explore.ir.program import Buffer, Program

_FIGURES = ("latency_cycles", "interval", "dsp", "bram18", "uram", "lut", "ff", "ops", "bytes")


def useless_directive(
    before: Program, after: Program, estimate_before: Estimate, estimate_after: Estimate
) -> str:
    """Why a step that put a directive on a loop or an array changed nothing that is estimated; an
    empty text where it did change something, or where the program itself was rewritten."""
    if any(
        getattr(estimate_before, figure) != getattr(estimate_after, figure) for figure in _FIGURES
    ):
        return ""
    modes = {loop.key: loop for loop in estimate_before.loops}
    for loop in after.all_loops():
        old = before.loop(loop.key)
        if old is None:
            continue
        known = modes.get(loop.key)
        if loop.pipeline_ii is not None and old.pipeline_ii is None and known is not None:
            return _pipelined(known)
        if loop.unroll is not None and old.unroll is None and known is not None:
            return _unrolled(known)
    for buffer in after.all_buffers():
        was = before.buffer(buffer.key)
        if was is not None and buffer.partition != was.partition:
            return _partitioned(buffer, estimate_after)
    return ""


def _partitioned(buffer: Buffer, estimate: Estimate) -> str:
    around = {loop.key for access in buffer.accesses for loop in access.loops}
    for loop in estimate.loops:
        if loop.key in around and loop.mode == "pipelined" and (loop.ii or 0) > 1:
            return f"changes nothing alone, '{loop.name}' has II = {loop.ii}: {loop.ii_reason}"
    return f"changes nothing: no loop waits for the ports of '{buffer.name}'"


def _pipelined(loop: LoopEstimate) -> str:
    if loop.mode == "pipelined":
        return f"changes nothing: Vitis pipelines '{loop.name}' by itself"
    if loop.mode == "unrolled":
        return f"changes nothing: '{loop.name}' is unrolled, no loop is left to pipeline"
    return f"changes nothing in the estimate: '{loop.name}' is {loop.mode} as before"


def _unrolled(loop: LoopEstimate) -> str:
    if loop.mode == "unrolled":
        return f"changes nothing: Vitis unrolls '{loop.name}' anyway, {_inside(loop)}"
    return f"changes nothing in the estimate: '{loop.name}' is {loop.mode} as before"


def _inside(loop: LoopEstimate) -> str:
    """Why the loop was unrolled, from "unrolled: 8 copies (inside pipelined j)"."""
    _, _, why = loop.ii_reason.partition("(")
    return why.rstrip(")") or "as it did before"
