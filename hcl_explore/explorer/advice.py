""" "What can I do here, and if not, why not": the palette's verdicts, asked of the session."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hcl_explore.explorer.protocol import Advice, SessionLike
from hcl_explore.views.record import ParameterRecord, PrimitiveRecord

# Stands in for a required number while a primitive is only being considered.
_TRIAL_NUMBER = 2


def advise(
    session: SessionLike,
    primitive: str,
    arguments: Mapping[str, object],
    parameter: str | None,
    choices: Sequence[str],
) -> Advice:
    """Why a filled-in form would be refused, and so would each choice of ``parameter``."""
    verdicts: dict[str, str | None] = {}
    if parameter is not None:
        for choice in choices:
            verdicts[choice] = session.why_not(primitive, {**arguments, parameter: choice})
    return Advice(reason=session.why_not(primitive, arguments), choices=verdicts)


def survey(session: SessionLike, loop: str | None, buffer: str | None) -> dict[str, str | None]:
    """For each primitive that takes just the loop (or buffer) in hand: why not, or None.

    Primitives about which nothing can be said without further arguments are left out.
    """
    verdicts: dict[str, str | None] = {}
    for primitive in session.palette():
        arguments = trial_arguments(primitive, loop, buffer)
        if arguments is not None:
            verdicts[primitive["name"]] = session.why_not(primitive["name"], arguments)
    return verdicts


def trial_arguments(
    primitive: PrimitiveRecord, loop: str | None, buffer: str | None
) -> dict[str, object] | None:
    """Arguments that put the subject in hand into the form; None where that is not enough."""
    arguments: dict[str, object] = {}
    subjects = {"loop": loop, "buffer": buffer}
    for parameter in primitive["parameters"]:
        subject = subjects.pop(parameter["kind"], None)
        if subject is not None:
            arguments[parameter["name"]] = subject
        elif not parameter["optional"]:
            trial = _trial(parameter)
            if trial is None:
                return None
            arguments[parameter["name"]] = trial
    used = {loop, buffer} & {value for value in arguments.values() if isinstance(value, str)}
    return arguments if used - {None} else None


def _trial(parameter: ParameterRecord) -> Any:
    if parameter["kind"] == "integer":
        return _TRIAL_NUMBER
    if parameter["kind"] == "choice" and parameter["choices"]:
        return parameter["choices"][0]
    return None
