"""What may be evaluated although Python would not evaluate it."""

from __future__ import annotations

from hcl_explore.frontend.affine import interval
from hcl_explore.frontend.expression import (
    Binary,
    Constant,
    Expr,
    KernelCall,
    Load,
    operands_of,
)
from hcl_explore.frontend.streams import Get, Test
from hcl_explore.lang.types import Float


def may_run_always(expr: Expr) -> bool:
    """Whether evaluating ``expr`` can do no harm where Python would not evaluate it.

    Harm is a load that is not known to be in bounds, a division that may be by zero, a call, an
    operation on a stream.
    """
    if isinstance(expr, (KernelCall, Get, Test)):
        return False
    if isinstance(expr, Load):
        for subscript, size in zip(expr.subscripts, expr.buffer.type.shape, strict=True):
            bounds = interval(subscript)
            if bounds is None or bounds[0] < 0 or bounds[1] >= size:
                return False
        return True
    if isinstance(expr, Binary) and expr.operator in ("/", "//", "%"):
        integers = not isinstance(expr.type, Float)
        if integers and not isinstance(expr.right, Constant):
            return False
    return all(map(may_run_always, operands_of(expr)))
