"""Two instances whose order a rewrite would change, and the sentences that say so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from hcl_explore.ir.linear import Symbol
from hcl_explore.ir.program import Access, Buffer, Loop

Kind = Literal["flow", "anti", "output"]


@dataclass(frozen=True)
class Instance:
    """One execution of an access. ``iteration`` holds the values of its loops, outermost first; it
    is empty where they cannot be told."""

    access: Access
    iteration: tuple[tuple[Loop, int], ...]

    def __str__(self) -> str:
        if not self.iteration:
            return "an iteration" if self.access.loop is not None else "the statement"
        values = ", ".join(f"{loop.name}={value}" for loop, value in self.iteration)
        return f"({values})"


@dataclass(frozen=True)
class Violation:
    """Two instances that touch one element and whose order would change.

    ``first`` runs before ``second`` in the program as it stands. ``distance`` is the difference of
    their iterations over the common loops, in values of the loop variables. ``exact`` is False
    where something is not affine, so that the conflict cannot be excluded; then ``element`` and
    ``distance`` are None. ``only_reassociation`` says that nothing but the rounding of a
    floating-point accumulation depends on the order (or, of an accumulation that does not round,
    nothing at all: the two may only not run at once); ``simultaneous`` that the two would run at
    once and not in reverse. ``symbols`` holds the values of index arguments in the example.
    """

    buffer: Buffer
    kind: Kind
    element: tuple[int, ...] | None
    first: Instance
    second: Instance
    distance: tuple[int, ...] | None
    exact: bool
    only_reassociation: bool = False
    simultaneous: bool = False
    symbols: tuple[tuple[Symbol, int], ...] = ()

    @property
    def rounds(self) -> bool:
        """Whether the element is a floating-point number, whose sums depend on their order."""
        return "float" in self.buffer.dtype

    def describe(self, lines: Sequence[str] | None = None, first_line: int = 1) -> str:
        """The counterexample in sentences.

        With the source ``lines`` (the first of which has number ``first_line``), the source lines
        of both instances follow, as ``file:line   text``.
        """
        text = self._sentence() if self.exact else self._undecided()
        if lines is None:
            return text
        shown: dict[str, None] = {}
        for instance in (self.second, self.first):
            place = instance.access.place
            if place is not None and 0 <= place.line - first_line < len(lines):
                source = lines[place.line - first_line].strip()
                shown[f"  {place.filename}:{place.line}   {source}"] = None
        return "\n".join([text, *shown])

    @property
    def conflict(self) -> str:
        """What the two instances do: ``iteration (i=2) reads A[1], written by (i=1)``."""
        verb, past = _VERBS[self.kind]
        second = f"iteration {self.second}" if self.second.iteration else "the statement"
        return f"{second} {verb} {self._element()}, {past} by {self.first}"

    def _sentence(self) -> str:
        moved = "at the same time" if self.simultaneous else "later"
        assumed = "".join(f" for {symbol.name}={value}" for symbol, value in self.symbols)
        parts = [f"{self.conflict}, which the new order runs {moved}{assumed}."]
        if self.distance:
            parts.append(f"Dependence distance ({', '.join(map(str, self.distance))}).")
        if self.only_reassociation:
            parts.append(
                "Both accumulate into it, so only the rounding changes."
                if self.rounds
                else "Both accumulate into it."
            )
        return " ".join(parts)

    def _element(self) -> str:
        if not self.element:
            return self.buffer.name
        return f"{self.buffer.name}[{', '.join(map(str, self.element))}]"

    def _undecided(self) -> str:
        reasons = dict.fromkeys(
            reason
            for instance in (self.first, self.second)
            for reason in undecided_reasons(instance.access)
        )
        because = "; ".join(reasons) or "the subscripts are too intricate to be decided in time"
        return (
            f"it cannot be decided whether the accesses to {self.buffer.name} keep their order: "
            f"{because}."
        )


_VERBS = {
    "flow": ("reads", "written"),
    "anti": ("overwrites", "read"),
    "output": ("overwrites", "written"),
}


def undecided_reasons(access: Access) -> list[str]:
    """What is not affine about ``access``, each with its source line."""
    line = f" (line {access.place.line})" if access.place is not None else ""
    reasons = []
    if access.is_call:
        reasons.append(f"a call may {'write' if access.is_write else 'read'} all of it{line}")
    elif access.subscripts is None:
        reasons.append(f"a subscript of {access.buffer.name} is not affine{line}")
    for loop in access.loops:
        if not loop.is_affine:
            what = (
                "is a while loop" if loop.kind == "scf.while" else "has bounds that are not affine"
            )
            reasons.append(f"loop '{loop.name}' {what}")
    if any(guard.constraints is None for guard in access.all_guards):
        reasons.append(f"a condition is not affine{line}")
    return reasons


def kind_of(first: Access, second: Access) -> Kind:
    """The kind of dependence of ``second`` on ``first``, at least one of which writes."""
    if not first.is_write:
        return "anti"
    return "output" if second.is_write else "flow"
