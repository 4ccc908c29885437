"""Points of real HLS reports, and the kernels that express their designs, read from files."""

from __future__ import annotations

import ast
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
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
    ``parameters`` are the numbers, formulas and names of types that kernel and pragmas use.
    ``unsafe_math``: the design was made with floating-point sums that the tool may balance.
    ``sibling``: of its ``points`` the one that a point without a file of its own is taken for.
    """

    path: Path
    text: str
    points: tuple[str, ...] = ()
    loops: Mapping[str, str | None] = field(default_factory=dict)
    arrays: Mapping[str, str | None] = field(default_factory=dict)
    trips: Mapping[str, int] = field(default_factory=dict)
    namespace: Mapping[str, Any] = field(default_factory=dict)
    directives: Mapping[str, Sequence[str]] = field(default_factory=dict)
    missing: str = ""
    parameters: Mapping[str, Mapping[str, int | str]] = field(default_factory=dict)
    places: Mapping[str, Mapping[str, str | None]] = field(default_factory=dict)
    unsafe_math: bool = False
    sibling: str = ""


def read_points(path: Path) -> list[dict[str, Any]]:
    """The points of a JSON-lines file. One that cannot be used has the reason as ``refused``; a
    line that is no point at all stands among them under its number, in a tier ``?``."""
    points = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        nobody = {"id": f"{path.name}:{number}", "kernel": "?", "tier": "?"}
        try:
            point = json.loads(line)
        except json.JSONDecodeError as error:
            points.append({**nobody, "refused": f"{path}:{number} is not JSON: {error}"})
            continue
        named = isinstance(point, dict) and all(
            isinstance(point.get(key), str) and point[key] for key in ("id", "kernel", "tier")
        )
        if not named:
            reason = f"{path}:{number} is not a point: it needs id, kernel and tier"
            points.append({**nobody, "refused": reason})
        elif fault := _fault(point):
            points.append({**_figures_of(point), "refused": f"{path}:{number}: {fault}"})
        else:
            points.append(point)
    return points


_FIGURES = ("latency_cycles", "interval", "dsp", "bram", "uram", "lut", "ff")


def _fault(point: Mapping[str, Any]) -> str:
    """What is wrong with a field of a point; empty if nothing is."""
    for name in (*_FIGURES, "clock_ns"):
        value = point.get(name)
        if value is not None and not _is_number(value):
            return f"'{name}' must be a number of at least 0, not {value!r}"
    if point.get("clock_ns") == 0:
        return "'clock_ns' must be above 0"
    directives = point.get("directives") or []
    if not isinstance(directives, list) or not all(isinstance(d, str) for d in directives):
        return "'directives' must be a list of texts"
    for name in ("loops", "ii_cause"):
        entries = point.get(name) or []
        if not isinstance(entries, list) or not all(isinstance(e, dict) for e in entries):
            return f"'{name}' must be a list of objects"
    for loop in point.get("loops") or []:
        if not isinstance(loop.get("name"), str):
            return "each of 'loops' needs a name"
        if loop.get("ii") is not None and not _is_number(loop["ii"]):
            return f"the ii of loop {loop['name']} must be a number, not {loop['ii']!r}"
    for name in ("part", "tool", "flow"):
        if point.get(name) is not None and not isinstance(point[name], str):
            return f"'{name}' must be a text, not {point[name]!r}"
    return ""


def _is_number(value: object) -> bool:
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return False
    return math.isfinite(value) and value >= 0


def _figures_of(point: Mapping[str, Any]) -> dict[str, Any]:
    """What of a refused point still counts: who it is, and the figures that are numbers."""
    names = ("id", "kernel", "tier")
    figures = {name: point[name] for name in _FIGURES if _is_number(point.get(name))}
    return {**{name: point[name] for name in names}, **figures}


def read_kernels(folder: Path) -> list[KernelFile]:
    """The kernel files of a folder. Only literals and functions are read; nothing is run. Of a file
    that cannot be read, ``missing`` says why.

    Raises:
        HclError: there is no such folder.
    """
    if not folder.is_dir():
        raise HclError(f"there is no folder of kernels {folder}")
    kernels = []
    for path in sorted(folder.glob("*.py")):
        try:
            kernels.append(_read_kernel(path))
        except HclError as error:
            kernels.append(KernelFile(path, "", missing=str(error)))
    return kernels


def _read_kernel(path: Path) -> KernelFile:
    try:
        text = path.read_text(encoding="utf-8")
        tree = ast.parse(text, str(path))
    except SyntaxError as error:
        raise HclError(f"{path}:{error.lineno} is not Python: {error.msg}") from None
    except ValueError as error:
        raise HclError(f"{path} is not text: {error}") from None
    functions = []
    settings: dict[str, Any] = {}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            functions.append(ast.get_source_segment(text, node) or "")
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
            try:
                settings[name] = ast.literal_eval(node.value)
            except ValueError:
                raise HclError(f"{path}:{node.lineno}: only literals can stand here") from None
            wanted = _SETTINGS.get(name, object)
            if not isinstance(settings[name], wanted):
                kind = "a list" if wanted == (list, tuple) else f"a {wanted.__name__}"
                raise HclError(f"{path}:{node.lineno}: {name} must be {kind}")
    try:
        tables = settings.get("CONSTANTS", {}).items()
        namespace = {name: _constant(*spec) for name, spec in tables}
    except (TypeError, ValueError) as error:
        raise HclError(f"{path}: CONSTANTS cannot be read: {error}") from None
    missing = settings.get("MISSING", "")
    if not functions and not missing:
        raise HclError(f"{path} holds no kernel")
    return KernelFile(
        path,
        "\n\n\n".join(functions),
        tuple(settings.get("POINTS", ())),
        settings.get("LOOPS", {}),
        settings.get("ARRAYS", {}),
        settings.get("TRIPS", {}),
        namespace,
        settings.get("DIRECTIVES", {}),
        missing,
        settings.get("PARAMETERS", {}),
        settings.get("PLACES", {}),
        settings.get("UNSAFE_MATH", False),
    )


_SETTINGS: dict[str, Any] = {
    "POINTS": (list, tuple),
    **dict.fromkeys(
        ("LOOPS", "ARRAYS", "TRIPS", "CONSTANTS", "DIRECTIVES", "PARAMETERS", "PLACES"), dict
    ),
    "MISSING": str,
    "UNSAFE_MATH": bool,
}
"""What each setting of a kernel file must be."""


def _constant(kind: str, *spec: int) -> np.ndarray[Any, Any]:
    """A table: ``cosine n``, ``sine n``, or integers from ``low`` to ``high`` in a shape."""
    if kind in ("cosine", "sine"):
        angles = 2 * np.pi * np.arange(spec[0]) / spec[0]
        return (np.cos if kind == "cosine" else np.sin)(angles).astype(np.float32)
    low, high, *shape = spec
    return np.linspace(low, high, math.prod(shape)).astype(np.int32).reshape(shape)
