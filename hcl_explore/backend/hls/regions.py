"""The body of a dataflow region: its tasks in an order in which they can run one by one, or, where
they wait for one another in a circle, as threads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from graphlib import CycleError, TopologicalSorter

import mlir.ir as ir

from hcl_explore.backend.hls.function import FunctionEmitter
from hcl_explore.ir.program import Call, Function, Program
from hcl_explore.polyhedral.endpoints import Endpoints, endpoints_of

Order = Sequence[ir.Operation]

THREADS = (
    "#ifdef __SYNTHESIS__",
    "#define TASK(...) __VA_ARGS__;",
    "#else",
    "// The tasks wait for one another in a circle: in C simulation each runs in its own thread.",
    "#define HLS_STREAM_THREAD_SAFE",
    "#include <thread>",
    "#include <vector>",
    "#define TASK(...) hcl_tasks.emplace_back([&] { __VA_ARGS__; });",
    "#endif",
)


def task_orders(program: Program) -> tuple[Mapping[str, Order], bool]:
    """The calls of each region, producers first, by its name; and whether that is impossible for
    one of them, so that their tasks have to run at the same time."""
    orders: dict[str, Order] = {}
    in_a_circle = False
    endpoints = endpoints_of(program)
    for region in program.functions.values():
        if not region.dataflow or region.loops:
            continue
        order = _order(endpoints, region)
        if order is None:
            in_a_circle = True
            order = [call.op for call in region.calls]
        orders[region.name] = order
    return orders, in_a_circle


def _order(endpoints: Endpoints, region: Function) -> Order | None:
    """The calls in an order in which each finds all its tokens, or None."""
    if endpoints.undecided(region):
        return None
    calls = list(region.calls)
    before: dict[Call, set[Call]] = {call: set() for call in calls}
    for fifo in endpoints.fifos(region):
        for consumer in fifo.consumers:
            before[consumer].update(fifo.producers)
    for buffer in region.buffers:
        if buffer.kind != "stream":
            touching = [call for call in calls if buffer in call.arguments]
            writing = {access.op for access in buffer.accesses if access.is_write}
            for number, call in enumerate(touching):
                earlier = touching[:number]
                if call.op not in writing:
                    earlier = [other for other in earlier if other.op in writing]
                before[call].update(earlier)
    for call in calls:
        before[call].discard(call)
    try:
        rank = {call: number for number, call in enumerate(calls)}
        sorter = TopologicalSorter(before)
        sorter.prepare()
        order: list[ir.Operation] = []
        while sorter.is_active():
            ready = sorted(sorter.get_ready(), key=rank.__getitem__)
            order += [call.op for call in ready]
            sorter.done(*ready)
        return order
    except CycleError:
        return None


def emit_region(f: FunctionEmitter, block: ir.Block, order: Order) -> None:
    """The declarations of a region, then its tasks in ``order``."""
    threads = f.module.threads
    f.block = block
    operations = [opview.operation for opview in block.operations]
    if threads:
        f.new_name("hcl_tasks")
        f.writer.pragma("#ifndef __SYNTHESIS__")
        f.writer.line("std::vector<std::thread> hcl_tasks;")
        f.writer.pragma("#endif")
    for op in operations:
        if op.name not in ("func.call", "func.return"):
            f.module.handlers[op.name](f, op)
    if threads and f.bounds:
        _write_bounds(f)
    for op in order:
        f.module.handlers[op.name](f, op)
    if threads:
        f.writer.pragma("#ifndef __SYNTHESIS__")
        f.writer.line("for (std::thread &task : hcl_tasks) task.join();")
        f.writer.pragma("#endif")
    f.module.handlers["func.return"](f, operations[-1])


def _write_bounds(f: FunctionEmitter) -> None:
    """The depths of the FIFOs, for the streams of our own C simulation."""
    f.writer.pragma("#ifdef HCL_EXPLORE_CSIM_H")
    for name, shape, depth in f.bounds:
        target, opening = name, ""
        for number, size in enumerate(shape):
            opening += f"for (int d{number} = 0; d{number} < {size}; ++d{number}) "
            target += f"[d{number}]"
        f.writer.line(f"{opening}{target}.bound({depth});")
    f.writer.pragma("#endif")
