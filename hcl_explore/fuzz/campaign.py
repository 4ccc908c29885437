"""Many cases: drawing them, counting what happened, shrinking what failed."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial

from hcl_explore.backend.cpu.inputs import Argument
from hcl_explore.errors import HclError, ScheduleError
from hcl_explore.fuzz.case import (
    Case,
    Failure,
    Step,
    arguments_of,
    examine,
    internal_error,
    is_our_fault,
    outputs,
    run,
)
from hcl_explore.fuzz.kernels import draw_stages
from hcl_explore.fuzz.steps import draw_arguments
from hcl_explore.schedule.primitive import primitives
from hcl_explore.schedule.schedule import Schedule, customize

# So many schedules share a kernel, which then is compiled and run once.
SCHEDULES_PER_KERNEL = 4
# One case in so many is compiled as C++ too.
CSIM_EVERY = 20

_MOST_STEPS = 6
# So many arguments are drawn for a step, until some are accepted, and so many primitives tried.
_DRAWS = 5
_TRIES = 2
_DTYPES = ("int32", "int32", "int32", "uint8", "int16", "float32", "float32", "Fixed(13, 4)")


@dataclass
class Tally:
    """What was done: cases, and steps by primitive."""

    cases: int = 0
    csim: int = 0
    applied: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)

    def add(self, other: Tally) -> None:
        self.cases += other.cases
        self.csim += other.csim
        self.applied.update(other.applied)
        self.refused.update(other.refused)

    def table(self) -> str:
        """A line for each primitive of the registry: times applied, times refused."""
        rows = [f"{self.applied[n]:>8} {self.refused[n]:>8}  {n}" for n in primitives()]
        return "\n".join([" applied  refused  primitive", *rows])


@dataclass(frozen=True)
class _Plain:
    """A kernel as drawn, and what it computes."""

    case: Case
    schedule: Schedule
    results: list[Argument]


def draw_case(rng: random.Random) -> Case:
    """A kernel, without steps."""
    dtype = rng.choice(_DTYPES)
    return Case(draw_stages(rng, dtype), (), rng.choice((4, 5, 6, 8)), dtype)


def fuzz(
    seed: int,
    count: int,
    tally: Tally,
    *,
    first: int = 0,
    csim: bool = True,
    report: Callable[[Case, Failure], None] | None = None,
    journal: Callable[[int, Case], None] | None = None,
) -> list[tuple[Case, Failure]]:
    """Run ``count`` cases from number ``first`` on; the failures, shrunk.

    With ``csim`` one case in ``CSIM_EVERY`` is compiled as C++ too, which needs a compiler.
    ``report`` is told each failure as it is found, ``journal`` each case before it is tried.
    """
    failures: list[tuple[Case, Failure]] = []
    plain: _Plain | None = None
    of_kernel = -1
    for number in range(first, first + count):
        failed: tuple[Case, Failure] | None = None
        note = partial(journal, number) if journal is not None else _ignore
        if number // SCHEDULES_PER_KERNEL != of_kernel:
            of_kernel = number // SCHEDULES_PER_KERNEL
            drawn = _draw_plain(random.Random(f"{seed}:kernel:{of_kernel}"), note)
            plain, failed = (drawn, None) if isinstance(drawn, _Plain) else (None, drawn)
        if plain is not None:
            case = replace(plain.case, csim=csim and number % CSIM_EVERY == 0)
            tally.csim += case.csim
            failed = _scheduled(random.Random(f"{seed}:{number}"), case, plain, tally, note)
        tally.cases += 1
        if failed is not None:
            case = shrink(*failed)
            failures.append((case, run(case) or failed[1]))
            if report is not None:
                report(*failures[-1])
    return failures


def _ignore(_: Case) -> None:
    """Where nobody keeps a journal."""


def _draw_plain(rng: random.Random, note: Callable[[Case], None]) -> _Plain | tuple[Case, Failure]:
    case = draw_case(rng)
    note(case)
    try:
        schedule = customize(case.kernel)
    except HclError as error:
        return case, Failure("kernel refused", str(error))
    results = outputs(schedule, arguments_of(case))
    return (case, results) if isinstance(results, Failure) else _Plain(case, schedule, results)


def _scheduled(
    rng: random.Random, case: Case, plain: _Plain, tally: Tally, note: Callable[[Case], None]
) -> tuple[Case, Failure] | None:
    """Draw steps for ``case``, applying each, then compare; the case where something failed."""
    schedule = plain.schedule.fork(0)
    steps: list[Step] = []
    wanted = rng.randint(1, _MOST_STEPS)
    for _ in range(wanted * _TRIES):
        if len(steps) == wanted:
            break
        declared = rng.choice(list(primitives().values()))
        for _ in range(_DRAWS):
            arguments = draw_arguments(rng, declared, schedule)
            if arguments is None:
                break
            attempt: Step = (declared.name, arguments)
            note(replace(case, steps=(*steps, attempt)))
            try:
                schedule.apply(declared.name, arguments)
            except ScheduleError as error:
                if is_our_fault(error):
                    return replace(case, steps=(*steps, attempt)), internal_error(error)
                tally.refused[declared.name] += 1
                continue
            except Exception as error:  # the fuzzer's purpose: anything else is to be reported
                return replace(case, steps=(*steps, attempt)), internal_error(error)
            tally.applied[declared.name] += 1
            steps.append(attempt)
            break
    case = replace(case, steps=tuple(steps))
    note(case)
    failure = examine(case, plain.results, schedule)
    return None if failure is None else (case, failure)


def shrink(case: Case, failure: Failure, run: Callable[[Case], Failure | None] = run) -> Case:
    """Leave out steps and stages, and make arrays smaller, while the failure stays."""
    improved = True
    while improved:
        improved = False
        for smaller in _smaller(case):
            found = run(smaller)
            if found is not None and found.is_like(failure):
                case, improved = smaller, True
                break
    return case


def _smaller(case: Case) -> Iterator[Case]:
    for position in range(len(case.steps)):
        yield replace(case, steps=case.steps[:position] + case.steps[position + 1 :])
    for position in range(len(case.stages)):
        yield replace(case, stages=case.stages[:position] + case.stages[position + 1 :])
    if case.size > 4:
        yield replace(case, size=case.size - 1)
