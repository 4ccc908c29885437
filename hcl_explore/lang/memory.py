"""Where and how long a variable is kept: ``A: float32[32] @ hcl.Memory(resource="BRAM")``,
``count: int32 @ hcl.Stateful``."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from hcl_explore.lang.types import ScalarType, TensorType

RESOURCES = ("BRAM", "URAM", "LUTRAM", "registers")
OFF_CHIP = ("HBM", "DDR")


@dataclass(frozen=True)
class Memory:
    """A kind of on-chip memory (``BRAM``, ``URAM``, ``LUTRAM``, ``registers``), or the off-chip
    ``bank`` that an argument lies in: a number counts the banks of HBM, a text is a name such as
    ``"DDR[1]"``, which ``Memory("DDR", 1)`` is too."""

    resource: str | None = None
    bank: int | str | None = None

    def __post_init__(self) -> None:
        if self.resource is None and self.bank is None:
            raise ValueError("a memory needs a resource or a bank")
        if self.resource is not None and self.resource not in (*RESOURCES, *OFF_CHIP):
            known = ", ".join((*RESOURCES, *OFF_CHIP))
            raise ValueError(f"a memory is one of {known}, not {self.resource!r}")
        is_number = isinstance(self.bank, int) and not isinstance(self.bank, bool)
        if self.bank is not None and not (is_number or isinstance(self.bank, str)):
            raise ValueError(f"a bank is a number or a name, not {self.bank!r}")
        if isinstance(self.bank, int) and self.bank < 0:
            raise ValueError(f"banks count from 0, not from {self.bank}")
        if self.resource in OFF_CHIP:
            if not is_number:
                raise ValueError(
                    f"{self.resource} has numbered banks: Memory({self.resource!r}, 0)"
                )
            object.__setattr__(self, "bank", f"{self.resource}[{self.bank}]")
            object.__setattr__(self, "resource", None)

    @property
    def name(self) -> str:
        """``BRAM``, or the bank's name where it is off the chip: ``HBM[3]``."""
        if self.bank is None:
            return str(self.resource)
        return f"HBM[{self.bank}]" if isinstance(self.bank, int) else self.bank

    def __rmatmul__(self, kind: Any) -> PlacedType:
        return placed(kind, self)


class _Stateful:
    """``x: int32 @ Stateful = 0`` keeps its value from one call to the next."""

    def __rmatmul__(self, kind: Any) -> PlacedType:
        return placed(kind, self)

    def __repr__(self) -> str:
        return "Stateful"


Stateful = _Stateful()


@dataclass(frozen=True)
class PlacedType:
    """A type, the memory that its variables are kept in, and whether they outlive a call."""

    type: ScalarType | TensorType
    memory: Memory | None = None
    stateful: bool = False


def placed(kind: Any, how: object) -> PlacedType:
    """``kind @ how``. Raises ``TypeError`` unless they are a type and a memory or ``Stateful``."""
    known = kind if isinstance(kind, PlacedType) else PlacedType(kind)
    if not isinstance(known.type, (ScalarType, TensorType)):
        raise TypeError(f"{kind!r} is not a type")
    if isinstance(how, Memory):
        if known.memory is not None:
            raise TypeError("a variable is kept in one memory")
        return replace(known, memory=how)
    if how is not Stateful:
        raise TypeError("after '@' stands Memory(...) or Stateful")
    return replace(known, stateful=True)
