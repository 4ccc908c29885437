"""Where a variable is kept: ``A: float32[32] @ hcl.Memory(resource="BRAM")``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hcl_explore.lang.types import ScalarType, TensorType

RESOURCES = ("BRAM", "URAM", "LUTRAM", "registers")


@dataclass(frozen=True)
class Memory:
    """A kind of on-chip memory: ``BRAM``, ``URAM``, ``LUTRAM`` or ``registers``."""

    resource: str

    def __post_init__(self) -> None:
        if self.resource not in RESOURCES:
            raise ValueError(f"a memory is one of {', '.join(RESOURCES)}, not {self.resource!r}")

    def __rmatmul__(self, kind: Any) -> PlacedType:
        if not isinstance(kind, (ScalarType, TensorType)):
            return NotImplemented
        return PlacedType(kind, self)


@dataclass(frozen=True)
class PlacedType:
    """A type and the memory that its variables are kept in."""

    type: ScalarType | TensorType
    memory: Memory
