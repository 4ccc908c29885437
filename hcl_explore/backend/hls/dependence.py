"""False dependences of pipelined loops: arrays that no two iterations share an element of.

The tool finds that by itself where all subscripts of an array in the loop are the same. Where they
differ or divide it may not; there it is proved here, exactly, and told to the tool.
"""

from __future__ import annotations

from collections.abc import Iterator

import mlir.ir as ir

from hcl_explore.backend.hls.function import FunctionEmitter
from hcl_explore.ir.program import Access, Buffer, Loop
from hcl_explore.polyhedral.legality import simultaneous_violation
from hcl_explore.polyhedral.uniform import plain_dependences


def write_independent(f: FunctionEmitter, op: ir.Operation) -> None:
    """The pragmas for the arrays that are independent in the pipelined loop ``op``."""
    loop = f.module.loop_of(op)
    if loop is None:
        return
    shared = f.module.shared_ports
    for buffer in independent_arrays(loop):
        known = f.buffers.get(buffer.value)
        if known is not None and known.name not in shared:
            for line in f.dialect.independent(known.name):
                f.writer.pragma(line)


def independent_arrays(loop: Loop) -> Iterator[Buffer]:
    """The arrays of which no iteration of ``loop``, nor of the loops flattened with it,
    touches an element that another one writes, where that is not plain to see."""
    groups: dict[Buffer, list[Access]] = {}
    for access in loop.all_accesses():
        groups.setdefault(access.buffer, []).append(access)
    flattened = list(_flattened(loop))
    for buffer, group in groups.items():
        if (
            _is_intricate(buffer, group, loop)
            and not _overwrites_itself(group, flattened)
            and not any(_is_carried(group, each) for each in flattened)
        ):
            yield buffer


def _overwrites_itself(group: list[Access], loops: list[Loop]) -> bool:
    """Whether some write stores to the same element in every iteration of one of ``loops``."""
    for access in group:
        if access.is_write:
            used = {v for form in access.subscripts or () for v in form.variables()}
            if any(loop not in used and loop.trip_count != 1 for loop in loops):
                return True
    return False


def _is_carried(group: list[Access], loop: Loop) -> bool:
    """Whether two iterations of ``loop`` may conflict: by arithmetic where that decides it."""
    plain = plain_dependences(group, loop.chain[:-1])
    if plain is not None:
        return any(one.carrier is loop for one in plain)
    return simultaneous_violation(group, loop.depth) is not None


def _is_intricate(buffer: Buffer, group: list[Access], loop: Loop) -> bool:
    """Whether the tool may see a dependence where there is none; decided by looking only."""
    if not buffer.shape or loop in buffer.home or len(group) < 2:
        return False
    if not any(access.is_write for access in group):
        return False
    if any(access.is_call or access.subscripts is None for access in group):
        return False
    first = group[0].subscripts
    return any(
        access.subscripts != first or any(form.roundings for form in access.subscripts or ())
        for access in group
    )


def _flattened(loop: Loop) -> Iterator[Loop]:
    """``loop``, and the loops around it as far as they nest perfectly."""
    yield loop
    while loop.parent is not None and loop.parent.only_loop is loop:
        loop = loop.parent
        yield loop
