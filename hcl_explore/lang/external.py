"""A C++ function that kernels can call: what is known of it. ``hcl.ip`` makes one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from hcl_explore.lang.types import ScalarType, TensorType

PortDirection = Literal["in", "out", "inout"]


@dataclass(frozen=True)
class ExternalPort:
    """One parameter. ``ctype`` is how the C++ spells its element type."""

    name: str
    type: ScalarType | TensorType
    direction: PortDirection
    ctype: str

    @property
    def shape(self) -> tuple[int, ...] | None:
        """None for a scalar, which is passed by value."""
        return self.type.shape if isinstance(self.type, TensorType) else None

    @property
    def element(self) -> ScalarType:
        return self.type.element if isinstance(self.type, TensorType) else self.type

    def __str__(self) -> str:
        return f"{self.name}: {self.type}"


@dataclass(frozen=True)
class ExternalFunction:
    """The C++ function ``name``, which returns nothing.

    ``files`` are the texts of the C++ file that defines it, first, and of the files beside it that
    it includes, by their names. ``latency`` and ``interval`` are in cycles, None where the user
    does not state them. ``is_c``: it has C linkage.
    """

    name: str
    ports: tuple[ExternalPort, ...]
    files: tuple[tuple[str, str], ...]
    is_c: bool = False
    latency: int | None = None
    interval: int | None = None

    @property
    def prototype(self) -> str:
        """The C++ declaration, without the semicolon."""
        parts = []
        for port in self.ports:
            const = "const " if port.shape is not None and port.direction == "in" else ""
            extents = "".join(f"[{extent}]" for extent in port.shape or ())
            parts.append(f"{const}{port.ctype} {port.name}{extents}")
        linkage = 'extern "C" ' if self.is_c else ""
        return f"{linkage}void {self.name}({', '.join(parts)})"
