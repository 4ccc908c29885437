"""Cycles for the simulator of dataflow programs: written into a module, at its loops and FIFOs.

A loop carries the cycles from one iteration to the next and those that are left when its last one
has begun, an operation on a stream the cycle of its iteration in which it happens, a function and
a call what they take besides. Added up where no FIFO makes a task wait, they are its latency.
"""

from __future__ import annotations

from collections.abc import Iterable

import mlir.ir as ir

from hcl_explore.analysis.datapath import Block
from hcl_explore.analysis.regions import FunctionModel, LoopModel, Region
from hcl_explore.ir import attributes as attrs
from hcl_explore.ir.program import Call


def write_clocks(functions: Iterable[FunctionModel]) -> None:
    """Write the cycles of ``functions`` into the operations that they were read from."""
    for function in functions:
        inside = _write_blocks(function.region)
        if not function.is_dataflow:
            _set(function.function.op, attrs.SIM_DRAIN, function.latency + 1 - inside)


def _write_blocks(region: Region) -> int:
    """Write the loops and calls of a body; returns the cycles that one run of them takes."""
    return sum(_write_block(region, block) for block in region.timing.blocks)


def _write_block(region: Region, block: Block) -> int:
    if isinstance(block.item, Call):
        latency = region.models.functions[block.item.callee].latency
        _set(block.item.op, attrs.SIM_ADVANCE, latency)
        return latency
    return _write_loop(region.loops[block.item])


def _write_loop(model: LoopModel) -> int:
    """Write one loop; returns the cycles that a run of it takes."""
    outermost = model.loop.op
    while model.mode == "flattened":
        model = model.children[0]
    if model.pipeline is None:
        inside = _write_blocks(model.region) if model.region is not None else 0
        _set(model.loop.op, attrs.SIM_ADVANCE, max(model.interval - inside, 1))
        return model.latency
    pipeline = model.pipeline
    _set(model.loop.op, attrs.SIM_ADVANCE, pipeline.ii)
    _set(outermost, attrs.SIM_DRAIN, pipeline.depth - pipeline.ii)
    for node in (*pipeline.path.loads, *pipeline.path.stores):
        if node.access is not None and node.access.buffer.kind == "stream":
            _set(node.access.op, attrs.SIM_OFFSET, pipeline.timing.start.get(node, 0))
    return pipeline.depth + pipeline.ii * (model.trips - 1)


def _set(op: ir.Operation, name: str, cycles: int) -> None:
    if cycles > 0:
        attrs.set_integer(op, name, cycles)
