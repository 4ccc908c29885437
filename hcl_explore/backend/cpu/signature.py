"""What a compiled function takes and returns: names, types, shapes. Plain data, JSON-able."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from hcl_explore.lang.types import ScalarType, parse_type

Shape = tuple[int | None, ...]


@dataclass(frozen=True)
class Value:
    """A parameter or a result.

    ``dtype`` is the printed form of a ``lang.types`` type. ``shape`` is None for a scalar; a
    dimension of None is known only at run time. ``written`` says that the function may store to
    the array, so that the caller's array must be updated after the call.
    """

    name: str
    dtype: str
    shape: Shape | None
    written: bool = False

    @property
    def type(self) -> ScalarType:
        return parse_type(self.dtype)

    def __str__(self) -> str:
        if self.shape is None:
            return self.dtype
        sizes = ", ".join("?" if size is None else str(size) for size in self.shape)
        return f"{self.dtype}[{sizes}]"


@dataclass(frozen=True)
class Signature:
    """The parameters and results of the function ``name``.

    ``data_dependent`` says that some subscript, bound or condition depends on array or scalar
    values, so that not every input can be run (see ``backend.verify``). ``state_bytes`` is the size
    of what is kept from one call to the next.
    """

    name: str
    parameters: tuple[Value, ...]
    results: tuple[Value, ...]
    data_dependent: bool = False
    state_bytes: int = 0

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Signature:
        return cls(
            data["name"],
            tuple(_value(entry) for entry in data["parameters"]),
            tuple(_value(entry) for entry in data["results"]),
            data["data_dependent"],
            data["state_bytes"],
        )


def _value(data: dict[str, Any]) -> Value:
    shape = data["shape"]
    return Value(
        data["name"], data["dtype"], None if shape is None else tuple(shape), data["written"]
    )


def storage_bits(width: int) -> int:
    """The bits that an integer of ``width`` bits takes in memory: the next power of two up to 64,
    and a multiple of 128 above, which is also LLVM's alignment of large integers."""
    if width > 64:
        return -(-width // 128) * 128
    return max(8, 1 << (width - 1).bit_length())


def storage_bytes(scalar: ScalarType) -> int:
    """The size in bytes of one array element in the memory of compiled code."""
    return storage_bits(scalar.bits) // 8
