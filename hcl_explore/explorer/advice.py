""" "What can I do here, and if not, why not": the palette's verdicts, asked of the session."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product

from hcl_explore.errors import ArgumentError
from hcl_explore.explorer.protocol import Advice, SessionLike
from hcl_explore.views.history import call_html
from hcl_explore.views.record import ParameterRecord, PrimitiveRecord

# Stands in for a required number while a primitive is only being considered.
_TRIAL_NUMBER = 2
# Kinds whose controls offer names of the program, or members of an enumeration.
_LISTED = frozenset({"loop", "loops", "buffer", "function", "choice"})
# An answer has to come while the user looks at the form: no list longer than this is judged choice
# by choice, and no more than so many ways to fill in the rest are tried.
_MANY_CHOICES = 40
_LIST_CHECKS = 240
_SURVEY_CHECKS = 30


def advise(session: SessionLike, primitive: str, arguments: Mapping[str, object]) -> Advice:
    """Why a form would be refused as it stands, what is still missing in it, the call that it
    stands for, and for every list of it why each choice would be refused.

    Raises:
        ArgumentError: there is no such primitive.
    """
    form = next((form for form in session.palette() if form["name"] == primitive), None)
    if form is None:
        raise ArgumentError(f"no primitive '{primitive}'")
    missing = [p["label"] for p in form["parameters"] if _is_missing(p, arguments)]
    return Advice(
        reason=None if missing else session.why_not(primitive, arguments),
        missing=missing,
        call_html=call_html(session.call_preview(primitive, arguments)),
        choices={
            p["name"]: _Judge(session, form, _LIST_CHECKS).choices(p, arguments)
            for p in form["parameters"]
            if p["kind"] in _LISTED and len(p["choices"]) <= _MANY_CHOICES
        },
    )


def _is_missing(parameter: ParameterRecord, arguments: Mapping[str, object]) -> bool:
    if parameter["optional"] or parameter["kind"] == "boolean":
        return False
    value = arguments.get(parameter["name"])
    return value is None or (isinstance(value, list) and len(value) < parameter["at_least"])


class _TooManyWaysError(Exception):
    """There are more ways to fill in a form than there is time to try."""


class _Judge:
    """Asks whether any way to fill in the rest of a form would be taken."""

    def __init__(self, session: SessionLike, form: PrimitiveRecord, checks: int) -> None:
        self.session = session
        self.form = form
        self.checks_left = checks

    def choices(
        self, parameter: ParameterRecord, arguments: Mapping[str, object]
    ) -> dict[str, str | None]:
        """For each choice of the parameter's list why it would be refused, or None; without those
        that there was no time to judge."""
        name = parameter["name"]
        verdicts: dict[str, str | None] = {}
        for choice in parameter["choices"]:
            value: object = choice
            if parameter["kind"] == "loops":
                chosen = _sequence(arguments.get(name))
                value = [*chosen] if choice in chosen else [*chosen, choice]
            try:
                verdicts[choice] = self.why_not({**arguments, name: value})
            except _TooManyWaysError:
                break
        return verdicts

    def why_not(self, *ways: Mapping[str, object]) -> str | None:
        """Why every way to complete any of the arguments is refused: the first one's reason. None
        if one would be taken.

        Raises:
            _TooManyWaysError: it was not found out within the number of checks.
        """
        first: dict[str, object] | None = None
        for number, arguments in enumerate(ways):
            for completed in self._completions(arguments):
                if self.checks_left <= 0:
                    raise _TooManyWaysError
                self.checks_left -= 1
                if not self.session.is_refused(self.form["name"], completed):
                    return None
                if number == 0 and first is None:
                    first = completed
        # The one text that is shown; none of the others is worked out.
        reason = None if first is None else self.session.why_not(self.form["name"], first)
        return reason or "nothing in this program fits"

    def _completions(self, arguments: Mapping[str, object]) -> Iterator[dict[str, object]]:
        """The arguments with what is missing filled in, in every way that the lists offer."""
        open_parameters = [p for p in self.form["parameters"] if _is_missing(p, arguments)]
        filled = [list(_trials(p, arguments)) for p in open_parameters]
        for values in product(*filled):
            completed = dict(arguments)
            for parameter, value in zip(open_parameters, values, strict=True):
                completed[parameter["name"]] = value
            yield self._with_matching_numbers(completed)

    def _with_matching_numbers(self, arguments: dict[str, object]) -> dict[str, object]:
        """As many numbers as loops, where a form takes both (a factor for each loop)."""
        kinds = {p["kind"]: p["name"] for p in self.form["parameters"]}
        if not {"loops", "integers"} <= kinds.keys():
            return arguments
        loops = _sequence(arguments.get(kinds["loops"]))
        numbers = list(_sequence(arguments.get(kinds["integers"])))
        numbers += [_TRIAL_NUMBER] * (len(loops) - len(numbers))
        return {**arguments, kinds["integers"]: numbers[: len(loops)]}


def _sequence(value: object) -> tuple[object, ...]:
    return tuple(value) if isinstance(value, (list, tuple)) else ()


def _trials(parameter: ParameterRecord, arguments: Mapping[str, object]) -> Iterator[object]:
    """Values to try for a required parameter that nothing was chosen for."""
    kind = parameter["kind"]
    if kind == "integer":
        yield _TRIAL_NUMBER
    elif kind == "integers":
        yield [_TRIAL_NUMBER] * parameter["at_least"]
    elif kind == "loops":
        chosen = _sequence(arguments.get(parameter["name"]))
        for choice in parameter["choices"]:
            if choice not in chosen:
                yield [*chosen, choice]
    else:
        yield from parameter["choices"]


def survey(session: SessionLike, loop: str | None, buffer: str | None) -> dict[str, str | None]:
    """For each primitive that takes the loop (or buffer) in hand: why not, or None.

    Primitives about which nothing can be said without further arguments are left out.
    """
    verdicts: dict[str, str | None] = {}
    for form in session.palette():
        judge = _Judge(session, form, _SURVEY_CHECKS)
        ways = subject_arguments(form, loop, buffer)
        try:
            if ways:
                verdicts[form["name"]] = judge.why_not(*ways)
        except _TooManyWaysError:
            continue
    return verdicts


def subject_arguments(
    form: PrimitiveRecord, loop: str | None, buffer: str | None
) -> list[dict[str, object]]:
    """The ways to put the subjects in hand into a form: each into one control of its kind."""
    ways: list[dict[str, object]] = [{}]
    for kind, subject in (("loop", loop), ("buffer", buffer)):
        slots = [p for p in form["parameters"] if subject and p["kind"] in (kind, f"{kind}s")]
        if slots:
            ways = [
                {**way, slot["name"]: value}
                for way in ways
                for slot in slots
                for value in _filled(slot, subject)
            ]
    return [way for way in ways if way]


def _filled(slot: ParameterRecord, subject: object) -> Iterator[object]:
    """The subject alone, or as one of a list: the first, or the one after any other."""
    if slot["kind"] != "loops":
        yield subject
        return
    yield [subject]
    if slot["at_least"] > 1:
        for other in slot["choices"]:
            if other != subject:
                yield [other, subject]
