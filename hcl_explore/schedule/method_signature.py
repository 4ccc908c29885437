"""The signatures of primitives: what a call binds to, and what ``help`` and editors show.

``docs/make_primitives.py`` writes the same signatures into ``primitive_methods.pyi``.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable

from hcl_explore.schedule.parameters import Parameter

_KINDS = inspect.Parameter

# What the method of a primitive takes for a parameter of each kind, as it is written in Python.
_TYPES = {
    "loop": "LoopHandle | str",
    "loops": "LoopHandle | str",
    "buffer": "BufferHandle | str",
    "function": "Callable[..., object] | str",
    "integer": "int",
    "integers": "list[int] | tuple[int, ...]",
    "boolean": "bool",
    "text": "str",
    "destination": "Memory | str",
    "dtype": "ScalarType | str",
    "number": "float",
    "values": "list[object] | tuple[object, ...]",
    "schedules": "Schedule",
}


def call_signature(parameters: Iterable[tuple[Parameter, bool]]) -> inspect.Signature:
    """The signature that a call is bound by, without types: each parameter, and whether it is
    given by keyword only. What follows a variadic one always is."""
    entries: list[inspect.Parameter] = []
    after_variadic = False
    for parameter, keyword_only in parameters:
        default = parameter.default if parameter.is_optional else _KINDS.empty
        if parameter.variadic:
            entry = _KINDS(parameter.name, _KINDS.VAR_POSITIONAL)
        elif after_variadic or keyword_only:
            entry = _KINDS(parameter.name, _KINDS.KEYWORD_ONLY, default=default)
        else:
            entry = _KINDS(parameter.name, _KINDS.POSITIONAL_OR_KEYWORD, default=default)
        entries.append(entry)
        after_variadic = after_variadic or parameter.variadic
    return inspect.Signature(entries)


def method_signature(
    signature: inspect.Signature, parameters: Iterable[Parameter], returns: str
) -> inspect.Signature:
    """``signature`` as a method with types: with ``self`` and the two flags of every primitive."""
    types = {parameter.name: _annotation(parameter) for parameter in parameters}
    own = [entry.replace(annotation=types[entry.name]) for entry in signature.parameters.values()]
    flags = [
        _KINDS(name, _KINDS.KEYWORD_ONLY, default=False, annotation="bool")
        for name in ("reassociate", "unchecked")
    ]
    itself = _KINDS("self", _KINDS.POSITIONAL_OR_KEYWORD)
    return inspect.Signature([itself, *own, *flags], return_annotation=returns)


def _annotation(parameter: Parameter) -> str:
    if parameter.choices:
        text = f"{type(parameter.choices[0]).__name__} | str"
    else:
        text = _TYPES[parameter.kind]
    if parameter.takes_band:
        text = text.replace("LoopHandle", "LoopHandle | Band")
    if parameter.takes_function:
        text = f"Callable[..., object] | {text}"
    return f"{text} | None" if parameter.is_optional and parameter.default is None else text
