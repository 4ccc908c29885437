"""Typed parameters of primitives: declared once, read by the API, the palette, JSON and the docs.

A primitive is a frozen dataclass whose fields are made by the functions below; each carries a
``Parameter`` that turns what a user passes into the program's objects, and back into JSON.
"""

from __future__ import annotations

import dataclasses
import math
import operator
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from types import FunctionType
from typing import Any, Protocol

from hcl_explore.errors import ArgumentError, UnknownNameError
from hcl_explore.ir.program import Buffer, Loop, Program
from hcl_explore.lang.memory import Memory
from hcl_explore.lang.types import ScalarType, normal_type_name, parse_type
from hcl_explore.schedule import naming

_REQUIRED = object()
_CLEAR_ALONE = ("loop", "buffer", "function", "dtype", "destination", "integers")
# Factors and the like are 32-bit attributes.
_LARGEST = 2**31 - 1


class Handle(Protocol):
    """What users hold instead of a name; forwards itself through the steps made since."""

    def current_key(self, owner: object) -> str:
        """The key in ``owner``'s program now. Raises ``StaleHandleError``."""
        ...


@dataclass(frozen=True)
class Scope:
    """What an argument is resolved in: the program now, and the schedule that owns it."""

    program: Program
    owner: object
    primitive: str


@dataclass(frozen=True)
class Parameter:
    """One parameter. ``kind`` decides the form's control and how a value is resolved."""

    name: str
    kind: str
    help: str
    default: object = _REQUIRED
    minimum: int | None = None
    maximum: int | None = None
    variadic: bool = False
    choices: tuple[Enum, ...] = ()
    at_least: int = 1
    takes_band: bool = False
    takes_function: bool = False
    takes_stream: bool = False

    @property
    def is_optional(self) -> bool:
        return self.default is not _REQUIRED

    @property
    def reads_well_alone(self) -> bool:
        """Whether a call is clear without the parameter's name: ``s.split("k", 8)``."""
        return self.kind in _CLEAR_ALONE or self.name == "factor"

    def resolve(self, value: object, scope: Scope) -> object:
        """The program's object for a user's value.

        Raises:
            ArgumentError: wrong type or out of range.
            UnknownNameError, AmbiguousNameError, StaleHandleError: from looking a name up.
        """
        # True equals 1 and is no integer.
        if self.is_optional and type(value) is type(self.default) and value == self.default:
            return value
        return getattr(self, f"_resolve_{self.kind}")(value, scope)

    def to_json(self, value: object, program: Program) -> Any:
        """A resolved value as the JSON that ``resolve`` takes back."""
        if isinstance(value, Loop):
            band = naming.band_name(program, value) if self.takes_band else None
            return band or naming.loop_name(program, value)
        if isinstance(value, Buffer):
            return naming.buffer_name(program, value)
        if isinstance(value, Enum):
            return value.value
        if isinstance(value, ScalarType):
            return str(value)
        if hasattr(value, "to_json"):
            return value.to_json()
        if isinstance(value, tuple):
            return [self.to_json(item, program) for item in value]
        return value

    # --- one method per kind ----------------------------------------------------------------

    def _resolve_loop(self, value: object, scope: Scope) -> Loop | str:
        if self.takes_function:
            value = _function_name(value)
        if isinstance(value, str):
            if self.takes_function and value in scope.program.functions:
                return value
            return self._find_loop(value, scope.program)
        if isinstance(value, Loop):
            key = value.key
        elif hasattr(value, "current_key"):
            key = value.current_key(scope.owner)
        else:
            raise self._wrong(value, scope, "a loop's name or handle")
        loop = scope.program.loop(key)
        if loop is None:
            raise self._wrong(value, scope, "a loop of this program")
        return loop

    def _find_loop(self, text: str, program: Program) -> Loop:
        try:
            return naming.find_loop(program, text)
        except UnknownNameError:
            if not self.takes_band or not naming.has_band(program, text):
                raise
            return naming.find_band(program, text)

    def _resolve_loops(self, value: object, scope: Scope) -> tuple[Loop | str, ...]:
        items = self._items(value, scope, "loops")
        return tuple(self._resolve_loop(item, scope) for item in items)

    def _resolve_buffer(self, value: object, scope: Scope) -> Buffer:
        buffer = self._find_buffer(value, scope)
        if buffer.kind == "stream" and not self.takes_stream:
            raise ArgumentError(
                f"{scope.primitive}: '{buffer.name}' is a stream, not an array",
                span=scope.program.sources.span(buffer.place),
                advice="A FIFO has no memory to rearrange; its depth is part of its declaration.",
            )
        return buffer

    def _find_buffer(self, value: object, scope: Scope) -> Buffer:
        if isinstance(value, str):
            return naming.find_buffer(scope.program, value)
        if isinstance(value, Buffer):
            key = value.key
        elif hasattr(value, "current_key"):
            key = value.current_key(scope.owner)
        else:
            raise self._wrong(value, scope, "an array of the kernel (s.A, or its name)")
        buffer = scope.program.buffer(key)
        if buffer is None:
            raise self._wrong(value, scope, "an array of the kernel (s.A, or its name)")
        return buffer

    def _resolve_function(self, value: object, scope: Scope) -> str:
        value = _function_name(value)
        if not isinstance(value, str):
            raise self._wrong(value, scope, "a function or its name")
        return naming.find_function(scope.program, value).name

    def _resolve_integer(self, value: object, scope: Scope) -> int:
        # numpy integers count; booleans and floats do not.
        try:
            number = operator.index(value)  # type: ignore[arg-type]
        except TypeError:
            raise self._wrong(value, scope, self._range_text()) from None
        if isinstance(value, bool):
            raise self._wrong(value, scope, self._range_text())
        below = self.minimum is not None and number < self.minimum
        above = self.maximum is not None and number > self.maximum
        if below or above:
            raise self._wrong(value, scope, self._range_text())
        if abs(number) > _LARGEST:
            raise self._wrong(value, scope, f"an integer of at most {_LARGEST:,}")
        return number

    def _resolve_integers(self, value: object, scope: Scope) -> tuple[int, ...]:
        return tuple(
            self._resolve_integer(item, scope) for item in self._items(value, scope, "integers")
        )

    def _resolve_boolean(self, value: object, scope: Scope) -> bool:
        if not isinstance(value, bool):
            raise self._wrong(value, scope, "True or False")
        return value

    def _resolve_text(self, value: object, scope: Scope) -> str:
        if not isinstance(value, str):
            raise self._wrong(value, scope, "a name")
        return value

    def _resolve_destination(self, value: object, scope: Scope) -> str:
        if isinstance(value, Memory):
            return value.name
        if not isinstance(value, str):
            raise self._wrong(value, scope, 'a name, or a memory: hcl.Memory("HBM", 0)')
        return value

    def _resolve_dtype(self, value: object, scope: Scope) -> ScalarType:
        if isinstance(value, ScalarType):
            return value
        expected = 'a type: hcl.Fixed(16, 8), hcl.int8, or the text "fixed(16, 8)"'
        if not isinstance(value, str):
            raise self._wrong(value, scope, expected)
        try:
            return parse_type(normal_type_name(value))
        except ValueError:
            raise self._wrong(value, scope, expected) from None

    def _resolve_number(self, value: object, scope: Scope) -> float:
        expected = "a positive number"
        try:
            number = float(value)  # type: ignore[arg-type]
        except (TypeError, ValueError):
            raise self._wrong(value, scope, expected) from None
        if isinstance(value, bool) or not 0 < number < math.inf:
            raise self._wrong(value, scope, expected)
        return number

    def _resolve_values(self, value: object, scope: Scope) -> tuple[object, ...]:
        return tuple(self._items(value, scope, "types or numbers"))

    def _resolve_schedules(self, value: object, scope: Scope) -> tuple[object, ...]:
        return tuple(self._items(value, scope, "schedules"))

    def _resolve_choice(self, value: object, scope: Scope) -> Enum:
        for member in self.choices:
            if value is member or (isinstance(value, str) and value in (member.value, member.name)):
                return member
        names = ", ".join(f"{type(m).__name__}.{m.name}" for m in self.choices)
        raise self._wrong(value, scope, f"one of {names}")

    def _items(self, value: object, scope: Scope, what: str) -> Sequence[object]:
        if not isinstance(value, (list, tuple)) or len(value) < self.at_least:
            listing = "" if self.variadic else "a list of "
            raise self._wrong(value, scope, f"{listing}{self.at_least} or more {what}")
        return value

    def _range_text(self) -> str:
        if self.minimum is not None and self.maximum is not None:
            return f"an integer from {self.minimum} to {self.maximum}"
        if self.minimum is not None:
            return f"an integer of at least {self.minimum}"
        return "an integer"

    def _wrong(self, value: object, scope: Scope, expected: str) -> ArgumentError:
        return ArgumentError(
            f"{scope.primitive}: argument '{self.name}' must be {expected}, not {value!r}",
            advice=f"{self.name}: {self.help}",
        )


def _function_name(value: object) -> object:
    """A kernel's function object stands for its name."""
    return value.__name__ if isinstance(value, FunctionType) else value


# --- what primitives declare their fields with -----------------------------------------------


def _field(kind: str, help_text: str, **options: Any) -> Any:
    keyword_only = options.pop("keyword_only", False)
    metadata = {"kind": kind, "help": help_text, **options}
    if "default" in options:
        return dataclasses.field(
            default=options["default"], metadata=metadata, kw_only=keyword_only
        )
    return dataclasses.field(metadata=metadata, kw_only=keyword_only)


def loop(help_text: str, **options: Any) -> Any:
    """A loop, by name or handle.

    With ``takes_band`` the name of a band stands for its first loop; with ``takes_function`` a
    function's name is taken too, and stays a name.
    """
    return _field("loop", help_text, **options)


def loops(help_text: str, *, at_least: int = 1) -> Any:
    """Several loops, passed as ``*axes``."""
    return _field("loops", help_text, at_least=at_least, variadic=True)


def buffer(help_text: str, **options: Any) -> Any:
    """An array: ``s.A``, a handle, or its name."""
    return _field("buffer", help_text, **options)


def function(help_text: str, **options: Any) -> Any:
    """A function of the module, by name."""
    return _field("function", help_text, **options)


def integer(help_text: str, **options: Any) -> Any:
    """An integer within ``minimum`` and ``maximum``."""
    return _field("integer", help_text, **options)


def integers(help_text: str, **options: Any) -> Any:
    """A list of integers, each within ``minimum`` and ``maximum``."""
    return _field("integers", help_text, **options)


def boolean(help_text: str, **options: Any) -> Any:
    return _field("boolean", help_text, **options)


def text(help_text: str, **options: Any) -> Any:
    """A name that is none of the program's own."""
    return _field("text", help_text, **options)


def destination(help_text: str, **options: Any) -> Any:
    """Where data go: the name of a band, function or kernel of tasks, or a memory."""
    return _field("destination", help_text, **options)


def dtype(help_text: str, **options: Any) -> Any:
    """A scalar type, or its name."""
    return _field("dtype", help_text, **options)


def number(help_text: str, **options: Any) -> Any:
    """A positive number."""
    return _field("number", help_text, **options)


def values(help_text: str, **options: Any) -> Any:
    """A list of types and numbers."""
    return _field("values", help_text, **options)


def schedules(help_text: str) -> Any:
    """Several schedules of other kernels, passed as ``*schedules``."""
    return _field("schedules", help_text, variadic=True)


def choice(help_text: str, members: type[Enum], **options: Any) -> Any:
    """A member of an enumeration; its name or value is taken too."""
    return _field("choice", help_text, choices=tuple(members), **options)


def parameters_of(primitive: type) -> tuple[Parameter, ...]:
    """The declared parameters of a primitive class, in the order of its signature."""
    return tuple(
        Parameter(name=field.name, **field.metadata) for field in dataclasses.fields(primitive)
    )
