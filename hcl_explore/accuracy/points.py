"""Points of real HLS reports, and the kernels that express their designs, read from files."""

from __future__ import annotations

import ast
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import numpy as np

from hcl_explore.errors import HclError


@dataclass(frozen=True)
class KernelFile:
    """A kernel in our language, with what its names are called in the report.

    ``points`` are the ids of the points it expresses; ``loops`` maps a loop of the report, or a
    place of the C source that a pragma names, to a loop here (None: it has no counterpart);
    ``places`` does so for points by pattern, ``directives`` replaces their directives, and
    ``parameters`` are the numbers (and the names of types) that the kernel and its pragmas use.
    ``unsafe_math``: the design was made with floating-point sums that the tool may balance.
    """

    path: Path
    text: str
    points: tuple[str, ...]
    loops: Mapping[str, str | None]
    arrays: Mapping[str, str | None]
    trips: Mapping[str, int]
    namespace: Mapping[str, Any]
    directives: Mapping[str, Sequence[str]]
    missing: str
    parameters: Mapping[str, Mapping[str, int | str]]
    places: Mapping[str, Mapping[str, str | None]]
    unsafe_math: bool


def read_points(path: Path) -> list[dict[str, Any]]:
    """The points of a JSON-lines file. Raises ``HclError`` with the line of a bad one."""
    points = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            point = json.loads(line)
        except json.JSONDecodeError as error:
            raise HclError(f"{path}:{number} is not JSON: {error}") from None
        if not isinstance(point, dict) or not {"id", "kernel", "tier"} <= point.keys():
            raise HclError(f"{path}:{number} is not a point: it needs id, kernel and tier")
        points.append(point)
    return points


def read_kernels(folder: Path) -> list[KernelFile]:
    """The kernel files of a folder. Only literals and functions are read; nothing is run."""
    return [_read_kernel(path) for path in sorted(folder.glob("*.py"))]


def _read_kernel(path: Path) -> KernelFile:
    text = path.read_text(encoding="utf-8")
    try:
        tree = ast.parse(text, str(path))
    except SyntaxError as error:
        raise HclError(f"{path}:{error.lineno} is not Python: {error.msg}") from None
    functions = []
    settings: dict[str, Any] = {}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            functions.append(ast.get_source_segment(text, node) or "")
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            try:
                settings[node.targets[0].id] = ast.literal_eval(node.value)
            except ValueError:
                raise HclError(f"{path}:{node.lineno}: only literals can stand here") from None
    return KernelFile(
        path,
        "\n\n\n".join(functions),
        tuple(settings.get("POINTS", ())),
        settings.get("LOOPS", {}),
        settings.get("ARRAYS", {}),
        settings.get("TRIPS", {}),
        {name: _constant(*spec) for name, spec in settings.get("CONSTANTS", {}).items()},
        settings.get("DIRECTIVES", {}),
        settings.get("MISSING", ""),
        settings.get("PARAMETERS", {}),
        settings.get("PLACES", {}),
        bool(settings.get("UNSAFE_MATH", False)),
    )


def _constant(kind: str, *spec: int) -> np.ndarray[Any, Any]:
    """A table: ``cosine n``, ``sine n``, or integers from ``low`` to ``high`` in a shape."""
    if kind in ("cosine", "sine"):
        angles = 2 * np.pi * np.arange(spec[0]) / spec[0]
        return (np.cos if kind == "cosine" else np.sin)(angles).astype(np.float32)
    low, high, *shape = spec
    return np.linspace(low, high, math.prod(shape)).astype(np.int32).reshape(shape)


def kernel_of(point: Mapping[str, Any], kernels: Iterable[KernelFile]) -> KernelFile | None:
    """The file that lists the point, else one named like its id, variant or kernel."""
    kernels = list(kernels)
    for kernel in kernels:
        if any(fnmatchcase(point["id"], pattern) for pattern in kernel.points):
            return kernel
    names = (point["id"], f"{point['kernel']}-{point.get('variant')}", point["kernel"])
    for name in names:
        for kernel in kernels:
            if kernel.path.stem == str(name).replace("-", "_") and not kernel.points:
                return kernel
    return None
