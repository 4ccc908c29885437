"""Every primitive of the registry against bad arguments: one clear error each, nothing changed.

For each primitive a call that is accepted is drawn; then one argument after the other is replaced
by what does not fit its kind.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
import pytest
from test_structure import feedback

import hcl_explore as hcl
from hcl_explore import int32
from hcl_explore.errors import (
    ArgumentError,
    LegalityError,
    NotApplicableError,
    ScheduleError,
    StaleHandleError,
    UnknownNameError,
)
from hcl_explore.fuzz.steps import draw_arguments
from hcl_explore.schedule.calls import parse_call
from hcl_explore.schedule.parameters import Parameter
from hcl_explore.schedule.primitive import info, primitives

DRAWS = 3000


def helper(src: int32[8, 8], dst: int32[8, 8]):
    for p, q in hcl.grid(8, 8, name="helper"):
        dst[p, q] = src[p, q] * 3


def rich(A: int32[8, 8], B: int32[8, 8], v: int32[64], limits: int32[8]):
    T: int32[8, 8]
    for i, j in hcl.grid(8, 8, name="scale"):
        T[i, j] = A[i, j] + 1
    for y in hcl.grid(8, name="blur"):
        for x in range(1, 7):
            B[y, x] = T[y, x - 1] + T[y, x] + T[y, x + 1]
    for m in hcl.grid(8, name="rows"):
        v[m] = 0
        for n in range(8):
            v[m] += B[m, n]
    helper(A, B)
    for c in hcl.grid(8, name="counted"):
        for d in range(limits[c]):
            v[d] = v[d] + 1
    for t in hcl.grid(4, name="repeat"):
        U: int32[8]
        for e in range(8):
            U[e] = A[t, e]
        for f in range(8):
            v[8 * t + f] = U[f]


def two_stages(A: int32[8, 8]) -> int32[8, 8]:
    T: int32[8, 8]
    for i, j in hcl.grid(8, 8, name="scale"):
        T[i, j] = A[i, j] + 1
    C: int32[8, 8]
    for y, x in hcl.grid(8, 8, name="copy"):
        C[y, x] = T[y, x]
    return C


KERNELS: dict[str, Any] = {"to": two_stages}
PREPARATIONS: dict[str, list[tuple[str, dict[str, object]]]] = {
    "double_buffer": [("buffer_at", {"target": "A", "axis": "i"})],
}


def fresh(name: str) -> hcl.Schedule:
    s = hcl.customize(KERNELS.get(name, rich))
    for primitive, arguments in PREPARATIONS.get(name, []):
        s.apply(primitive, arguments)
    return s


@cache
def accepted(name: str) -> dict[str, Any]:
    """Arguments that the primitive takes on ``rich``."""
    s = fresh(name)
    rng = random.Random(name)
    for _ in range(DRAWS):
        arguments = draw_arguments(rng, info(name), s)
        if arguments is not None and s.judge(name, arguments):
            return arguments
    raise AssertionError(f"nothing accepted was drawn for {name}")


def unfit(parameter: Parameter, s: hcl.Schedule) -> Iterator[tuple[str, object]]:
    """Values that no program takes for this parameter, each with what is wrong."""
    other = hcl.customize(rich)
    loops: list[tuple[str, object]] = [
        ("nothing", None),
        ("unknown name", "nowhere"),
        ("a name with other letters", "größe\n"),
        ("an empty name", ""),
        ("a number", 3),
        ("an array of numbers", np.arange(2)),
        ("an array", s.A),
        ("foreign handle", other.loop("i")),
        ("stale handle", stale_loop(s)),
        ("unknown function", "nowhere:i"),
    ]
    if parameter.kind == "loop":
        yield from loops[1:] if parameter.is_optional else loops
    elif parameter.kind == "loops":
        yield "no loops", []
        yield "no list", "i"
        for what, value in loops:
            yield f"a list with {what}", [value, "i"]
    elif parameter.kind == "buffer":
        yield "unknown name", "nowhere"
        yield "a number", 3
        yield "a loop", s.loop("i")
        yield "a loop's name", "i"
        yield "an empty name", ""
        yield "a list", ["A"]
        yield "foreign handle", other.buffer("A")
        yield "unknown function", "nowhere:A"
    elif parameter.kind == "function":
        yield "unknown name", "nowhere"
        yield "a number", 3
    elif parameter.kind in ("integer", "integers"):
        wrong: list[object] = [2.5, "2", True, 10**12, float("nan"), np.float32(2), np.arange(2)]
        if parameter.minimum is not None:
            wrong.append(parameter.minimum - 1)
        if not parameter.is_optional:
            wrong.append(None)
        yield from ((f"the integer {value!r}", value) for value in wrong)
        if parameter.kind == "integers":
            yield from ((f"a list with {value!r}", [value, value]) for value in wrong)
    elif parameter.kind == "choice":
        yield "no member", "odd"
        yield "a number", 17
        yield "an array of numbers", np.arange(2)
        yield "a class", str
    elif parameter.kind == "destination":
        yield "unknown name", "nowhere"
        yield "a number", 3
    elif parameter.kind == "boolean":
        yield "a number", 2
        yield "a word", "yes"
    elif parameter.kind == "schedules":
        yield "no schedules", []
        yield "a number", [3]
        yield "unknown function", [{"nowhere": ['s.unroll("p")']}]
        yield "no call", [{"helper": ["unroll p"]}]
        yield "an illegal call", [{"helper": ['s.unroll("nothing")']}]


def stale_loop(s: hcl.Schedule) -> object:
    """A handle that was taken after a step which is undone."""
    s.split("scale.j", 2)
    handle = s.loop("j.inner")
    s.undo()
    return handle


@pytest.mark.parametrize("name", list(primitives()))
def test_bad_arguments_are_refused_and_change_nothing(name: str) -> None:
    declared = info(name)
    good = accepted(name)
    s = fresh(name)
    cases = 0
    for parameter in declared.parameters:
        for what, value in unfit(parameter, s):
            handle = s.loop("scale.i")
            before = (s.ir, s.history, handle.current_key(s), [step.call for step in s.undone])
            with pytest.raises(ScheduleError) as caught:
                s.apply(name, {**good, parameter.name: value})
            text = str(caught.value)
            label = f"{name}({parameter.name}: {what})"
            assert caught.value.message, label
            assert "Traceback" not in text and "mlir" not in text.lower(), f"{label}: {text}"
            assert "fault of hcl_explore" not in text, f"{label}: {text}"
            after = (s.ir, s.history, handle.current_key(s), [step.call for step in s.undone])
            assert after == before, label
            verdict = s.judge(name, {**good, parameter.name: value})
            assert str(verdict) == text, label
            cases += 1
    assert cases >= 2
    with pytest.raises(ScheduleError, match="no argument 'wrong'"):
        s.apply(name, {**good, "wrong": 1})


@pytest.mark.parametrize(
    "name", [n for n, d in primitives().items() if not all(p.is_optional for p in d.parameters)]
)
def test_a_call_without_its_arguments_shows_the_usage(name: str) -> None:
    s = fresh(name)
    with pytest.raises(ScheduleError) as caught:
        getattr(s, name)()
    assert "Use: s." in str(caught.value) or "or more" in str(caught.value)


def test_a_handle_that_a_step_has_consumed() -> None:
    s = hcl.customize(rich)
    i = s.loop("scale.i")
    s.split(i, 2)
    with pytest.raises(StaleHandleError, match=r"is no longer one loop: s.split\(\"i\", 2\) made"):
        s.unroll(i)
    other = hcl.customize(rich)
    with pytest.raises(StaleHandleError, match="belongs to another schedule"):
        s.unroll(other.loop("scale.j"))


def sums(A: int32[8, 8], out: int32[8]) -> int32[8]:
    B: int32[8]
    for i, j in hcl.grid(8, 8, name="load"):
        B[i] = A[i, j]
    C: int32[8]
    for k in hcl.grid(8, name="left"):
        C[k] = B[k]
    for m in hcl.grid(8, name="right"):
        out[m] = B[m] + C[m]
    return C


def shifted(A: int32[9, 9]):
    for i, j in hcl.grid(8, 8, name="sweep"):
        A[i + 1, j] = A[i, j + 1] + 1


def long(A: int32[100_000]):
    for i in range(100_000):
        A[i] = A[i] + 1


@pytest.mark.parametrize(
    ("kernel", "steps", "call", "error", "message"),
    [
        (sums, ['pipeline("j")'], 's.pipeline("j")', NotApplicableError, "'j' is already pipe"),
        (sums, ['pipeline("i")'], 's.pipeline("j")', NotApplicableError, "nested with 'i'"),
        (sums, [], 's.split("i", 9)', ArgumentError, "factor 9 is larger than the trip count 8"),
        (sums, [], 's.unroll("i", 9)', ArgumentError, "factor 9 is larger than the trip count 8"),
        (sums, [], 's.tile("i", "j", factors=[2, 9])', ArgumentError, "factor 9 is larger"),
        (long, [], 's.unroll("i")', NotApplicableError, "would become .* the limit is 20,000"),
        (sums, [], "s.partition(s.A, dim=3)", ArgumentError, "'A' has 2 dimensions, not 3"),
        (sums, [], 's.partition("k")', UnknownNameError, "no array 'k'"),
        (sums, [], "s.pipeline(s.A)", ArgumentError, "must be a loop of this program"),
        (sums, [], 's.dataflow("sums")', NotApplicableError, "'B' is read by 2 stages"),
        (feedback, [], 's.dataflow("t")', NotApplicableError, "before"),
        (sums, [], 's.inline("sums")', NotApplicableError, "'sums' is the kernel itself"),
        (sums, [], 's.reshape("B", [3, 3])', ArgumentError, "'B' has 8 elements"),
        (two_stages, [], 's.to("T", "copy", depth=0)', ArgumentError, "holds at least one token"),
        (two_stages, [], 's.to("A", hcl.Memory("HBM", 1), axis=0)', ArgumentError, "no 'axis'"),
        (
            rich,
            [],
            """s.compose({"helper": ['s.unroll("p")']}, id="helper")""",
            ArgumentError,
            "nothing to choose by 'id'",
        ),
        (shifted, [], 's.reorder("j", "i")', LegalityError, r"reads A\[1, 1\], written by \(i=0"),
        (shifted, [], 's.parallel("i")', LegalityError, "at the same time"),
    ],
)
def test_the_cases_of_the_issue(
    kernel: Any, steps: list[str], call: str, error: type[ScheduleError], message: str
) -> None:
    s = hcl.customize(kernel)
    for step in steps:
        s.apply(*_parsed(f"s.{step}"))
    before = (s.ir, s.history)
    with pytest.raises(error, match=message) as caught:
        eval(call, {"s": s, "hcl": hcl})
    assert (s.ir, s.history) == before
    assert caught.value.advice


def _parsed(text: str) -> tuple[str, Any]:
    call = parse_call(text)
    return call.declared.name, call.arguments


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("splitt", {"axis": "scale.i", "factor": 2}, "Did you mean 'split'?"),
        (None, {}, "no primitive 'None'"),
        (["split"], {}, "no primitive"),
        ("split", ["scale.i", 2], "must be given by name"),
        ("split", None, "must be given by name"),
    ],
)
def test_steps_as_data_that_are_none(name: Any, arguments: Any, message: str) -> None:
    s = hcl.customize(rich)
    with pytest.raises(ArgumentError) as caught:
        s.apply(name, arguments)
    assert message in str(caught.value)
    assert str(s.judge(name, arguments)) == str(caught.value)
    assert not s.history


@pytest.mark.parametrize("value", ["no", 1, None])
@pytest.mark.parametrize("flag", ["unchecked", "reassociate"])
def test_leave_to_override_is_true_or_false(flag: str, value: Any) -> None:
    s = hcl.customize(rich)
    with pytest.raises(ArgumentError, match=f"'{flag}' must be True or False"):
        s.split("scale.i", 2, **{flag: value})
    with pytest.raises(ArgumentError, match=f"'{flag}' must be True or False"):
        s.apply("split", {"axis": "scale.i", "factor": 2}, **{flag: value})
    assert not s.history
