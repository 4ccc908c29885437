"""What the emitter is asked for and what it gives back: options, the C++, its interface."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Direction = Literal["in", "out", "inout"]
Origin = Literal["argument", "result"]


@dataclass(frozen=True)
class HlsOptions:
    """How the kernel meets the outside.

    ``interface``: ``m_axi`` puts each array of the kernel on its own AXI bundle and everything
    else on ``s_axilite``; ``ap_memory`` gives it memory ports, as for a block inside a design.

    ``on_chip`` says which arrays behind ``m_axi`` are copied to on-chip memory for the time of
    the run: ``partitioned`` those that a schedule cut into banks or bound to a kind of memory
    (AXI has one port, so the banks can only be on the chip), ``all`` every one. With
    ``ap_memory`` nothing is copied.
    """

    interface: Literal["m_axi", "ap_memory"] = "m_axi"
    on_chip: Literal["partitioned", "all"] = "partitioned"


@dataclass(frozen=True)
class Port:
    """One parameter of the top function, in the order of the C++ parameters.

    ``name`` is the C++ name, ``source_name`` the user's. ``origin`` and ``position`` say which
    argument or result of the kernel it is, counting from 0. ``dtype`` is the printed form of a
    ``lang.types`` type; ``ctype`` the C++ element type and ``element_bits`` the width of its
    values (``index`` travels as a 32-bit ``int``). ``shape`` is None for a scalar passed by value,
    ``()`` for a scalar passed by reference. ``is_return``: the value is what the C++ function
    returns, and no parameter. ``mode`` is the interface pragma's; ``bundle`` is the AXI bundle.
    """

    name: str
    source_name: str
    origin: Origin
    position: int
    dtype: str
    ctype: str
    element_bits: int
    shape: tuple[int, ...] | None
    direction: Direction
    mode: str
    bundle: str | None = None
    is_return: bool = False


@dataclass(frozen=True)
class OnChipCopy:
    """An interface array that the generated code holds in on-chip memory.

    ``loads`` and ``stores``: it is filled before the kernel runs, written back afterwards.
    ``reason`` is a phrase: "partitioned", "bound to URAM", "on_chip='all'".
    """

    port: str
    buffer: str
    bytes: int
    banks: int
    loads: bool
    stores: bool
    reason: str


@dataclass(frozen=True)
class HlsCode:
    """Emitted C++.

    ``links`` has for each line of ``text`` the line of the kernel source it comes from, or None;
    ``filename`` is that source. ``top`` is the C++ name of the kernel, ``prototype`` its
    declaration without the semicolon. ``ports`` are the parameters in order, and the returned
    value last if there is one. ``headers`` are the ``#include`` lines that the prototype needs.
    ``loops`` maps the C++ label of each loop to its key in the ``Program`` ("gemm:mm.k.outer").
    """

    text: str
    links: tuple[int | None, ...]
    filename: str | None
    dialect: str
    options: HlsOptions
    top: str
    prototype: str
    headers: tuple[str, ...]
    ports: tuple[Port, ...]
    copies: tuple[OnChipCopy, ...]
    loops: tuple[tuple[str, str], ...]

    @property
    def hls_code(self) -> str:
        """The C++, under the name that users of HeteroCL and Allo know."""
        return self.text

    @property
    def parameters(self) -> tuple[Port, ...]:
        """The ports that are C++ parameters, in order."""
        return tuple(port for port in self.ports if not port.is_return)

    @property
    def returned(self) -> Port | None:
        """The port that is the C++ return value, if there is one."""
        return next((port for port in self.ports if port.is_return), None)
