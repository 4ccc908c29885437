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
    for buffer, group in groups.items():
        if _is_intricate(buffer, group, loop) and all(
            simultaneous_violation(group, each.depth) is None for each in _flattened(loop)
        ):
            yield buffer


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
