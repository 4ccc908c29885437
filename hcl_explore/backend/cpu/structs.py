"""Structs at the edge of compiled code: structured arrays outside, their fields inside."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import mlir.ir as ir
import numpy as np

from hcl_explore.backend.cpu.read_signature import find_function
from hcl_explore.errors import CallError
from hcl_explore.ir import attributes as attrs


@dataclass(frozen=True)
class Group:
    """One argument (or the result) of the user: a plain one, or the fields of a struct.

    ``paths`` are the fields, such as ``a.x``, in order; empty for a plain argument. ``rank`` is the
    number of dimensions of the array of structs.
    """

    name: str
    paths: tuple[str, ...] = ()
    rank: int = 0


@dataclass(frozen=True)
class Boundary:
    """The arguments of a function as its user sees them, and its result where it is a struct."""

    function: str
    parameters: tuple[Group, ...]
    result: Group | None

    def inner(self, arguments: Sequence[object]) -> list[object]:
        """The arguments of the compiled function. Fields are views: what is written reaches the
        caller's arrays. Raises ``CallError``."""
        if len(arguments) != len(self.parameters):
            names = ", ".join(group.name for group in self.parameters)
            raise CallError(
                f"{self.function} takes {len(self.parameters)} arguments, found {len(arguments)}",
                advice=f"Parameters: {names}.",
            )
        inner: list[object] = []
        for group, given in zip(self.parameters, arguments, strict=True):
            inner += self._fields(group, given) if group.paths else [given]
        return inner

    def _fields(self, group: Group, given: object) -> Iterator[object]:
        tree = _tree(group.paths)
        if group.rank == 0 and isinstance(given, np.ndarray) and given.ndim == 0:
            given = given[()]
        kinds = (np.ndarray,) if group.rank else (np.void, tuple)
        if not isinstance(given, kinds) or not _has(given, tree):
            what = "a structured array" if group.rank else "a struct (a tuple, or NumPy's)"
            raise CallError(
                f"{self.function}: argument {group.name} must be {what} with the fields "
                f"{', '.join(group.paths)}",
                advice="Make it with the struct type's dtype: np.zeros(16, Point.numpy_dtype).",
            )
        yield from _values(given, tree)

    def outer(self, returned: Any) -> Any:
        """What the caller gets for what the compiled function returned."""
        if self.result is None:
            return returned
        parts = [
            np.asarray(one) for one in (returned if isinstance(returned, tuple) else (returned,))
        ]
        shape = parts[0].shape[: self.result.rank]
        tree = _tree(self.result.paths)
        whole = np.empty(shape, _dtype(tree, iter(parts), self.result.rank))
        for path, part in zip(self.result.paths, parts, strict=True):
            place: Any = whole
            for name in path.split("."):
                place = place[name]
            place[...] = part
        return whole if shape else whole[()]


Tree = dict[str, Any]


def _tree(paths: Sequence[str]) -> Tree:
    """Fields by name; the values are the fields of inner structs, or empty."""
    tree: Tree = {}
    for path in paths:
        inner = tree
        for name in path.split("."):
            inner = inner.setdefault(name, {})
    return tree


def _has(given: Any, tree: Tree) -> bool:
    if not tree:
        return True
    if isinstance(given, tuple):
        pairs = zip(given, tree.values(), strict=False)
        return len(given) == len(tree) and all(_has(one, inner) for one, inner in pairs)
    if not isinstance(given, (np.ndarray, np.void)) or given.dtype.names != tuple(tree):
        return False
    return all(_has(given[name], inner) for name, inner in tree.items())


def _values(given: Any, tree: Tree) -> Iterator[object]:
    if not tree:
        yield given
        return
    for position, (name, inner) in enumerate(tree.items()):
        yield from _values(given[position if isinstance(given, tuple) else name], inner)


def _dtype(tree: Tree, parts: Iterator[np.ndarray[Any, Any]], rank: int) -> np.dtype[Any]:
    fields: list[Any] = []
    for name, inner in tree.items():
        if inner:
            fields.append((name, _dtype(inner, parts, rank)))
        else:
            part = next(parts)
            fields.append((name, part.dtype, part.shape[rank:]))
    return np.dtype(fields)


def read_boundary(module: ir.Module, top: str) -> Boundary | None:
    """The boundary of ``top``, or None where no struct crosses it."""
    func = find_function(module, top)
    parameters = _groups(
        [
            attrs.argument_attributes(func, position)
            for position in range(len(func.regions[0].blocks[0].arguments))
        ]
    )
    results = _groups(
        [ir.DictAttr(one) for one in ir.ArrayAttr(func.attributes["res_attrs"])]
        if "res_attrs" in func.attributes
        else []
    )
    result = results[0] if results and results[0].paths else None
    if result is None and not any(group.paths for group in parameters):
        return None
    return Boundary(top, tuple(parameters), result)


def _groups(dictionaries: Sequence[ir.DictAttr | None]) -> list[Group]:
    groups: list[Group] = []
    for position, fields in enumerate(dictionaries):
        if fields is None or attrs.ARGUMENT_NAME not in fields:
            groups.append(Group(f"argument {position + 1}"))
            continue
        name = str(ir.StringAttr(fields[attrs.ARGUMENT_NAME]).value)
        if attrs.STRUCT_RANK not in fields:
            groups.append(Group(name))
            continue
        base, _, path = name.partition(".")
        last = groups[-1] if groups else None
        if last is not None and last.paths and last.name == base:
            groups[-1] = Group(base, (*last.paths, path), last.rank)
        else:
            rank = int(ir.IntegerAttr(fields[attrs.STRUCT_RANK]).value)
            groups.append(Group(base, (path,), rank))
    return groups
