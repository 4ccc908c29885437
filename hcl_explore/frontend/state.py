"""Initial values of variables that keep theirs between calls."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

import numpy as np

from hcl_explore.errors import KernelShapeError, KernelTypeError
from hcl_explore.frontend.expression import Constant, Table
from hcl_explore.frontend.memory import table_array
from hcl_explore.frontend.reader import ExpressionReader
from hcl_explore.lang.struct import FieldType, leaves, struct_of, with_shape
from hcl_explore.lang.types import TensorType

Initial = tuple[str, TensorType, "np.ndarray[Any, Any]"]


def initial_values(
    reader: ExpressionReader, name: str, kind: FieldType, node: ast.expr | None, place: ast.AST
) -> Iterator[Initial]:
    """The variable ``name``, or each part of it where it is a struct, with its initial values:
    those of ``node``, which are zeros where there is none, and otherwise constants.

    Raises ``KernelError`` at ``place``, or within ``node``.
    """
    found = struct_of(kind)
    if found is not None and isinstance(node, ast.Tuple):
        struct, shape = found
        if shape or len(node.elts) != len(struct.fields):
            raise reader.error(
                KernelShapeError,
                f"{len(node.elts)} values do not fit {name}, a {kind}",
                node,
                f"Its fields are {', '.join(field for field, _ in struct.fields)}.",
            )
        for (field, inner), part in zip(struct.fields, node.elts, strict=True):
            yield from initial_values(reader, f"{name}.{field}", inner, part, place)
        return
    value = None if node is None else reader.read_any(node)
    if isinstance(value, Table) and found is not None:
        yield from _of_records(reader, name, kind, value.values, place)
        return
    if isinstance(value, Table):
        yield _fitting(reader, name, _tensor(kind), table_array(reader.unit, value), place)
    elif value is None or isinstance(value, Constant):
        for leaf, inner in leaves(name, kind):
            tensor = _tensor(inner)
            yield leaf, tensor, np.full(tensor.shape, 0 if value is None else value.value)
    else:
        raise reader.error(
            KernelTypeError,
            f"the initial value of the stateful '{name}' is not a constant",
            node or place,
            "It is given once, before the first call; assign in the body for each call.",
        )


def _of_records(
    reader: ExpressionReader, name: str, kind: FieldType, values: object, place: ast.AST
) -> Iterator[Initial]:
    """The parts of a struct from a NumPy structured array."""
    found = struct_of(kind)
    if found is None:
        yield _fitting(reader, name, _tensor(kind), np.asarray(values), place)
        return
    struct, shape = found
    wanted = tuple(field for field, _ in struct.fields)
    if not isinstance(values, np.ndarray) or values.dtype.names != wanted:
        raise reader.error(
            KernelTypeError,
            f"this table does not hold structs of the type {kind}",
            place,
            "Use a NumPy structured array with its fields and shape.",
        )
    for field, inner in struct.fields:
        part = with_shape(inner, shape)
        yield from _of_records(reader, f"{name}.{field}", part, values[field], place)


def _fitting(
    reader: ExpressionReader,
    name: str,
    tensor: TensorType,
    values: np.ndarray[Any, Any],
    place: ast.AST,
) -> Initial:
    if values.shape != tensor.shape:
        raise reader.error(
            KernelShapeError, f"a table of shape {list(values.shape)} does not fit {tensor}", place
        )
    return name, tensor, values


def _tensor(kind: FieldType) -> TensorType:
    return kind if isinstance(kind, TensorType) else TensorType(kind, ())
