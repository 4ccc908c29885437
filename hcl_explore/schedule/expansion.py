"""Scalar expansion: what is declared anew in each iteration gets an element for every iteration.

``for i: s = 0; for j: s += A[i, j]; B[i] = s`` keeps its meaning with ``s[i]`` for ``s``, declared
in front of the loop; then the statements before, in and after the inner loop can have loops of
their own. (Allen and Kennedy, Optimizing Compilers for Modern Architectures, 2001, section 5.3.)
"""

from __future__ import annotations

from collections.abc import Sequence

import mlir.ir as ir

from hcl_explore.ir import local_memory
from hcl_explore.ir.linear import LinearForm
from hcl_explore.ir.program import Buffer, Loop, Program
from hcl_explore.polyhedral.domain import WIDE, Ranges


def expandable(program: Program, op: ir.Operation, loops: Sequence[Loop]) -> Buffer | None:
    """The array or scalar that ``op`` declares in the innermost of ``loops``, if it can have an
    element for each of their iterations; else None."""
    function = program.functions[loops[0].function]
    buffer = next((b for b in function.buffers if b.value.owner == op), None)
    if buffer is None or buffer.kind != "local" or buffer.partition or buffer.storage:
        return None
    is_plain = buffer.is_sized and all(
        access.subscripts is not None and access.op.name.startswith("affine.")
        for access in buffer.accesses
    )
    uses = sum(1 for _ in buffer.value.uses)
    if not is_plain or uses != len(buffer.accesses) or _offsets(loops) is None:
        return None
    return buffer


def expand(program: Program, buffer: Buffer, loops: Sequence[Loop]) -> None:
    """Declare ``buffer`` in front of ``loops``, with a dimension more for each of them."""
    function = program.functions[buffer.function]
    offsets = _offsets(loops)
    assert offsets is not None
    shape = (*(extent for _, extent in offsets), *buffer.shape)
    point = ir.InsertionPoint(loops[0].op)
    array = local_memory.allocate(buffer.name, buffer, shape, point)
    for access in buffer.accesses:
        inside = [form for form, _ in offsets]
        local_memory.redirect(access, array.result, [*inside, *(access.subscripts or ())], function)
    buffer.value.owner.erase()


def _offsets(loops: Sequence[Loop]) -> list[tuple[LinearForm, int]] | None:
    """For each loop, how far it is, and how many values it may have; None where that is not
    constant."""
    ranges = Ranges()
    found = []
    for loop in loops:
        low, high = ranges.of_variable(loop)
        if loop.step != 1 or not -WIDE < low <= high < WIDE:
            return None
        found.append((LinearForm(((loop, 1),), -low), high - low + 1))
    return found
