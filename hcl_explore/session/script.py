"""A session as the Python script that reproduces it."""

from __future__ import annotations

import ast
from collections.abc import Sequence

import numpy as np

from hcl_explore import lang
from hcl_explore.frontend import KernelSource
from hcl_explore.lang.types import python_name
from hcl_explore.schedule.step import Step
from hcl_explore.session.portable import PortableKernel, make_portable


def session_script(
    source: KernelSource, steps: Sequence[Step], device: str, clock_mhz: float
) -> str:
    """Python source: imports, constants, kernels, then one line per step.

    Raises:
        SessionError: the kernel refers to something that cannot be written down.
    """
    portable = make_portable(source)
    blocks = [_imports(portable), *_constants(portable)]
    blocks += [kernel.text.strip("\n") for kernel in portable.sources]
    calls = [f"s = hcl.customize({source.name})", *(step.call for step in steps)]
    calls.append(f"print(s.estimate(device={device!r}, clock_mhz={clock_mhz!r}))")
    blocks.append("\n".join(calls))
    return "\n\n\n".join(block for block in blocks if block) + "\n"


def _imports(portable: PortableKernel) -> str:
    used = set().union(*(_words(source.text) for source in portable.sources))
    names = sorted(used & set(lang.__all__) - {"bool", "pow"})
    lines = ["import hcl_explore as hcl"]
    if names:
        lines.append(f"from hcl_explore import {', '.join(names)}")
    if any(isinstance(value, np.ndarray) for value in portable.constants.values()):
        lines.insert(0, "import numpy as np\n")
    lines += [f"{name} = hcl" for name in portable.modules if name != "hcl"]
    lines += [f"import hcl_explore.dataflow as {name}" for name in portable.dataflow]
    return "\n".join(lines)


def _constants(portable: PortableKernel) -> list[str]:
    lines = [f"{name} = {_type_expression(text)}" for name, text in portable.types.items()]
    for name, parameter in portable.parameters.items():
        bounds = "".join(f", {python_name(bound)}" for bound in parameter.bounds)
        lines.append(f'{name} = hcl.TypeParameter("{parameter.name}"{bounds})')
    for name, value in portable.constants.items():
        if isinstance(value, np.ndarray):
            lines.append(f"{name} = np.array({value.tolist()!r}, dtype=np.{value.dtype})")
        else:
            plain = value.item() if isinstance(value, np.generic) else value
            lines.append(f"{name} = {plain!r}")
    return ["\n".join(lines)] if lines else []


def _type_expression(text: str) -> str:
    """``int7`` is no importable name, ``hcl.Int(7)`` is."""
    if text in lang.__all__:
        return f"hcl.{text}"
    kind = text.rstrip("0123456789")
    width = text[len(kind) :]
    constructors = {"int": "Int", "uint": "UInt"}
    return f"hcl.{constructors[kind]}({width})" if kind in constructors else f"hcl.{text}"


def _words(text: str) -> set[str]:
    return {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}
