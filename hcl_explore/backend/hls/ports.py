"""The interface of the kernel: its ports, and which of its arrays are copied to on-chip memory."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import mlir.ir as ir

from hcl_explore.backend.hls.code import Direction, OnChipCopy, Origin, Port, Transfer
from hcl_explore.backend.hls.function import FunctionEmitter, HlsBuffer
from hcl_explore.backend.hls.memory import write_copy, write_memory_pragmas
from hcl_explore.backend.hls.module import ModuleEmitter
from hcl_explore.backend.hls.sequential import why_not_sequential
from hcl_explore.backend.hls.types import stored_as
from hcl_explore.errors import EmitError
from hcl_explore.ir import attributes as attrs
from hcl_explore.ir.memory_blocks import bram18_of, uram_of
from hcl_explore.lang.types import ScalarType

_INTERFACES = ("m_axi", "s_axilite", "ap_memory", "ap_fifo")
_TRANSFERS = ("burst", "copy", "stream")
# Smaller memories the tool makes of LUTs (seen in its reports).
_LEAST_BRAM_BITS = 1024


@dataclass(frozen=True)
class Placement:
    """Where the program keeps an array: its banks, its kind of memory, its off-chip bank."""

    partition: ir.Attribute | None = None
    storage: str | None = None
    bank: str | None = None

    @property
    def entries(self) -> tuple[attrs.PartitionedDim, ...]:
        return attrs.read_partition(self.partition)


class TopInterface:
    """Collects the ports while the signature is written; then writes what the body needs."""

    def __init__(self, emitter: ModuleEmitter) -> None:
        self.emitter = emitter
        self.options = emitter.options
        self.is_vitis = emitter.dialect.name == "vitis"
        self.ports: list[Port] = []
        self.copies: list[OnChipCopy] = []
        self.prototype = ""
        self._loads: list[tuple[HlsBuffer, HlsBuffer, Placement]] = []
        self._banks: list[tuple[HlsBuffer, Placement]] = []
        self._bundles = 0
        if self.options.interface not in _INTERFACES:
            raise EmitError(
                f"there is no interface {self.options.interface!r}",
                advice=f"Choose one of {', '.join(_INTERFACES)}.",
            )

    def add_scalar(
        self, f: FunctionEmitter, name: str, source: tuple[str, Origin, int], scalar: ScalarType,
        *, by_reference: bool, is_return: bool = False,
    ) -> None:  # fmt: skip
        source_name, origin, position = source
        is_slave = self.options.interface in ("m_axi", "s_axilite")
        self.ports.append(
            Port(
                name,
                source_name,
                origin,
                position,
                str(scalar),
                f.dialect.type_name(stored_as(scalar)),
                stored_as(scalar).width,
                () if by_reference else None,
                "in" if origin == "argument" else "out",
                "s_axilite" if is_slave else "ap_none",
                is_return=is_return,
            )
        )

    def add_array(
        self,
        f: FunctionEmitter,
        port: HlsBuffer,
        source: tuple[Origin, int],
        direction: Direction,
        placement: Placement,
        value: ir.Value,
    ) -> HlsBuffer:
        """Note an array port; what the body works on: the port, or its copy on the chip."""
        origin, position = source
        transfer = self._transfer(port)
        mode = self._mode(f, port, transfer, value)
        self.ports.append(
            Port(
                port.name,
                port.source_name,
                origin,
                position,
                str(port.scalar),
                f.dialect.type_name(port.ctype),
                port.ctype.width,
                port.shape,
                direction,
                mode,
                self._bundle(placement.bank) if mode == "m_axi" else None,
                placement.bank,
            )
        )
        reason = self._copy_reason(placement, transfer, mode)
        if reason is None or not port.shape:
            self._banks.append((port, placement))
            return port
        name = f.new_name(f"{port.name}_buf")
        buffer = f.new_buffer(value, name, port.source_name, port.scalar, port.shape)
        copy = _copy(port, name, placement, direction, reason)
        self.copies.append(copy)
        self._loads.append((port, buffer, placement))
        if copy.stores:
            f.written_back.append((f"store_{port.name}", port, buffer))
        return buffer

    # --- choices --------------------------------------------------------------------------------

    def _transfer(self, port: HlsBuffer) -> Transfer | None:
        chosen = self.options.transfer_of(port.source_name)
        if chosen is not None and chosen not in _TRANSFERS:
            raise EmitError(
                f"the transfer of '{port.source_name}' cannot be {chosen!r}",
                advice=f"Choose among {', '.join(_TRANSFERS)}.",
            )
        if chosen is None and self.options.interface == "ap_fifo":
            return "stream"
        return chosen

    def _mode(
        self,
        f: FunctionEmitter,
        port: HlsBuffer,
        transfer: Transfer | None,
        value: ir.Value,
    ) -> str:
        """The mode of an array's interface pragma."""
        if not port.shape:
            return "s_axilite" if self.options.interface in ("m_axi", "s_axilite") else "ap_none"
        if transfer != "stream":
            return "ap_memory" if self.options.interface == "ap_fifo" else self.options.interface
        if not self.is_vitis:
            raise f.error(
                f.op,
                f"'{port.source_name}' cannot be streamed in {f.dialect.name}",
                "Make it an hcl.Stream in the kernel.",
            )
        kernel = self.emitter.program.kernel
        buffer = next((b for b in kernel.buffers if b.value == value), None)
        reason = "it is no array of its own" if buffer is None else why_not_sequential(buffer)
        if reason is not None:
            raise f.error(
                f.op,
                f"'{port.source_name}' cannot be streamed: {reason}",
                "Choose transfer='burst' or 'copy' for it, or reorder the loops.",
            )
        return "axis" if self.options.interface == "m_axi" else "ap_fifo"

    def _bundle(self, bank: str | None) -> str:
        if bank is not None:
            words = "".join(c if c.isalnum() else "_" for c in bank).strip("_")
            return f"gmem_{words}"
        self._bundles += 1
        return f"gmem{self._bundles - 1}"

    def _copy_reason(
        self, placement: Placement, transfer: Transfer | None, mode: str
    ) -> str | None:
        if transfer is not None:
            return "transfer='copy'" if transfer == "copy" else None
        if mode != "m_axi" or not self.is_vitis:
            return None
        if placement.entries:
            return "partitioned"
        return f"bound to {placement.storage}" if placement.storage is not None else None

    def check_names(self) -> None:
        """Raises ``EmitError`` where ``transfer`` names something that is no array port."""
        if isinstance(self.options.transfer, Mapping):
            known = [port.source_name for port in self.ports if port.shape]
            for name in self.options.transfer:
                if name not in known:
                    raise EmitError(
                        f"transfer: the kernel has no array '{name}' at its interface",
                        advice=f"Its arrays are {', '.join(known)}." if known else None,
                    )

    def note_shared_bundles(self) -> None:
        """Tell the emitter which arrays share their AXI bundle with others."""
        bundles = [port.bundle for port in self.ports if port.bundle is not None]
        self.emitter.shared_ports = {
            port.name for port in self.ports if bundles.count(port.bundle or "") > 1
        }

    # --- text -----------------------------------------------------------------------------------

    def write_port_pragmas(self, f: FunctionEmitter) -> None:
        """The interface pragmas, then the banks of ports that are used in place."""
        storages = {buffer.name: placement.storage for buffer, placement in self._banks}
        for port in self.ports:
            if port.is_return or port.mode == "ap_none":
                continue
            depth = math.prod(port.shape or (1,)) if port.mode == "m_axi" else None
            storage = storages.get(port.name)
            for line in f.dialect.port(port.name, port.mode, port.bundle, depth, storage):
                f.writer.pragma(line)
        if self.options.interface in ("m_axi", "s_axilite"):
            for line in f.dialect.port("return", "s_axilite", None, None, None):
                f.writer.pragma(line)
        modes = {port.name: port.mode for port in self.ports}
        for buffer, placement in self._banks:
            if modes[buffer.name] in ("m_axi", "axis", "ap_fifo", "s_axilite") and self.is_vitis:
                self._note_without_effect(f, buffer, placement)
                continue
            # The memory behind a Vitis port is a matter of its interface pragma.
            inside = (
                placement.storage if placement.storage == "registers" or not self.is_vitis else None
            )
            write_memory_pragmas(f, buffer, placement.partition, inside, is_parameter=True)

    def _note_without_effect(
        self, f: FunctionEmitter, buffer: HlsBuffer, placement: Placement
    ) -> None:
        """Say where banks were asked for that the port cannot have."""
        asked = [str(entry) for entry in placement.entries]
        asked += [f"memory {placement.storage}"] if placement.storage is not None else []
        if asked and buffer.shape:
            f.writer.comment(f"{buffer.name} stays off chip: without effect: {'; '.join(asked)}")

    def write_loads(self, f: FunctionEmitter) -> None:
        """The on-chip copies: each is stated, with its size and the reason."""
        for (port, buffer, placement), copy in zip(self._loads, self.copies, strict=True):
            f.writer.comment(str(copy))
            f.writer.line(f"{f.declaration(buffer)};")
            write_memory_pragmas(f, buffer, placement.partition, placement.storage)
            if copy.loads:
                write_copy(f, f"load_{port.name}", buffer, port)


def _copy(
    port: HlsBuffer, name: str, placement: Placement, direction: Direction, reason: str
) -> OnChipCopy:
    """What holding ``port`` on the chip takes."""
    banks = 1
    words = 1
    for dim, extent in enumerate(port.shape, 1):
        cut = next((e.banks(extent) for e in placement.entries if e.dim == dim), 1)
        banks *= cut
        words *= -(-extent // cut)
    bits = port.ctype.width
    is_uram = placement.storage == "URAM"
    is_small = words * bits < _LEAST_BRAM_BITS and placement.storage is None
    is_memory = placement.storage not in ("registers", "LUTRAM") and words > 1 and not is_small
    return OnChipCopy(
        port=port.name,
        buffer=name,
        bytes=math.prod(port.shape) * -(-bits // 8),
        banks=banks,
        bram18=banks * bram18_of(words, bits) if is_memory and not is_uram else 0,
        uram=banks * uram_of(words, bits) if is_memory and is_uram else 0,
        loads=direction != "out",
        stores=direction != "in",
        reason=reason,
    )
