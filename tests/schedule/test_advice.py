"""What refusals advise: a primitive that helps, a name that was meant, a function that has it."""

from __future__ import annotations

import pytest
from same import assert_same

import hcl_explore as hcl
from hcl_explore import int32
from hcl_explore.errors import (
    ArgumentError,
    LegalityError,
    NotApplicableError,
    ScheduleError,
    UnknownNameError,
)


def knights_move(A: int32[9, 12]):
    for i in range(8):
        for j in range(2, 12):
            A[i + 1, j - 2] = A[i, j] + 1


def fill(dst: int32[8, 8]):
    for p, q in hcl.grid(8, 8, name="filling"):
        dst[p, q] = p + q


def calls(A: int32[8, 8], v: int32[8]):
    fill(A)
    for i in hcl.grid(8, name="first"):
        v[i] = A[i, 0]
    for j in hcl.grid(6, name="second"):
        A[j, 1] = v[j]


def refusal(s: hcl.Schedule, primitive: str, *args: object, **options: object) -> ScheduleError:
    with pytest.raises(ScheduleError) as caught:
        getattr(s, primitive)(*args, **options)
    return caught.value


@pytest.mark.parametrize(
    ("primitive", "args", "options"),
    [
        ("reorder", ("j", "i"), {}),
        ("interchange", ("i", "j"), {}),
        ("tile", ("i", "j"), {"factors": [2, 3]}),
    ],
)
def test_the_skew_that_is_advised_helps(
    primitive: str, args: tuple[str, ...], options: dict[str, object]
) -> None:
    s = hcl.customize(knights_move)
    refused = refusal(s, primitive, *args, **options)
    assert isinstance(refused, LegalityError)
    assert str(refused).startswith(f"{primitive}(")
    advised = 's.skew("j", "i", 2)'
    assert advised in (refused.advice or "")
    eval(advised, {"s": s})
    getattr(s, primitive)(*args, **options)
    assert_same(s)


def test_a_pipeline_instead_of_iterations_at_once() -> None:
    s = hcl.customize(knights_move)
    assert (refusal(s, "parallel", "i").advice or "").startswith("pipeline overlaps")


@pytest.mark.parametrize(
    ("primitive", "args", "meant"),
    [
        ("pipeline", ("q",), "fill:q"),
        ("outline", ("filling",), "fill:filling"),
        ("partition", ("dst",), "fill:dst"),
        ("pipeline", ("fill:i",), "i"),
    ],
)
def test_a_name_of_another_function(primitive: str, args: tuple[str, ...], meant: str) -> None:
    s = hcl.customize(calls)
    refused = refusal(s, primitive, *args)
    assert isinstance(refused, UnknownNameError)
    assert (refused.advice or "").startswith(f"Did you mean '{meant}'?")
    getattr(s, primitive)(meant)


def test_nests_in_the_wrong_order() -> None:
    s = hcl.customize(calls)
    refused = refusal(s, "compute_at", "second", "i")
    assert isinstance(refused, NotApplicableError)
    assert 's.compute_at("i", "j")' in (refused.advice or "")


def test_interchange_speaks_of_itself() -> None:
    s = hcl.customize(calls)
    assert "interchange: 'j' and 'i' are not nested" in str(refusal(s, "interchange", "i", "j"))


def test_every_bad_factor_comes_with_what_it_means() -> None:
    s = hcl.customize(calls)
    refused = refusal(s, "partition", s.v, hcl.Partition.Cyclic)
    assert isinstance(refused, ArgumentError)
    assert "from 2 to 8 for 'v', not 0" in str(refused)
    assert "number of banks" in (refused.advice or "")
    assert "1 dimension, not 2" in str(refusal(s, "partition", s.v, dim=2))
