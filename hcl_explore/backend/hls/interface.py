"""Parameters: the C++ signature of each function, and the interface of the top one."""

from __future__ import annotations

import mlir.ir as ir

from hcl_explore.backend.hls.code import Direction, OnChipCopy, Origin, Port
from hcl_explore.backend.hls.control import variable
from hcl_explore.backend.hls.function import FunctionEmitter, HlsBuffer
from hcl_explore.backend.hls.memory import element_type, write_copy, write_memory_pragmas
from hcl_explore.backend.hls.module import FunctionInfo, ModuleEmitter, result_dtype
from hcl_explore.backend.hls.types import scalar_of, stored_as
from hcl_explore.ir import attributes as attrs
from hcl_explore.lang.types import ScalarType


class TopInterface:
    """The ports of the kernel, and which of its arrays are copied to on-chip memory."""

    def __init__(self, emitter: ModuleEmitter) -> None:
        self.options = emitter.options
        self.is_vitis = emitter.dialect.name == "vitis"
        self.ports: list[Port] = []
        self.copies: list[OnChipCopy] = []
        self.prototype = ""
        self._loads: list[tuple[HlsBuffer, HlsBuffer, ir.Attribute | None, str | None]] = []
        self._banks: list[tuple[HlsBuffer, ir.Attribute | None, str | None]] = []
        self._bundles = 0

    def add_scalar(
        self, f: FunctionEmitter, name: str, source: tuple[str, Origin, int], scalar: ScalarType,
        *, by_reference: bool, is_return: bool = False,
    ) -> None:  # fmt: skip
        source_name, origin, position = source
        direction: Direction = "in" if origin == "argument" else "out"
        mode = "s_axilite" if self.options.interface == "m_axi" else "ap_none"
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
                direction,
                mode,
                is_return=is_return,
            )
        )

    def add_array(
        self,
        f: FunctionEmitter,
        port: HlsBuffer,
        source: tuple[Origin, int],
        direction: Direction,
        partition: ir.Attribute | None,
        storage: str | None,
        value: ir.Value,
    ) -> HlsBuffer:
        """Note an array port; what the body works on: the port, or its copy on the chip."""
        origin, position = source
        bundle = None
        if self.options.interface == "m_axi":
            bundle = f"gmem{self._bundles}"
            self._bundles += 1
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
                self.options.interface if port.shape else "s_axilite",
                bundle,
            )
        )
        reason = self._copy_reason(partition, storage)
        if reason is None or not port.shape:
            self._banks.append((port, partition, storage))
            return port
        name = f.new_name(f"{port.name}_buf")
        buffer = f.new_buffer(value, name, port.source_name, port.scalar, port.shape)
        loads, stores = direction != "out", direction != "in"
        elements = 1
        for extent in port.shape:
            elements *= extent
        size = elements * -(-port.ctype.width // 8)
        banks = 1
        for entry in attrs.read_partition(partition):
            banks *= entry.banks(port.shape[entry.dim - 1])
        self.copies.append(OnChipCopy(port.name, name, size, banks, loads, stores, reason))
        self._loads.append((port, buffer, partition, storage))
        if stores:
            f.written_back.append((f"store_{port.name}", port, buffer))
        return buffer

    def _copy_reason(self, partition: ir.Attribute | None, storage: str | None) -> str | None:
        if self.options.interface != "m_axi" or not self.is_vitis:
            return None
        if partition is not None and attrs.read_partition(partition):
            return "partitioned"
        if storage is not None:
            return f"bound to {storage}"
        return "on_chip='all'" if self.options.on_chip == "all" else None

    # --- text -----------------------------------------------------------------------------------

    def write_port_pragmas(self, f: FunctionEmitter) -> None:
        """The interface pragmas, then the banks of ports that are used in place."""
        storages = {buffer.name: storage for buffer, _, storage in self._banks}
        for port in self.ports:
            if port.is_return:
                continue
            depth = None
            if port.mode == "m_axi":
                depth = 1
                for extent in port.shape or ():
                    depth *= extent
            if port.mode != "ap_none":
                storage = storages.get(port.name)
                for line in f.dialect.port(port.name, port.mode, port.bundle, depth, storage):
                    f.writer.pragma(line)
        if self.options.interface == "m_axi":
            for line in f.dialect.port("return", "s_axilite", None, None, None):
                f.writer.pragma(line)
        for buffer, partition, storage in self._banks:
            # The memory behind a Vitis port is a matter of its interface pragma.
            inside = storage if storage == "registers" or not self.is_vitis else None
            write_memory_pragmas(f, buffer, partition, inside, is_parameter=True)

    def write_loads(self, f: FunctionEmitter) -> None:
        """The on-chip copies: each is stated, with its size and the reason."""
        for (port, buffer, partition, storage), copy in zip(self._loads, self.copies, strict=True):
            banks = f" in {copy.banks} banks" if copy.banks > 1 else ""
            f.writer.comment(
                f"{port.name} is held on chip ({copy.bytes} bytes{banks}): {copy.reason}"
            )
            f.writer.line(f"{f.declaration(buffer)};")
            write_memory_pragmas(f, buffer, partition, storage)
            if copy.loads:
                write_copy(f, f"load_{port.name}", buffer, port)


# --- signatures ---------------------------------------------------------------------------------


def signature(f: FunctionEmitter, info: FunctionInfo, interface: TopInterface | None) -> str:
    """The head of a function; makes its parameters known to ``f``."""
    block = info.op.regions[0].blocks[0]
    parameters = []
    for position, argument in enumerate(block.arguments):
        parameters.append(_argument(f, info, position, argument, interface))
    returned = block.operations[len(block.operations) - 1].operation
    for position, value in enumerate(returned.operands):
        parameter = _result(f, info, position, value, interface)
        if parameter is not None:
            parameters.append(parameter)
    kind = "void" if info.returned_type is None else f.integers.spell(info.returned_type)
    linkage = 'extern "C" ' if interface is not None and interface.is_vitis else ""
    prefix = "" if interface is not None else "static "
    return f"{linkage}{prefix}{kind} {info.cpp_name}({', '.join(parameters)})"


def _argument(
    f: FunctionEmitter,
    info: FunctionInfo,
    position: int,
    argument: ir.Value,
    interface: TopInterface | None,
) -> str:
    """The parameter of one argument."""
    fields = attrs.argument_attributes(info.op, position)
    source_name = _text(fields, attrs.ARGUMENT_NAME) or f"arg{position}"
    dtype = _text(fields, attrs.DTYPE)
    if not isinstance(argument.type, ir.MemRefType):
        return _scalar_argument(f, info, position, argument, (source_name, dtype), interface)
    kind = ir.MemRefType(argument.type)
    scalar = element_type(f, info.op, dtype, kind)
    name = f.new_name(source_name)
    buffer = f.new_buffer(argument, name, source_name, scalar, tuple(kind.shape))
    is_written = position in info.written
    partition = fields[attrs.PARTITION] if fields and attrs.PARTITION in fields else None
    storage = _text(fields, attrs.STORAGE)
    if interface is not None:
        direction: Direction = "inout" if is_written else "in"
        f.buffers[argument] = interface.add_array(
            f, buffer, ("argument", position), direction, partition, storage, argument
        )
    else:
        f.parameter_banks.append((buffer, partition))
    const = "" if is_written else "const "
    return const + _parameter(f, buffer)


def _scalar_argument(
    f: FunctionEmitter,
    info: FunctionInfo,
    position: int,
    argument: ir.Value,
    described: tuple[str, str | None],
    interface: TopInterface | None,
) -> str:
    source_name, dtype = described
    scalar = scalar_of(dtype, argument.type)
    if scalar is None:
        raise f.error(info.op, f"HLS C++ has no type for {argument.type}", "Use float32.")
    ctype = stored_as(scalar)
    name = f.new_name(source_name)
    f.values[argument] = variable(name, ctype, argument)
    if interface is not None:
        source: tuple[str, Origin, int] = (source_name, "argument", position)
        interface.add_scalar(f, name, source, scalar, by_reference=False)
    return f"{f.integers.spell(ctype)} {name}"


def _result(
    f: FunctionEmitter,
    info: FunctionInfo,
    position: int,
    value: ir.Value,
    interface: TopInterface | None,
) -> str | None:
    """The parameter that takes one result, or None for the C++ return value."""
    if not isinstance(value.type, ir.MemRefType):
        return _scalar_result(f, info, position, value, interface)
    owner = value.owner
    made_here = not isinstance(owner, ir.Block)
    wanted = _made_name(owner.operation) if made_here else None
    kind = ir.MemRefType(value.type)
    scalar = element_type(f, info.op, result_dtype(info.op, position), kind)
    source_name = wanted or "result"
    name = f.new_name(source_name)
    # The array lives in the caller's memory if it is made here and returned once.
    in_place = wanted is not None and value not in f.outputs
    port = f.new_buffer(value, name, source_name, scalar, tuple(kind.shape))
    body = port
    partition = storage = None
    if in_place:
        partition = owner.operation.attributes.get(attrs.PARTITION)
        storage = attrs.text(owner.operation, attrs.STORAGE)
        f.outputs[value] = name
    if interface is not None:
        body = interface.add_array(f, port, ("result", position), "out", partition, storage, value)
        if in_place:
            f.outputs[value] = body.name
    elif partition is not None:
        f.parameter_banks.append((port, partition))
    f.targets.append(None if in_place else port)
    return _parameter(f, port)


def _made_name(op: ir.Operation) -> str | None:
    """The name of the array that ``op`` makes for its function to return, if it makes one."""
    if op.name in ("memref.alloc", "func.call"):
        return attrs.text(op, attrs.BUFFER_NAME) or "result"
    return None


def _scalar_result(
    f: FunctionEmitter,
    info: FunctionInfo,
    position: int,
    value: ir.Value,
    interface: TopInterface | None,
) -> str | None:
    scalar = scalar_of(result_dtype(info.op, position), value.type)
    assert scalar is not None  # the module read the types of all results
    is_return = info.returned_type is not None
    name = "return" if is_return else f.new_name(f"result_{position}")
    if interface is not None:
        source: tuple[str, Origin, int] = (f"result {position + 1}", "result", position)
        interface.add_scalar(
            f, name, source, scalar, by_reference=not is_return, is_return=is_return
        )
    if is_return:
        f.targets.append(None)
        return None
    ctype = stored_as(scalar)
    number = f.module.next_buffer()
    f.targets.append(HlsBuffer(number, name, name, scalar, ctype, scalar.bits, ()))
    return f"{f.integers.spell(ctype)} &{name}"


def _parameter(f: FunctionEmitter, buffer: HlsBuffer) -> str:
    """``float A[32][32]``, or ``float &acc`` for a variable."""
    if buffer.shape:
        return f.declaration(buffer)
    return f"{f.integers.spell(buffer.ctype)} &{buffer.name}"


def _text(fields: ir.DictAttr | None, name: str) -> str | None:
    return ir.StringAttr(fields[name]).value if fields is not None and name in fields else None
