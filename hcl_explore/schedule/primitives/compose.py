"""compose: the schedules of the kernels that this one calls are carried out in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, ClassVar

from hcl_explore.errors import ArgumentError, ScheduleError
from hcl_explore.ir.printing import ModuleLike, clone_module
from hcl_explore.ir.program import Program
from hcl_explore.schedule import parameters as param
from hcl_explore.schedule.calls import ScheduleCall
from hcl_explore.schedule.parameters import Scope
from hcl_explore.schedule.primitive import Outcome, Primitive
from hcl_explore.schedule.replay import Replay
from hcl_explore.schedule.sub_schedule import SubSchedule, read_sub_schedules, settle


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
        earlier = () if owner is None else owner.history
        found: list[SubSchedule] = []
        for item in self.schedules:
            for sub in read_sub_schedules(item, partial(self._wrong, item)):
                if sub.program is None:
                    if self.id is not None or self.instantiate is not None:
                        raise self._named_already(sub)
                    found.append(sub)
                    continue
                found += settle(
                    sub,
                    owner.initial.program,
                    scope.program,
                    id=self.id,
                    instantiate=self.instantiate,
                )
        return Compose(tuple(replace(sub, earlier=earlier) for sub in found))

    @staticmethod
    def _wrong(item: object) -> ScheduleError:
        return ArgumentError(
            f"compose: argument 'schedules' must be schedules (hcl.customize), not {item!r}",
            advice="Pass the schedule object of a kernel that is called: s.compose(g).",
        )

    @staticmethod
    def _named_already(sub: SubSchedule) -> ScheduleError:
        return ArgumentError(
            f"compose: these steps are for {sub.function}: there is nothing to choose by 'id' or "
            "'instantiate'",
            advice="Leave both out, or pass a schedule (hcl.customize) instead of its steps.",
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
        replay = Replay(clone_module(parent), program, reassociate)
        try:
            replay.run(self.schedules)
        except ScheduleError as refusal:
            return refusal
        return replay.illegal

    def apply(self, module: ModuleLike, program: Program) -> Outcome:
        replay = Replay(module, program, reassociate=True)
        replay.run(self.schedules)
        return Outcome(replay.forwarding)

    def explain(self) -> str:
        return "; ".join(
            f"{sub.function}: {', '.join(call.text for call in sub.calls) or 'no steps'}"
            for sub in self.schedules
        )


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
