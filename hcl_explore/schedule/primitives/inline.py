"""inline: put the body of a called kernel in the place of its calls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import mlir.ir as ir
from mlir.dialects import arith

from hcl_explore.errors import NotApplicableError, ScheduleError
from hcl_explore.ir import attributes as attrs
from hcl_explore.ir import rewrite
from hcl_explore.ir.duplicate import Renaming, array_names, rename_all_arrays
from hcl_explore.ir.fresh_names import fresh_name
from hcl_explore.ir.linear import Symbol
from hcl_explore.ir.printing import ModuleLike
from hcl_explore.ir.program import Call, Function, Program
from hcl_explore.schedule import parameters as param
from hcl_explore.schedule.primitive import Outcome, Primitive


@dataclass(frozen=True)
class Inline(Primitive):
    """Replace every call of a function by its body; the function goes.

    Before::

        def double(x, y): for i in range(8): y[i] = 2 * x[i]
        def top(A, B): double(A, B)

    After ``s.inline("double")``::

        def top(A, B): for i in range(8): B[i] = 2 * A[i]

    Loops and arrays whose names are taken in the caller get a number.
    """

    name: ClassVar[str] = "inline"
    group: ClassVar[str] = "Pipelines and structure"
    law: ClassVar[str] = "Always legal: the same statements run in the same order."

    func: str = param.function("the function whose calls are replaced")

    def check(self, program: Program, *, reassociate: bool) -> ScheduleError | None:
        callee = program.functions[self.func]
        if callee.external is not None:
            return NotApplicableError(
                f"inline: '{self.func}' is C++, whose body is not in the program"
            )
        span = program.sources.span(callee.place)
        if self.func == program.top:
            return NotApplicableError(
                f"inline: '{self.func}' is the kernel itself",
                span=span,
                advice="Name a function that the kernel calls.",
            )
        calls = _calls_of(program, self.func)
        if not calls:
            return NotApplicableError(f"inline: nothing calls '{self.func}'", span=span)
        if callee.dataflow:
            return NotApplicableError(
                f"inline: '{self.func}' is a dataflow region of its own",
                span=span,
                advice="Undo that step first.",
            )
        symbols = _symbols_in_maps(callee)
        for _, call in calls:
            for position in symbols:
                if not _fits_subscripts(call.op.operands[position]):
                    return NotApplicableError(
                        f"inline: argument {position + 1} of '{self.func}' is used in subscripts, "
                        "and this call passes a value that is computed while it runs",
                        span=program.sources.span(call.place),
                        advice="Constants, arguments and loop variables fit there.",
                    )
        return None

    def apply(self, module: ModuleLike, program: Program) -> Outcome:
        callee = program.functions[self.func]
        inliner = _Inliner(program, callee)
        calls = _calls_of(program, self.func)
        for function, call in calls:
            inliner.replace(function, call)
        for op in dict.fromkeys(function.op for function, _ in calls):
            _share_constants(op)
        self._forward_the_rest(callee, inliner)
        callee.op.erase()
        return Outcome(inliner.forwarding)

    @staticmethod
    def _forward_the_rest(callee: Function, inliner: _Inliner) -> None:
        """Arguments are now the arrays that were handed over: their own names are gone."""
        for buffer in callee.buffers:
            inliner.forwarding.setdefault(buffer.key, ())

    def explain(self) -> str:
        return f"put the body of {self.func} where it is called"


def _calls_of(program: Program, name: str) -> list[tuple[Function, Call]]:
    return [
        (function, call)
        for function in program.functions.values()
        for call in function.all_calls()
        if call.callee == name
    ]


def _symbols_in_maps(callee: Function) -> set[int]:
    """Positions of the index arguments that affine bounds, subscripts and conditions use."""
    forms = []
    for loop in callee.all_loops():
        forms += [*(loop.lower or ()), *(loop.upper or ())]
        forms += [c.form for guard in loop.guards for c in guard.constraints or ()]
    for access in callee.all_accesses():
        forms += access.subscripts or ()
        forms += [c.form for guard in access.guards for c in guard.constraints or ()]
    return {
        variable.number
        for form in forms
        for variable in form.variables()
        if isinstance(variable, Symbol) and variable.number >= 0
    }


def _fits_subscripts(value: ir.Value) -> bool:
    """Whether affine maps may use the value: a constant, an argument, or something affine."""
    value = _uncast(value)
    owner = value.owner
    if isinstance(owner, ir.Block):
        return bool(owner.owner.operation.name in ("func.func", "affine.for"))
    return bool(owner.operation.name in ("arith.constant", "affine.apply"))


def _uncast(value: ir.Value) -> ir.Value:
    """The ``index`` that an integer was made of, where it was made so."""
    owner = value.owner
    if isinstance(owner, ir.Block) or owner.operation.name != "arith.index_cast":
        return value
    source = owner.operation.operands[0]
    return source if isinstance(source.type, ir.IndexType) else value


def _settle_size(op: ir.Operation) -> None:
    """An inlined size of an array becomes a constant, or a size of the caller's argument."""
    array = op.operands[0]
    if not isinstance(array.owner, ir.Block) and array.owner.operation.name == "memref.cast":
        array = array.owner.operation.operands[0]
    axis = ir.IntegerAttr(op.operands[1].owner.operation.attributes["value"]).value
    kind = ir.MemRefType(array.type)
    if kind.is_dynamic_dim(axis):
        block = array.owner  # only arguments have unknown sizes
        number = op.operands[1].owner.operation.clone(ir.InsertionPoint.at_block_begin(block))
        op.operands[0], op.operands[1] = array, number.operation.results[0]
        op.move_after(number.operation)
        return
    with op.location, ir.InsertionPoint(op):
        constant = arith.constant(ir.IndexType.get(), kind.shape[axis])
    op.results[0].replace_all_uses_with(constant)
    op.erase()
    rewrite.refold_users(constant)


def _around(op: ir.Operation) -> list[ir.Operation]:
    """The operations around ``op``, innermost first, up to its function."""
    found: list[ir.Operation] = []
    while op.name != "func.func":
        op = op.parent.operation
        found.append(op)
    return found


def _settle_cast(cast: ir.Operation) -> None:
    """An inlined ``index_cast`` of an integer argument becomes what affine maps may use."""
    operand = cast.operands[0]
    result = cast.results[0]
    source = _uncast(operand)
    if isinstance(source.type, ir.IndexType):
        result.replace_all_uses_with(source)
        cast.erase()
        rewrite.refold_users(source)
    elif isinstance(operand.owner, ir.Block):
        if operand.owner.owner.operation.name == "func.func":
            cast.move_before(operand.owner.operations[0])
    elif operand.owner.operation.name == "arith.constant":
        value = ir.IntegerAttr(operand.owner.operation.attributes["value"]).value
        if cast.name == "arith.index_castui":
            value %= 1 << operand.type.width
        with cast.location, ir.InsertionPoint(cast):
            constant = arith.constant(ir.IndexType.get(), value)
        result.replace_all_uses_with(constant)
        cast.erase()
        rewrite.refold_users(constant)


class _Inliner:
    """Replaces calls of one function; holds the names taken in each caller so far."""

    def __init__(self, program: Program, callee: Function) -> None:
        self.callee = callee
        self.forwarding: dict[str, tuple[str, ...]] = {}
        self._buffers: dict[str, set[str]] = {}
        self._bands: dict[str, set[str]] = {}
        self._loops: dict[tuple[str, str], set[str]] = {}
        for function in program.functions.values():
            self._buffers[function.name] = {buffer.name for buffer in function.buffers}
            self._bands[function.name] = {loop.band for loop in function.loops}
            for root in function.loops:
                names = {loop.name for loop in root.subtree()}
                self._loops[function.name, root.band] = names

    def replace(self, function: Function, call: Call) -> None:
        """Put a copy of the callee's body in the place of ``call``."""
        copy = self.callee.op.clone(ir.InsertionPoint(self.callee.op)).operation
        block = copy.regions[0].blocks[0]
        self._name_arrays(function, call, block)
        self._rename_loops(function, call, block)
        for argument, operand in zip(block.arguments, call.op.operands, strict=True):
            argument.replace_all_uses_with(operand)
        operands = [value for value in call.op.operands if isinstance(value.type, ir.IndexType)]
        body = [op.operation for op in block.operations]
        casts = [
            op
            for op in body
            if op.name in ("arith.index_cast", "arith.index_castui")
            and isinstance(op.results[0].type, ir.IndexType)
        ]
        sizes = [op for op in body if op.name == "memref.dim"]
        for op in body[:-1]:
            op.move_before(call.op)
        for result, value in zip(call.op.results, body[-1].operands, strict=True):
            result.replace_all_uses_with(value)
        # The loops around the call stay as they are: their variables are among the operands.
        around = _around(call.op)
        call.op.erase()
        copy.erase()
        for operand in operands:
            rewrite.refold_users(operand, around)
        for cast in casts:
            _settle_cast(cast)
        for size in sizes:
            _settle_size(size)

    def _name_arrays(self, function: Function, call: Call, block: ir.Block) -> None:
        """Arrays that the callee makes get names of their own, or that of the call's result."""
        operations = [op.operation for op in block.operations]
        returned = [
            value for value in operations[-1].operands if isinstance(value.type, ir.MemRefType)
        ]
        results: dict[ir.Operation, str] = {}
        for value, buffer in zip(returned, call.results, strict=True):
            if not isinstance(value.owner, ir.Block):
                results.setdefault(value.owner.operation, buffer.name)
        taken = self._buffers[function.name]

        def visit(op: ir.Operation) -> ir.WalkResult:
            old, new = array_names(op), list[str]()
            for number, name in enumerate(old):
                is_result = number == 0 and op in results
                new.append(results[op] if is_result else fresh_name(name, taken))
                taken.add(new[-1])
                self._forward(f"{self.callee.name}:{name}", f"{function.name}:{new[-1]}")
            if new:
                rename_all_arrays(op, new)
            return ir.WalkResult.ADVANCE

        for op in operations:
            op.walk(visit)

    def _rename_loops(self, function: Function, call: Call, block: ir.Block) -> None:
        """Outermost loops become bands of the caller, or join the band that the call is in."""
        for root, op in zip(self.callee.loops, _outermost_loops(block), strict=True):
            if call.loop is None:
                band = fresh_name(root.band, self._bands[function.name])
                self._bands[function.name].add(band)
                self._loops[function.name, band] = set()
                attrs.set_text(op, attrs.OP_NAME, band)
            else:
                band = call.loop.band
            renaming = Renaming(self._loops[function.name, band])
            renaming.rename_loops([op])
            for loop in root.subtree():
                new = f"{function.name}:{band}.{renaming.new_loops[loop.name]}"
                self._forward(loop.key, new)

    def _forward(self, old: str, new: str) -> None:
        self.forwarding[old] = (*self.forwarding.get(old, ()), new)


def _outermost_loops(block: ir.Block) -> list[ir.Operation]:
    found: list[ir.Operation] = []

    def visit(op: ir.Operation) -> ir.WalkResult:
        if op.name in attrs.LOOP_OPS:
            found.append(op)
            return ir.WalkResult.SKIP
        return ir.WalkResult.ADVANCE

    for op in block.operations:
        op.operation.walk(visit, ir.WalkOrder.PRE_ORDER)
    return found


def _share_constants(function: ir.Operation) -> None:
    """One reference to each constant table, at the start of the function."""
    block = function.regions[0].blocks[0]
    first: dict[str, ir.Operation] = {}
    found: list[ir.Operation] = []

    def visit(op: ir.Operation) -> ir.WalkResult:
        if op.name == "memref.get_global":
            found.append(op)
        return ir.WalkResult.ADVANCE

    function.walk(visit, ir.WalkOrder.PRE_ORDER)
    for op in found:
        symbol = attrs.text(op, attrs.BUFFER_NAME) or ""
        if symbol in first:
            op.results[0].replace_all_uses_with(first[symbol].results[0])
            op.erase()
        else:
            first[symbol] = op
            op.move_before(block.operations[0])
