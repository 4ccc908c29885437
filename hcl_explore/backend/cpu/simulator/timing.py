"""When things happen in a task: cycles that the cost model has written into the module.

Three attributes, all absent meaning none: on an operation on a stream ``hcl.sim_offset``, the cycle
of its iteration in which it happens; on a loop ``hcl.sim_advance``, the cycles from one iteration
to the next, on any other operation those it takes; on a loop or function ``hcl.sim_drain``, the
cycles from the start of the last iteration (or of the call) that are still to come at its end.
"""

from __future__ import annotations

import mlir.ir as ir
from mlir.dialects import arith, func

from hcl_explore.ir import attributes as attrs


def offset_of(op: ir.Operation) -> int:
    """The cycle of its iteration in which an operation on a stream happens."""
    return attrs.integer(op, attrs.SIM_OFFSET) or 0


def insert_clocks(function: ir.Operation, task: ir.Value) -> None:
    """Move the clock of ``task`` on in its function, as the attributes say."""
    timed: list[ir.Operation] = []

    def visit(op: ir.Operation) -> ir.WalkResult:
        if attrs.SIM_ADVANCE in op.attributes or attrs.SIM_DRAIN in op.attributes:
            timed.append(op)
        return ir.WalkResult.ADVANCE

    function.walk(visit)
    for op in timed:
        advance = attrs.integer(op, attrs.SIM_ADVANCE) or 0
        drain = attrs.integer(op, attrs.SIM_DRAIN) or 0
        with op.location:
            if op.name == "func.func":
                _advance(task, drain, _before_end(op))
            elif op.name in attrs.LOOP_OPS:
                _advance(task, advance, _before_end(op))
                _advance(task, drain, ir.InsertionPoint.after(op))
            else:
                _advance(task, advance, ir.InsertionPoint.after(op))


def _before_end(op: ir.Operation) -> ir.InsertionPoint:
    """Before the terminator of a function's, or of a loop's (of a ``while``, the second) block."""
    return ir.InsertionPoint.at_block_terminator(list(op.regions)[-1].blocks[0])


def _advance(task: ir.Value, cycles: int, at: ir.InsertionPoint) -> None:
    if cycles:
        with at:
            count = arith.constant(ir.IntegerType.get_signless(64), cycles)
            func.call([], "hcl.rt.advance", [task, count])
