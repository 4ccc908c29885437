"""Which stages of a region wait for which: an array between two of them is handed over whole.

FIFOs order their ends by themselves. An array that one stage writes and a later one reads is
complete only when the first has ended (in hardware: a ping-pong buffer).
"""

from __future__ import annotations

import mlir.ir as ir

from hcl_explore.ir import attributes as attrs

_READS = frozenset({"affine.load", "memref.load", "memref.dim", "memref.dealloc", "hcl.put"})
_WRITES = frozenset({"affine.store", "memref.store", "hcl.get_block"})


def awaited_calls(function: ir.Operation, calls: list[ir.Operation]) -> list[list[int]]:
    """For each of ``calls``, all directly in ``function``: which earlier ones it must wait for, by
    their positions.

    In a region, arrays of its own count where an earlier stage writes and a later one reads them;
    its arguments do not, because tasks that share an argument are meant to work on it together. In
    an ordinary function with streams the stages keep the order of the program wherever one of them
    writes an array that both touch.
    """
    is_region = attrs.flag(function, attrs.DATAFLOW)
    module = function.parent
    functions = {
        ir.StringAttr(op.attributes["sym_name"]).value: op.operation
        for op in module.regions[0].blocks[0].operations
        if op.operation.name == "func.func"
    }
    effects = _Effects(functions)
    writers: dict[ir.Value, list[int]] = {}
    readers: dict[ir.Value, list[int]] = {}
    awaited: list[list[int]] = []
    for number, call in enumerate(calls):
        others: dict[int, None] = {}
        for position, operand in enumerate(call.operands):
            if not isinstance(operand.type, ir.MemRefType):
                continue
            if is_region and isinstance(operand.owner, ir.Block):
                continue
            reads, writes = effects.of(call, position)
            if reads or not is_region:
                others.update(dict.fromkeys(writers.get(operand, ())))
            if writes and not is_region:
                others.update(dict.fromkeys(readers.get(operand, ())))
            if reads:
                readers.setdefault(operand, []).append(number)
            if writes:
                writers.setdefault(operand, []).append(number)
        awaited.append([other for other in others if other != number])
    return awaited


class _Effects:
    """Whether functions read or write the arrays that they are handed."""

    def __init__(self, functions: dict[str, ir.Operation]) -> None:
        self._functions = functions
        self._known: dict[tuple[str, int], tuple[bool, bool]] = {}

    def of(self, call: ir.Operation, position: int) -> tuple[bool, bool]:
        name = ir.FlatSymbolRefAttr(call.attributes["callee"]).value
        key = (name, position)
        if key not in self._known:
            function = self._functions.get(name)
            if function is None or not function.regions[0].blocks:
                self._known[key] = (True, True)
            else:
                argument = function.regions[0].blocks[0].arguments[position]
                self._known[key] = self._uses(argument)
        return self._known[key]

    def _uses(self, array: ir.Value) -> tuple[bool, bool]:
        reads = writes = False
        for use in array.uses:
            op = use.owner.operation
            if op.name in _READS:
                reads = True
            elif op.name in _WRITES:
                writes = True
            elif op.name == "func.call":
                also_reads, also_writes = self.of(op, use.operand_number)
                reads, writes = reads or also_reads, writes or also_writes
            else:
                reads = writes = True
        return reads, writes
