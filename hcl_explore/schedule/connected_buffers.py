"""One array under the names that callers and callees have for it."""

from __future__ import annotations

from collections.abc import Iterator

import mlir.ir as ir

from hcl_explore.ir import attributes as attrs
from hcl_explore.ir.program import Buffer, Program


def connected_buffers(program: Program, buffer: Buffer) -> list[Buffer]:
    """``buffer`` and every buffer that calls make the same storage as it."""
    pairs = list(_passed_on(program))
    found = [buffer]
    for current in found:
        for pair in pairs:
            if current in pair:
                found += [other for other in pair if other not in found]
    return found


def _passed_on(program: Program) -> Iterator[tuple[Buffer, Buffer]]:
    """An array in a caller and in the function called, for each argument and result."""
    for function in program.functions.values():
        for call in function.all_calls():
            callee = program.functions.get(call.callee)
            if callee is None:
                continue
            formals = {buffer.argument_position: buffer for buffer in callee.buffers}
            for position, argument in enumerate(call.arguments):
                if argument is not None and position in formals:
                    yield argument, formals[position]
            returned = [buffer for buffer in callee.buffers if buffer.kind == "result"]
            if len(returned) == len(call.results):
                yield from zip(call.results, returned, strict=True)


def set_buffer_attribute(program: Program, buffer: Buffer, name: str, value: object) -> None:
    """Set an attribute of an array, wherever its declaration keeps attributes."""
    if buffer.argument_position is not None:
        function = program.functions[buffer.function]
        attrs.set_argument_attribute(function.op, buffer.argument_position, name, value)
    else:
        number = ir.OpResult(buffer.value).result_number
        buffer.value.owner.operation.attributes[attrs.of_result(name, number)] = value
