"""Moving operations into a function of their own: what they use, and how it is handed over."""

from __future__ import annotations

import mlir.ir as ir
from mlir.dialects import func

from hcl_explore.ir import attributes as attrs
from hcl_explore.ir.fresh_names import fresh_name
from hcl_explore.ir.locations import named
from hcl_explore.ir.printing import ModuleLike
from hcl_explore.ir.program import Buffer, Function
from hcl_explore.ir.values import defining_operation


def captured(root: ir.Operation) -> list[ir.Value]:
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


def is_local_copy(value: ir.Value) -> bool:
    """Constants and constant tables are repeated in the new function."""
    op = defining_operation(value)
    return op is not None and op.name in ("arith.constant", "memref.get_global")


def _buffer_of(function: Function, value: ir.Value) -> Buffer | None:
    return next((buffer for buffer in function.buffers if buffer.value == value), None)


def argument_fields(function: Function, value: ir.Value) -> dict[str, ir.Attribute]:
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


def can_be_passed(function: Function, value: ir.Value) -> bool:
    return attrs.DTYPE in argument_fields(function, value)


def symbols(module: ModuleLike) -> set[str]:
    return {
        ir.StringAttr(op.attributes["sym_name"]).value
        for op in module.body.operations
        if "sym_name" in op.attributes
    }


def declare(
    function: Function, name: str, passed: list[ir.Value], nest: ir.Operation
) -> ir.Operation:
    """An empty function before ``function``, with an argument for each of ``passed``."""
    context = function.op.context
    described = [argument_fields(function, value) for value in passed]
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
