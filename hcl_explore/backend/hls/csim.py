"""C simulation: emitted C++, compiled with the machine's own compiler, called with NumPy arrays.

* The text is compiled as it was emitted; a wrapper beside it converts the arguments.
* It runs in a worker process, as all compiled code does, with the argument checks and the time
  limit of ``backend.cpu``.
* A library is kept by its content: the same text is compiled once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hcl_explore.backend.cpu import invoke
from hcl_explore.backend.cpu.process import Unit
from hcl_explore.backend.cpu.signature import Signature, Value, storage_bytes
from hcl_explore.backend.cpu.state import STATE_ENTRY
from hcl_explore.backend.cpu.structs import Boundary
from hcl_explore.backend.hls.code import HlsCode, Port
from hcl_explore.backend.hls.csim_compile import compile_library
from hcl_explore.backend.hls.dialect import DIALECTS
from hcl_explore.backend.hls.types import exact
from hcl_explore.errors import BuildError
from hcl_explore.lang.types import BOOL, FixedType, Float, Index

_ENTRY = "hcl_explore_csim_entry"


class CsimKernel:
    """Emitted C++, compiled. Called as a ``CpuKernel`` is, with the same checks and errors.

    A scalar that the kernel returns comes back as a Python number.
    """

    def __init__(self, unit: Unit, signature: Signature, timeout_s: float) -> None:
        self._unit = unit
        self.signature = signature
        self.timeout_s = timeout_s
        self._kept = invoke.Kept()
        self.boundary: Boundary | None = None
        """How structs are passed; without it, each of their fields is an argument."""

    def __call__(self, *arguments: object) -> Any:
        inner = arguments if self.boundary is None else self.boundary.inner(arguments)
        returned = invoke.call(self._unit, self.signature, inner, self.timeout_s, kept=self._kept)
        return returned if self.boundary is None else self.boundary.outer(returned)

    def reset(self) -> None:
        """Let the stateful variables of the kernel have their initial values again."""
        self._kept = invoke.Kept()

    def __repr__(self) -> str:
        parameters = ", ".join(f"{value.name}: {value}" for value in self.signature.parameters)
        results = ", ".join(str(value) for value in self.signature.results) or "None"
        return f"<CsimKernel {self.signature.name}({parameters}) -> {results}>"


def build_csim(code: HlsCode, *, timeout_s: float = 60.0) -> CsimKernel:
    """Compile ``code`` and return its top function as a callable.

    ``timeout_s`` limits each call. Raises ``BuildError`` where there is no compiler, where the
    headers of the integer types are not installed, or where the text does not compile: that error
    points at the line of the kernel that the C++ line comes from.
    """
    if code.in_a_circle and not DIALECTS[code.dialect].threaded_streams:
        raise BuildError(
            f"the tasks of {code.top} wait for one another in a circle, so C simulation cannot run "
            f"them one by one, and the streams of {code.dialect} are not made for threads",
            advice='Run it with s.build("vhls", mode="csim"), or on the CPU with s.build().',
        )
    signature = read_signature(code)
    path = compile_library(code, wrapper_text(code))
    unit = Unit(
        str(path),
        {
            "op": "load_library",
            "key": str(path),
            "path": str(path),
            "entry": _ENTRY,
            "signature": signature.to_json(),
        },
    )
    return CsimKernel(unit, invoke.load(unit, code.top), timeout_s)


def read_signature(code: HlsCode) -> Signature:
    """The kernel's signature, as the ports tell it."""
    parameters = [port for port in code.ports if port.origin == "argument"]
    results = [port for port in code.ports if port.origin == "result"]
    return Signature(
        code.top,
        tuple(_value(port) for port in sorted(parameters, key=_position)),
        tuple(_value(port) for port in sorted(results, key=_position)),
    )


def _position(port: Port) -> int:
    return port.position


def _value(port: Port) -> Value:
    shape = port.shape
    if shape == () and port.origin == "result":
        shape = None  # a scalar result is a reference parameter
    return Value(port.source_name, port.dtype, shape, port.direction != "in")


def wrapper_text(code: HlsCode) -> str:
    """C++ that includes the emitted text and calls its top function on an array of pointers."""
    parameters = sum(port.origin == "argument" for port in code.ports)
    lines = [
        "#include <hcl_explore_csim.h>",
        "#include <cstring>",
        '#include "kernel.cpp"',
        f'extern "C" void {_ENTRY}(void **memory) {{',
    ]
    for number, port in enumerate(code.ports):
        place = port.position + (parameters if port.origin == "result" else 0)
        lines.append(
            f"  {_holder(port, code.dialect)} port{number}(memory[{place}], {_count(port)});"
        )
    arguments = ", ".join(
        _passed(port, number) for number, port in enumerate(code.ports) if not port.is_return
    )
    call = f"::{code.top}({arguments});"
    returned = next((n for n, port in enumerate(code.ports) if port.is_return), None)
    lines.append(f"  {call}" if returned is None else f"  *port{returned}.data() = {call}")
    for number, port in enumerate(code.ports):
        if port.direction != "in":
            lines.append(f"  port{number}.store();")
    lines.append("}")
    return "\n".join([*lines, *_state_lines(code.state), ""])


def _state_lines(names: Sequence[str]) -> list[str]:
    """A function that copies what the kernel keeps out of its variables or back into them."""
    if not names:
        return []
    return [
        "template <class Each> static long each_state(Each each) {",
        "  long position = 0;",
        *(
            f"  each((void *)&{name}, sizeof({name}), position), position += sizeof({name});"
            for name in names
        ),
        "  return position;",
        "}",
        f'extern "C" long {STATE_ENTRY}(unsigned char *memory, int is_taken) {{',
        "  return each_state([=](void *variable, long size, long position) {",
        "    if (memory && is_taken) std::memcpy(memory + position, variable, size);",
        "    if (memory && !is_taken) std::memcpy(variable, memory + position, size);",
        "  });",
        "}",
    ]


def _count(port: Port) -> int:
    count = 1
    for size in port.shape or ():
        count *= size
    return count


def _holder(port: Port, dialect: str) -> str:
    """The class of the support header that holds the port's data."""
    scalar = Value(port.source_name, port.dtype, None).type
    if isinstance(scalar, Float) or scalar == BOOL:
        return f"hcl_explore::Same<{port.ctype}>"
    if isinstance(scalar, Index):
        return f"hcl_explore::Resized<{port.ctype}, std::int64_t>"
    if isinstance(scalar, FixedType):
        bits = DIALECTS[dialect].type_name(exact(scalar.width, scalar.signed))
        return f"hcl_explore::FixedPoint<{port.ctype}, {bits}, {storage_bytes(scalar)}>"
    return f"hcl_explore::Exact<{port.ctype}, {storage_bytes(scalar)}>"


def _passed(port: Port, number: int) -> str:
    """The expression that passes a port to the top function."""
    if not port.shape:
        return f"*port{number}.data()"
    const = "const " if port.direction == "in" else ""
    inner = "".join(f"[{size}]" for size in port.shape[1:])
    pointer = f"(*){inner}" if inner else "*"
    return f"reinterpret_cast<{const}{port.ctype} {pointer}>(port{number}.data())"
