"""A kernel with everything it refers to, as plain data: for saved sessions and for scripts.

The captured Python values are constants (numbers, arrays), types of the language and open type
parameters, and other kernels. Nothing else can travel.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import FunctionType, ModuleType
from typing import Any

import numpy as np

from hcl_explore.errors import SessionError
from hcl_explore.frontend import KernelSource, read_kernel
from hcl_explore.frontend.source import default_namespace
from hcl_explore.frontend.type_names import type_called
from hcl_explore.lang import dataflow
from hcl_explore.lang.external import ExternalFunction
from hcl_explore.lang.meta import TypeParameter
from hcl_explore.lang.types import ScalarType, TensorType, parse_type
from hcl_explore.session.damage import reading

_OURS = "hcl_explore."
_DATAFLOW = ("hcl_explore.dataflow", dataflow.__name__)


@dataclass(frozen=True)
class PortableKernel:
    """``sources`` are the kernel last and what it calls before it; ``constants`` and ``types`` map
    captured names to values, ``parameters`` to type parameters that are open; ``modules`` are the
    names under which ``hcl_explore`` is known, and ``dataflow`` those of ``hcl_explore.dataflow``.
    """

    sources: tuple[KernelSource, ...]
    constants: Mapping[str, object]
    types: Mapping[str, str]
    modules: tuple[str, ...]
    dataflow: tuple[str, ...] = ()
    parameters: Mapping[str, TypeParameter] = field(default_factory=dict)

    @property
    def kernel(self) -> KernelSource:
        return self.sources[-1]


def make_portable(source: KernelSource) -> PortableKernel:
    """Collect what ``source`` needs.

    Raises:
        SessionError: a captured name has a value that cannot be written down.
    """
    collector = _Collector()
    collector.visit(source)
    return PortableKernel(
        tuple(collector.sources.values()),
        collector.constants,
        collector.types,
        tuple(collector.modules),
        tuple(collector.dataflow),
        collector.parameters,
    )


class _Collector:
    def __init__(self) -> None:
        self.sources: dict[str, KernelSource] = {}
        self.constants: dict[str, object] = {}
        self.types: dict[str, str] = {}
        self.parameters: dict[str, TypeParameter] = {}
        self.modules: dict[str, None] = {}
        self.dataflow: dict[str, None] = {}
        self._defaults = default_namespace()

    def visit(self, source: KernelSource) -> None:
        for name in _names_in(source.text):
            if name in source.namespace and name != source.name:
                self._add(name, source.namespace[name], source)
        self.sources[source.name] = source

    def _add(self, name: str, value: object, source: KernelSource) -> None:
        if isinstance(value, ModuleType) and value.__name__ in _DATAFLOW:
            self.dataflow[name] = None
        elif self._defaults.get(name) is value:
            return
        elif isinstance(value, ModuleType):
            if value.__name__.partition(".")[0] == "hcl_explore":
                self.modules[name] = None
        elif isinstance(value, TypeParameter):
            self.parameters[name] = value
        elif isinstance(value, (ScalarType, TensorType)):
            self.types[name] = str(value)
        elif isinstance(value, (bool, int, float, np.integer, np.floating, np.ndarray)):
            self._add_once(self.constants, name, value, source)
        elif isinstance(value, (FunctionType, dataflow.Region)):
            is_own = isinstance(value, dataflow.Region) or not value.__module__.startswith(_OURS)
            if is_own and name not in self.sources:
                callee = read_kernel(value)
                if callee.name != name:
                    raise SessionError(
                        f"'{name}' is another name for the kernel '{callee.name}'",
                        advice="Call a kernel by the name it is defined with.",
                    )
                self.visit(callee)
        elif isinstance(value, ExternalFunction):
            raise SessionError(
                f"'{name}' is C++, which is not saved with the kernel",
                advice="Wrap it with hcl.ip again where the kernel is used.",
            )
        elif name in _called_or_read(source.text):
            raise SessionError(
                f"'{name}' is a {type(value).__name__}, which cannot be saved with the kernel",
                advice="Use numbers, NumPy arrays, types and other kernels.",
            )

    @staticmethod
    def _add_once(known: dict[str, object], name: str, value: object, source: KernelSource) -> None:
        if name in known and not np.array_equal(np.asarray(known[name]), np.asarray(value)):
            raise SessionError(
                f"'{name}' has different values in '{source.name}' and in a kernel it works with",
                advice="Give the two constants different names.",
            )
        known[name] = value


def _names_in(text: str) -> list[str]:
    tree = ast.parse(text)
    return list(dict.fromkeys(node.id for node in ast.walk(tree) if isinstance(node, ast.Name)))


def _called_or_read(text: str) -> set[str]:
    return {
        node.id
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    }


# --- plain data -------------------------------------------------------------------------------


def to_json(portable: PortableKernel) -> dict[str, Any]:
    """The portable kernel as JSON data: one text that holds all its functions, the kernel last."""
    kernel = portable.kernel
    alone = len(portable.sources) == 1
    return {
        "name": kernel.name,
        "text": "\n\n".join(source.text.strip("\n") + "\n" for source in portable.sources),
        "filename": kernel.filename if alone else f"{kernel.name}.py",
        "first_line": kernel.first_line if alone else 1,
        "constants": {name: _constant_json(v) for name, v in portable.constants.items()},
        "types": dict(portable.types),
        "parameters": {
            name: [value.name, *map(str, value.bounds)]
            for name, value in portable.parameters.items()
        },
        "modules": list(portable.modules),
        "dataflow": list(portable.dataflow),
    }


def from_json(data: Mapping[str, Any]) -> KernelSource:
    """The kernel back from ``to_json``; nothing of it is executed.

    Raises:
        SessionError: the data is not what ``to_json`` makes.
        KernelError: the text is not that of a kernel.
    """
    with reading("the kernel"):
        namespace = default_namespace()
        namespace.update(dict.fromkeys(data["modules"], namespace["hcl"]))
        namespace.update(dict.fromkeys(data.get("dataflow", ()), dataflow))
        namespace.update({name: type_called(text) for name, text in data["types"].items()})
        for name, (called, *bounds) in data.get("parameters", {}).items():
            namespace[name] = TypeParameter(called, *map(parse_type, bounds))
        namespace.update({n: _constant_value(value) for n, value in data["constants"].items()})
        read = read_kernel(str(data["text"]), namespace=namespace, name=data["name"])
        return replace(read, filename=str(data["filename"]), first_line=int(data["first_line"]))


def _constant_json(value: object) -> Any:
    if isinstance(value, np.ndarray):
        return {
            "dtype": str(value.dtype),
            "shape": list(value.shape),
            "data": value.ravel().tolist(),
        }
    return value.item() if isinstance(value, np.generic) else value


def _constant_value(value: Any) -> object:
    if isinstance(value, Mapping):
        return np.array(value["data"], dtype=value["dtype"]).reshape(value["shape"])
    if not isinstance(value, (bool, int, float)):
        raise TypeError(f"not a constant: {value!r}")
    return value
