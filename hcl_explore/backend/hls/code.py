"""What the emitter is asked for and what it gives back: options, the C++, its interface."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from hcl_explore.ir.locations import Sources
from hcl_explore.lang.external import ExternalFunction

Interface = Literal["m_axi", "s_axilite", "ap_memory", "ap_fifo"]
Transfer = Literal["burst", "copy", "stream"]
Direction = Literal["in", "out", "inout"]
Origin = Literal["argument", "result"]


@dataclass(frozen=True)
class HlsOptions:
    """How the kernel meets the outside.

    ``interface`` is what the arrays become: ``m_axi`` (memory behind AXI; a bundle for each array,
    or for each memory bank that arrays are placed in), ``s_axilite`` (memory inside the block that
    a processor sees), ``ap_memory`` (ports of a memory beside the block) or ``ap_fifo``.

    ``transfer`` is how their elements travel, for all arrays or by array: ``burst`` accesses them
    through the port, where the tool joins neighbouring accesses to bursts; ``copy`` holds the
    whole array on the chip for the time of the run; ``stream`` is a FIFO, for an array whose
    elements are read or written once each, in order. Arrays that are not named, or all with
    None, are not copied, but for those behind ``m_axi`` that a schedule cut into banks or bound
    to a kind of memory: AXI has one port, so the banks can only be on the chip.
    """

    interface: Interface = "m_axi"
    transfer: Transfer | Mapping[str, Transfer] | None = None

    def transfer_of(self, array: str) -> Transfer | None:
        """What is asked for ``array``, by the user's name of it."""
        if isinstance(self.transfer, Mapping):
            return self.transfer.get(array)
        return self.transfer


@dataclass(frozen=True)
class Port:
    """One parameter of the top function, in the order of the C++ parameters.

    ``name`` is the C++ name, ``source_name`` the user's. ``origin`` and ``position`` say which
    argument or result of the kernel it is, counting from 0. ``dtype`` is the printed form of a
    ``lang.types`` type; ``ctype`` the C++ element type and ``element_bits`` the width of its
    values (``index`` travels as a 32-bit ``int``). ``shape`` is None for a scalar passed by value,
    ``()`` for a scalar passed by reference. ``is_return``: the value is what the C++ function
    returns, and no parameter. ``mode`` is the interface pragma's; ``bundle`` is the AXI bundle,
    ``bank`` the off-chip memory bank that the user placed the array in ("HBM[3]").
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
    bank: str | None = None
    is_return: bool = False


@dataclass(frozen=True)
class OnChipCopy:
    """An interface array that the generated code holds in on-chip memory.

    ``bram18`` and ``uram`` are the memory blocks that takes (both 0: registers or LUTs).
    ``loads`` and ``stores``: it is filled before the kernel runs, written back afterwards.
    ``reason`` is a phrase: "partitioned", "bound to URAM", "transfer='copy'".
    """

    port: str
    buffer: str
    bytes: int
    banks: int
    bram18: int
    uram: int
    loads: bool
    stores: bool
    reason: str

    def __str__(self) -> str:
        """ "A is held on chip: 4096 bytes in 8 banks, 8 BRAM18 (partitioned)"."""
        banks = f" in {self.banks} banks" if self.banks > 1 else ""
        blocks = f"{self.uram} URAM" if self.uram else f"{self.bram18} BRAM18"
        memory = blocks if self.uram or self.bram18 else "registers or LUTs"
        return f"{self.port} is held on chip: {self.bytes} bytes{banks}, {memory} ({self.reason})"


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
    externals: tuple[ExternalFunction, ...] = ()
    """The C++ functions that the text calls and that are compiled beside it."""
    sources: Sources = field(default_factory=Sources, repr=False, compare=False)
    """The kernel's text, for messages."""
    state: tuple[str, ...] = ()
    """The variables of the text that keep their values between calls."""
    in_a_circle: bool = False
    """Whether tasks wait for one another in a circle, so that C simulation needs threads."""

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
