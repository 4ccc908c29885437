"""What is asked several times of one program is found out once."""

from __future__ import annotations

import pytest

import hcl_explore as hcl
from hcl_explore import float32
from hcl_explore.errors import LegalityError
from hcl_explore.schedule import legality, naming
from hcl_explore.session.palette import palette


def stencil(A: float32[16, 16]):
    for i in range(1, 15):
        for j in range(1, 15):
            A[i, j] = A[i - 1, j + 1] + A[i, j]


@pytest.fixture
def asked(monkeypatch):
    calls = []
    find = legality.first_violation

    def first_violation(accesses, after, *, reassociate):
        calls.append(reassociate)
        return find(accesses, after, reassociate=reassociate)

    monkeypatch.setattr(legality, "first_violation", first_violation)
    return calls


def test_a_step_is_not_judged_again_after_its_form_was(asked):
    s = hcl.customize(stencil)
    assert s.can("split", "j", 7)
    s.split("j", 7)
    asked.clear()
    assert not s.can("reorder", "j.inner", "i")
    assert len(asked) == 1
    for refused in (
        lambda: s.reorder("j.inner", "i"),
        lambda: s.interchange("i", "j.inner"),
    ):
        with pytest.raises(LegalityError):
            refused()
    assert len(asked) == 1, "both are the order that was judged before"


def test_another_order_and_another_program_are_judged_anew(asked):
    s = hcl.customize(stencil)
    s.can("reorder", "j", "i")
    assert str(s.can("reorder", "j", "i", reassociate=True)).startswith("reorder(j, i) is illegal")
    assert asked == [False, True]
    s.pipeline("j")
    s.can("reorder", "j", "i")
    assert asked == [False, True, False]


def test_a_known_counterexample_refuses_another_order_without_a_search(asked):
    s = hcl.customize(stencil)
    assert not s.can("reorder", "j", "i")
    verdict = s.can("reverse", "i")
    assert not verdict and asked == [False]
    alone = str(hcl.customize(stencil).can("reverse", "i"))
    asked.clear()
    assert str(verdict) == alone
    assert str(verdict) == alone and asked == [False], "once it is read, and once only"
    with pytest.raises(
        LegalityError, match=r"reverse\(i\) is illegal: iteration \(i=2, j=1\)"
    ) as got:
        s.reverse("i")
    assert str(got.value) == alone and got.value.span is None and "unchecked=True" in alone


def total(A: float32[16]) -> float32:
    s: float32 = 0.0
    for i in range(16):
        s += A[i]
    return s


def test_a_counterexample_among_accumulations_refuses_no_order_that_may_round(asked):
    s = hcl.customize(total)
    assert "rounding" in str(s.can("reverse", "i"))
    assert s.can("reverse", "i", reassociate=True)
    assert asked == [False, True]


def test_the_palette_names_each_loop_once(monkeypatch):
    program = hcl.customize(stencil).program
    named = []
    name = naming.loop_name
    monkeypatch.setattr(naming, "loop_name", lambda p, loop: named.append(loop) or name(p, loop))
    forms = palette(program)
    assert len(named) == len(set(named)) == 2
    choices = [p["choices"] for form in forms for p in form["parameters"] if p["kind"] == "loop"]
    assert choices and all(names == ["i", "j"] for names in choices)
