"""Puts, gets, questions -> calls of the runtime, with a suspension point where they must wait."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import mlir.ir as ir
from mlir.dialects import affine, arith, func, llvm, memref, scf

from hcl_explore.backend.cpu.read_signature import element_name
from hcl_explore.backend.cpu.signature import storage_bytes
from hcl_explore.backend.cpu.simulator import timing
from hcl_explore.backend.cpu.simulator.coroutines import SUSPEND
from hcl_explore.ir.dialect import EMPTY, FULL, GET, GET_BLOCK, PUT, stream_type
from hcl_explore.lang.types import parse_type

_UNKNOWN = 2
"""What the runtime answers as long as it cannot know."""

_QUESTIONS = {EMPTY: "hcl.rt.is_empty", FULL: "hcl.rt.is_full"}


def wait_while(question: str, operands: Sequence[ir.Value]) -> None:
    """Suspend as long as the runtime's answer to ``question`` is yes."""
    loop = scf.WhileOp([], [])
    with ir.InsertionPoint(loop.before.blocks.append()):
        scf.condition(func.call([ir.IntegerType.get_signless(1)], question, operands), [])
    with ir.InsertionPoint(loop.after.blocks.append()):
        func.call([], SUSPEND, [])
        scf.yield_([])


def lower_stream_op(op: ir.Operation, task: ir.Value) -> None:
    """Replace one operation on a stream, which still has its type, in a coroutine of ``task``."""
    with op.context, ir.InsertionPoint(op), op.location:
        _StreamOp(op, task).lower()
    op.erase()


def element_bytes(type_: ir.Type) -> int:
    """What a scalar takes in a FIFO's slot."""
    return storage_bytes(parse_type(element_name(type_, "a stream")))


class _StreamOp:
    def __init__(self, op: ir.Operation, task: ir.Value) -> None:
        self._op = op
        self._task = task
        self._pointer = ir.Type.parse("!llvm.ptr")
        self._i64 = ir.IntegerType.get_signless(64)

    def lower(self) -> None:
        op = self._op
        if op.name == PUT:
            value = op.operands[1]
            slot = self._claim("put", 2)
            if isinstance(value.type, ir.MemRefType):
                self._each_element(
                    value,
                    slot,
                    lambda address, subscripts: self._store(
                        memref.load(value, subscripts), address
                    ),
                )
            else:
                self._store(value, slot)
        elif op.name == GET:
            slot = self._claim("get", 1)
            op.results[0].replace_all_uses_with(self._load(op.results[0].type, slot))
        elif op.name == GET_BLOCK:
            block = op.operands[1]
            element = ir.MemRefType(block.type).element_type
            slot = self._claim("get", 2)
            self._each_element(
                block,
                slot,
                lambda address, subscripts: memref.store(
                    self._load(element, address), block, subscripts
                ),
            )
        else:
            self._ask()

    def _fifo(self, first_index: int) -> ir.Value:
        """The FIFO that is meant, of an array of streams in row-major order."""
        stream = self._op.operands[0]
        kind = stream_type(stream.type)
        assert kind is not None
        indices = list(self._op.operands)[first_index:]
        number = arith.constant(self._i64, 0)
        for index, extent in zip(indices, kind.shape, strict=True):
            row = arith.muli(number, arith.constant(self._i64, extent))
            number = arith.addi(row, arith.index_cast(self._i64, index))
        return func.call([self._pointer], "hcl.rt.fifo", [stream, number])

    def _offset(self) -> ir.Value:
        return arith.constant(self._i64, timing.offset_of(self._op))

    def _claim(self, kind: str, first_index: int) -> ir.Value:
        """Wait until the put or get can be done; returns the address of the token."""
        fifo = self._fifo(first_index)
        wait_while(f"hcl.rt.must_wait_{kind}", [self._task, fifo])
        return func.call(
            [self._pointer], f"hcl.rt.claim_{kind}", [self._task, fifo, self._offset()]
        )

    def _ask(self) -> None:
        operands = [self._task, self._fifo(1), self._offset()]
        loop = scf.WhileOp([self._i64], [])
        with ir.InsertionPoint(loop.before.blocks.append()):
            answer = func.call([self._i64], _QUESTIONS[self._op.name], operands)
            is_unknown = arith.cmpi(
                arith.CmpIPredicate.eq, answer, arith.constant(self._i64, _UNKNOWN)
            )
            scf.condition(is_unknown, [answer])
        after = loop.after.blocks.append(self._i64, arg_locs=[self._op.location])
        with ir.InsertionPoint(after):
            func.call([], SUSPEND, [])
            scf.yield_([])
        is_yes = arith.trunci(ir.IntegerType.get_signless(1), loop.results[0])
        self._op.results[0].replace_all_uses_with(is_yes)

    def _each_element(
        self,
        block: ir.Value,
        slot: ir.Value,
        do: Callable[[ir.Value, list[ir.Value]], object],
    ) -> None:
        """``do(address in the slot, subscripts)`` for every element of a block (row-major)."""
        kind = ir.MemRefType(block.type)
        size = arith.constant(self._i64, element_bytes(kind.element_type))
        loops: list[affine.AffineForOp] = []
        number = arith.constant(self._i64, 0)
        at = ir.InsertionPoint(self._op)
        for extent in kind.shape:
            with at:
                loop = affine.AffineForOp(0, extent)
            loops.append(loop)
            with ir.InsertionPoint(loop.body):
                end = affine.AffineYieldOp([])
            at = ir.InsertionPoint(end)
            with at:
                row = arith.muli(number, arith.constant(self._i64, extent))
                number = arith.addi(row, arith.index_cast(self._i64, loop.induction_variable))
        with at:
            address = llvm.GEPOp(
                self._pointer,
                slot,
                [arith.muli(number, size)],
                ir.DenseI32ArrayAttr.get([-(2**31)]),
                ir.TypeAttr.get(ir.IntegerType.get_signless(8)),
                None,
            ).result
            do(address, [loop.induction_variable for loop in loops])

    def _store(self, value: ir.Value, address: ir.Value) -> None:
        if isinstance(value.type, ir.IndexType):
            value = arith.index_cast(self._i64, value)
        llvm.StoreOp(value, address)

    def _load(self, type_: ir.Type, address: ir.Value) -> ir.Value:
        if isinstance(type_, ir.IndexType):
            return arith.index_cast(type_, llvm.LoadOp(self._i64, address).res)
        return llvm.LoadOp(type_, address).res
