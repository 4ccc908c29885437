"""An MLIR module as HLS C++.

``emit`` walks the module once. What the text is depends on the module, the dialect and the options
alone: the same input gives the same text.
"""

from __future__ import annotations

from hcl_explore.backend.hls.code import HlsCode, HlsOptions, OnChipCopy, Port
from hcl_explore.backend.hls.dialect import DIALECTS
from hcl_explore.backend.hls.externals import write_prototype
from hcl_explore.backend.hls.interface import signature
from hcl_explore.backend.hls.memory import write_memory_pragmas
from hcl_explore.backend.hls.module import FunctionInfo, ModuleEmitter
from hcl_explore.backend.hls.ports import TopInterface
from hcl_explore.backend.hls.prelude import BFLOAT16_HELPERS, NEEDS_CMATH, helper_lines
from hcl_explore.backend.hls.regions import THREADS, emit_region
from hcl_explore.backend.hls.streams import makes_streams
from hcl_explore.errors import EmitError
from hcl_explore.ir import attributes as attrs
from hcl_explore.ir.locations import Sources
from hcl_explore.ir.printing import ModuleLike
from hcl_explore.ir.program import Program

__all__ = ["HlsCode", "HlsOptions", "OnChipCopy", "Port", "emit"]


def emit(
    module: ModuleLike,
    *,
    dialect: str = "vitis",
    options: HlsOptions | None = None,
    sources: Sources | None = None,
    program: Program | None = None,
) -> HlsCode:
    """The C++ of a verified module that follows docs/architecture.md.

    ``dialect`` is ``vitis`` or ``catapult``. ``sources`` gives error messages their source line.
    ``program`` is the module as ``read_program`` reads it, where the caller has it already. The
    module is not changed. To compile the text outside the tool, use the folders of
    ``headers.include_directories`` and ``-std=c++14 -ffp-contract=off``.

    Raises:
        EmitError: an operation or type has no counterpart in the dialect; it names the source
            line.
    """
    if dialect not in DIALECTS:
        raise EmitError(
            f"unknown HLS dialect {dialect!r}", advice=f"Choose one of {', '.join(DIALECTS)}."
        )
    emitter = ModuleEmitter(
        module, DIALECTS[dialect], options or HlsOptions(), sources or Sources(), program
    )
    top = emitter.functions[emitter.top]
    interface = TopInterface(emitter)
    for info in emitter.functions.values():
        _write_function(emitter, info, interface if info is top else None)
    return _assemble(emitter, top, interface)


def _write_function(
    emitter: ModuleEmitter, info: FunctionInfo, interface: TopInterface | None
) -> None:
    f = emitter.function_emitter(info)
    if info.external is not None:
        write_prototype(f, info.external)
        return
    head = signature(f, info, interface)
    dataflow = attrs.flag(info.op, attrs.DATAFLOW) or makes_streams(info.op)
    pragmas = f.dialect.top_function(dataflow) if interface else f.dialect.function(dataflow)
    f.at(info.op)
    writer = f.writer
    writer.blank()
    for line in pragmas.before:
        writer.pragma(line)
    if interface is not None:
        interface.check_names()
        interface.note_shared_bundles()
        interface.prototype = head
    if f.template:
        writer.line(f"template <{', '.join(f.template)}>")
    with writer.block(head):
        if interface is not None:
            interface.write_port_pragmas(f)
        for line in pragmas.inside:
            writer.pragma(line)
        if interface is not None:
            interface.write_loads(f)
        for buffer, partition in f.parameter_banks:
            write_memory_pragmas(f, buffer, partition, None, is_parameter=True)
        block = info.op.regions[0].blocks[0]
        order = emitter.task_orders.get(info.name)
        if order is None:
            f.emit_block(block)
        else:
            emit_region(f, block, order)


def _assemble(emitter: ModuleEmitter, top: FunctionInfo, interface: TopInterface) -> HlsCode:
    """Headers, helpers, tables and functions in one text."""
    if "bfloat16" in emitter.used:
        emitter.helpers |= BFLOAT16_HELPERS
        emitter.used.add("cstdint")
    if emitter.helpers & NEEDS_CMATH:
        emitter.used.add("cmath")
    headers = emitter.dialect.headers(emitter.used)
    head = [f"// {top.cpp_name}: HLS C++ ({emitter.dialect.name}) emitted by hcl_explore"]
    if emitter.filename is not None:
        head[0] += f" from {emitter.short_name(emitter.filename)}"
    head += THREADS if emitter.threads else ()
    head += [*headers, ""] if headers else [""]
    head += helper_lines(emitter.helpers, emitter.dialect.name)
    if emitter.tables:
        head += [*emitter.tables, ""]
    body, links = emitter.writer.lines, emitter.writer.links
    return HlsCode(
        text="\n".join([*head, *body, ""]),
        links=(*([None] * len(head)), *links),
        filename=emitter.filename,
        dialect=emitter.dialect.name,
        options=emitter.options,
        top=top.cpp_name,
        prototype=interface.prototype,
        headers=tuple(headers),
        ports=tuple(interface.ports),
        copies=tuple(interface.copies),
        loops=tuple(emitter.loops),
        in_a_circle=emitter.in_a_circle,
        state=tuple(emitter.state),
        externals=tuple(
            info.external for info in emitter.functions.values() if info.external is not None
        ),
        sources=emitter.sources,
    )
