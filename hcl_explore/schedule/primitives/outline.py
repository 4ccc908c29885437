"""outline: make a function of a loop nest."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

import mlir.ir as ir
from mlir.dialects import func

from hcl_explore.errors import NotApplicableError, ScheduleError
from hcl_explore.ir import attributes as attrs
from hcl_explore.ir import rewrite
from hcl_explore.ir.local_memory import fresh_name
from hcl_explore.ir.locations import named
from hcl_explore.ir.printing import ModuleLike
from hcl_explore.ir.program import Buffer, Function, Loop, Program
from hcl_explore.schedule import parameters as param
from hcl_explore.schedule.legality import not_applicable
from hcl_explore.schedule.primitive import Outcome, Primitive, register


@register
@dataclass(frozen=True)
class Outline(Primitive):
    """Move a loop nest into a function of its own, which is called in its place.

    Before::

        def top(A, B):
            for i in range(8): B[i] = 2 * A[i]      # band "double"

    After ``s.outline("double")``::

        def double(A, B):
            for i in range(8): B[i] = 2 * A[i]
        def top(A, B): double(A, B)

    The function is called after the band. Arrays are handed over by reference; the variables of
    loops around it become ``index`` arguments.
    """

    name: ClassVar[str] = "outline"
    group: ClassVar[str] = "Pipelines and structure"
    law: ClassVar[str] = "Always legal: the same statements run in the same order."

    band: Loop = param.loop("the nest: its outermost loop, or its band", takes_band=True)

    def check(self, program: Program, *, reassociate: bool) -> ScheduleError | None:
        for loop in self.band.chain[:-1]:
            if loop.pipeline_ii is not None or loop.unroll is not None:
                return not_applicable(
                    program,
                    self.band,
                    f"outline: '{self.band.name}' is inside '{loop.name}', which is "
                    f"{'pipelined' if loop.pipeline_ii is not None else 'unrolled'}",
                    "Undo that step first.",
                )
        function = program.functions[self.band.function]
        for value in _captured(self.band.op):
            if not (_is_local_copy(value) or _can_be_passed(function, value)):
                return NotApplicableError(
                    f"outline: the nest of '{self.band.name}' uses a value that is computed "
                    f"before it ({value.type}), which has no name to hand it over by",
                    span=program.sources.span(self.band.place),
                    advice="Name an outer loop, or store the value in a scalar variable.",
                )
        return None

    def apply(self, module: ModuleLike, program: Program) -> Outcome:
        function = program.functions[self.band.function]
        title = re.sub(r"\W", "_", self.band.op_name or f"{self.band.band}_{self.band.name}")
        name = fresh_name(title, _symbols(module))
        captured = _captured(self.band.op)
        local = [value for value in captured if _is_local_copy(value)]
        passed = [value for value in captured if not _is_local_copy(value)]
        made = _declare(function, name, passed, self.band.op)
        block = made.regions[0].blocks[0]
        with made.context, self.band.op.location, ir.InsertionPoint(self.band.op):
            func.CallOp([], name, passed)
        self.band.op.move_before(block.operations[0])
        for value, argument in zip(passed, block.arguments, strict=True):
            rewrite.replace_uses_in(self.band.op, value, argument)
        for value in local:
            copy = value.owner.operation.clone(ir.InsertionPoint(self.band.op)).operation
            rewrite.replace_uses_in(self.band.op, value, copy.results[0])
        band = self.band.op_name or name
        attrs.set_text(self.band.op, attrs.OP_NAME, band)
        moved = set(self.band.subtree())
        forwarding = {loop.key: (f"{name}:{band}.{loop.name}",) for loop in moved}
        for buffer in function.buffers:
            if buffer.home and buffer.home[-1] in moved:
                forwarding[buffer.key] = (f"{name}:{buffer.name}",)
        return Outcome(forwarding, loops=(f"{name}:{band}.{self.band.name}",))

    def explain(self) -> str:
        return f"make a function of {self.band.op_name or self.band.name}"


def _captured(root: ir.Operation) -> list[ir.Value]:
    """The values that ``root`` uses and that are made outside it, in the order of their use."""
    found: dict[ir.Value, None] = {}
    inside: set[ir.Value] = set()

    def collect(op: ir.Operation) -> ir.WalkResult:
        inside.update(op.results)
        for region in op.regions:
            for block in region.blocks:
                inside.update(block.arguments)
        return ir.WalkResult.ADVANCE

    def visit(op: ir.Operation) -> ir.WalkResult:
        found.update(dict.fromkeys(value for value in op.operands if value not in inside))
        return ir.WalkResult.ADVANCE

    root.walk(collect)
    root.walk(visit, ir.WalkOrder.PRE_ORDER)
    return list(found)


def _is_local_copy(value: ir.Value) -> bool:
    """Constants and constant tables are repeated in the new function."""
    return not isinstance(value.owner, ir.Block) and value.owner.operation.name in (
        "arith.constant",
        "memref.get_global",
    )


def _buffer_of(function: Function, value: ir.Value) -> Buffer | None:
    return next((buffer for buffer in function.buffers if buffer.value == value), None)


def _name_and_attributes(function: Function, value: ir.Value) -> dict[str, ir.Attribute]:
    """What the new function says of the argument that stands for ``value``."""
    context = value.context
    buffer = _buffer_of(function, value)
    if buffer is not None:
        described = {
            attrs.ARGUMENT_NAME: ir.StringAttr.get(buffer.name, context),
            attrs.DTYPE: ir.StringAttr.get(buffer.dtype, context),
        }
        if buffer.partition:
            described[attrs.PARTITION] = attrs.make_partition(buffer.partition, context)
        if buffer.storage:
            described[attrs.STORAGE] = ir.StringAttr.get(buffer.storage, context)
        return described
    owner = value.owner
    if not isinstance(owner, ir.Block):
        return {}
    operation = owner.owner.operation if hasattr(owner.owner, "operation") else owner.owner
    if operation.name in attrs.LOOP_OPS:
        name = attrs.text(operation, attrs.LOOP_NAME) or "i"
        return {
            attrs.ARGUMENT_NAME: ir.StringAttr.get(name.replace(".", "_"), context),
            attrs.DTYPE: ir.StringAttr.get("index", context),
        }
    fields = attrs.argument_attributes(operation, value.arg_number)
    return {entry.name: entry.attr for entry in fields} if fields is not None else {}


def _can_be_passed(function: Function, value: ir.Value) -> bool:
    return attrs.DTYPE in _name_and_attributes(function, value)


def _symbols(module: ModuleLike) -> set[str]:
    return {
        ir.StringAttr(op.attributes["sym_name"]).value
        for op in module.body.operations
        if "sym_name" in op.attributes
    }


def _declare(
    function: Function, name: str, passed: list[ir.Value], nest: ir.Operation
) -> ir.Operation:
    """An empty function before ``function``, with an argument for each of ``passed``."""
    context = function.op.context
    described = [_name_and_attributes(function, value) for value in passed]
    taken: set[str] = set()
    for fields in described:
        argument = fresh_name(str(ir.StringAttr(fields[attrs.ARGUMENT_NAME]).value), taken)
        taken.add(argument)
        fields[attrs.ARGUMENT_NAME] = ir.StringAttr.get(argument, context)
    with context, nest.location, ir.InsertionPoint(function.op):
        made = func.FuncOp(name, ([value.type for value in passed], []))
        locations = [
            named(str(ir.StringAttr(fields[attrs.ARGUMENT_NAME]).value), nest.location)
            for fields in described
        ]
        block = made.add_entry_block(locations)
        with ir.InsertionPoint(block):
            func.ReturnOp([])
        if passed:
            made.operation.attributes["arg_attrs"] = ir.ArrayAttr.get(
                [ir.DictAttr.get(fields) for fields in described]
            )
    return made.operation
