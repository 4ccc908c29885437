"""SSA values: where they come from."""

from __future__ import annotations

import mlir.ir as ir


def defining_operation(value: ir.Value) -> ir.Operation | None:
    """The operation that ``value`` is a result of; None for an argument of a block."""
    owner = value.owner
    return None if isinstance(owner, ir.Block) else owner.operation
