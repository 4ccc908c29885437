"""Carrying out the steps of sub-schedules in a caller, and saying which step is in whose way."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from hcl_explore.errors import LegalityError, NotApplicableError, ScheduleError
from hcl_explore.ir.fresh_names import fresh_name
from hcl_explore.ir.printing import ModuleLike, clone_module
from hcl_explore.ir.program import Buffer, Loop, Program
from hcl_explore.ir.read_program import read_program
from hcl_explore.schedule import naming
from hcl_explore.schedule.calls import ScheduleCall
from hcl_explore.schedule.connected_buffers import connected_buffers
from hcl_explore.schedule.parameters import Scope
from hcl_explore.schedule.primitive import Primitive, info, then
from hcl_explore.schedule.step import Step
from hcl_explore.schedule.sub_schedule import SubSchedule, qualified
from hcl_explore.schedule.tasks import give_own_functions, task_called

_Error = TypeVar("_Error", bound=ScheduleError)

# Of a name that was taken: outline makes "mm_1" where there is a function "mm".
_NUMBER = re.compile(r"_\d+$")


@dataclass(frozen=True)
class _Past:
    """A step taken before: of ``sub``, or of the caller itself (None). ``named`` are the keys of
    what it names, in the program that it was applied to."""

    title: str
    sub: SubSchedule | None
    named: frozenset[str]
    forwarding: Mapping[str, tuple[str, ...]]


class Replay:
    """Applies the calls of sub-schedules to ``module``, a clone whose view is ``program``.

    ``illegal`` is the first refusal by legality: the steps go on, to find what cannot be done at
    all.
    """

    def __init__(self, module: ModuleLike, program: Program, reassociate: bool) -> None:
        self.forwarding: Mapping[str, tuple[str, ...]] = {}
        self.illegal: LegalityError | None = None
        self._module = module
        self._program = read_program(module, program.sources)
        self._start = program
        self._reassociate = reassociate
        self._done: list[_Past] = []

    def run(self, schedules: Sequence[SubSchedule]) -> None:
        """Raises ``ScheduleError``, naming the step, at the first one that does not fit."""
        for sub in schedules:
            for call in sub.calls:
                self._step(sub, call)

    def _step(self, sub: SubSchedule, call: ScheduleCall) -> None:
        function = sub.function or sub.kernel
        title = f"{call.text} of the schedule of {sub.kernel}"
        if function not in self._program.functions and not task_called(self._program, function):
            raise NotApplicableError(
                f"compose: there is no function '{function}' for {title}",
                span=self._program.sources.span(self._program.kernel.place),
                advice=f"Functions now: {', '.join(self._program.functions)}. An inlined kernel "
                "has none of its own: compose before inlining it.",
            )
        if give_own_functions(self._program, qualified(call, function, self._program)):
            self._program = read_program(self._module, self._program.sources)
        try:
            primitive = _resolved(call, function, self._program)
        except ScheduleError as reason:
            raise _conflict(title, reason, self._what_took_its_names(sub, call)) from None
        named = frozenset(_named(primitive, self._program))
        if primitive.holds(self._program):
            return
        refusal = primitive.check(self._program, reassociate=self._reassociate or call.reassociate)
        if isinstance(refusal, LegalityError):
            if not call.unchecked:
                against = self._latest_on(sub, named)
                self.illegal = self.illegal or _conflict(title, refusal, against)
        elif refusal is not None:
            against = self._latest_on(sub, named) or self._latest_on(sub, _nests(primitive))
            raise _conflict(title, refusal, against)
        overridden = primitive.overrides(self._program)
        if overridden is not None:
            against = self._latest_on(sub, named)
            if against is not None and against.sub is not sub:
                raise _conflict(title, overridden, against)
        before = self._program
        outcome = primitive.apply(self._module, before)
        self._program = read_program(self._module, before.sources)
        reached = naming.find_function(before, function).name
        for name in self._program.functions.keys() - before.functions.keys():
            self._require_name(title, before, reached, name)
        self.forwarding = then(self.forwarding, outcome.forwarding)
        self._done.append(_Past(title, sub, named, outcome.forwarding))

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

    # --- which earlier step is in the way -----------------------------------------------------

    def _past(self, sub: SubSchedule) -> list[_Past]:
        return [past for step in sub.earlier for past in _of_caller(step)] + self._done

    def _latest_on(self, sub: SubSchedule, named: Iterable[str]) -> _Past | None:
        """The latest step that named one of these loops and arrays of the program now."""
        past = self._past(sub)
        for number in reversed(range(len(past))):
            if _forwarded(past[number].named, past[number:]) & set(named):
                return past[number]
        return None

    def _what_took_its_names(self, sub: SubSchedule, call: ScheduleCall) -> _Past | None:
        """The latest step that made something else of what ``call`` names; None where the program
        before all of them has no such names either."""
        initial = sub.earlier[0].before.program if sub.earlier else self._start
        try:
            keys = set(_named(_resolved(call, sub.function or sub.kernel, initial), initial))
        except ScheduleError:
            return None
        found = None
        for step in self._past(sub):
            became = _forwarded(keys, [step])
            if became != keys:
                found, keys = step, became
        return found


def _of_caller(step: Step) -> list[_Past]:
    """A step of the caller; of one that composed schedules, the steps of these."""
    program = step.before.program
    primitive = info(step.primitive).resolve(step.arguments, Scope(program, None, step.primitive))
    composed = [part for part in _parts(primitive) if isinstance(part, SubSchedule)]
    if not composed:
        named = frozenset(_named(primitive, program))
        return [_Past(step.call, None, named, step.forwarding)]
    again = Replay(clone_module(step.before.module), program, reassociate=True)
    again.run(composed)
    return again._done


def _resolved(call: ScheduleCall, function: str, program: Program) -> Primitive:
    arguments = qualified(call, function, program)
    return call.declared.resolve(arguments, Scope(program, None, call.declared.name))


def _forwarded(keys: Iterable[str], steps: Iterable[_Past]) -> set[str]:
    found = set(keys)
    for step in steps:
        found = {new for key in found for new in step.forwarding.get(key, (key,))}
    return found


def _conflict(title: str, reason: _Error, against: _Past | None) -> _Error:
    """``reason`` with the step's name, and that of the earlier one it collides with."""
    after = f" after {against.title}" if against is not None else ""
    return type(reason)(
        f"compose: {title} cannot be applied{after}: {reason.message}",
        span=reason.span,
        advice=reason.advice,
    )


def _reachable(program: Program, function: str) -> set[str]:
    """``function`` and what it calls, directly or not."""
    found = [function]
    for name in found:
        callees = program.functions[name].all_calls() if name in program.functions else ()
        found += [call.callee for call in callees if call.callee not in found]
    return set(found)


def _named(primitive: Primitive, program: Program) -> Iterator[str]:
    """The keys of the loops and arrays that a call names, with arrays that share their storage."""
    for item in _parts(primitive):
        if isinstance(item, Loop):
            yield item.key
        elif isinstance(item, Buffer):
            yield from (buffer.key for buffer in connected_buffers(program, item))


def _nests(primitive: Primitive) -> set[str]:
    """The keys of the loops around and inside those that a call names."""
    loops = [item for item in _parts(primitive) if isinstance(item, Loop)]
    return {near.key for loop in loops for near in (*loop.chain, *loop.subtree())}


def _parts(primitive: Primitive) -> Iterator[object]:
    for value in vars(primitive).values():
        yield from value if isinstance(value, tuple) else (value,)
