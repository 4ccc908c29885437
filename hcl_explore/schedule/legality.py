"""From the polyhedral verdicts to the errors that users read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias
from weakref import WeakKeyDictionary

from hcl_explore.errors import LegalityError, NotApplicableError, ScheduleError
from hcl_explore.ir.program import Access, Buffer, Loop, Program
from hcl_explore.polyhedral.legality import first_violation, is_refuted
from hcl_explore.polyhedral.time import Time
from hcl_explore.polyhedral.violation import Violation
from hcl_explore.schedule.aliasing import alias_refusal

_Order: TypeAlias = "tuple[tuple[tuple[Access, Time], ...], bool]"
_VIOLATIONS: WeakKeyDictionary[Program, dict[_Order, Violation | None]] = WeakKeyDictionary()
"""What has been asked of each program, which is never edited: a form asks before the step does, and
several primitives ask for one order."""


def order_refusal(
    program: Program,
    what: str,
    accesses: Sequence[Access],
    after: Callable[[Access], Time],
    *,
    reassociate: bool,
) -> LegalityError | None:
    """Why running ``accesses`` in the order ``after`` changes the result, or None.

    Where a counterexample to another order holds here too, the smallest one is only looked for when
    the error is read.
    """
    times = {access: after(access) for access in accesses}
    known = _VIOLATIONS.setdefault(program, {})
    order = tuple(times.items()), reassociate

    def smallest() -> Violation | None:
        if order not in known:
            known[order] = first_violation(accesses, times.__getitem__, reassociate=reassociate)
        return known[order]

    def explained() -> LegalityError:
        violation = smallest()
        assert violation is not None
        return violation_error(program, what, violation)

    found = {violation for violation in known.values() if violation is not None}
    if order not in known and is_refuted(times, found):
        return LegalityError.later(explained)
    return alias_refusal(program, what, accesses) if smallest() is None else explained()


def violation_error(program: Program, what: str, violation: Violation) -> LegalityError:
    """The error for a violation: the counterexample, both source lines, what to do."""
    if violation.only_reassociation and violation.rounds:
        advice = (
            "Only the order of a floating-point accumulation changes: pass reassociate=True to "
            "accept the different rounding."
        )
    elif violation.only_reassociation:
        advice = (
            "Any order gives the same result, but not two updates at once: pass reassociate=True "
            "to have the iterations accumulate apart and their results combined."
        )
    elif not violation.exact:
        advice = "Pass unchecked=True if you know that it is safe."
    else:
        advice = (
            f"{_remedy(violation)}Pass unchecked=True to apply it all the same and see what goes "
            "wrong."
        )
    lines = [f"{what} is illegal: {violation.describe()}", *source_lines(program, violation)]
    return LegalityError("\n".join(lines), advice=advice)


def _remedy(violation: Violation) -> str:
    """What else there is to do about one dependence; nothing where it has to stay as it is."""
    if violation.simultaneous:
        return "pipeline overlaps iterations and keeps what they need of each other. "
    skewed = _skew_against(violation)
    return f"{skewed} first lets this dependence point forward. " if skewed else ""


def _skew_against(violation: Violation) -> str | None:
    """The skew after which a distance as (1, -1) is not negative in the inner loop."""
    distance = violation.distance or ()
    shared = [
        one
        for (one, _), (other, _) in zip(
            violation.first.iteration, violation.second.iteration, strict=False
        )
        if one is other
    ]
    outer = next((level for level, by in enumerate(distance) if by > 0), None)
    inner = next((level for level, by in enumerate(distance) if by < 0), None)
    if outer is None or inner is None or inner < outer or inner >= len(shared):
        return None
    if shared[outer].step != 1 or shared[inner].step != 1:
        return None
    factor = -(distance[inner] // distance[outer])
    return f's.skew("{shared[inner].name}", "{shared[outer].name}", {factor})'


def source_lines(program: Program, violation: Violation) -> list[str]:
    """The source lines of both instances, once if they are the same."""
    shown: dict[str, None] = {}
    for instance in (violation.second, violation.first):
        place = instance.access.place
        if place is not None:
            text = program.sources.line(place).strip()
            shown[f"  {place.filename}:{place.line}   {text}"] = None
    return list(shown)


def not_applicable(
    program: Program, subject: Loop | Buffer | None, message: str, advice: str
) -> ScheduleError:
    """A structural refusal that points at the loop's or the buffer's source line."""
    span = program.sources.span(subject.place) if subject is not None else None
    return NotApplicableError(message, span=span, advice=advice)


def require_affine(program: Program, primitive: str, loop: Loop) -> ScheduleError | None:
    """Refuse loops whose bounds are not affine."""
    if loop.kind == "affine.for" and loop.is_affine:
        return None
    return not_applicable(
        program,
        loop,
        f"{primitive}: loop '{loop.name}' has no affine bounds ({loop.kind})",
        "Only loops over constants, loop variables and index arguments can be rewritten.",
    )
