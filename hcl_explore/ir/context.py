"""One MLIR context per schedule: no state is shared between two schedules."""

from __future__ import annotations

import mlir.ir as ir


def new_context() -> ir.Context:
    """A fresh single-threaded context.

    It is never left *entered*: the interpreter aborts at exit if one is, so every use is a
    ``with context, location:`` around the operations that need it.
    """
    context = ir.Context()
    context.enable_multithreading(False)
    return context
