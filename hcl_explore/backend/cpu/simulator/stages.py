"""Stages written as loop nests become tasks with functions of their own.

In a function that makes streams, or whose stages overlap, every top-level loop nest runs beside the
others: it is moved into a function and called, like the stages that are calls already.
"""

from __future__ import annotations

import mlir.ir as ir
from mlir.dialects import func

from hcl_explore.ir import attributes as attrs
from hcl_explore.ir.dialect import MAKE_STREAM

_CLONED = frozenset({"arith.constant", "memref.get_global"})
_STAGES = attrs.LOOP_OPS | {"affine.if", "scf.if"}


def outline_stages(module: ir.Module) -> None:
    """Move the stages of all functions of ``module`` that make streams into functions."""
    for view in list(module.body.operations):
        if view.operation.name == "func.func" and makes_stream(view.operation):
            _outline_stages_of(view.operation)


def makes_stream(function: ir.Operation) -> bool:
    """Whether a function declares a stream."""
    found = False

    def visit(op: ir.Operation) -> ir.WalkResult:
        nonlocal found
        found = found or op.name == MAKE_STREAM
        return ir.WalkResult.INTERRUPT if found else ir.WalkResult.ADVANCE

    function.walk(visit)
    return found


def runs_tasks(function: ir.Operation) -> bool:
    """Whether a function was written as a region: it starts tasks, which have names."""
    return attrs.flag(function, attrs.DATAFLOW) and any(
        op.operation.name == "func.call"
        and not op.operation.results
        and attrs.text(op.operation, attrs.BUFFER_NAME) is not None
        for op in function.regions[0].blocks[0].operations
    )


def _outline_stages_of(function: ir.Operation) -> None:
    body = function.regions[0].blocks[0]
    name = ir.StringAttr(function.attributes["sym_name"]).value
    stages = [op.operation for op in body.operations if op.operation.name in _STAGES]
    for number, stage in enumerate(stages):
        _outline(function, stage, f"{name}.stage{number}")


def _outline(function: ir.Operation, stage: ir.Operation, name: str) -> None:
    captured = _captured(stage)
    cloned = [value for value in captured if _is_cloned(value)]
    passed = [value for value in captured if not _is_cloned(value)]
    with function.context, stage.location:
        with ir.InsertionPoint(function):
            kind = ir.FunctionType.get([value.type for value in passed], [])
            task = func.FuncOp(name, kind, visibility="private")
        block = task.add_entry_block([value.location for value in passed])
        inside = dict(zip(passed, block.arguments, strict=True))
        with ir.InsertionPoint(stage):
            call = func.CallOp([], name, passed).operation
        label = attrs.text(stage, attrs.OP_NAME) or attrs.text(stage, attrs.LOOP_NAME)
        attrs.set_text(call, attrs.BUFFER_NAME, label or name)
        for value in cloned:
            with ir.InsertionPoint(block):
                inside[value] = value.owner.operation.clone().results[0]
        block.append(stage)
        with ir.InsertionPoint(block):
            func.ReturnOp([])
    _replace_uses(stage, inside)


def _is_cloned(value: ir.Value) -> bool:
    owner = value.owner
    return not isinstance(owner, ir.Block) and owner.operation.name in _CLONED


def _captured(stage: ir.Operation) -> list[ir.Value]:
    """The values that ``stage`` uses and that are defined before it, in the order of use."""
    inside: set[ir.Value] = set()
    used: dict[ir.Value, None] = {}

    def visit(op: ir.Operation) -> ir.WalkResult:
        for operand in op.operands:
            used.setdefault(operand)
        inside.update(op.results)
        for region in op.regions:
            for block in region.blocks:
                inside.update(block.arguments)
        return ir.WalkResult.ADVANCE

    stage.walk(visit)
    return [value for value in used if value not in inside]


def _replace_uses(root: ir.Operation, replaced: dict[ir.Value, ir.Value]) -> None:
    def visit(op: ir.Operation) -> ir.WalkResult:
        for position, operand in enumerate(op.operands):
            if operand in replaced:
                op.operands[position] = replaced[operand]
        return ir.WalkResult.ADVANCE

    root.walk(visit)
