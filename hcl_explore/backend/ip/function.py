"""``hcl.ip``: a C++ function as something that is called, alone or in a kernel."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from hcl_explore.backend.cpu import invoke
from hcl_explore.backend.cpu.process import Unit
from hcl_explore.backend.cpu.signature import Signature, Value
from hcl_explore.backend.ip.library import ENTRY, compile_external
from hcl_explore.backend.ip.parse import Parameter, parse_function
from hcl_explore.errors import IpError
from hcl_explore.lang.external import ExternalFunction, ExternalPort, PortDirection
from hcl_explore.lang.types import ScalarType, TensorType

_LOCAL_INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"', re.M)


class Ip(ExternalFunction):
    """A C++ function. Call it with NumPy arrays and scalars, which are checked and passed as those
    of a kernel; arrays that it may write are updated in place. In a kernel it is called by name.

    Raises ``CallError`` for arguments that do not fit, ``IpError`` where it does not compile,
    ``RunError`` where it crashes in its worker process.
    """

    def __call__(self, *arguments: object) -> None:
        path = str(compile_external(self))
        signature = Signature(
            self.name,
            tuple(
                Value(port.name, str(port.element), port.shape, port.direction != "in")
                for port in self.ports
            ),
            (),
        )
        unit = Unit(
            path,
            {
                "op": "load_library",
                "key": path,
                "path": path,
                "entry": ENTRY,
                "signature": signature.to_json(),
            },
        )
        invoke.load(unit, self.name)
        invoke.call(unit, signature, arguments, 60.0)

    def __repr__(self) -> str:
        return f"<ip {self.name}({', '.join(map(str, self.ports))})>"


def ip(
    file: str | Path,
    top: str | None = None,
    *,
    ports: Mapping[str, ScalarType | TensorType] | Sequence[ScalarType | TensorType] | None = None,
    outputs: Iterable[str] = (),
    latency: int | None = None,
    interval: int | None = None,
) -> Ip:
    """Wrap the C++ function ``top`` (by default named as its file) of ``file``.

    Its parameters are read from the text. ``ports`` declares their types, by name or in order:
    needed where the text does not tell a size (``float *A``), checked against it where it does.
    Array parameters that are not ``const`` may be read and written; those in ``outputs`` are only
    written, all of them. ``latency`` and ``interval``, in cycles, are what estimates count for a
    call; without them the latency of a kernel that calls it is unknown. Files that ``file``
    includes in quotes travel with it.

    Raises:
        IpError: the file cannot be read, has no such function, or its ports do not match.
    """
    path = Path(file)
    files = _read(path)
    name = top if top is not None else path.stem
    included = "\n".join(text for _, text in files[1:])
    parsed = parse_function(files[0][1], name, path.name, included)
    declared = _declared(ports, parsed.parameters, name)
    written = set(outputs)
    found = [
        _port(parameter, declared.get(parameter.name), parameter.name in written, name)
        for parameter in parsed.parameters
    ]
    for output in written:
        port = next((port for port in found if port.name == output), None)
        if port is None or port.shape is None or port.direction == "in":
            raise IpError(
                f"outputs: '{output}' is no array parameter of '{name}' that it can write",
                advice=f"Its parameters are {', '.join(map(str, found)) or 'none'}.",
            )
    for label, cycles in (("latency", latency), ("interval", interval)):
        if cycles is not None and (isinstance(cycles, bool) or cycles < 0):
            raise IpError(f"{label} is a number of cycles, not {cycles!r}")
    return Ip(name, tuple(found), files, parsed.is_c, latency, interval)


def _read(path: Path) -> tuple[tuple[str, str], ...]:
    """The text of ``path`` and of what it includes from its folder, by name."""
    folder = path.parent
    waiting = [path.name]
    texts: dict[str, str] = {}
    while waiting:
        name = waiting.pop(0)
        if name in texts:
            continue
        try:
            texts[name] = (folder / name).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is no text"
            raise IpError(f"{folder / name} cannot be read: {reason}") from error
        includes = _LOCAL_INCLUDE.findall(texts[name])
        waiting += [include for include in includes if (folder / include).is_file()]
    return tuple(texts.items())


def _declared(
    ports: Mapping[str, ScalarType | TensorType] | Sequence[ScalarType | TensorType] | None,
    parameters: Sequence[Parameter],
    name: str,
) -> Mapping[str, ScalarType | TensorType]:
    """The declared types by parameter."""
    names = [parameter.name for parameter in parameters]
    if ports is None:
        return {}
    if not isinstance(ports, Mapping):
        if len(ports) != len(names):
            raise IpError(
                f"'{name}' has {len(names)} parameters ({', '.join(names)}), {len(ports)} ports "
                "are declared"
            )
        ports = dict(zip(names, ports, strict=True))
    for port, kind in ports.items():
        if port not in names:
            raise IpError(
                f"'{name}' has no parameter '{port}'", advice=f"It has {', '.join(names)}."
            )
        if not isinstance(kind, (ScalarType, TensorType)):
            raise IpError(f"port '{port}' of '{name}': {kind!r} is no type")
    return ports


def _port(
    parameter: Parameter,
    declared: ScalarType | TensorType | None,
    is_output: bool,
    name: str,
) -> ExternalPort:
    kind: ScalarType | TensorType = parameter.element
    if parameter.sizes:
        kind = TensorType(parameter.element, parameter.sizes)
    elif parameter.sizes is not None and declared is None:
        raise IpError(
            f"the size of parameter '{parameter.name}' of '{name}' is not known",
            advice=f"Declare it: hcl.ip(..., ports={{'{parameter.name}': "
            f"{parameter.element}[...]}}).",
        )
    if declared is not None:
        _check_declared(parameter, declared, kind, name)
        kind = declared
    direction: PortDirection = "in"
    if isinstance(kind, TensorType) and not parameter.is_const:
        direction = "out" if is_output else "inout"
    return ExternalPort(parameter.name, kind, direction, parameter.ctype)


def _check_declared(
    parameter: Parameter,
    declared: ScalarType | TensorType,
    found: ScalarType | TensorType,
    name: str,
) -> None:
    element = declared.element if isinstance(declared, TensorType) else declared
    is_open = parameter.sizes == ()
    matches = element == parameter.element and (
        isinstance(declared, TensorType) if is_open else declared == found
    )
    if not matches:
        shown = f"{parameter.element}[...]" if is_open else str(found)
        raise IpError(
            f"port '{parameter.name}' of '{name}' is {shown} in the C++, but declared {declared}"
        )
