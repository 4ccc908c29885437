"""What a schedule primitive is, and the registry of them.

A primitive is one frozen dataclass in one file of ``primitives/``. Its fields are its typed
parameters; ``check`` says why it may not be applied (or None) and changes nothing; ``apply`` may
assume that ``check`` said nothing, edits the module it is given, and returns what became of which
loop and buffer. Registering it makes it appear in the Schedule API, the palette, the CLI, the docs
and the fuzzer.
"""

from __future__ import annotations

import dataclasses
import difflib
import inspect
import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, ClassVar

from hcl_explore.errors import ArgumentError, ScheduleError
from hcl_explore.ir.printing import ModuleLike
from hcl_explore.ir.program import Program
from hcl_explore.lang.types import normal_type_name, parse_type, python_name
from hcl_explore.schedule.method_signature import call_signature, method_signature
from hcl_explore.schedule.parameters import Parameter, Scope, parameters_of


@dataclass(frozen=True)
class Outcome:
    """What ``apply`` did to identities.

    ``forwarding`` maps the key of each loop or buffer that changed to the keys it became (an empty
    tuple where it is gone); keys not in it stay. ``loops`` and ``buffers`` are the keys to hand
    back to the caller: the pieces of a split, a new buffer.
    """

    forwarding: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    loops: tuple[str, ...] = ()
    buffers: tuple[str, ...] = ()


def then(
    first: Mapping[str, tuple[str, ...]], second: Mapping[str, tuple[str, ...]]
) -> dict[str, tuple[str, ...]]:
    """One forwarding after another."""
    result = {
        key: tuple(new for old in became for new in second.get(old, (old,)))
        for key, became in first.items()
    }
    for key, became in second.items():
        result.setdefault(key, became)
    return result


@dataclass(frozen=True)
class Primitive(ABC):
    """Base of all primitives."""

    name: ClassVar[str]
    group: ClassVar[str]
    law: ClassVar[str]
    """One sentence: what makes it legal."""
    aliases: ClassVar[tuple[str, ...]] = ()
    """Other names that the method and the history take."""
    returns: ClassVar[str] = "None"
    """The type of what the method returns: handles of what was made, if anything was."""

    @abstractmethod
    def check(self, program: Program, *, reassociate: bool) -> ScheduleError | None:
        """Why this may not be applied to ``program``, or None. A ``LegalityError`` is returned only
        when nothing else speaks against it."""

    @abstractmethod
    def apply(self, module: ModuleLike, program: Program) -> Outcome:
        """Rewrite ``module``, whose view is ``program``, in place."""

    def settle(self, scope: Scope) -> Primitive:  # noqa: ARG002 (for those that override it)
        """The same call with everything filled in that it left to the kernel.

        Raises:
            ScheduleError: the kernel has nothing that fits.
        """
        return self

    def holds(self, program: Program) -> bool:  # noqa: ARG002 (likewise)
        """Whether ``program`` already is as this would make it: a conflict of two schedules that
        ask for the same is none."""
        return False

    def overrides(self, program: Program) -> ScheduleError | None:  # noqa: ARG002 (likewise)
        """What of an earlier step this would undo: for two schedules a conflict, in one of them a
        change of mind."""
        return None

    @property
    def allowed_error(self) -> float | None:
        """How much of the largest value results may differ by, of a primitive that changes values;
        None where it changes none."""
        return None

    @property
    def marks(self) -> tuple[bool, bool]:
        """Whether the call brings unchecked steps, and reassociated ones, with it."""
        return False, False

    def explain(self) -> str:
        """One line for the step list: what this very step does."""
        return f"{self.name}"


@dataclass(frozen=True)
class PrimitiveInfo:
    """A registered primitive with what is derived from its declaration."""

    cls: type[Primitive]
    name: str
    group: str
    summary: str
    law: str
    doc: str
    parameters: tuple[Parameter, ...]
    signature: inspect.Signature

    @property
    def has_form(self) -> bool:
        """Whether every argument can be chosen in a form: not where a schedule is one."""
        return all(parameter.kind != "schedules" for parameter in self.parameters)

    @property
    def usage(self) -> str:
        """The call with its parameters, as errors and docs show it."""
        members = re.sub(r"<(\w+\.\w+): [^>]*>", r"hcl.\1", str(self.signature))
        return self.name + members

    @property
    def method_signature(self) -> inspect.Signature:
        """The signature of the method on Schedule, with types."""
        return method_signature(self.signature, self.parameters, self.cls.returns)

    @property
    def method_doc(self) -> str:
        """The docstring of the method on Schedule: the contract, the law and the arguments."""
        lines = [self.doc, "", self.law, "", "Args:"]
        lines += [f"    {parameter.name}: {parameter.help}" for parameter in self.parameters]
        lines.append("    reassociate: allow another order of floating-point accumulations")
        lines.append("    unchecked: apply it although legality was refused; the step is marked")
        return "\n".join(lines)

    def bind(self, args: tuple[object, ...], kwargs: Mapping[str, object]) -> dict[str, object]:
        """User arguments by parameter name, defaults filled in.

        Raises:
            ArgumentError: a missing, superfluous or unknown argument; the signature is shown.
        """
        try:
            bound = self.signature.bind(*args, **kwargs)
        except TypeError as error:
            raise ArgumentError(f"{self.name}: {error}", advice=f"Use: s.{self.usage}") from None
        bound.apply_defaults()
        return dict(bound.arguments)

    def resolve(self, arguments: Mapping[str, object], scope: Scope) -> Primitive:
        """The primitive on the loops and buffers of ``scope.program``.

        Raises:
            ArgumentError: a parameter is missing, unknown, or has a bad value.
            UnknownNameError, AmbiguousNameError, StaleHandleError: a name or handle does not fit.
            NotApplicableError: a schedule is of a kernel that this one does not call.
        """
        known = {parameter.name for parameter in self.parameters}
        unknown = sorted(set(arguments) - known)
        if unknown:
            raise ArgumentError(
                f"{self.name}: no argument '{unknown[0]}'",
                advice=f"Use: s.{self.usage}",
            )
        values: dict[str, Any] = {}
        for parameter in self.parameters:
            if parameter.name in arguments:
                values[parameter.name] = parameter.resolve(arguments[parameter.name], scope)
            elif not parameter.is_optional:
                raise ArgumentError(
                    f"{self.name}: argument '{parameter.name}' is missing",
                    advice=f"Use: s.{self.usage}",
                )
        return self.cls(**values).settle(scope)

    def to_json(self, primitive: Primitive, program: Program) -> dict[str, object]:
        """The arguments of a resolved primitive as plain data, defaults left out."""
        result: dict[str, object] = {}
        for parameter in self.parameters:
            value = getattr(primitive, parameter.name)
            if not (parameter.is_optional and value == parameter.default):
                result[parameter.name] = parameter.to_json(value, program)
        return result

    def call_text(self, arguments: Mapping[str, object], **extra: object) -> str:
        """The Python call with these JSON arguments: ``s.split("k", 8)``."""
        parts: list[str] = []
        positional = True
        for parameter in self.parameters:
            if parameter.name not in arguments:
                positional = False
                continue
            value = arguments[parameter.name]
            if parameter.variadic and isinstance(value, (list, tuple)):
                parts += [_quote(item) for item in value]
                positional = False
                continue
            positional = positional and parameter.reads_well_alone
            shown = _literal(parameter, value)
            parts.append(shown if positional else f"{parameter.name}={shown}")
        parts += [f"{name}={value!r}" for name, value in extra.items()]
        return f"s.{self.name}({', '.join(parts)})"


def _literal(parameter: Parameter, value: object) -> str:
    if parameter.kind == "buffer" and isinstance(value, str) and value.isidentifier():
        return f"s.{value}"
    if parameter.kind == "dtype" and isinstance(value, str):
        return python_name(parse_type(normal_type_name(value)))
    if parameter.choices:
        member = next(m for m in parameter.choices if value in (m.value, m.name))
        return f"hcl.{type(member).__name__}.{member.name}"
    return _quote(value)


def _quote(value: object) -> str:
    return '"' + value.replace('"', '\\"') + '"' if isinstance(value, str) else repr(value)


_REGISTRY: dict[str, PrimitiveInfo] = {}


def register(cls: type[Primitive]) -> None:
    """Make a primitive known. A second one of the same name is an error."""
    if cls.name in _REGISTRY:
        raise ValueError(f"two primitives are called {cls.name!r}")
    doc = inspect.cleandoc(cls.__doc__ or "")
    parameters = parameters_of(cls)
    _REGISTRY[cls.name] = PrimitiveInfo(
        cls=cls,
        name=cls.name,
        group=cls.group,
        summary=doc.split("\n\n")[0].replace("\n", " "),
        law=cls.law,
        doc=doc,
        parameters=parameters,
        signature=call_signature(
            (parameter, bool(declared.kw_only))
            for parameter, declared in zip(parameters, dataclasses.fields(cls), strict=True)
        ),
    )


def primitives() -> Mapping[str, PrimitiveInfo]:
    """All registered primitives by name, in the order in which they were registered."""
    return MappingProxyType(_REGISTRY)


def info(name: str) -> PrimitiveInfo:
    """The primitive called ``name`` or an alias of it. Raises ``ArgumentError``, with all names."""
    known = primitives()
    for declared in known.values():
        if name in declared.cls.aliases:
            return declared
    if not isinstance(name, str) or name not in known:
        near = difflib.get_close_matches(str(name), known, n=1)
        hint = f"Did you mean '{near[0]}'? " if near else ""
        raise ArgumentError(
            f"no primitive '{name}'", advice=f"{hint}Primitives: {', '.join(sorted(known))}."
        )
    return known[name]
