"""Functions of the LLVM dialect that can stop in the middle and be resumed.

LLVM's own coroutines do the work (https://llvm.org/docs/Coroutines.html): here the intrinsics are
put in, and ``CoroSplit`` of LLVM's standard pipeline cuts each function at its suspension points.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import mlir.ir as ir
from mlir.dialects import llvm

SUSPEND = "hcl.rt.suspend"
FINISH = "hcl.rt.finish"
HANDLE_FIELD = 3
"""The field of a task (see ``runtime.mlir``) that holds its coroutine."""

_TASK_BYTES = 8


# Called once per task, FIFO or round: inlining them into a region of hundreds of tasks only makes
# it large (16 x 16 processing elements: 2.5 s of compilation instead of 0.5 s).
_NOT_INLINED = (
    "hcl.rt.answer_one",
    "hcl.rt.await",
    "hcl.rt.child",
    FINISH,
    "hcl.rt.free_all",
    "hcl.rt.must_wait_children",
    "hcl.rt.must_wait_start",
    "hcl.rt.not_yet",
    "hcl.rt.round",
    "hcl.rt.streams",
    "hcl.rt.task",
)


def make_coroutines(module: ir.Module, names: Iterable[str]) -> None:
    """Turn the functions ``names`` into coroutines: the calls of ``SUSPEND`` become suspension
    points, the returns the final one. Their last argument is their task."""
    by_name = {
        ir.StringAttr(op.attributes["sym_name"]).value: op.operation
        for op in module.body.operations
        if op.operation.name == "llvm.func"
    }
    for name in names:
        _Coroutine(by_name[name]).build()
    by_name[SUSPEND].erase()
    not_inlined = ir.Attribute.parse('["noinline"]', module.context)
    for name in _NOT_INLINED:
        by_name[name].attributes["passthrough"] = not_inlined


@dataclass(frozen=True)
class _Frame:
    """What every suspension point needs: the coroutine's identity and handle, and where control
    goes when it is destroyed, and when it suspends."""

    identity: ir.Value
    handle: ir.Value
    cleanup: ir.Block
    end: ir.Block


class _Coroutine:
    def __init__(self, function: ir.Operation) -> None:
        self._function = function
        self._body = function.regions[0]
        self._context = function.context
        with self._context:
            self._pointer = ir.Type.parse("!llvm.ptr")
            self._token = ir.Type.parse("!llvm.token")
            self._i1 = ir.IntegerType.get_signless(1)
            self._i8 = ir.IntegerType.get_signless(8)
            self._i32 = ir.IntegerType.get_signless(32)
            self._i64 = ir.IntegerType.get_signless(64)

    def build(self) -> None:
        suspends, returns = self._find()
        with self._context, self._function.location:
            self._function.attributes["passthrough"] = ir.Attribute.parse(
                '["presplitcoroutine", "noinline"]'
            )
            frame = self._frame()
            for call in suspends:
                self._suspend(frame, call, is_final=False)
            for each in returns:
                self._suspend(frame, each, is_final=True)

    def _find(self) -> tuple[list[ir.Operation], list[ir.Operation]]:
        suspends: list[ir.Operation] = []
        returns: list[ir.Operation] = []

        def visit(op: ir.Operation) -> ir.WalkResult:
            if op.name == "llvm.return":
                returns.append(op)
            elif op.name == "llvm.call" and _callee(op) == SUSPEND:
                suspends.append(op)
            return ir.WalkResult.ADVANCE

        self._function.walk(visit)
        return suspends, returns

    def _frame(self) -> _Frame:
        """Begin the coroutine at the function's entry, and add the blocks that end it."""
        entry = self._body.blocks[0]
        task = entry.arguments[len(entry.arguments) - 1]
        with ir.InsertionPoint.at_block_begin(entry):
            none = self._op("llvm.mlir.zero", [self._pointer])
            zero = self._constant(self._i32, 0)
            identity = self._op("llvm.intr.coro.id", [self._token], [zero, none, none, none])
            size = self._op("llvm.intr.coro.size", [self._i64])
            memory = self._call("malloc", [self._pointer], [size])
            handle = self._op("llvm.intr.coro.begin", [self._pointer], [identity, memory])
            offset = self._constant(self._i64, HANDLE_FIELD * _TASK_BYTES)
            field = llvm.GEPOp(
                self._pointer,
                task,
                [offset],
                ir.DenseI32ArrayAttr.get([-(2**31)]),
                ir.TypeAttr.get(self._i8),
                None,
            ).result
            self._op("llvm.store", [], [handle, field])
        blocks = list(self._body.blocks)
        cleanup = blocks[-1].create_after()
        end = cleanup.create_after()
        with ir.InsertionPoint(cleanup):
            memory = self._op("llvm.intr.coro.free", [self._pointer], [identity, handle])
            self._call("free", [], [memory])
            self._branch(end)
        with ir.InsertionPoint(end):
            no = self._constant(self._i1, 0)
            nothing = self._op("llvm.mlir.none", [self._token])
            self._op("llvm.intr.coro.end", [self._i1], [handle, no, nothing])
            self._op("llvm.return", [])
        return _Frame(identity, handle, cleanup, end)

    def _suspend(self, frame: _Frame, at: ir.Operation, *, is_final: bool) -> None:
        """Suspend in place of ``at`` (erased): for good, or to go on with what follows it."""
        block = at.block
        following: ir.Block | None = None
        if not is_final:
            following = block.create_after()
            rest = list(block.operations)
            for op in rest[[each.operation for each in rest].index(at) + 1 :]:
                following.append(op.operation)
        at.erase()
        with ir.InsertionPoint(block):
            if is_final:
                entry = self._body.blocks[0]
                self._call(FINISH, [], [entry.arguments[len(entry.arguments) - 1]])
            saved = self._op("llvm.intr.coro.save", [self._token], [frame.handle])
            final = self._constant(self._i1, 1 if is_final else 0)
            outcome = self._op("llvm.intr.coro.suspend", [self._i8], [saved, final])
            wide = self._op("llvm.sext", [self._i32], [outcome])
            cases = [(0, following)] if following is not None else []
            self._switch(wide, frame.end, [*cases, (1, frame.cleanup)])

    def _switch(
        self, value: ir.Value, default: ir.Block, cases: list[tuple[int, ir.Block]]
    ) -> None:
        values = ", ".join(str(number) for number, _ in cases)
        ir.Operation.create(
            "llvm.switch",
            operands=[value],
            successors=[default, *(block for _, block in cases)],
            attributes={
                "case_values": ir.Attribute.parse(f"dense<[{values}]> : vector<{len(cases)}xi32>"),
                "case_operand_segments": ir.DenseI32ArrayAttr.get([0] * len(cases)),
                "operandSegmentSizes": ir.DenseI32ArrayAttr.get([1, 0, 0]),
            },
        )

    def _branch(self, target: ir.Block) -> None:
        ir.Operation.create("llvm.br", successors=[target])

    def _constant(self, type_: ir.Type, value: int) -> ir.Value:
        op = ir.Operation.create(
            "llvm.mlir.constant",
            results=[type_],
            attributes={"value": ir.IntegerAttr.get(type_, value)},
        )
        return op.results[0]

    def _call(
        self, callee: str, results: list[ir.Type], operands: list[ir.Value]
    ) -> ir.Value | None:
        op = ir.Operation.create(
            "llvm.call",
            results=results,
            operands=operands,
            attributes={
                "callee": ir.FlatSymbolRefAttr.get(callee),
                "operandSegmentSizes": ir.DenseI32ArrayAttr.get([len(operands), 0]),
                "op_bundle_sizes": ir.DenseI32ArrayAttr.get([]),
            },
        )
        return op.results[0] if results else None

    def _op(
        self, name: str, results: list[ir.Type], operands: list[ir.Value] | None = None
    ) -> ir.Value | None:
        op = ir.Operation.create(name, results=results, operands=operands or [])
        return op.results[0] if results else None


def _callee(call: ir.Operation) -> str | None:
    if "callee" not in call.attributes:
        return None
    name: str = ir.FlatSymbolRefAttr(call.attributes["callee"]).value
    return name
