"""Parameters: the C++ signature of each function."""

from __future__ import annotations

from dataclasses import replace

import mlir.ir as ir

from hcl_explore.backend.hls.code import Direction, Origin
from hcl_explore.backend.hls.control import variable
from hcl_explore.backend.hls.function import FunctionEmitter, HlsBuffer
from hcl_explore.backend.hls.memory import element_type
from hcl_explore.backend.hls.module import FunctionInfo, result_dtype
from hcl_explore.backend.hls.ports import Placement, TopInterface
from hcl_explore.backend.hls.streams import parameter_text
from hcl_explore.backend.hls.types import INT, scalar_of, stored_as
from hcl_explore.ir import attributes as attrs
from hcl_explore.ir.dialect import is_stream


def signature(f: FunctionEmitter, info: FunctionInfo, interface: TopInterface | None) -> str:
    """The head of a function; makes its parameters known to ``f``."""
    block = info.op.regions[0].blocks[0]
    parameters = []
    for position, argument in enumerate(block.arguments):
        parameter = _argument(f, info, position, argument, interface)
        if parameter is not None:
            parameters.append(parameter)
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
) -> str | None:
    """The parameter of one argument, or None for one of the template's."""
    fields = attrs.argument_attributes(info.op, position)
    source_name = _text(fields, attrs.ARGUMENT_NAME) or f"arg{position}"
    dtype = _text(fields, attrs.DTYPE)
    if is_stream(argument.type):
        if interface is not None:
            raise f.error(
                info.op,
                f"the parameter '{source_name}' of the whole program is a stream",
                "Make the stream in a region around it; arrays are the ports of a program.",
            )
        return parameter_text(f, info.op, position, argument, source_name)
    if position in info.subscripts:
        return None
    if position in info.positions:
        _declare_position(f, argument, source_name, fields)
        return None
    if not isinstance(argument.type, ir.MemRefType):
        return _scalar_argument(f, info, position, argument, (source_name, dtype), interface)
    kind = ir.MemRefType(argument.type)
    scalar = element_type(f, info.op, dtype, kind)
    name = f.new_name(source_name)
    buffer = f.new_buffer(argument, name, source_name, scalar, tuple(kind.shape))
    is_written = position in info.written
    partition = fields[attrs.PARTITION] if fields and attrs.PARTITION in fields else None
    if interface is not None:
        direction: Direction = "inout" if is_written else "in"
        bank = fields[attrs.BANK] if fields and attrs.BANK in fields else None
        placement = Placement(partition, _text(fields, attrs.STORAGE), attrs.bank_name(bank))
        f.buffers[argument] = interface.add_array(
            f, buffer, ("argument", position), direction, placement, argument
        )
    else:
        f.parameter_banks.append((buffer, partition))
    const = "" if is_written else "const "
    return const + _parameter(f, buffer)


def _declare_position(
    f: FunctionEmitter, argument: ir.Value, source_name: str, fields: ir.DictAttr | None
) -> None:
    """A dimension of a task's position: a template parameter, so that each task is its own."""
    name = f.new_name(source_name)
    extent = ir.IntegerAttr(fields[attrs.EXTENT]).value if fields is not None else 1
    f.values[argument] = replace(variable(name, INT, argument), low=0, high=extent - 1)
    f.template.append(f"int {name}")


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
    placement = Placement()
    if in_place:
        made = owner.operation
        placement = Placement(
            made.attributes.get(attrs.PARTITION),
            attrs.text(made, attrs.STORAGE),
            attrs.bank_name(made.attributes.get(attrs.BANK)),
        )
        f.outputs[value] = name
    if interface is not None:
        body = interface.add_array(f, port, ("result", position), "out", placement, value)
        if in_place:
            f.outputs[value] = body.name
    elif placement.partition is not None:
        f.parameter_banks.append((port, placement.partition))
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
