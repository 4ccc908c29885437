"""Functions of C++ in a module: empty functions that carry the C++ and what is known of it.

What they do to their arrays stands in ``hcl.direction`` of each argument, not in their body.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import mlir.ir as ir

from hcl_explore.ir import attributes as attrs
from hcl_explore.ir.printing import ModuleLike
from hcl_explore.lang.external import ExternalFunction, ExternalPort, PortDirection
from hcl_explore.lang.types import TensorType, parse_type

EXTERNAL = "hcl.ip"
_DIRECTION = "hcl.direction"
_CTYPE = "hcl.ctype"


def declare(
    function: ExternalFunction, inputs: Sequence[ir.Type], location: ir.Location
) -> ir.Operation:
    """An operation that stands for ``function`` in the current context, not inserted anywhere;
    ``inputs`` are the types of its parameters."""
    integer = ir.IntegerType.get_signless(64)
    fields: dict[str, ir.Attribute] = {
        "files": ir.ArrayAttr.get(
            [
                ir.DictAttr.get({"name": ir.StringAttr.get(name), "text": ir.StringAttr.get(text)})
                for name, text in function.files
            ]
        ),
    }
    if function.is_c:
        fields["is_c"] = ir.UnitAttr.get()
    for name, cycles in (("latency", function.latency), ("interval", function.interval)):
        if cycles is not None:
            fields[name] = ir.IntegerAttr.get(integer, cycles)
    arguments = [
        ir.DictAttr.get(
            {
                attrs.ARGUMENT_NAME: ir.StringAttr.get(port.name),
                attrs.DTYPE: ir.StringAttr.get(str(port.element)),
                _DIRECTION: ir.StringAttr.get(port.direction),
                _CTYPE: ir.StringAttr.get(port.ctype),
            }
        )
        for port in function.ports
    ]
    attributes: dict[str, ir.Attribute] = {
        "sym_name": ir.StringAttr.get(function.name),
        "sym_visibility": ir.StringAttr.get("private"),
        "function_type": ir.TypeAttr.get(ir.FunctionType.get(list(inputs), [])),
        EXTERNAL: ir.DictAttr.get(fields),
    }
    if arguments:
        attributes["arg_attrs"] = ir.ArrayAttr.get(arguments)
    op = ir.Operation.create("func.func", attributes=attributes, regions=1, loc=location)
    block = op.regions[0].blocks.append(*inputs, arg_locs=[location] * len(inputs))
    block.append(ir.Operation.create("func.return", loc=location))
    return op


def read_external(op: ir.Operation) -> ExternalFunction | None:
    """What is known of the C++ function that ``op`` stands for; None where it is a kernel."""
    if op.name != "func.func" or EXTERNAL not in op.attributes:
        return None
    fields = ir.DictAttr(op.attributes[EXTERNAL])
    inputs = ir.FunctionType(ir.TypeAttr(op.attributes["function_type"]).value).inputs
    ports = []
    for position, kind in enumerate(inputs):
        entries = attrs.argument_attributes(op, position)
        assert entries is not None
        scalar = parse_type(_text(entries, attrs.DTYPE))
        type_ = TensorType(scalar, tuple(kind.shape)) if isinstance(kind, ir.MemRefType) else scalar
        name, ctype = _text(entries, attrs.ARGUMENT_NAME), _text(entries, _CTYPE)
        direction = cast("PortDirection", _text(entries, _DIRECTION))
        ports.append(ExternalPort(name, type_, direction, ctype))
    return ExternalFunction(
        name=ir.StringAttr(op.attributes["sym_name"]).value,
        ports=tuple(ports),
        files=tuple(
            (_text(ir.DictAttr(file), "name"), _text(ir.DictAttr(file), "text"))
            for file in ir.ArrayAttr(fields["files"])
        ),
        is_c="is_c" in fields,
        latency=_integer(fields, "latency"),
        interval=_integer(fields, "interval"),
    )


def is_written(op: ir.Operation, position: int) -> bool:
    """Whether the C++ function that ``op`` stands for may write its array at ``position``."""
    fields = attrs.argument_attributes(op, position)
    return fields is not None and _text(fields, _DIRECTION) != "in"


def is_external(op: ir.Operation) -> bool:
    """Whether ``op`` stands for a C++ function."""
    return EXTERNAL in op.attributes


def external_functions(module: ModuleLike) -> dict[str, ExternalFunction]:
    """The C++ functions of a module, by name."""
    found = (read_external(op.operation) for op in module.body.operations)
    return {function.name: function for function in found if function is not None}


def _text(fields: ir.DictAttr, name: str) -> str:
    return str(ir.StringAttr(fields[name]).value)


def _integer(fields: ir.DictAttr, name: str) -> int | None:
    return int(ir.IntegerAttr(fields[name]).value) if name in fields else None
