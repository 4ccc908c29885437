"""Whether an array's elements are accessed once each and in order, as a FIFO needs it.

Decided by the form of the one access: with the loops around it counting from their start, its
row-major address must count 0, 1, 2, … A nest whose address does so in another way is not found.
"""

from __future__ import annotations

from hcl_explore.ir.linear import LinearForm
from hcl_explore.ir.program import Access, Buffer


def why_not_sequential(buffer: Buffer) -> str | None:
    """Why ``buffer`` cannot be a FIFO, or None where it can."""
    if len(buffer.accesses) != 1:
        many = len(buffer.accesses)
        return f"it is accessed in {many} places" if many else "it is never accessed"
    access = buffer.accesses[0]
    if access.is_call:
        return "it is handed to another kernel"
    if access.all_guards:
        return "it is accessed under a condition"
    if access.subscripts is None or any(form.roundings for form in access.subscripts):
        return "its subscripts are not affine"
    return _address_reason(access, access.subscripts, buffer)


def _address_reason(
    access: Access, subscripts: tuple[LinearForm, ...], buffer: Buffer
) -> str | None:
    address = LinearForm()
    for form, extent in zip(subscripts, buffer.shape, strict=True):
        address = address.times(extent).plus(form)
    expected = 1
    start = address.constant
    for loop in reversed(access.loops):
        if loop.trip_count is None or loop.step is None or loop.lower is None:
            return f"the trip count of loop '{loop.name}' is not known"
        start += address.coefficient(loop) * loop.lower[0].constant
        if loop.trip_count != 1 and address.coefficient(loop) * loop.step != expected:
            return f"loop '{loop.name}' does not walk through it in order, each element once"
        expected *= loop.trip_count
    if {variable for variable, _ in address.terms} - set(access.loops):
        return "its subscripts use a scalar argument"
    if start != 0 or expected != buffer.elements:
        return f"{expected} of its {buffer.elements} elements are accessed, from number {start} on"
    return None
