"""When an access runs: positions and loop variables, compared lexicographically."""

from __future__ import annotations

from typing import TypeAlias

from hcl_explore.ir.linear import LinearForm
from hcl_explore.ir.program import Access

Time: TypeAlias = "tuple[int | LinearForm, ...]"
"""Components over the loops of one access, most significant first. Two times are compared after
padding the shorter one with zeros."""


def original_time(access: Access) -> Time:
    """The order in which the program as it stands runs ``access``.

    Static positions and loop variables alternate: ``(p0, i, p1, j, p2)`` for an access under loops
    ``i`` and ``j``, so component ``2 * loop.depth + 1`` is the loop's variable. Steps are positive,
    so the order of a loop's values is the order of its iterations.
    """
    parts: list[int | LinearForm] = []
    for loop in access.loops:
        parts += (loop.position, LinearForm(((loop, 1),)))
    parts.append(access.position)
    return tuple(parts)
