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
    s.can("reorder", "j", "i", reassociate=True)
    assert asked == [False, True]
    s.pipeline("j")
    s.can("reorder", "j", "i")
    assert asked == [False, True, False]


def test_the_palette_names_each_loop_once(monkeypatch):
    program = hcl.customize(stencil).program
    named = []
    name = naming.loop_name
    monkeypatch.setattr(naming, "loop_name", lambda p, loop: named.append(loop) or name(p, loop))
    forms = palette(program)
    assert len(named) == len(set(named)) == 2
    choices = [p["choices"] for form in forms for p in form["parameters"] if p["kind"] == "loop"]
    assert choices and all(names == ["i", "j"] for names in choices)
