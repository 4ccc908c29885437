"""Array arguments that may be one array: a call may pass the same array twice.

Inside the called function the two have different names, so its dependences do not show.
"""

from __future__ import annotations

from collections.abc import Sequence

from hcl_explore.errors import LegalityError
from hcl_explore.ir.program import Access, Buffer, Call, Program


def alias_refusal(program: Program, what: str, accesses: Sequence[Access]) -> LegalityError | None:
    """Why the order of ``accesses`` must stay: two of their arrays may be one that is written."""
    if len(program.functions) == 1 or not accesses:
        return None
    touched: dict[Buffer, bool] = {}
    for access in accesses:
        if access.buffer.argument_position is not None:
            touched[access.buffer] = touched.get(access.buffer, False) or access.is_write
    for first in touched:
        for second in touched:
            call = _call_with_both(program, first, second)
            if call is not None and (touched[first] or touched[second]):
                return LegalityError(
                    f"{what} cannot be decided: '{first.name}' and '{second.name}' of "
                    f"{first.function} are one array in a call",
                    span=program.sources.span(call.place),
                    advice=f"Inline {first.function} first, or pass two different arrays.",
                )
    return None


def other_names(program: Program, buffer: Buffer) -> list[Buffer]:
    """The other array arguments of the function that may be the same array as ``buffer``."""
    if len(program.functions) == 1 or buffer.argument_position is None:
        return []
    siblings = program.functions[buffer.function].buffers
    return [other for other in siblings if _call_with_both(program, buffer, other) is not None]


def _call_with_both(program: Program, first: Buffer, second: Buffer) -> Call | None:
    """A call that passes one array for both arguments, in the caller or further up."""
    if first is second or first.function != second.function:
        return None
    places = first.argument_position, second.argument_position
    if places[0] is None or places[1] is None:
        return None
    for function in program.functions.values():
        for call in function.all_calls():
            if call.callee != first.function:
                continue
            one, other = (call.arguments[place] for place in places if place is not None)
            if one is None or other is None:
                continue
            if one is other or _call_with_both(program, one, other) is not None:
                return call
    return None
