"""compose: schedules of kernels carried out where they are called."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from same import assert_same

import hcl_explore as hcl
from hcl_explore import float32, int32
from hcl_explore.errors import (
    ArgumentError,
    LegalityError,
    NotApplicableError,
    ScheduleError,
    UnknownNameError,
)

T, N = hcl.TypeParameter("T", float32, int32), hcl.TypeParameter("N", int32)


def gemm(A: int32[8, 6], B: int32[6, 8]) -> int32[8, 8]:
    C: int32[8, 8] = 0
    for i, j, k in hcl.grid(8, 8, 6, name="mm"):
        C[i, j] += A[i, k] * B[k, j]
    return C


def shift(X: int32[8, 8], Y: int32[8, 8]):
    for p, q in hcl.grid(8, 8, name="shift"):
        Y[p, q] = X[p, q] + 1


def layer(A: int32[8, 6], B: int32[6, 8]) -> int32[8, 8]:
    C = gemm(A, B)
    D: int32[8, 8]
    shift(C, D)
    return D


def network(A: int32[8, 6], B: int32[6, 8]) -> int32[8, 8]:
    return layer(A, B)


def double(A: T[N]) -> T[N]:
    B: T[N] = A + A
    return B


def several_types(v: int32[12], w: float32[8]) -> (int32[12], float32[8]):
    p = double(v)
    q = double(w)
    return p, q


def two_copies(A: int32[8, 6], B: int32[6, 8]) -> (int32[8, 8], int32[8, 8]):
    P = gemm["left"](A, B)
    Q = gemm["right"](A, B)
    return P, Q


def add_up(x: float32[16]) -> float32[1]:
    total: float32[1] = 0.0
    for i, j in hcl.grid(4, 4, name="sum"):
        total[0] += x[4 * i + j]
    return total


def calls_add_up(x: float32[16]) -> float32[1]:
    return add_up(x)


def scheduled_gemm() -> hcl.Schedule:
    g = hcl.customize(gemm)
    g.split("k", 4)
    g.reorder("k.outer", "i")
    g.pipeline("j")
    g.partition(g.C, partition_type=hcl.Partition.Cyclic, dim=2, factor=4)
    return g


def banks(s: hcl.Schedule, name: str) -> list[str]:
    return [str(entry) for entry in s.buffer(name).buffer.partition]


def test_the_steps_are_carried_out_in_the_callee_and_partitions_go_on_into_the_caller() -> None:
    s = hcl.customize(layer)
    s.compose(scheduled_gemm())
    assert "k.outer" in repr(s.get_loops("gemm")) and "pipeline II=1" in repr(s.get_loops("gemm"))
    for name in ("gemm:C", "C", "shift:X"):
        assert banks(s, name) == ["cyclic 4 on dim 2"]
    assert banks(s, "D") == []
    assert_same(s)


def test_the_generated_code_has_the_banks_of_an_array_that_a_call_returns() -> None:
    s = hcl.customize(layer)
    s.compose(scheduled_gemm())
    code = s.build(target="vhls").hls_code
    pragma = "ARRAY_PARTITION variable={} type=cyclic factor=4 dim=2"
    assert code.count(pragma.format("C")) == 2
    assert code.count(pragma.format("X")) == 1


def test_it_is_one_step_that_shows_its_steps() -> None:
    s = hcl.customize(layer)
    plain = s.ir
    s.compose(scheduled_gemm())
    (step,) = s.history
    assert step.call == (
        "s.compose({'gemm': ['s.split(\"k\", 4)', 's.reorder(\"k.outer\", \"i\")', "
        "'s.pipeline(\"j\")', "
        "'s.partition(s.C, partition_type=hcl.Partition.Cyclic, dim=2, factor=4)']})"
    )
    assert step.explanation.startswith('gemm: s.split("k", 4), s.reorder("k.outer", "i"), ')
    composed = s.ir
    s.undo()
    assert s.ir == plain
    s.redo()
    assert s.ir == composed


def test_the_step_survives_json_and_its_call_makes_it_again() -> None:
    s = hcl.customize(layer)
    s.compose(scheduled_gemm())
    session = hcl.Session(s, verify=False)
    loaded = hcl.Session.from_json(json.loads(json.dumps(session.to_json())))
    assert loaded.schedule.ir == s.ir
    again = hcl.customize(layer)
    eval(s.history[0].call, {"s": again, "hcl": hcl})
    assert again.ir == s.ir
    assert s.history[0].call in session.to_script()


def test_a_kernel_of_open_types_is_saved_with_its_composition() -> None:
    d = hcl.customize(double, instantiate=[float32, 8])
    d.unroll("B_d0", 2)
    s = hcl.customize(several_types)
    s.compose(d)
    session = hcl.Session(s, verify=False)
    loaded = hcl.Session.from_json(json.loads(json.dumps(session.to_json())))
    assert loaded.schedule.ir == s.ir
    assert 'T = hcl.TypeParameter("T", hcl.float32, hcl.int32)' in session.to_script()


def test_later_steps_of_either_schedule_do_not_touch_the_other() -> None:
    g = scheduled_gemm()
    s = hcl.customize(layer)
    s.compose(g)
    composed = s.ir
    g.undo()
    g.unroll("C_d0")
    assert s.ir == composed
    alone = g.ir
    s.unroll("gemm:C_d1")
    assert g.ir == alone


def test_a_handle_on_a_loop_of_the_callee_follows() -> None:
    s = hcl.customize(layer)
    handle = s.loop("gemm:i")
    s.compose(scheduled_gemm())
    assert handle.name == "gemm:i"
    s.unroll(handle, 2)
    assert s.loop("gemm:i").loop.unroll == 2


def test_composed_schedules_are_composed_again_and_callees_keep_their_steps() -> None:
    inner = hcl.customize(layer)
    inner.compose(scheduled_gemm())
    inner.unroll("shift:q", 2)
    inner.inline("shift")
    s = hcl.customize(network)
    s.compose(inner)
    assert "shift" not in s.program.functions
    assert s.loop("layer:q").loop.unroll == 2
    assert s.loop("gemm:j").loop.pipeline_ii == 1
    assert_same(s)


def test_the_instance_with_the_scheduled_types_is_meant() -> None:
    d = hcl.customize(double, instantiate=[float32, 8])
    d.unroll("B_d0", 2)
    s = hcl.customize(several_types)
    s.compose(d)
    unrolled = {f: s.program.functions[f].loops[0].unroll for f in ("double", "double_1")}
    assert unrolled == {"double": None, "double_1": 2}
    s.compose(d, instantiate=[int32, 12])
    assert s.program.functions["double"].loops[0].unroll == 2


def test_id_names_one_of_several_copies() -> None:
    s = hcl.customize(two_copies)
    s.compose(scheduled_gemm(), id="right")
    pipelined = {f: "pipeline" in repr(s.get_loops(f)) for f in ("gemm_left", "gemm_right")}
    assert pipelined == {"gemm_left": False, "gemm_right": True}
    assert_same(s)
    both = hcl.customize(two_copies)
    both.compose(scheduled_gemm())
    assert both.get_loops("gemm_left").mm.j.loop.pipeline_ii == 1
    assert both.get_loops("gemm_right").mm.j.loop.pipeline_ii == 1


def test_two_schedules_that_ask_for_the_same_banks_agree() -> None:
    f = hcl.customize(shift)
    f.partition(f.X, partition_type=hcl.Partition.Cyclic, dim=2, factor=4)
    f.pipeline("q")
    s = hcl.customize(layer)
    s.compose(scheduled_gemm(), f)
    assert banks(s, "shift:X") == ["cyclic 4 on dim 2"]
    assert s.loop("shift:q").loop.pipeline_ii == 1


def stored(A: int32[8], B: int32[8]):
    T: int32[8]
    for i in range(8):
        T[i] = A[i] + 1
    for j in range(8):
        B[j] = T[j]


def calls_stored(A: int32[8], B: int32[8]):
    stored(A, B)


def test_schedules_that_keep_an_array_in_two_memories_are_in_conflict() -> None:
    one, other = hcl.customize(stored), hcl.customize(stored)
    one.bind_storage(one.T, "LUTRAM")
    one.bind_storage(one.T, "BRAM")
    other.bind_storage(other.T, "URAM")
    s = hcl.customize(calls_stored)
    s.compose(one)
    assert s.buffer("stored:T").buffer.storage == "BRAM"
    with pytest.raises(NotApplicableError, match="'T' is kept in BRAM already") as caught:
        s.compose(other)
    assert "after s.bind_storage(s.T, impl=hcl.Storage.BRAM) of the schedule" in str(caught.value)
    both = hcl.customize(calls_stored).can("compose", one, other)
    assert "after s.bind_storage(s.T, impl=hcl.Storage.BRAM) of the schedule of" in str(both)


def test_marks_of_the_steps_are_marks_of_the_composition() -> None:
    alone = hcl.customize(add_up)
    alone.reorder("j", "i", reassociate=True)
    s = hcl.customize(calls_add_up)
    s.compose(alone)
    assert s.history[0].reassociated and not s.is_exact
    assert "reassociate=True" in s.history[0].call
    forced = hcl.customize(add_up)
    forced.reorder("j", "i", unchecked=True)
    s = hcl.customize(calls_add_up)
    s.compose(forced)
    assert s.history[0].unchecked


def first_half(A: int32[8], B: int32[8]):
    for i in hcl.grid(8, name="work"):
        B[i] = A[i] + 1


def second_half(A: int32[8], B: int32[8]):
    for i in hcl.grid(8, name="work"):
        B[i] = A[i] * 2


def both_halves(A: int32[8], B: int32[8], C: int32[8]):
    first_half(A, B)
    second_half(B, C)


def outlined(kernel: Callable[..., object]) -> hcl.Schedule:
    alone = hcl.customize(kernel)
    alone.outline("work")
    alone.pipeline("work:i")
    return alone


def test_steps_on_a_function_that_a_step_made_are_never_taken_for_another() -> None:
    s = hcl.customize(both_halves)
    s.compose(outlined(first_half))
    assert s.loop("work:i").loop.pipeline_ii == 1
    before = s.ir
    with pytest.raises(NotApplicableError, match="it makes a function 'work', and 'both_halves'"):
        s.compose(outlined(second_half))
    assert s.ir == before


def test_values_that_steps_change_are_allowed_for() -> None:
    alone = hcl.customize(add_up)
    alone.quantize(alone.total, hcl.Fixed(24, 8), tolerance=0.25)
    s = hcl.customize(calls_add_up)
    s.compose(alone)
    assert s.history[0].allowed_error == 0.25
    assert "s.quantize(s.total, hcl.Fixed(24, 8), tolerance=0.25)" in s.history[0].call
    again = hcl.customize(calls_add_up)
    eval(s.history[0].call, {"s": again, "hcl": hcl})
    assert again.ir == s.ir and again.history[0].allowed_error == 0.25


def different_gemm() -> Callable[..., object]:
    def gemm(A: int32[8, 6], B: int32[6, 8]) -> int32[8, 8]:
        C: int32[8, 8]
        for i, j in hcl.grid(8, 8):
            C[i, j] = A[i, 0] + B[0, j]
        return C

    return gemm


def _conflicting_shift() -> hcl.Schedule:
    f = hcl.customize(shift)
    f.partition(f.X, partition_type=hcl.Partition.Block, dim=2, factor=2)
    return f


@pytest.mark.parametrize(
    ("kernel", "call", "error", "message"),
    [
        (
            several_types,
            lambda s: s.compose(hcl.customize(double, instantiate=[float32, 4])),
            NotApplicableError,
            r"the schedule is of double\(A: float32\[4\]\) -> float32\[4\], but 'several_types' "
            r"calls double\(A: int32\[12\]\) -> int32\[12\] and double_1\(A: float32\[8\]\)",
        ),
        (
            layer,
            lambda s: s.compose(hcl.customize(add_up)),
            NotApplicableError,
            "'layer' does not call 'add_up'",
        ),
        (
            layer,
            lambda s: s.compose(hcl.customize(different_gemm())),
            NotApplicableError,
            "calls another 'gemm' than the one that was scheduled",
        ),
        (layer, lambda s: s.compose(s), NotApplicableError, "'layer' is the kernel itself"),
        (layer, lambda s: s.compose(gemm), ArgumentError, "must be schedules"),
        (layer, lambda s: s.compose(), ArgumentError, "1 or more schedules"),
        (
            layer,
            lambda s: s.compose({"gemm": ["split k"]}),
            ArgumentError,
            "not a call of a schedule primitive: 'split k'",
        ),
        (
            layer,
            lambda s: s.compose({"gemm": ["s.split(k, 2)"]}),
            ArgumentError,
            "not a call of a schedule primitive",
        ),
        (
            layer,
            lambda s: s.compose({"gem": ['s.split("k", 2)']}),
            NotApplicableError,
            r'no function \'gem\' for s.split\("k", 2\)',
        ),
        (
            two_copies,
            lambda s: s.compose(scheduled_gemm(), id="middle"),
            ArgumentError,
            "id 'middle' is none of the functions and tasks made of 'gemm'",
        ),
        (
            layer,
            lambda s: s.compose(scheduled_gemm(), _conflicting_shift()),
            NotApplicableError,
            r"s.partition\(s.X, partition_type=hcl.Partition.Block, dim=2, factor=2\) of the "
            r"schedule of shift cannot be applied after s.partition\(s.C, .*\) of the schedule of "
            r"gemm: partition: .* is already partitioned \(cyclic 4 on dim 2\)",
        ),
        (
            layer,
            lambda s: s.compose({"gemm": ['s.pipeline("j")', 's.pipeline("k")']}),
            NotApplicableError,
            r'compose: s.pipeline\("k"\) of the schedule of gemm cannot be applied after s.pipeline'
            r'\("j"\) of the schedule of gemm: pipeline: '
            "loop 'k' is nested with 'j', which is pipelined",
        ),
        (
            calls_add_up,
            lambda s: s.compose({"add_up": ['s.reorder("j", "i")']}),
            LegalityError,
            r'compose: s.reorder\("j", "i"\) of the schedule of add_up cannot be applied: ',
        ),
    ],
)
def test_refusals_name_the_step_and_change_nothing(
    kernel: Callable[..., object],
    call: Callable[[hcl.Schedule], object],
    error: type[ScheduleError],
    message: str,
) -> None:
    s = hcl.customize(kernel)
    before = (s.ir, s.history, s.undone)
    with pytest.raises(error, match=message):
        call(s)
    assert (s.ir, s.history, s.undone) == before


def test_a_step_of_the_caller_that_came_before_can_be_in_the_way() -> None:
    s = hcl.customize(layer)
    s.split("gemm:k", 2)
    with pytest.raises(
        UnknownNameError,
        match=r'of the schedule of gemm cannot be applied after s\.split\("gemm:k", 2\): no loop',
    ):
        s.compose(scheduled_gemm())
    pipelined = hcl.customize(layer)
    pipelined.pipeline("gemm:k")
    verdict = pipelined.can("compose", scheduled_gemm())
    assert 'cannot be applied after s.pipeline("gemm:k"): split: loop' in str(verdict)
    inlined = hcl.customize(layer)
    inlined.inline("gemm")
    with pytest.raises(NotApplicableError, match="compose before inlining"):
        inlined.compose(scheduled_gemm())


def test_the_message_of_an_illegal_step_shows_the_counterexample() -> None:
    s = hcl.customize(calls_add_up)
    verdict = s.can("compose", {"add_up": ['s.reorder("j", "i")']})
    assert not verdict
    assert "Only the order of a floating-point accumulation changes" in str(verdict)
    assert "total[0] += x[4 * i + j]" in str(verdict)
