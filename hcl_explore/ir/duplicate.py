"""Names for copies: loops and arrays of cloned operations are told apart from the originals."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import mlir.ir as ir

from hcl_explore.ir import attributes as attrs
from hcl_explore.ir.fresh_names import fresh_name
from hcl_explore.ir.locations import named
from hcl_explore.ir.rewrite import induction_variable

NAMED_ARRAYS = frozenset({"memref.alloc", "memref.alloca", "func.call"})
"""Operations whose results are arrays with a name."""


def rename_loop(op: ir.Operation, name: str) -> None:
    """Give a loop another name, and its variable with it."""
    attrs.set_text(op, attrs.LOOP_NAME, name)
    if op.name != "scf.while":
        variable = induction_variable(op)
        variable.set_location(named(name, variable.location))


def rename_array(op: ir.Operation, name: str) -> None:
    """Give the array that ``op`` makes another name."""
    attrs.set_text(op, attrs.BUFFER_NAME, name)
    op.location = named(name, op.location)
    names = attrs.result_names(op)
    if names:
        attrs.set_result_names(op, [name, *names[1:]])


def array_names(op: ir.Operation) -> list[str]:
    """The names of the arrays that ``op`` makes."""
    if op.name not in NAMED_ARRAYS:
        return []
    own = attrs.text(op, attrs.BUFFER_NAME)
    return attrs.result_names(op) or ([] if own is None else [own])


def rename_all_arrays(op: ir.Operation, names: list[str]) -> None:
    """Give the arrays that ``op`` makes, as ``array_names`` lists them, other names."""
    rename_array(op, names[0])
    if len(names) > 1:
        attrs.set_result_names(op, names)


@dataclass
class Renaming:
    """Gives fresh names and remembers them; ``loops`` and ``buffers`` are the names taken."""

    loops: set[str] = field(default_factory=set)
    buffers: set[str] = field(default_factory=set)
    new_loops: dict[str, str] = field(default_factory=dict)
    new_buffers: dict[str, str] = field(default_factory=dict)

    def rename_loops(self, roots: Iterable[ir.Operation]) -> None:
        """Rename every loop in ``roots`` whose name is taken."""

        def visit(op: ir.Operation) -> ir.WalkResult:
            old = attrs.text(op, attrs.LOOP_NAME) if op.name in attrs.LOOP_OPS else None
            if old is not None:
                new = self.new_loops[old] = fresh_name(old, self.loops)
                self.loops.add(new)
                if new != old:
                    rename_loop(op, new)
            return ir.WalkResult.ADVANCE

        for root in roots:
            root.walk(visit)

    def rename_arrays(self, roots: Iterable[ir.Operation]) -> None:
        """Rename every array made in ``roots`` whose name is taken."""

        def visit(op: ir.Operation) -> ir.WalkResult:
            old = array_names(op)
            for name in old:
                new = self.new_buffers[name] = fresh_name(name, self.buffers)
                self.buffers.add(new)
            if any(self.new_buffers[name] != name for name in old):
                rename_all_arrays(op, [self.new_buffers[name] for name in old])
            return ir.WalkResult.ADVANCE

        for root in roots:
            root.walk(visit)
