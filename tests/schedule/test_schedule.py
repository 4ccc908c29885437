"""The schedule itself: history, handles, names, refusals that change nothing."""

from __future__ import annotations

import threading

import numpy as np
import pytest
import small_kernels as kernels

import hcl_explore as hcl
from hcl_explore import int32
from hcl_explore.errors import (
    AmbiguousNameError,
    ArgumentError,
    BuildError,
    LegalityError,
    NotApplicableError,
    ScheduleError,
    StaleHandleError,
    UnknownNameError,
)
from hcl_explore.ir.printing import ModuleLike
from hcl_explore.ir.program import Program
from hcl_explore.schedule.primitive import Outcome, primitives
from hcl_explore.schedule.primitives.split import Split


def test_a_step_is_a_record_whose_repr_is_the_call() -> None:
    s = hcl.customize(kernels.matmul)
    s.split("k", 3)
    s.partition(s.A, partition_type=hcl.Partition.Cyclic, dim=2, factor=3)
    s.pipeline("j", initiation_interval=2)
    assert [repr(step) for step in s.history] == [
        's.split("k", 3)',
        "s.partition(s.A, partition_type=hcl.Partition.Cyclic, dim=2, factor=3)",
        's.pipeline("j", initiation_interval=2)',
    ]


def test_the_calls_of_a_history_make_the_same_program() -> None:
    s = hcl.customize(kernels.matmul)
    s.tile("i", "j", factors=[4, 5])
    s.unroll("k", 2)
    s.partition(s.B)
    calls = [step.call for step in s.history]
    again = hcl.customize(kernels.matmul)
    for call in calls:
        eval(call, {"s": again, "hcl": hcl})
    assert again.ir == s.ir


def test_undo_and_redo_move_through_the_same_snapshots() -> None:
    s = hcl.customize(kernels.matmul)
    texts = [s.ir]
    s.split("k", 2)
    texts.append(s.ir)
    s.reorder("j", "i")
    texts.append(s.ir)
    assert len(set(texts)) == 3
    s.undo()
    assert s.ir == texts[1]
    s.undo()
    assert s.ir == texts[0]
    with pytest.raises(ScheduleError, match="no step to undo"):
        s.undo()
    s.redo()
    s.redo()
    assert s.ir == texts[2]
    with pytest.raises(ScheduleError, match="no step to redo"):
        s.redo()


def test_a_new_step_drops_what_was_undone() -> None:
    s = hcl.customize(kernels.matmul)
    s.split("k", 2)
    s.undo()
    s.split("k", 3)
    assert [step.call for step in s.history] == ['s.split("k", 3)']
    assert s.undone == ()


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda s: s.split("kk", 2), UnknownNameError, "no loop 'kk' in matmul"),
        (lambda s: s.split("k", 0), ArgumentError, "must be an integer of at least 1, not 0"),
        (lambda s: s.split("k", -2), ArgumentError, "must be an integer of at least 1, not -2"),
        (lambda s: s.split("k", 2.0), ArgumentError, "must be an integer of at least 1, not 2.0"),
        (lambda s: s.split("k", "2"), ArgumentError, "must be an integer of at least 1, not '2'"),
        (lambda s: s.split("k", True), ArgumentError, "must be an integer of at least 1, not True"),
        (lambda s: s.split("k", 7), ArgumentError, "larger than the trip count 6"),
        (lambda s: s.split("k"), ArgumentError, "missing a required argument"),
        (lambda s: s.split(3, 2), ArgumentError, "a loop's name or handle"),
        (lambda s: s.split("k", 2, 3), ArgumentError, "too many positional arguments"),
        (lambda s: s.reorder("i"), ArgumentError, "2 or more loops"),
        (lambda s: s.reorder("i", "i"), ArgumentError, "named twice"),
        (lambda s: s.reorder("i", "C_d0"), NotApplicableError, "not nested in each other"),
        (lambda s: s.tile("i", "j", factors=[2]), ArgumentError, "2 loops but 1 factors"),
        (lambda s: s.tile("i", "k", factors=[2, 2]), NotApplicableError, "not the only thing"),
        (lambda s: s.fuse("i", "k"), NotApplicableError, "not the only thing"),
        (lambda s: s.unroll("k", 9), ArgumentError, "larger than the trip count 6"),
        (lambda s: s.pipeline("k", initiation_interval=0), ArgumentError, "at least 1, not 0"),
        (lambda s: s.partition("nothing"), UnknownNameError, "no array 'nothing'"),
        (lambda s: s.partition(s.A, dim=3), ArgumentError, "has 2 dimensions, not 3"),
        (lambda s: s.partition(s.A, factor=2), ArgumentError, "Complete takes no factor"),
        (
            lambda s: s.partition(s.A, partition_type="cyclic", dim=1),
            ArgumentError,
            "factor must be an integer from 2 to 8",
        ),
        (lambda s: s.partition(s.A, partition_type="odd"), ArgumentError, "one of Partition.Comp"),
    ],
)
def test_a_refusal_is_clear_and_changes_nothing(call, error, message) -> None:
    s = hcl.customize(kernels.matmul)
    s.split("i", 4)
    s.fuse("i.outer", "i.inner")
    s.undo()
    s.undo()
    before = (s.ir, s.history, s.undone)
    with pytest.raises(error, match=message):
        call(s)
    assert (s.ir, s.history, s.undone) == before


def test_a_misspelt_name_gets_a_suggestion_and_the_names_in_scope() -> None:
    s = hcl.customize(kernels.matmul)
    s.split("k", 2)
    with pytest.raises(UnknownNameError) as caught:
        s.pipeline("k.iner")
    assert "Did you mean 'k.inner'?" in str(caught.value)
    assert "Loops here: C_d0, C_d1, i, j, k.outer, k.inner." in str(caught.value)


def test_an_ambiguous_name_lists_the_candidates_with_their_lines() -> None:
    s = hcl.customize(kernels.two_bands)
    with pytest.raises(AmbiguousNameError) as caught:
        s.pipeline("i")
    assert "'first.i' (line " in str(caught.value)
    assert "'second.i' (line " in str(caught.value)
    s.pipeline("second.i")
    assert [loop.name for loop in s.program.all_loops() if loop.pipeline_ii] == ["i"]
    assert s.history[0].call == 's.pipeline("second.i")'


def test_double_pipelining_is_refused() -> None:
    s = hcl.customize(kernels.matmul)
    s.pipeline("j")
    with pytest.raises(NotApplicableError, match="already pipelined"):
        s.pipeline("j")
    with pytest.raises(NotApplicableError, match="nested with 'j'"):
        s.pipeline("k")


def test_an_unroll_that_explodes_is_refused_with_the_number() -> None:
    def huge(A: kernels.int32[100_000]):
        for i in range(100_000):
            A[i] = A[i] + 1

    s = hcl.customize(huge)
    with pytest.raises(NotApplicableError, match=r"\d{3},\d{3} operations; the limit is 20,000"):
        s.unroll("i")


def test_handles_follow_their_loop_through_later_steps() -> None:
    s = hcl.customize(kernels.matmul)
    j = s.get_loops()["mm"]["j"]
    k = s.get_loops().mm.k
    s.reorder("j", "i")
    s.split(k, 2)
    s.pipeline(j)
    assert s.history[-1].call == 's.pipeline("j")'
    with pytest.raises(StaleHandleError, match="no longer one loop"):
        s.unroll(k)


def test_a_handle_of_another_schedule_is_refused() -> None:
    s, t = hcl.customize(kernels.matmul), hcl.customize(kernels.matmul)
    with pytest.raises(StaleHandleError, match="belongs to another schedule"):
        s.split(t.loop("k"), 2)
    with pytest.raises(StaleHandleError, match="belongs to another schedule"):
        s.partition(t.A)


def test_a_handle_from_an_undone_step_is_refused() -> None:
    s = hcl.customize(kernels.matmul)
    outer, _ = s.split("k", 2)
    s.undo()
    with pytest.raises(StaleHandleError, match="undone"):
        s.unroll(outer)


def test_can_answers_without_changing_anything() -> None:
    s = hcl.customize(kernels.skewed)
    before = s.ir
    assert s.can("split", "i", 2)
    verdict = s.can("reorder", "j", "i")
    assert not verdict
    assert isinstance(verdict.reason, LegalityError)
    assert not s.can("split", "nothing", 2)
    assert (s.ir, s.history) == (before, ())


def test_unchecked_applies_a_refused_step_and_marks_it() -> None:
    s = hcl.customize(kernels.skewed)
    with pytest.raises(LegalityError):
        s.reorder("j", "i")
    s.reorder("j", "i", unchecked=True)
    assert s.history[0].unchecked
    assert s.history[0].call == 's.reorder("j", "i", unchecked=True)'
    assert s.verify().status == "failed"


def test_unchecked_does_not_mark_a_legal_step() -> None:
    s = hcl.customize(kernels.matmul)
    s.reorder("j", "i", unchecked=True)
    assert not s.history[0].unchecked
    assert s.history[0].call == 's.reorder("j", "i")'


def test_reassociating_floats_needs_leave_and_is_marked() -> None:
    s = hcl.customize(kernels.dot)
    with pytest.raises(LegalityError, match="reassociate=True"):
        s.reorder("j", "i")
    s.reorder("j", "i", reassociate=True)
    assert s.history[0].reassociated
    assert not s.is_exact
    assert s.verify().status == "verified"


def test_counterexample_is_in_terms_of_the_source() -> None:
    s = hcl.customize(kernels.skewed)
    with pytest.raises(LegalityError) as caught:
        s.reorder("j", "i")
    text = str(caught.value)
    assert "reorder(j, i) is illegal" in text
    assert "small_kernels.py:" in text
    assert "A[i + 1, j] = A[i, j + 1] + 1" in text
    assert "(1, -1)" in text


def test_loops_of_a_callee_are_named_with_its_function() -> None:
    s = hcl.customize(kernels.caller)
    s.pipeline("inner_scale:q")
    s.unroll("j")
    assert [step.call for step in s.history] == ['s.pipeline("inner_scale:q")', 's.unroll("j")']
    assert repr(s.get_loops("inner_scale")).splitlines()[0] == "scale:"


def test_partition_reaches_through_calls() -> None:
    s = hcl.customize(kernels.caller)
    s.partition(s.A, dim=2)
    assert s.program.buffer("inner_scale:x").partition == s.A.buffer.partition
    with pytest.raises(NotApplicableError, match="already partitioned"):
        s.partition("inner_scale:x", dim=2)


def test_printed_loops_show_the_tree() -> None:
    s = hcl.customize(kernels.matmul)
    s.pipeline("j")
    assert repr(s.loops()) == (
        "init_C:\n"
        "  C_d0  (trip count 8)\n"
        "    C_d1  (trip count 10)\n"
        "mm:\n"
        "  i  (trip count 8)\n"
        "    j  (trip count 10, pipeline II=1)\n"
        "      k  (trip count 6)"
    )


def test_two_schedules_in_two_threads_do_not_know_of_each_other() -> None:
    results: dict[int, str] = {}

    def work(factor: int) -> None:
        s = hcl.customize(kernels.matmul)
        for _ in range(10):
            s.split("k", factor)
            s.undo()
        s.split("k", factor)
        results[factor] = s.ir

    threads = [threading.Thread(target=work, args=(factor,)) for factor in (2, 3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for factor in (2, 3):
        s = hcl.customize(kernels.matmul)
        s.split("k", factor)
        assert results[factor] == s.ir


def test_fork_goes_on_separately() -> None:
    s = hcl.customize(kernels.matmul)
    s.split("k", 2)
    other = s.fork()
    other.unroll("k.inner")
    assert len(s.history) == 1
    assert len(other.history) == 2


def test_two_schedules_are_verified_against_each_other() -> None:
    first, second = hcl.customize(kernels.matmul), hcl.customize(kernels.matmul)
    first.reorder("k", "i", "j")
    second.tile("i", "j", factors=[2, 2])
    assert hcl.verify(first, second).status == "verified"
    wrong = hcl.customize(kernels.skewed)
    wrong.reorder("j", "i", unchecked=True)
    assert hcl.verify(hcl.customize(kernels.skewed), wrong).status == "failed"
    with pytest.raises(ArgumentError, match="'matmul' and 'skewed' are different kernels"):
        hcl.verify(first, wrong)


def test_every_primitive_is_a_documented_method() -> None:
    for name, declared in primitives().items():
        method = getattr(hcl.Schedule, name)
        assert method.__doc__
        assert declared.law.endswith(".")
        assert all(parameter.help for parameter in declared.parameters)


def test_a_rewrite_that_breaks_the_module_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def without_return(_: Split, _module: ModuleLike, program: Program) -> Outcome:
        program.kernel.op.regions[0].blocks[0].operations[-1].erase()
        return Outcome()

    monkeypatch.setattr(Split, "apply", without_return)
    s = hcl.customize(kernels.matmul)
    before = s.ir
    with pytest.raises(ScheduleError, match="split made an invalid module; this is a fault of"):
        s.split("k", 2)
    assert s.ir == before
    assert s.history == ()


def test_attributes_that_are_not_there() -> None:
    s = hcl.customize(kernels.matmul)
    assert s.A.shape == (8, 6)
    assert s.C.dtype == "int32"
    assert not hasattr(s, "D")
    with pytest.raises(UnknownNameError, match="no array and no method 'D'"):
        _ = s.D


def test_built_schedule_computes_the_kernel() -> None:
    s = hcl.customize(kernels.matmul)
    s.tile("i", "j", factors=[3, 4])
    rng = np.random.default_rng(1)
    A = rng.integers(-9, 9, (8, 6), dtype=np.int32)
    B = rng.integers(-9, 9, (6, 10), dtype=np.int32)
    assert np.array_equal(s.build()(A, B), A @ B)


@pytest.mark.parametrize("target", ["vhls", "catapult"])
def test_targets_give_their_cpp(target: str) -> None:
    s = hcl.customize(kernels.matmul)
    s.pipeline("j")
    code = s.build(target).hls_code
    assert "matmul(" in code
    assert ("HLS PIPELINE II=1" if target == "vhls" else "hls_pipeline_init_interval 1") in code


def test_a_project_is_written(tmp_path) -> None:
    s = hcl.customize(kernels.matmul)
    s.build("vitis_hls", project=tmp_path / "matmul.prj")
    names = {path.name for path in (tmp_path / "matmul.prj").rglob("*")}
    assert {"run_hls.tcl", "Makefile"} <= names


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"target": "verilog"}, "no target 'verilog'"),
        ({"target": "vhls", "mode": "cosim"}, "no target 'vhls' with mode 'cosim'"),
        ({"target": "vitis_hls"}, "needs the folder"),
        ({"target": "vhls", "project": "x"}, "only the target 'vitis_hls' writes a project"),
    ],
)
def test_targets_that_are_not_there(options: dict[str, str], message: str) -> None:
    with pytest.raises(BuildError, match=message):
        hcl.customize(kernels.matmul).build(**options)


T, N = hcl.TypeParameter("T"), hcl.TypeParameter("N")


def doubled(A: T[N]):
    for i in range(N):
        A[i] = A[i] * 2


def test_a_kernel_with_type_parameters_is_instantiated() -> None:
    s = hcl.customize(doubled, instantiate=[hcl.int16, 12])
    assert (s.A.dtype, s.A.shape) == ("int16", (12,))
    s.split("i", 4)
    values = np.arange(12, dtype=np.int16)
    s.build()(values)
    assert np.array_equal(values, 2 * np.arange(12))


def back_and_forth(A: int32[8], B: int32[8]):
    for t in range(4):
        for i in hcl.grid(8, name="there"):
            A[i] = B[i] + t
        for i in hcl.grid(8, name="back"):
            B[i] = A[7 - i]


def test_a_loop_of_a_named_statement_is_found_by_the_name_it_was_written_with() -> None:
    s = hcl.customize(back_and_forth)
    assert s.get_loops().back.i.name == "back.i"
    assert s.get_loops()["there"]["i"].name == "i"
    s.split("back.i", 2)
    s.unroll("back.i.inner")
    s.pipeline("there.i")
    assert [step.call for step in s.history] == [
        's.split("back.i", 2)',
        's.unroll("i.inner")',
        's.pipeline("i")',
    ]
    with pytest.raises(UnknownNameError, match=r"no loop 'back\.k'"):
        s.pipeline("back.k")


def test_the_tree_indents_what_a_named_statement_begins_and_shows_names_as_written() -> None:
    s = hcl.customize(back_and_forth)
    text = """\
S_t_i_i_1_0:
  t  (trip count 4)
    there:
      i  (trip count 8)
    back:
      i  (trip count 8)"""
    assert repr(s.get_loops()) == text
    s.pipeline("i_1")
    s.pipeline("i")
    assert [step.call for step in s.history] == ['s.pipeline("back.i")', 's.pipeline("i")']
    assert [loop.loop.pipeline_ii for loop in s.get_loops().back] == [1]


def test_the_tree_shows_calls_in_their_places() -> None:
    s = hcl.customize(kernels.caller)
    assert "call inner_scale" in repr(s.get_loops()).splitlines()
    s.unfold(s.get_loops("inner_scale").scale, [0])
    assert repr(s.get_loops("scale")) == "call scale_pe  (4 times)"


def test_a_sum_of_integers_is_not_called_one_of_floats() -> None:
    s = hcl.customize(kernels.matmul)
    with pytest.raises(LegalityError) as caught:
        s.parallel("k")
    assert "rounding" not in str(caught.value) and "floating" not in str(caught.value)
    assert "Any order gives the same result, but not two updates at once" in str(caught.value)


def test_a_function_stands_for_its_name() -> None:
    s = hcl.customize(kernels.caller)
    s.inline(kernels.inner_scale)
    assert s.history[0].call == 's.inline("inner_scale")'
    with pytest.raises(UnknownNameError, match="no function 'matmul'"):
        s.inline(kernels.matmul)


def test_dependences_of_a_band_by_name_and_by_handle() -> None:
    s = hcl.customize(kernels.skewed)
    named = [(d.kind, d.distance, d.carrier) for d in s.dependences("stencil")]
    assert [kind for kind, _, _ in named] == ["flow"]
    assert named[0][1] == (1, -1) and named[0][2] is s.loop("i").loop
    assert [(d.kind, d.distance) for d in s.dependences(s.get_loops().stencil)] == [
        ("flow", (1, -1))
    ]
    assert s.dependences(s.loop("j")) == []
    with pytest.raises(UnknownNameError, match="no band 'nothing'"):
        s.dependences("nothing")
    with pytest.raises(StaleHandleError):
        s.dependences(hcl.customize(kernels.skewed).loop("i"))


def test_verify_takes_schedules_only() -> None:
    s = hcl.customize(kernels.matmul)
    with pytest.raises(ArgumentError, match=r"verify: <function matmul .*> is not a schedule"):
        hcl.verify(s, kernels.matmul)


def test_a_dependence_reads_as_one_line() -> None:
    flow, *_ = hcl.customize(kernels.matmul).dependences("mm")
    text = "<flow: write C[i, j] -> read C[i, j], distance (0, 0, 1), carried by k, reduction>"
    assert repr(flow) == text
