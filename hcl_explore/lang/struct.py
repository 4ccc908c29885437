"""Structs: several values under one name.

``Point = Struct({"x": float32, "y": int8})`` is a type; ``Point[16]`` are sixteen of them. A
kernel keeps each field in an array of its own, called ``A.x``, so that every field is scheduled,
partitioned and costed for itself. Outside, an array of structs is a NumPy structured array.
"""

from __future__ import annotations

import keyword
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from hcl_explore.lang.types import ScalarType, TensorType

FieldType = ScalarType | TensorType


@dataclass(frozen=True, repr=False)
class Struct(ScalarType):
    """A struct type with the given fields: scalars, arrays, structs.

    Raises ``ValueError`` for names that are none, ``TypeError`` for types that are none.
    """

    fields: tuple[tuple[str, FieldType], ...]

    def __init__(self, fields: Mapping[str, FieldType]) -> None:
        if not isinstance(fields, Mapping) or not fields:
            raise TypeError("a struct needs its fields: Struct({'x': float32, 'y': int8})")
        for name, kind in fields.items():
            if not isinstance(name, str) or not name.isidentifier() or keyword.iskeyword(name):
                raise ValueError(f"{name!r} cannot name a field")
            if not isinstance(kind, (ScalarType, TensorType)):
                raise TypeError(f"the type of field '{name}' is none: {kind!r}")
            if isinstance(kind, TensorType) and not kind.is_sized:
                raise TypeError(f"the size of field '{name}' must be known")
        object.__setattr__(self, "fields", tuple(fields.items()))

    @property
    def bits(self) -> int:
        """The bits of all fields together."""
        return sum(
            size_bits(kind) if isinstance(kind, TensorType) else kind.bits
            for _, kind in self.fields
        )

    @property
    def numpy_dtype(self) -> np.dtype[Any]:
        """The dtype of a structured array. Raises ``TypeError`` for types that NumPy lacks."""
        return np.dtype(
            [
                (name, kind.element.numpy_dtype, kind.shape)
                if isinstance(kind, TensorType)
                else (name, kind.numpy_dtype)
                for name, kind in self.fields
            ]
        )

    def __call__(self, *values: Any) -> Any:
        """A struct of these values, one for each field, as NumPy holds it."""
        return np.array(tuple(values), dtype=self.numpy_dtype)[()]

    def __repr__(self) -> str:
        return f"Struct({{{', '.join(f'{name!r}: {kind}' for name, kind in self.fields)}}})"


def size_bits(kind: TensorType) -> int:
    """The bits of all elements of an array."""
    count = kind.element.bits
    for extent in kind.shape:
        count *= extent
    return count


def struct_of(kind: object) -> tuple[Struct, tuple[int, ...]] | None:
    """The struct and the shape of a type that is a struct or an array of structs, else None."""
    if isinstance(kind, Struct):
        return kind, ()
    if isinstance(kind, TensorType) and isinstance(kind.element, Struct):
        return kind.element, kind.shape
    return None


def leaves(name: str, kind: FieldType) -> Iterator[tuple[str, FieldType]]:
    """What a variable of type ``kind`` is kept in: names such as ``A.x``, with their types."""
    found = struct_of(kind)
    if found is None:
        yield name, kind
        return
    struct, shape = found
    for field, inner in struct.fields:
        yield from leaves(f"{name}.{field}", with_shape(inner, shape))


def with_shape(kind: FieldType, shape: tuple[int, ...]) -> FieldType:
    """The type of a field in an array of structs of ``shape``."""
    if isinstance(kind, TensorType):
        return TensorType(kind.element, (*shape, *kind.shape))
    return TensorType(kind, shape) if shape else kind
