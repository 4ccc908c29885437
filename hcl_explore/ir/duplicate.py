"""Names for copies: loops and arrays of cloned operations are told apart from the originals."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import mlir.ir as ir

from hcl_explore.ir import attributes as attrs
from hcl_explore.ir.local_memory import fresh_name

_NAMED_ARRAYS = frozenset({"memref.alloc", "memref.alloca", "func.call"})


@dataclass
class Renaming:
    """Gives fresh names and remembers them; ``loops`` and ``buffers`` are the names taken."""

    loops: set[str]
    buffers: set[str]
    new_loops: dict[str, str] = field(default_factory=dict)
    new_buffers: dict[str, str] = field(default_factory=dict)

    def rename(self, roots: Iterable[ir.Operation]) -> None:
        """Rename every loop and every array made in ``roots``, where its name is taken."""
        for root in roots:
            root.walk(self._visit)

    def _visit(self, op: ir.Operation) -> ir.WalkResult:
        if op.name in attrs.LOOP_OPS:
            self._fresh(op, attrs.LOOP_NAME, self.loops, self.new_loops)
        elif op.name in _NAMED_ARRAYS:
            self._fresh(op, attrs.BUFFER_NAME, self.buffers, self.new_buffers)
        return ir.WalkResult.ADVANCE

    @staticmethod
    def _fresh(op: ir.Operation, attribute: str, taken: set[str], made: dict[str, str]) -> None:
        old = attrs.text(op, attribute)
        if old is None:
            return
        new = fresh_name(old, taken)
        taken.add(new)
        made[old] = new
        if new != old:
            attrs.set_text(op, attribute, new)
