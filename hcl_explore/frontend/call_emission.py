"""Calls of kernels as operations."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from mlir import ir

from hcl_explore.frontend.expression import (
    ArrayValue,
    Buffer,
    Expr,
    StreamValue,
    TensorCall,
)
from hcl_explore.lang.dataflow import StreamKind
from hcl_explore.lang.types import ScalarType, TensorType

if TYPE_CHECKING:
    from hcl_explore.frontend.emit import Emitter


def emit_call(emitter: Emitter, call: TensorCall) -> ir.Operation:
    """The call itself, with its arguments converted to the parameters' types.

    A part of an array, or a calculation, is handed over in an array of its own, and a changed
    part is copied back.
    """
    values: list[ir.Value] = []
    copied_back: list[tuple[ArrayValue, Buffer]] = []
    signature = call.signature
    for argument, (name, parameter) in zip(call.arguments, signature.parameters, strict=True):
        if isinstance(argument, Expr):
            assert isinstance(parameter, ScalarType)
            values.append(emitter.emit(argument, parameter))
            continue
        if isinstance(argument, StreamValue):
            values.append(argument.value)
            continue
        if not isinstance(argument, Buffer):
            assert emitter.stager is not None and isinstance(parameter, TensorType)
            kind = TensorType(parameter.element, argument.type.shape)
            staged = emitter.stager.stage(argument, name, kind, call.node)
            if name in signature.changed:
                copied_back.append((argument, staged))
            argument = staged
        elif name in signature.changed:
            emitter.note_change(argument)
        values.append(_as_parameter(emitter, argument, parameter, call.node))
    results = [emitter.builder.type(result) for result in signature.results]
    callee = {"callee": ir.FlatSymbolRefAttr.get(signature.symbol)}
    location = emitter.unit.location(call.node)
    op = emitter.builder.op("func.call", values, results, location, callee)
    for target, staged in copied_back:
        assert emitter.stager is not None
        emitter.stager.fill(target, staged, call.node)
    return op


def _as_parameter(
    emitter: Emitter,
    argument: Buffer,
    parameter: ScalarType | TensorType | StreamKind,
    node: ast.AST,
) -> ir.Value:
    """``argument``, with sizes that the callee does not know left out of its type."""
    wanted = emitter.builder.type(parameter)
    if argument.value.type == wanted:
        return argument.value
    location = emitter.unit.location(node)
    return emitter.builder.value("memref.cast", (argument.value,), wanted, location)
