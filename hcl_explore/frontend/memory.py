"""Buffers: allocation, initial values, copies and constant tables."""

from __future__ import annotations

from typing import Any

import numpy as np
from mlir import ir

from hcl_explore.errors import KernelShapeError, KernelTypeError
from hcl_explore.frontend.builder import Builder
from hcl_explore.frontend.constants import MAX_LIST_ELEMENTS
from hcl_explore.frontend.expression import Buffer, Table
from hcl_explore.frontend.unit import Unit
from hcl_explore.ir import attributes as attrs
from hcl_explore.ir.locations import named
from hcl_explore.lang.memory import Memory
from hcl_explore.lang.types import (
    FixedType,
    Float,
    IntegerType,
    ScalarType,
    TensorType,
    float32,
    from_numpy_dtype,
    int32,
)


def allocate(builder: Builder, name: str, tensor: TensorType, location: ir.Location) -> Buffer:
    """A new ``memref.alloc`` called ``name``."""
    attributes = {
        "operandSegmentSizes": ir.DenseI32ArrayAttr.get([0, 0]),
        attrs.BUFFER_NAME: ir.StringAttr.get(name),
        attrs.DTYPE: ir.StringAttr.get(str(tensor.element)),
    }
    value = builder.value(
        "memref.alloc", (), builder.memref(tensor), named(name, location), attributes
    )
    return Buffer(name, tensor, value)


def memory_attributes(memory: Memory) -> dict[str, ir.Attribute]:
    """What a variable carries that is kept in ``memory``."""
    found: dict[str, ir.Attribute] = {}
    if memory.resource is not None:
        found[attrs.STORAGE] = ir.StringAttr.get(memory.resource)
    if isinstance(memory.bank, str):
        found[attrs.BANK] = ir.StringAttr.get(memory.bank)
    elif memory.bank is not None:
        i32 = ir.IntegerType.get_signless(32)
        found[attrs.BANK] = ir.IntegerAttr.get(i32, memory.bank)
    return found


class ConstantTables:
    """The ``memref.global`` of a module: one for each table of constants, and each variable that
    keeps its value."""

    def __init__(self, module: ir.Module) -> None:
        self._body = module.body
        self._tables: dict[str, ir.Attribute] = {}
        self._variables: set[str] = set()

    def state(
        self,
        builder: Builder,
        name: str,
        tensor: TensorType,
        values: np.ndarray[Any, Any],
        location: ir.Location,
    ) -> Buffer:
        """A variable at the insertion point that outlives calls, with ``values`` at first."""
        symbol = self._symbol(name, None)
        initial = _dense(builder, tensor, values)
        self._variables.add(symbol)
        flags = {attrs.STATEFUL: ir.UnitAttr.get()}
        self._define(symbol, builder.memref(tensor), initial, flags, location)
        return self._reference(builder, symbol, name, tensor, flags, location)

    def get(
        self,
        builder: Builder,
        name: str,
        tensor: TensorType,
        values: np.ndarray[Any, Any],
        location: ir.Location,
    ) -> Buffer:
        """A read-only buffer with ``values``, which fit ``tensor``, at the insertion point."""
        dense = _dense(builder, tensor, values)
        symbol = self._symbol(name, dense)
        storage = builder.memref(tensor)
        if symbol not in self._tables:
            self._tables[symbol] = dense
            self._define(symbol, storage, dense, {"constant": ir.UnitAttr.get()}, location)
        return self._reference(builder, symbol, name, tensor, {}, location)

    def _symbol(self, name: str, table: ir.Attribute | None) -> str:
        """``name``, numbered where it is taken by anything but the same ``table``."""
        symbol, number = name, 0
        while symbol in self._variables or (
            symbol in self._tables and (table is None or self._tables[symbol] != table)
        ):
            number += 1
            symbol = f"{name}_{number}"
        return symbol

    def _define(
        self,
        symbol: str,
        storage: ir.Type,
        initial: ir.Attribute,
        flags: dict[str, ir.Attribute],
        location: ir.Location,
    ) -> None:
        ir.Operation.create(
            "memref.global",
            attributes={
                "sym_name": ir.StringAttr.get(symbol),
                "sym_visibility": ir.StringAttr.get("private"),
                "type": ir.TypeAttr.get(storage),
                "initial_value": initial,
                **flags,
            },
            loc=location,
            ip=ir.InsertionPoint.at_block_begin(self._body),
        )

    @staticmethod
    def _reference(
        builder: Builder,
        symbol: str,
        name: str,
        tensor: TensorType,
        flags: dict[str, ir.Attribute],
        location: ir.Location,
    ) -> Buffer:
        attributes = {
            "name": ir.FlatSymbolRefAttr.get(symbol),
            attrs.DTYPE: ir.StringAttr.get(str(tensor.element)),
            **flags,
        }
        storage = builder.memref(tensor)
        value = builder.value("memref.get_global", (), storage, named(name, location), attributes)
        return Buffer(name, tensor, value, read_only=not flags)


def table_array(unit: Unit, table: Table) -> np.ndarray[Any, Any]:
    """The values of a table as a NumPy array. Raises ``KernelError`` if it is ragged or empty."""
    try:
        array = np.array(table.values)
    except ValueError:
        array = np.array([], dtype=object)
        ragged = True
    else:
        ragged = array.dtype == object and not _integers(array)
    if ragged:
        raise KernelShapeError(
            "the rows of a table must have the same length and hold numbers",
            span=unit.span(table.node),
        )
    if array.size == 0:
        raise KernelShapeError("a table must not be empty", span=unit.span(table.node))
    if array.size > MAX_LIST_ELEMENTS:
        raise KernelShapeError(
            f"a table of {array.size:,} elements is too large for a constant",
            span=unit.span(table.node),
            advice="Pass it as an argument.",
        )
    if array.dtype.kind not in "biufO":
        raise KernelTypeError(
            f"a table holds numbers, not {array.dtype}", span=unit.span(table.node)
        )
    return array


def _integers(array: np.ndarray[Any, Any]) -> bool:
    """Whether an object array is one of Python integers too wide for NumPy."""
    return array.size > 0 and all(isinstance(element, int) for element in array.ravel())


def table_type(unit: Unit, table: Table, array: np.ndarray[Any, Any]) -> ScalarType:
    """The element type of a table used without annotation: a NumPy array's own, else 32 bits."""
    if isinstance(table.values, np.ndarray):
        try:
            return from_numpy_dtype(array.dtype)
        except ValueError as error:
            raise KernelTypeError(str(error), span=unit.span(table.node)) from None
    return float32 if array.dtype.kind == "f" else int32


def _dense(builder: Builder, tensor: TensorType, values: np.ndarray[Any, Any]) -> ir.Attribute:
    element = tensor.element
    if isinstance(element, FixedType):
        bits = np.array([element.raw(value) for value in values.ravel().tolist()], dtype=object)
        raw = TensorType(element.storage, tensor.shape)
        return _dense(builder, raw, bits.reshape(tensor.shape))
    storage = ir.RankedTensorType.get(tensor.shape, builder.storage(element))
    native = isinstance(element, Float) and element.name != "bfloat16"
    if native:
        converted = np.ascontiguousarray(values.astype(element.numpy_dtype))
        return ir.DenseElementsAttr.get(converted, type=storage)
    standard = isinstance(element, IntegerType) and element.width in (8, 16, 32, 64)
    if standard and values.dtype.kind in "biu":
        converted = np.ascontiguousarray(values.astype(element.numpy_dtype))  # wraps
        return ir.DenseElementsAttr.get(converted, type=storage)
    if isinstance(element, IntegerType) and standard:
        wrapped = [element.wrap(int(value)) for value in values.ravel()]
        return ir.DenseElementsAttr.get(
            np.array(wrapped, dtype=element.numpy_dtype).reshape(tensor.shape), type=storage
        )
    elements = [
        builder.constant_attribute(element, value.item())
        if hasattr(value, "item")
        else builder.constant_attribute(element, value)
        for value in values.ravel()
    ]
    return ir.DenseElementsAttr.get(elements, storage)
