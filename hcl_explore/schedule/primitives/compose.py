"""compose: the schedules of the kernels that this one calls are carried out in it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

from hcl_explore.errors import ArgumentError, LegalityError, NotApplicableError, ScheduleError
from hcl_explore.ir.local_memory import fresh_name
from hcl_explore.ir.printing import ModuleLike, clone_module
from hcl_explore.ir.program import Buffer, Loop, Program
from hcl_explore.ir.read_program import read_program
from hcl_explore.schedule import parameters as param
from hcl_explore.schedule.calls import ScheduleCall
from hcl_explore.schedule.parameters import Scope
from hcl_explore.schedule.primitive import Outcome, Primitive, register, then
from hcl_explore.schedule.primitives.partition import connected_buffers
from hcl_explore.schedule.sub_schedule import SubSchedule, qualified, read_sub_schedules, settle

# Of a name that was taken: outline makes "mm_1" where there is a function "mm".
_NUMBER = re.compile(r"_\d+$")


@register
@dataclass(frozen=True)
class Compose(Primitive):
    """Carry out, in the kernels that this one calls, what was scheduled for them alone.

    Before::

        def top(A, B): ...; C = gemm(A, B); ...

    After ``g = hcl.customize(gemm); g.pipeline("j"); s.compose(g)``::

        def gemm(A, B): ...                     # loop j is pipelined
        def top(A, B): ...; C = gemm(A, B); ...

    The steps belong to the function whose body is the kernel that was scheduled: to every one of
    these where there are several, or to the one that ``id`` names; ``instantiate`` gives other type
    parameters than those it was scheduled with. Each step is checked again. Partitions of arguments
    go on into the caller's arrays. The steps are those at the time of the call; later ones of
    either schedule do not touch the other. Instead of a schedule, its steps can be given:
    ``s.compose({"gemm": ['s.pipeline("j")']})``.
    """

    name: ClassVar[str] = "compose"
    group: ClassVar[str] = "Composition"
    law: ClassVar[str] = "Legal if each of its steps is, in the kernel as it is when it is reached."

    schedules: tuple[Any, ...] = param.schedules("the schedules of kernels that are called")
    id: str | None = param.text("one of several functions made of the kernel", default=None)
    instantiate: tuple[object, ...] | None = param.values(
        "type parameters of the instance, if not those scheduled", default=None
    )

    def settle(self, scope: Scope) -> Primitive:
        owner: Any = scope.owner
        found: list[SubSchedule] = []
        for item in self.schedules:
            for sub in read_sub_schedules(item, partial(self._wrong, item)):
                if sub.program is None:
                    found.append(sub)
                    continue
                found += settle(
                    sub, owner.initial.program, id=self.id, instantiate=self.instantiate
                )
        return Compose(tuple(found))

    @staticmethod
    def _wrong(item: object) -> ScheduleError:
        return ArgumentError(
            f"compose: argument 'schedules' must be schedules (hcl.customize), not {item!r}",
            advice="Pass the schedule object of a kernel that is called: s.compose(g).",
        )

    @property
    def marks(self) -> tuple[bool, bool]:
        calls = [call for sub in self.schedules for call in sub.calls]
        return any(call.unchecked for call in calls), any(call.reassociate for call in calls)

    @property
    def allowed_error(self) -> float | None:
        errors = [error for sub in self.schedules for call in sub.calls for error in _errors(call)]
        return sum(errors) if errors else None

    def check(self, program: Program, *, reassociate: bool) -> ScheduleError | None:
        parent = program.kernel.op.parent
        assert parent is not None
        replay = _Replay(clone_module(parent), program, reassociate)
        try:
            replay.run(self.schedules)
        except ScheduleError as refusal:
            return refusal
        return replay.illegal

    def apply(self, module: ModuleLike, program: Program) -> Outcome:
        replay = _Replay(module, program, reassociate=True)
        replay.run(self.schedules)
        return Outcome(replay.forwarding)

    def explain(self) -> str:
        return "; ".join(
            f"{sub.function}: {', '.join(call.text for call in sub.calls) or 'no steps'}"
            for sub in self.schedules
        )


def _reachable(program: Program, function: str) -> set[str]:
    """``function`` and what it calls, directly or not."""
    found = [function]
    for name in found:
        callees = program.functions[name].all_calls() if name in program.functions else ()
        found += [call.callee for call in callees if call.callee not in found]
    return set(found)


def _errors(call: ScheduleCall) -> Iterator[float]:
    """What the steps that change values allow: they say it in their argument ``tolerance``."""
    if call.declared.cls is Compose:
        for item in _items(call.arguments["schedules"]):
            inner = read_sub_schedules(item, partial(Compose._wrong, item))
            error = Compose(tuple(inner)).allowed_error
            if error is not None:
                yield error
    for parameter in call.declared.parameters:
        if parameter.name == "tolerance":
            yield float(str(call.arguments.get("tolerance", parameter.default)))


def _items(value: object) -> Sequence[object]:
    return value if isinstance(value, (list, tuple)) else [value]


class _Replay:
    """Applies the calls of sub-schedules to ``module``; ``program`` is its view.

    ``illegal`` is the first refusal by legality: the steps go on, to find what cannot be done at
    all.
    """

    def __init__(self, module: ModuleLike, program: Program, reassociate: bool) -> None:
        self.forwarding: Mapping[str, tuple[str, ...]] = {}
        self.illegal: LegalityError | None = None
        self._module = module
        self._program = read_program(module, program.sources)
        self._reassociate = reassociate
        self._done: list[tuple[str, set[str]]] = []

    def run(self, schedules: Sequence[SubSchedule]) -> None:
        """Raises ``ScheduleError``, naming the step, at the first one that does not fit."""
        for sub in schedules:
            for call in sub.calls:
                self._step(sub, call)

    def _step(self, sub: SubSchedule, call: ScheduleCall) -> None:
        function = sub.function or sub.kernel
        title = f"{call.text} of the schedule of {sub.kernel}"
        if function not in self._program.functions:
            raise NotApplicableError(
                f"compose: there is no function '{function}' for {title}",
                span=self._program.sources.span(self._program.kernel.place),
                advice=f"Functions now: {', '.join(self._program.functions)}. An inlined kernel "
                "has none of its own: compose before inlining it.",
            )
        try:
            arguments = qualified(call, function, self._program)
            scope = Scope(self._program, None, call.declared.name)
            primitive = call.declared.resolve(arguments, scope)
        except ScheduleError as reason:
            raise self._conflict(title, reason, ()) from None
        named = tuple(_named(primitive, self._program))
        if primitive.holds(self._program):
            return
        refusal = primitive.check(self._program, reassociate=self._reassociate or call.reassociate)
        if isinstance(refusal, LegalityError):
            if not call.unchecked:
                self.illegal = self.illegal or self._conflict(title, refusal, named)
        elif refusal is not None:
            raise self._conflict(title, refusal, named)
        before = self._program
        outcome = primitive.apply(self._module, before)
        self._program = read_program(self._module, before.sources)
        for name in self._program.functions.keys() - before.functions.keys():
            self._require_name(title, before, function, name)
        self._note(title, named, outcome)

    def _require_name(self, title: str, before: Program, function: str, made: str) -> None:
        """A function that a step makes is called as in the schedule alone: later steps name it.

        Raises ``NotApplicableError`` where that name is taken by a part of the caller.
        """
        wanted = _NUMBER.sub("", made)
        if wanted not in before.functions:
            return
        if made != fresh_name(wanted, _reachable(before, function)):
            raise NotApplicableError(
                f"compose: {title} cannot be applied: it makes a function '{wanted}', and "
                f"'{before.top}' already has one",
                span=before.sources.span(before.functions[wanted].place),
                advice="Give the band another name, or leave the step out of the schedule.",
            )

    def _note(self, title: str, named: Sequence[str], outcome: Outcome) -> None:
        self.forwarding = then(self.forwarding, outcome.forwarding)
        self._done.append((title, set(named)))
        for _, keys in self._done:
            for key in tuple(keys):
                keys.update(outcome.forwarding.get(key, ()))

    def _conflict(self, title: str, reason: ScheduleError, named: Sequence[str]) -> Any:
        """``reason`` with the step's name, and that of the earlier one it collides with."""
        others = [other for other, keys in self._done if keys & set(named)]
        against = f" after {others[-1]}" if others else ""
        return type(reason)(
            f"compose: {title} cannot be applied{against}: {reason.message}",
            span=reason.span,
            advice=reason.advice,
        )


def _named(primitive: Primitive, program: Program) -> Iterator[str]:
    """The keys of the loops and arrays that a call names, with arrays that share their storage."""
    for value in vars(primitive).values():
        for item in value if isinstance(value, tuple) else (value,):
            if isinstance(item, Loop):
                yield item.key
            elif isinstance(item, Buffer):
                yield from (buffer.key for buffer in connected_buffers(program, item))
