"""Bytes moved: how many different elements a set of accesses touches."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from hcl_explore.ir.program import Access
from hcl_explore.polyhedral.footprint import footprint_box


def element_count(accesses: Sequence[Access]) -> int | None:
    """How many elements of their (common) buffer the accesses touch; None for a run-time subscript.

    Exact where the touched elements fill a box, which they do in dense kernels; elsewhere the
    number of elements of the smallest box around them.
    """
    if not accesses:
        return 0
    buffer = accesses[0].buffer
    if not buffer.shape:
        return 1
    if any(access.subscripts is None for access in accesses):
        return None
    if any(_covers_all(access) for access in accesses):
        return buffer.elements
    box = footprint_box(accesses, ())
    if box is None:
        return None
    return prod(min(side, extent) for side, extent in zip(box.extents, buffer.shape, strict=True))


def _covers_all(access: Access) -> bool:
    """Whether each subscript is a loop variable of its own that runs over the whole dimension."""
    seen = set()
    for form, extent in zip(access.subscripts or (), access.buffer.shape, strict=True):
        if len(form.terms) != 1 or form.constant or form.roundings:
            return False
        variable, factor = form.terms[0]
        trips = getattr(variable, "trip_count", None)
        if factor != 1 or variable in seen or trips != extent or access.all_guards:
            return False
        seen.add(variable)
    return True
