"""Streams that primitives make: declarations, operations, and functions that are handed them."""

from __future__ import annotations

from collections.abc import Sequence

import mlir.ir as ir
from mlir.dialects import affine, arith, func

from hcl_explore.ir import attributes as attrs
from hcl_explore.ir.dialect import GET, MAKE_STREAM, PUT, StreamType
from hcl_explore.ir.locations import named
from hcl_explore.ir.program import Buffer

DEFAULT_DEPTH = 2
"""Vitis' own default depth of an hls::stream (UG1399, STREAM pragma)."""


def declare_stream(
    like: Buffer, name: str, shape: Sequence[int], depth: int, at: ir.InsertionPoint
) -> ir.Value:
    """An array of streams of ``like``'s element type; a single one for the shape ()."""
    location = named(name, like.value.location)
    with like.value.context, location, at:
        kind = StreamType(like.value.type.element_type, tuple(shape))
        op = ir.Operation.create(MAKE_STREAM, results=[kind.type])
    attrs.set_text(op, attrs.BUFFER_NAME, name)
    attrs.set_text(op, attrs.DTYPE, like.dtype)
    attrs.set_integer(op, attrs.DEPTH, depth)
    return op.results[0]


def put(stream: ir.Value, value: ir.Value, indices: Sequence[ir.Value]) -> None:
    """At the current insertion point and location."""
    ir.Operation.create(PUT, operands=[stream, value, *indices])


def get(stream: ir.Value, kind: ir.Type, indices: Sequence[ir.Value]) -> ir.Value:
    """The next token, at the current insertion point and location."""
    return ir.Operation.create(GET, operands=[stream, *indices], results=[kind]).results[0]


def next_position(position: ir.Value) -> ir.Value:
    """``position + 1``, at the current insertion point and location."""
    after = ir.AffineMap.get(1, 0, [ir.AffineExpr.get_dim(0) + 1])
    return affine.AffineApplyOp(after, [position]).result


def index_constant(value: int) -> ir.Value:
    """At the current insertion point and location."""
    return arith.constant(ir.IndexType.get(), value)


def add_argument(function: ir.Operation, like: Buffer, name: str, kind: ir.Type) -> ir.Value:
    """A last argument ``name`` of type ``kind`` and the element type of ``like``."""
    block = function.regions[0].blocks[0]
    argument = block.add_argument(kind, named(name, like.value.location))
    with function.context:
        old = ir.ArrayAttr(function.attributes["arg_attrs"]) if _is_described(function) else []
        described = list(old) or [ir.DictAttr.get({})] * (len(block.arguments) - 1)
        fields = {
            attrs.ARGUMENT_NAME: ir.StringAttr.get(name),
            attrs.DTYPE: ir.StringAttr.get(like.dtype),
        }
        function.attributes["arg_attrs"] = ir.ArrayAttr.get([*described, ir.DictAttr.get(fields)])
    settle_type(function)
    return argument


def remove_argument(function: ir.Operation, position: int) -> None:
    """Take away an argument that nothing uses."""
    block = function.regions[0].blocks[0]
    block.erase_argument(position)
    if _is_described(function):
        with function.context:
            described = list(ir.ArrayAttr(function.attributes["arg_attrs"]))
            del described[position]
            function.attributes["arg_attrs"] = ir.ArrayAttr.get(described)
    settle_type(function)


def settle_type(function: ir.Operation) -> None:
    """Let the type of ``function`` be that of its arguments, as they are now."""
    with function.context:
        old = ir.FunctionType(ir.TypeAttr(function.attributes["function_type"]).value)
        inputs = [argument.type for argument in function.regions[0].blocks[0].arguments]
        kind = ir.FunctionType.get(inputs, old.results)
        function.attributes["function_type"] = ir.TypeAttr.get(kind)


def call_instead(call: ir.Operation, callee: str, operands: Sequence[ir.Value]) -> ir.Operation:
    """A call without results, in place of ``call``, whose instance name it keeps."""
    with call.context, call.location, ir.InsertionPoint(call):
        made = func.CallOp([], callee, list(operands)).operation
    name = attrs.text(call, attrs.BUFFER_NAME)
    if name is not None:
        attrs.set_text(made, attrs.BUFFER_NAME, name)
    call.erase()
    return made


def _is_described(function: ir.Operation) -> bool:
    return "arg_attrs" in function.attributes
