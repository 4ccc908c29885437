"""Steps applied again, to another program."""

from __future__ import annotations

from collections.abc import Iterable

from hcl_explore.errors import ScheduleError
from hcl_explore.schedule.schedule import Schedule
from hcl_explore.schedule.step import Step
from hcl_explore.views.record import FailedStepRecord


def replay(schedule: Schedule, steps: Iterable[Step]) -> list[FailedStepRecord]:
    """Apply what can be applied of ``steps``; the others, with why."""
    failed: list[FailedStepRecord] = []
    for step in steps:
        try:
            schedule.apply(
                step.primitive,
                step.arguments,
                unchecked=step.unchecked,
                reassociate=step.reassociated,
            )
        except ScheduleError as error:
            failed.append(
                FailedStepRecord(
                    call=step.call,
                    primitive=step.primitive,
                    arguments=dict(step.arguments),
                    error=str(error),
                )
            )
    return failed
