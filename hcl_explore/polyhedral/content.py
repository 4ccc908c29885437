"""What a question about iterations and subscripts says, apart from the program that it is asked in.

The answer depends on nothing else, so one that has been found holds for every step of a schedule
that leaves the loops and subscripts in question as they were.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any, Generic, TypeVar

from hcl_explore.ir.linear import LinearForm, Variable
from hcl_explore.ir.program import Access, Constraint, Guard, Loop

Answer = TypeVar("Answer")


_ALL: list[dict[Hashable, Any]] = []


def forget() -> None:
    """Forget every answer, so that a measurement finds them anew."""
    for known in _ALL:
        known.clear()


class Answers(Generic[Answer]):
    """Answers by the content of the question; the oldest go when there are too many. One for each
    kind of question, made once."""

    def __init__(self, most: int = 2048) -> None:
        self._most = most
        self._known: dict[Hashable, Answer] = {}
        _ALL.append(self._known)

    def get(self, content: Hashable, find: Callable[[], Answer]) -> Answer:
        """The answer kept for ``content``, or else the one that ``find`` gives."""
        if content not in self._known:
            answer = find()
            if len(self._known) >= self._most:
                self._known.pop(next(iter(self._known)), None)
            self._known[content] = answer
            return answer
        return self._known[content]


def content_of_runs(loops: Sequence[Loop], guards: Sequence[Guard]) -> Hashable:
    """The iterations of a nest, bounds, steps and conditions, that meet ``guards``."""
    content = _Content()
    return content.loops(loops), content.guards(guards), tuple(content.described)


def distinct(accesses: Iterable[Access]) -> tuple[Hashable, list[Access]]:
    """The content of what the accesses touch in one run of their function, and one of them for each
    that touches something else."""
    content = _Content()
    found: dict[Hashable, Access] = {}
    for access in accesses:
        subscripts = access.subscripts
        entry = (
            content.loops(access.loops),
            content.guards(access.guards),
            None if subscripts is None else tuple(map(content.form, subscripts)),
            access.is_call,
        )
        found.setdefault(entry, access)
    return (tuple(found), tuple(content.described)), list(found.values())


class _Content:
    """Loops are numbered as they come up; ``described`` holds what each of them is."""

    def __init__(self) -> None:
        self.described: list[Hashable] = []
        self._numbers: dict[Variable, int] = {}

    def loops(self, loops: Sequence[Loop]) -> tuple[int, ...]:
        return tuple(map(self._number, loops))

    def _number(self, loop: Loop) -> int:
        number = self._numbers.get(loop)
        if number is None:
            bounds = tuple(
                None if forms is None else tuple(map(self.form, forms))
                for forms in (loop.lower, loop.upper)
            )
            number = self._numbers[loop] = len(self.described)
            self.described.append((loop.kind, bounds, loop.step, self.guards(loop.guards)))
        return number

    def guards(self, guards: Sequence[Guard]) -> Hashable:
        return tuple(
            (
                guard.negated,
                None if guard.constraints is None else tuple(map(self._held, guard.constraints)),
            )
            for guard in guards
        )

    def _held(self, constraint: Constraint) -> Hashable:
        return constraint.is_equality, self.form(constraint.form)

    def form(self, form: LinearForm) -> Hashable:
        terms = tuple(
            (self._number(variable) if isinstance(variable, Loop) else variable, factor)
            for variable, factor in form.terms
        )
        if not form.roundings:
            return terms, form.constant
        roundings = tuple(
            (rounding.kind, self.form(rounding.form), rounding.divisor, rounding.coefficient)
            for rounding in form.roundings
        )
        return terms, form.constant, roundings
