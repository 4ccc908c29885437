"""One MLIR context per schedule: no state is shared between two schedules."""

from __future__ import annotations

import mlir.ir as ir

from hcl_explore.ir.dialect import load_dialect


def new_context() -> ir.Context:
    """A fresh single-threaded context that knows the ``hcl`` dialect.

    It is never left *entered*: the interpreter aborts at exit if one is, so every use is a
    ``with context, location:`` around the operations that need it.
    """
    context = ir.Context()
    context.enable_multithreading(False)
    load_dialect(context)
    return context
