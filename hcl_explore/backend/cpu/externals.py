"""Calls of C++ functions in compiled kernels: each parameter goes as a pointer to its data."""

from __future__ import annotations

import ctypes
from collections.abc import Mapping, Sequence
from typing import Any

import mlir.ir as ir
from mlir.dialects import arith, func, memref

from hcl_explore.errors import BuildError
from hcl_explore.ir.external import external_functions, is_external

_PREFIX = "hcl_ip."


def lower_external_calls(module: ir.Module) -> None:
    """Make each call of a C++ function one of a symbol of the host, on addresses as ``i64``."""
    names = external_functions(module)
    if not names:
        return
    calls: list[ir.Operation] = []

    def visit(op: ir.Operation) -> ir.WalkResult:
        if op.name == "func.call" and _callee(op) in names:
            calls.append(op)
        return ir.WalkResult.ADVANCE

    module.operation.walk(visit)
    with module.context:
        i64 = ir.IntegerType.get_signless(64)
        for op in calls:
            with ir.InsertionPoint(op), op.location:
                pointers = [_pointer(value, i64) for value in op.operands]
                func.call([], _PREFIX + _callee(op), pointers)
            op.erase()
        for op in [opview.operation for opview in module.body.operations]:
            if is_external(op):
                name = str(ir.StringAttr(op.attributes["sym_name"]).value)
                kind = ir.FunctionType.get([i64] * len(names[name].ports), [])
                with ir.InsertionPoint(op), op.location:
                    func.FuncOp(_PREFIX + name, kind, visibility="private")
                op.erase()


def is_host_function(function: ir.OpView) -> bool:
    """Whether ``lower_external_calls`` has made the declaration ``function``."""
    return str(ir.StringAttr(function.attributes["sym_name"]).value).startswith(_PREFIX)


def _callee(op: ir.Operation) -> str:
    return str(ir.FlatSymbolRefAttr(op.attributes["callee"]).value)


def _pointer(value: ir.Value, i64: ir.Type) -> ir.Value:
    """The address of an array, or of a new variable that holds a scalar."""
    if not isinstance(value.type, ir.MemRefType):
        variable = memref.alloc(ir.MemRefType.get([], value.type), [], [])
        memref.store(value, variable, [])
        value = variable
    address = memref.extract_aligned_pointer_as_index(value)
    return arith.index_cast(i64, address)


def host_functions(libraries: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """The C functions behind the symbols of ``lower_external_calls``, by symbol. ``libraries`` has
    for each C++ function the path of its library and the name of its entry there.

    Raises:
        BuildError: a library cannot be loaded.
    """
    functions: dict[str, Any] = {}
    for name, (path, entry) in libraries.items():
        try:
            functions[_PREFIX + name] = getattr(ctypes.CDLL(path), entry)
        except (OSError, AttributeError) as error:
            raise BuildError(f"{name} cannot be loaded: {error}") from None
    return functions
