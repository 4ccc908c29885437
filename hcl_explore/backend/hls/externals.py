"""Calls of C++ functions in emitted text: their declarations, and arrays of their element types."""

from __future__ import annotations

import mlir.ir as ir

from hcl_explore.backend.hls.function import FunctionEmitter
from hcl_explore.backend.hls.memory import write_copy
from hcl_explore.backend.hls.types import stored_as
from hcl_explore.lang.external import ExternalFunction, ExternalPort


def write_prototype(f: FunctionEmitter, external: ExternalFunction) -> None:
    """The declaration that the calls need; the definition is compiled beside the text."""
    f.writer.blank()
    f.writer.comment(f"defined in {f.module.comment_text(external.files[0][0])}")
    f.writer.line(f"{external.prototype};")
    if any(port.ctype.startswith("ap_") for port in external.ports):
        f.module.used.add("exact")


def write_external_call(f: FunctionEmitter, op: ir.Operation, external: ExternalFunction) -> None:
    """The call. An array whose elements the C++ holds in another type than the text (``int``, where
    the text has ``ap_int<32>``) goes through an array of that type, which a comment states."""
    for position, value in enumerate(op.operands):
        if isinstance(value.type, ir.MemRefType) and external.ports[position].direction != "in":
            f.flush(f.buffers[value].number)
    with f.inner_scope():
        arguments = []
        copied_back = []
        for port, value in zip(external.ports, op.operands, strict=True):
            if port.shape is None:
                arguments.append(f.integers.rendered(f.use(value)).text)
                continue
            buffer = f.buffers[value]
            f.at(op)
            if _spelled(f, port) == port.ctype.replace(" ", ""):
                arguments.append(buffer.name)
                continue
            held = f.new_buffer(
                value, f.new_name(f"{buffer.name}_{port.name}"), buffer.source_name, buffer.scalar,
                buffer.shape,
            )  # fmt: skip
            f.buffers[value] = buffer
            extents = "".join(f"[{extent}]" for extent in port.shape)
            f.writer.comment(f"{external.name} takes {buffer.name} as {port.ctype}: a copy")
            f.writer.line(f"{port.ctype} {held.name}{extents};")
            if port.direction != "out":
                write_copy(f, f"load_{held.name}", held, buffer)
            if port.direction != "in":
                copied_back.append((held, buffer))
            arguments.append(held.name)
        f.at(op)
        f.writer.line(f"{external.name}({', '.join(arguments)});")
        for held, buffer in copied_back:
            write_copy(f, f"store_{held.name}", buffer, held)


def _spelled(f: FunctionEmitter, port: ExternalPort) -> str:
    """How the text spells the elements of an array of the port's type."""
    return f.dialect.type_name(stored_as(port.element)).replace(" ", "")
