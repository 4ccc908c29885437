"""Two schedules side by side."""

from __future__ import annotations

from hcl_explore.backend.verify import Verification, compare
from hcl_explore.errors import ArgumentError
from hcl_explore.schedule.schedule import Schedule


def verify(first: Schedule, second: Schedule) -> Verification:
    """Run the programs of two schedules of one kernel on the same random inputs.

    Bit for bit, unless one of them changed the order of a floating-point accumulation; where one
    changed values (``quantize``), the numeric error is reported.

    Raises:
        ArgumentError: one is no schedule, or they are schedules of different kernels.
    """
    for value in (first, second):
        if not isinstance(value, Schedule):
            raise ArgumentError(
                f"verify: {value!r} is not a schedule",
                advice="Pass what hcl.customize returns: hcl.verify(s, hcl.customize(kernel)).",
            )
    if first.top != second.top:
        raise ArgumentError(
            f"verify: '{first.top}' and '{second.top}' are different kernels",
            advice="Compare two schedules of the same kernel.",
        )
    allowed = [s.allowed_error for s in (first, second) if s.allowed_error is not None]
    return compare(
        first.snapshot.transport,
        second.snapshot.transport,
        first.top,
        exact=first.is_exact and second.is_exact,
        allowed_error=sum(allowed) if allowed else None,
    )
