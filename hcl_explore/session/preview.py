"""The Python call that a half-filled form stands for, before it is applied."""

from __future__ import annotations

from collections.abc import Mapping

from hcl_explore.errors import ScheduleError
from hcl_explore.schedule.parameters import Parameter, Scope
from hcl_explore.schedule.primitive import info
from hcl_explore.schedule.schedule import Schedule


class _Open:
    """Stands in the call for an argument that is still to be given."""

    def __repr__(self) -> str:
        return "…"


_OPEN = _Open()


def call_preview(schedule: Schedule, primitive: str, arguments: Mapping[str, object]) -> str:
    """The call as the history would show it: names in their shortest form, defaults left out.

    ``…`` stands for required arguments that are missing; a value that does not fit is shown as it
    was given.

    Raises:
        ArgumentError: there is no such primitive.
    """
    declared = info(primitive)
    scope = Scope(schedule.program, schedule, declared.name)
    shown: dict[str, object] = {}
    for parameter in declared.parameters:
        if parameter.name in arguments:
            value = _plain(parameter, arguments[parameter.name], scope)
            if not (parameter.is_optional and value == _plain_default(parameter, scope)):
                shown[parameter.name] = value
        elif not parameter.is_optional:
            shown[parameter.name] = [_OPEN] if parameter.variadic else _OPEN
    return declared.call_text(shown)


def _plain(parameter: Parameter, value: object, scope: Scope) -> object:
    """The value as a step would record it, or as it is where it does not resolve."""
    if isinstance(value, (list, tuple)) and len(value) < parameter.at_least:
        return [*value, _OPEN]
    try:
        return parameter.to_json(parameter.resolve(value, scope), scope.program)
    except ScheduleError:
        return value


def _plain_default(parameter: Parameter, scope: Scope) -> object:
    return parameter.to_json(parameter.default, scope.program)
