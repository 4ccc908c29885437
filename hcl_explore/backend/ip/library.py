"""External IP compiled for this machine, and how compiled kernels reach it."""

from __future__ import annotations

import re
from pathlib import Path

import mlir.ir as ir

from hcl_explore.backend.cpu.signature import storage_bytes
from hcl_explore.backend.hls.csim_compile import compile_files
from hcl_explore.errors import BuildError, IpError, SourceSpan
from hcl_explore.ir.context import new_context
from hcl_explore.ir.external import external_functions
from hcl_explore.lang.external import ExternalFunction, ExternalPort

ENTRY = "hcl_explore_ip_entry"
"""Takes an array of pointers, one to the data of each parameter."""
ADDRESSES = "hcl_explore_ip_addresses"
"""Takes these pointers as integers of 64 bits."""


def compile_external(function: ExternalFunction) -> Path:
    """A shared library with ``ENTRY``. Raises ``IpError`` where the C++ does not compile, and
    ``BuildError`` where there is no compiler."""
    files = {**dict(function.files), "wrapper.cpp": _wrapper_text(function)}
    return compile_files(
        files, ["wrapper.cpp"], "vitis", lambda output: _compile_error(function, output)
    )


def _wrapper_text(function: ExternalFunction) -> str:
    lines = [
        "#include <hcl_explore_csim.h>",
        f'#include "{function.files[0][0]}"',
        f'extern "C" void {ENTRY}(void **memory) {{',
    ]
    arguments = []
    for number, port in enumerate(function.ports):
        count = 1
        for extent in port.shape or ():
            count *= extent
        lines.append(f"  {_holder(port)} port{number}(memory[{number}], {count});")
        inner = "".join(f"[{size}]" for size in (port.shape or ())[1:])
        pointer = f"(*){inner}" if inner else "*"
        is_array = port.shape is not None
        arguments.append(
            f"reinterpret_cast<{port.ctype} {pointer}>(port{number}.data())"
            if is_array
            else f"*port{number}.data()"
        )
    lines.append(f"  ::{function.name}({', '.join(arguments)});")
    lines += [
        f"  port{number}.store();"
        for number, port in enumerate(function.ports)
        if port.direction != "in"
    ]
    numbers = range(len(function.ports))
    parameters = ", ".join(f"std::int64_t p{number}" for number in numbers)
    pointers = ", ".join(f"reinterpret_cast<void *>(p{number})" for number in numbers)
    lines += [
        "}",
        f'extern "C" void {ADDRESSES}({parameters}) {{',
        f"  void *memory[] = {{{pointers or 'nullptr'}}};",
        f"  {ENTRY}(memory);",
    ]
    return "\n".join([*lines, "}", ""])


def _holder(port: ExternalPort) -> str:
    """The class of the support header that holds the port's data."""
    exact = re.fullmatch(r"ap_(u?)fixed<(\d+),-?\d+>", port.ctype)
    size = storage_bytes(port.element)
    if exact is not None:
        return f"hcl_explore::FixedPoint<{port.ctype}, ap_{exact[1]}int<{exact[2]}>, {size}>"
    if port.ctype.startswith("ap_"):
        return f"hcl_explore::Exact<{port.ctype}, {size}>"
    return f"hcl_explore::Same<{port.ctype}>"


def _compile_error(function: ExternalFunction, output: str) -> BuildError:
    """The first error of the compiler, at the line of the user's C++."""
    match = re.search(r"([^\s:]+):(\d+):(?:(\d+):)? (?:fatal )?error: (.*)", output)
    if match is None:
        return IpError(f"'{function.name}' does not compile: {output.strip()[:500]}")
    texts = dict(function.files)
    name = Path(match[1]).name
    span = None
    if name in texts:
        lines = texts[name].splitlines()
        line = int(match[2])
        text = lines[line - 1] if line <= len(lines) else ""
        span = SourceSpan(name, line, int(match[3] or 1), text=text)
    return IpError(f"'{function.name}' does not compile: {match[4]}", span=span)


def libraries_of(code: bytes) -> dict[str, tuple[str, str]]:
    """For each C++ function that the module in ``code`` calls: its library and the entry there.
    Raises as ``compile_external``."""
    module = ir.Module.parse(code, new_context())
    functions = external_functions(module).values()
    return {each.name: (str(compile_external(each)), ADDRESSES) for each in functions}
