"""Tasks and streams -> coroutines that call the runtime, in a module whose arrays are placed.

Every function from which a stream can be reached becomes a coroutine, which can stop in the middle
of a put or a get. In a region its calls start tasks that run beside each other, elsewhere a call is
waited for. The kernel itself becomes a wrapper that starts the first task and runs the schedule.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from importlib import resources

import mlir.ir as ir
from mlir.dialects import arith, func, memref, scf

from hcl_explore.backend.cpu.simulator import timing
from hcl_explore.backend.cpu.simulator.coroutines import SUSPEND
from hcl_explore.backend.cpu.simulator.endpoints import EndpointFinder, number_streams
from hcl_explore.backend.cpu.simulator.ordering import awaited_calls
from hcl_explore.backend.cpu.simulator.runs import Run, find_runs
from hcl_explore.backend.cpu.simulator.sites import Sites, StreamSite, TaskSite
from hcl_explore.backend.cpu.simulator.stages import makes_stream, runs_tasks
from hcl_explore.backend.cpu.simulator.stream_ops import element_bytes, lower_stream_op, wait_while
from hcl_explore.ir import attributes as attrs
from hcl_explore.ir.dialect import MAKE_STREAM, STREAM_OPS, is_stream, stream_type
from hcl_explore.ir.locations import place_of

DEPTH_CALLBACK = "hcl.rt.depth"
ENDED_CALLBACK = "hcl.rt.ended"

_BODY = ".task"


_DECLARATIONS = ("memref.alloca", "memref.alloc")


@dataclass
class Simulated:
    """What was lowered: where streams and tasks come from, and the functions to make coroutines."""

    sites: Sites = field(default_factory=Sites)
    coroutines: list[str] = field(default_factory=list)


def lower_streams(module: ir.Module, top: str) -> Simulated | None:
    """Lower the tasks and streams of ``module`` in place; None where it has none.

    ``top`` is the symbol of the kernel; stages are functions already. The coroutines named in the
    result must be made when the module is in the LLVM dialect.
    """
    functions = _functions(module)
    if not any(makes_stream(op) or runs_tasks(op) for op in functions.values()):
        return None
    with module.context:
        return _Lowering(module, functions, top).run()


def _functions(module: ir.Module) -> dict[str, ir.Operation]:
    return {
        ir.StringAttr(op.attributes["sym_name"]).value: op.operation
        for op in module.body.operations
        if op.operation.name == "func.func" and op.operation.regions[0].blocks
    }


def _operations(function: ir.Operation, names: frozenset[str]) -> list[ir.Operation]:
    found: list[ir.Operation] = []

    def visit(op: ir.Operation) -> ir.WalkResult:
        if op.name in names:
            found.append(op)
        return ir.WalkResult.ADVANCE

    function.walk(visit)
    return found


def _is_region(function: ir.Operation) -> bool:
    return attrs.flag(function, attrs.DATAFLOW) or makes_stream(function)


def _callee(call: ir.Operation) -> str:
    name: str = ir.FlatSymbolRefAttr(call.attributes["callee"]).value
    return name


class _Lowering:
    def __init__(self, module: ir.Module, functions: dict[str, ir.Operation], top: str) -> None:
        self._module = module
        self._functions = functions
        self._top = top
        self._calls = {
            name: _operations(op, frozenset({"func.call"})) for name, op in functions.items()
        }
        self._regions = {name for name, op in functions.items() if _is_region(op)}
        self._suspending = self._closure()
        self._result = Simulated()
        self._pointer = ir.Type.parse("!llvm.ptr")
        self._i64 = ir.IntegerType.get_signless(64)

    def run(self) -> Simulated:
        self._number_streams()
        self._add_runtime()
        # Every body first, while the calls still have results; then all signatures.
        result_types = {
            name: list(
                ir.FunctionType(
                    ir.TypeAttr(self._functions[name].attributes["function_type"]).value
                ).results
            )
            for name in self._suspending
        }
        for name in self._functions:
            if name in self._suspending:
                _Body(self, self._functions[name], name in self._regions, result_types).lower()
        self._wrap_top(result_types[self._top])
        return self._result

    def _number_streams(self) -> None:
        """Number the streams, and find out who holds which end, while they still have types."""
        self._site_of = number_streams(self._functions)
        self._result.sites.streams = [_stream_site(op) for op in self._site_of]
        finder = EndpointFinder(self._functions, self._site_of)
        # By position: an operation's hash changes with its operands.
        self._ends = {
            name: [
                (tuple(finder.of(call)), tuple(finder.streams(call)))
                for call in calls
                if self.is_coroutine(call)
            ]
            for name, calls in self._calls.items()
            if name in self._suspending
        }

    def _closure(self) -> set[str]:
        """The functions that become coroutines: those that touch streams or are stages of a
        region, and whoever calls them."""
        found = {
            name for name, op in self._functions.items() if _operations(op, STREAM_OPS)
        } | self._regions
        for name in self._regions:
            found.update(_callee(call) for call in self._calls[name] if _is_direct(call))
        found &= set(self._functions)
        while True:
            callers = {
                name
                for name, calls in self._calls.items()
                if any(_callee(call) in found for call in calls)
            }
            if callers <= found:
                return found
            found |= callers

    def _add_runtime(self) -> None:
        text = resources.files(__package__).joinpath("runtime.mlir").read_text()
        runtime = ir.Module.parse(text, self._module.context)
        internal = ir.Attribute.parse("#llvm.linkage<internal>")
        with ir.InsertionPoint.at_block_begin(self._module.body), ir.Location.unknown():
            for op in runtime.body.operations:
                copy = op.operation.clone()
                if copy.name == "func.func":
                    copy.attributes["llvm.linkage"] = internal
            func.FuncOp(SUSPEND, ir.FunctionType.get([], []), visibility="private")

    def _wrap_top(self, results: list[ir.Type]) -> None:
        """The kernel: begin, start the first task, run, hand its results on."""
        function = self._functions[self._top]
        inputs = [argument.type for argument in function.regions[0].blocks[0].arguments]
        inputs = inputs[: len(inputs) - len(results) - 1]
        ir.SymbolTable.set_symbol_name(function, self._top + _BODY)
        # The wrapper's calls must refer to the renamed task, so nothing else may use the old name.
        interface = function.attributes["llvm.emit_c_interface"]
        del function.attributes["llvm.emit_c_interface"]
        function.attributes["llvm.linkage"] = ir.Attribute.parse("#llvm.linkage<internal>")
        with function.location, ir.InsertionPoint(function):
            wrapper = func.FuncOp(self._top, ir.FunctionType.get(inputs, results))
        wrapper.attributes["llvm.emit_c_interface"] = interface
        with function.location:
            block = wrapper.add_entry_block()
        with function.location, ir.InsertionPoint(block):
            root = func.call([self._pointer], "hcl.rt.begin", [])
            slots = [memref.alloca(ir.MemRefType.get([], each), [], []) for each in results]
            func.call([], self._top + _BODY, [*block.arguments, *slots, root])
            func.call([], "hcl.rt.run", [root])
            func.ReturnOp([memref.load(slot, []) for slot in slots])
        self._result.coroutines = [
            name + _BODY if name == self._top else name for name in self._suspending
        ]
        self._result.coroutines.sort()

    # --- what bodies need to know ------------------------------------------------------------

    def is_coroutine(self, call: ir.Operation) -> bool:
        return _callee(call) in self._suspending

    def stream_site(self, op: ir.Operation) -> tuple[int, int, int, int]:
        """Number of the site, number of streams, declared depth, and bytes of a token."""
        kind = stream_type(op.results[0].type)
        assert kind is not None
        number = self._site_of[op]
        site = self._result.sites.streams[number]
        return number, math.prod(site.shape), site.depth, _token_bytes(kind.token)

    def task_site(self, caller: str, position: int, call: ir.Operation) -> int:
        sites = self._result.sites.tasks
        function = _callee(call).removeprefix("hcl.").removesuffix(_BODY)
        name = attrs.text(call, attrs.BUFFER_NAME) or function
        place = place_of(call.location)
        sites.append(TaskSite(name, function, place, *self._ends[caller][position]))
        return len(sites) - 1


def _is_direct(call: ir.Operation) -> bool:
    """Whether a call stands directly in its function's body."""
    return bool(call.parent.name == "func.func")


def _touching_operations(function: ir.Operation, calls: list[ir.Operation]) -> list[ir.Operation]:
    """The operations directly in ``function``, up to the last of ``calls``, that use an array which
    an earlier call has been handed."""
    handed: set[ir.Value] = set()
    found = []
    left = len(calls)
    for view in function.regions[0].blocks[0].operations:
        op = view.operation
        if left == 0:
            break
        if op in calls:
            left -= 1
            handed.update(each for each in op.operands if isinstance(each.type, ir.MemRefType))
        elif any(operand in handed for operand in op.operands):
            found.append(op)
    return found


def _stream_site(op: ir.Operation) -> StreamSite:
    kind = stream_type(op.results[0].type)
    assert kind is not None
    block = list(kind.token.shape) if isinstance(kind.token, ir.RankedTensorType) else ""
    dtype = attrs.text(op, attrs.DTYPE)
    return StreamSite(
        attrs.text(op, attrs.BUFFER_NAME) or "stream",
        f"{dtype}{block}" if dtype else str(kind.token),
        kind.shape,
        attrs.integer(op, "depth") or 1,
        place_of(op.location),
    )


def _token_bytes(token: ir.Type) -> int:
    if isinstance(token, ir.RankedTensorType):
        return int(math.prod(token.shape)) * _token_bytes(token.element_type)
    return element_bytes(token)


def _moved(first: ir.Value, step: int, count: ir.Value) -> ir.Value:
    return arith.addi(first, arith.muli(count, arith.constant(ir.IndexType.get(), step)))


class _Body:
    """Lowers what one coroutine does."""

    def __init__(
        self,
        lowering: _Lowering,
        function: ir.Operation,
        is_region: bool,
        result_types: dict[str, list[ir.Type]],
    ) -> None:
        self._lowering = lowering
        self._function = function
        self._is_region = is_region
        self._result_types = result_types
        self._pointer = ir.Type.parse("!llvm.ptr")
        self._i64 = ir.IntegerType.get_signless(64)

    def lower(self) -> None:
        function = self._function
        block = function.regions[0].blocks[0]
        self._name = ir.StringAttr(function.attributes["sym_name"]).value
        results = self._result_types[self._name]
        with function.location:
            slots = [
                block.add_argument(ir.MemRefType.get([], each), function.location)
                for each in results
            ]
            self._task = block.add_argument(self._pointer, function.location)
        self._return_through(slots)
        calls = [
            call
            for call in _operations(function, frozenset({"func.call"}))
            if self._lowering.is_coroutine(call)
        ]
        awaited = awaited_calls(function, calls) if self._is_region else [[] for _ in calls]
        # Uses before declarations: what is known of a stream is in its type, which they replace.
        for call in calls:
            attrs.clear(call, attrs.SIM_ADVANCE)  # the task has a clock of its own
        timing.insert_clocks(function, self._task)
        for op in _operations(function, STREAM_OPS):
            lower_stream_op(op, self._task)
        for op in _operations(function, frozenset({MAKE_STREAM})):
            self._make_stream(op)
        for argument in block.arguments:
            if is_stream(argument.type):
                argument.set_type(self._pointer)
        self._lower_calls(calls, awaited)
        # Behind the local arrays: LLVM loses those that are declared after a suspension point.
        first = next(op for op in block.operations if op.operation.name not in _DECLARATIONS)
        with function.location, ir.InsertionPoint(first):
            wait_while("hcl.rt.must_wait_start", [self._task])
        function.attributes["function_type"] = ir.TypeAttr.get(
            ir.FunctionType.get([argument.type for argument in block.arguments], [])
        )
        for each in ("arg_attrs", "res_attrs"):
            attrs.clear(function, each)

    def _return_through(self, slots: list[ir.Value]) -> None:
        for op in _operations(self._function, frozenset({"func.return"})):
            with ir.InsertionPoint(op), op.location:
                for value, slot in zip(op.operands, slots, strict=True):
                    memref.store(value, slot, [])
                func.ReturnOp([])
            op.erase()

    # --- calls ---------------------------------------------------------------------------------

    def _lower_calls(self, calls: list[ir.Operation], awaited: list[list[int]]) -> None:
        """Each call starts a task. A region goes on at once, and waits where it needs a result,
        touches an array that it has handed out, and at its end."""
        started: list[ir.Value | None] = []
        last: ir.Operation | None = None
        touching = _touching_operations(self._function, calls) if self._is_region else []
        for op in touching:
            with ir.InsertionPoint(op), op.location:
                wait_while("hcl.rt.must_wait_children", [self._task])
        for run in self._runs(calls, awaited):
            if run.length > 1:
                last = self._start_all(calls, run)
                started += [None] * run.length
            else:
                last = self._start(calls[run.first], run.first, awaited[run.first], started)
        for call in calls:
            call.erase()
        if self._is_region and last is not None:
            with ir.InsertionPoint.after(last), last.location:
                wait_while("hcl.rt.must_wait_children", [self._task])

    def _runs(self, calls: list[ir.Operation], awaited: list[list[int]]) -> list[Run]:
        if not self._is_region:
            return [Run(position, position, ()) for position in range(len(calls))]
        separate = {position for position, others in enumerate(awaited) if others}
        separate.update(other for others in awaited for other in others)
        return find_runs(self._function.regions[0].blocks[0], calls, separate)

    def _start(
        self,
        call: ir.Operation,
        position: int,
        awaited: list[int],
        started: list[ir.Value | None],
    ) -> ir.Operation:
        """Start the task of one call, and note it in ``started``; returns its new call."""
        with ir.InsertionPoint(call), call.location:
            number = self._lowering.task_site(self._name, position, call)
            site = arith.constant(self._i64, number)
            child = func.call([self._pointer], "hcl.rt.child", [self._task, site])
            for other in awaited:
                func.call([], "hcl.rt.await", [child, started[other]])
            slots = [
                memref.alloca(ir.MemRefType.get([], result.type), [], []) for result in call.results
            ]
            new = func.CallOp([], _callee(call), [*call.operands, *slots, child]).operation
            if slots or not self._is_region:
                wait_while("hcl.rt.must_wait_children", [self._task])
            for result, slot in zip(call.results, slots, strict=True):
                result.replace_all_uses_with(memref.load(slot, []))
        started.append(child)
        return new

    def _start_all(self, calls: list[ir.Operation], run: Run) -> ir.Operation:
        """Start the tasks of a run in a loop, which is returned."""
        first, last = calls[run.first], calls[run.last]
        numbers = [
            self._lowering.task_site(self._name, position, calls[position])
            for position in range(run.first, run.last + 1)
        ]
        with ir.InsertionPoint(last), first.location:
            bounds = [arith.constant(ir.IndexType.get(), n) for n in (0, run.length, 1)]
            loop = scf.ForOp(*bounds)
        with ir.InsertionPoint(loop.body), first.location:
            count = loop.induction_variable
            site = arith.addi(
                arith.index_cast(self._i64, count), arith.constant(self._i64, numbers[0])
            )
            child = func.call([self._pointer], "hcl.rt.child", [self._task, site])
            operands = [
                operand if step == 0 else _moved(operand, step, count)
                for operand, step in zip(first.operands, run.steps, strict=True)
            ]
            func.call([], _callee(first), [*operands, child])
            scf.yield_([])
        return loop.operation

    def _make_stream(self, op: ir.Operation) -> None:
        with ir.InsertionPoint(op), op.location:
            numbers = self._lowering.stream_site(op)
            operands = [arith.constant(self._i64, number) for number in numbers]
            streams = func.call([self._pointer], "hcl.rt.streams", [self._task, *operands])
        op.results[0].replace_all_uses_with(streams)
        op.erase()
