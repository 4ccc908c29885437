"""Structs in a function: a value for each field, which is kept for itself."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from mlir import ir

from hcl_explore.errors import (
    KernelShapeError,
    KernelTypeError,
)
from hcl_explore.frontend.expression import (
    ArrayValue,
    Buffer,
    Computed,
    Expr,
    Load,
    Signature,
    StreamValue,
    Table,
)
from hcl_explore.ir import attributes as attrs
from hcl_explore.lang.dataflow import StreamKind
from hcl_explore.lang.struct import FieldType, Struct, leaves, struct_of, with_shape
from hcl_explore.lang.types import TensorType

if TYPE_CHECKING:
    from hcl_explore.frontend.filling import Filler
    from hcl_explore.frontend.places import PlaceReader
    from hcl_explore.frontend.reader import ExpressionReader

Part: TypeAlias = "Expr | ArrayValue | StructValue"


@dataclass(eq=False)
class StructValue:
    """A struct (shape ``()``) or an array of structs; ``part`` reads a field at a place."""

    name: str
    kind: Struct
    shape: tuple[int, ...]
    part: Callable[[str, ast.AST], Part]

    @property
    def type(self) -> TensorType:
        return TensorType(self.kind, self.shape)

    def __str__(self) -> str:
        return str(self.type if self.shape else self.kind)


def struct_value(name: str, kind: FieldType, entity: Callable[[str], Buffer | Expr]) -> StructValue:
    """The variable ``name`` of a struct type, whose parts ``entity`` knows by their names."""
    found = struct_of(kind)
    assert found is not None
    struct, shape = found
    fields = dict(struct.fields)

    def part(field: str, node: ast.AST) -> Part:
        inner = with_shape(fields[field], shape)
        whole = f"{name}.{field}"
        if struct_of(inner) is not None:
            return struct_value(whole, inner, entity)
        value = entity(whole)
        if isinstance(value, Buffer) and not value.type.shape:
            return Load(value.type.element, node, value, [])
        return value

    return StructValue(name, struct, shape, part)


class StructReader:
    """The part of the expression reader that understands structs."""

    def __init__(self, reader: ExpressionReader) -> None:
        self.reader = reader

    def field(self, value: StructValue, name: str, node: ast.AST) -> Part:
        """``value.name``, of all elements where it is an array."""
        if name not in dict(value.kind.fields):
            raise self.reader.error(
                KernelTypeError,
                f"'{value.name}' has no field '{name}'",
                node,
                f"Its fields are {', '.join(field for field, _ in value.kind.fields)}.",
            )
        return value.part(name, node)

    def subscript(self, value: StructValue, node: ast.Subscript) -> Part:
        """``value[i]``; ``value["x"]`` is the field, as in NumPy."""
        if isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str):
            return self.field(value, node.slice.value, node)
        parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        dots = any(isinstance(one, ast.Constant) and one.value is Ellipsis for one in parts)
        rank = len(value.shape)
        if len(parts) > rank or dots:
            raise self.reader.error(
                KernelShapeError,
                f"'{value.name}' has {rank} dimension{'s' if rank != 1 else ''} ({value}), "
                f"not {len(parts)} subscripts"
                if not dots
                else f"'{value.name}' is an array of structs and takes no '...'",
                node,
                "Give one subscript for each dimension; fields come after them: A[i].x.",
            )

        def part(field: str, place: ast.AST) -> Part:
            whole = value.part(field, place)
            if isinstance(whole, StructValue):
                return self.subscript(whole, node)
            assert isinstance(whole, ArrayValue)
            return self.reader.indexer.read(whole, node)

        first, kind = next(iter(value.kind.fields))
        own = _rank(kind)
        probe = part(first, node)
        shape = () if isinstance(probe, Expr) else _shape(probe)
        return StructValue(value.name, value.kind, shape[: len(shape) - own], part)

    def made(self, kind: Struct, node: ast.Call) -> StructValue:
        """``Point(x, y)``: a struct of these values."""
        if len(node.args) != len(kind.fields):
            raise self.reader.error(
                KernelTypeError,
                f"{ast.unparse(node.func)} has {len(kind.fields)} fields, and is given "
                f"{len(node.args)} values",
                node,
                f"Its fields are {', '.join(field for field, _ in kind.fields)}.",
            )
        nodes = {field: part for (field, _), part in zip(kind.fields, node.args, strict=True)}

        def part(field: str, place: ast.AST) -> Part:
            del place
            found = self.named(nodes[field])
            return self.reader.operand(nodes[field]) if found is None else found

        return StructValue(ast.unparse(node), kind, (), part)

    def named(self, node: ast.expr) -> StructValue | None:
        """``node``, if it is a struct; nothing is emitted where it is none."""
        base: ast.expr = node
        while isinstance(base, (ast.Attribute, ast.Subscript)):
            base = base.value
        if isinstance(base, ast.Name):
            binding = self.reader.scope.find(base.id)
            if binding is None or not isinstance(binding.entity, StructValue):
                return None
        elif not isinstance(node, ast.Call):
            return None
        value = self.reader.read_any(node)
        return value if isinstance(value, StructValue) else None

    def refusal(self, value: StructValue, node: ast.AST) -> Exception:
        """The error where a number or an array is needed."""
        first = value.kind.fields[0][0]
        return self.reader.error(
            KernelTypeError,
            f"'{value.name}' is a struct ({value}), a single value is needed here",
            node,
            f"Name a field: {value.name}.{first}.",
        )


def _rank(kind: FieldType) -> int:
    found = struct_of(kind)
    if found is not None:
        return len(found[1])
    return kind.rank if isinstance(kind, TensorType) else 0


def _shape(part: Part) -> tuple[int, ...]:
    return part.shape if isinstance(part, StructValue) else getattr(part.type, "shape", ())


def parts_of(value: StructValue, node: ast.AST) -> Iterator[Expr | ArrayValue]:
    """What ``value`` consists of, in the order of ``leaves``."""
    for field, _ in value.kind.fields:
        part = value.part(field, node)
        if isinstance(part, StructValue):
            yield from parts_of(part, node)
        else:
            yield part


class StructStore:
    """Declares variables of struct types and stores into structs."""

    def __init__(self, reader: ExpressionReader, places: PlaceReader, filler: Filler) -> None:
        self.reader = reader
        self.places = places
        self.filler = filler

    def allocate(self, name: str, kind: FieldType, node: ast.AST) -> StructValue:
        """A new variable, an array for each field."""
        entities = {
            leaf: self.filler.allocate(
                leaf, inner if isinstance(inner, TensorType) else TensorType(inner, ()), node
            )
            for leaf, inner in leaves(name, kind)
        }
        return struct_value(name, kind, entities.__getitem__)

    def result(self, signature: Signature, call: ir.Operation, node: ast.AST) -> StructValue:
        """The struct that a call returns, as a variable called as ``node`` is."""
        assert signature.returned is not None
        name = node.id if isinstance(node, ast.Name) else signature.symbol
        entities: dict[str, Buffer | Expr] = {}
        named_leaves = list(leaves(name, signature.returned))
        for (leaf, kind), value in zip(named_leaves, call.results, strict=True):
            if isinstance(kind, TensorType):
                entities[leaf] = Buffer(leaf, kind, value)
                continue
            # A variable of its own, which may be changed.
            variable = self.filler.allocate(leaf, TensorType(kind, ()), node)
            self.filler.fill(variable, Computed(kind, node, value), node)
            entities[leaf] = variable
        names = [leaf for leaf, _ in named_leaves]
        if len(names) > 1:
            attrs.set_result_names(call, names)
        else:
            attrs.set_text(call, attrs.BUFFER_NAME, names[0])
        return struct_value(name, signature.returned, entities.__getitem__)

    def store(self, target: StructValue, value: object, node: ast.AST) -> None:
        """``target = value``: another struct, a tuple of the fields, or a number for all of them.

        ``value`` is what was read, or the syntax of a tuple. Raises ``KernelError``.
        """
        if isinstance(value, ast.Tuple):
            self._store_tuple(target, value, node)
            return
        if isinstance(value, StructValue):
            self._check_same(target, value, node)
        elif isinstance(value, Table):
            value = self._table(target, value)
        elif not isinstance(value, Expr):
            raise self.reader.error(
                KernelTypeError,
                f"'{target.name}' is a struct ({target}) and takes another one",
                node,
                "Give its fields in a tuple, or assign to each: "
                f"{target.name}.{target.kind.fields[0][0]} = ...",
            )
        for field, _ in target.kind.fields:
            place = target.part(field, node)
            part = value.part(field, node) if isinstance(value, StructValue) else value
            self._store_part(place, part, node)

    def _store_part(self, place: Part, value: object, node: ast.AST) -> None:
        if isinstance(place, StructValue):
            self.store(place, value, node)
            return
        self.places.check_changeable(place, node)
        assert isinstance(place, (Load, ArrayValue)) and isinstance(value, (Expr, ArrayValue))
        self.places.store(place, value, node)

    def _store_tuple(self, target: StructValue, value: ast.Tuple, node: ast.AST) -> None:
        fields = target.kind.fields
        if len(value.elts) != len(fields):
            raise self.reader.error(
                KernelTypeError,
                f"{len(value.elts)} values for the {len(fields)} fields of '{target.name}'",
                value,
                f"Its fields are {', '.join(field for field, _ in fields)}.",
            )
        for (field, _), part in zip(fields, value.elts, strict=True):
            place = target.part(field, node)
            if isinstance(part, ast.Tuple):
                read: object = part
            elif isinstance(place, StructValue):
                read = self.reader.read_any(part)
            else:
                read = self.reader.operand(part)
            self._store_part(place, read, part)

    def _check_same(self, target: StructValue, value: StructValue, node: ast.AST) -> None:
        if value.kind != target.kind:
            raise self.reader.error(
                KernelTypeError,
                f"'{value.name}' is {value}, which is another struct than {target}",
                node,
            )
        if value.shape not in (target.shape, ()):
            raise self.reader.error(
                KernelShapeError, f"'{value.name}' is {value} and does not fit {target}", node
            )

    def _table(self, target: StructValue, table: Table) -> StructValue:
        """The fields of a NumPy structured array, as constant tables."""
        values = table.values
        names = values.dtype.names if isinstance(values, np.ndarray) else None
        wanted = tuple(field for field, _ in target.kind.fields)
        if not isinstance(values, np.ndarray) or names != wanted or values.shape != target.shape:
            raise self.reader.error(
                KernelTypeError,
                f"this table does not hold structs of the type {target}",
                table.node,
                "Use a NumPy structured array with its fields and shape.",
            )

        def part(field: str, place: ast.AST) -> Part:
            name = f"{table.name or target.name}_{field}"
            inner = Table(values[field], table.node, name)
            if isinstance(dict(target.kind.fields)[field], Struct):
                found = target.part(field, place)
                assert isinstance(found, StructValue)
                return self._table(found, inner)
            return self.reader.materialise(inner)

        return StructValue(target.name, target.kind, target.shape, part)


def spread(
    reader: ExpressionReader,
    symbol: str,
    parameters: Sequence[tuple[str, FieldType | StreamKind]],
    values: Sequence[Expr | ArrayValue | StreamValue | StructValue],
    nodes: Sequence[ast.AST],
) -> tuple[list[Expr | ArrayValue | StreamValue], list[ast.AST]]:
    """The arguments of a call with each struct in its parts, and where each is written.

    ``parameters`` are those declared. Raises ``KernelTypeError`` where a struct meets another type.
    """
    parts: list[Expr | ArrayValue | StreamValue] = []
    places: list[ast.AST] = []
    for (name, kind), value, node in zip(parameters, values, nodes, strict=True):
        wanted = struct_of(kind)
        if not isinstance(value, StructValue) and wanted is None:
            parts.append(value)
            places.append(node)
            continue
        found = (value.kind, value.shape) if isinstance(value, StructValue) else None
        if found != wanted or not isinstance(value, StructValue):
            given = str(value) if isinstance(value, StructValue) else "no struct"
            raise reader.error(
                KernelTypeError, f"argument '{name}' of '{symbol}' is {kind}, not {given}", node
            )
        own = list(parts_of(value, node))
        parts += own
        places += [node] * len(own)
    return parts, places
