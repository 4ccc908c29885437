"""dataflow, inline, bind_storage."""

from __future__ import annotations

import pytest
from same import assert_same

import hcl_explore as hcl
from hcl_explore import index, int32
from hcl_explore.errors import ArgumentError, NotApplicableError, StaleHandleError, UnknownNameError

WEIGHTS = [1, 2, 3]


def chain(A: int32[8]) -> int32[8]:
    B: int32[8]
    for i in hcl.grid(8, name="load"):
        B[i] = A[i] + 1
    C: int32[8]
    for j in hcl.grid(8, name="work"):
        C[j] = B[7 - j] * 2
    return C


def two_readers(A: int32[8]) -> int32[8]:
    B: int32[8]
    for i in hcl.grid(8, name="load"):
        B[i] = A[i] + 1
    D: int32[8]
    for k in hcl.grid(8, name="left"):
        D[k] = B[k]
    C: int32[8]
    for j in hcl.grid(8, name="right"):
        C[j] = B[j] + D[j]
    return C


def two_writers(A: int32[8]) -> int32[8]:
    C: int32[8] = 0
    for i in hcl.grid(8, name="work"):
        C[i] += A[i]
    return C


def feedback(A: int32[4, 8]) -> int32[4, 8]:
    out: int32[4, 8]
    for t in hcl.grid(4, name="time"):
        B: int32[8]
        for i in range(8):
            out[t, i] = B[i]
        for k in range(8):
            B[k] = A[t, k]
    return out


def through_an_argument(A: int32[8], B: int32[8]) -> int32[8]:
    for i in hcl.grid(8, name="load"):
        B[i] = A[i]
    C: int32[8]
    for j in hcl.grid(8, name="work"):
        C[j] = B[j]
    return C


def loose(A: int32[8]) -> int32[8]:
    factor: int32 = 3
    B: int32[8]
    for i in hcl.grid(8, name="load"):
        B[i] = A[i]
    C: int32[8]
    for j in hcl.grid(8, name="work"):
        C[j] = B[j] * factor
    return C


def rows(A: int32[4, 8]) -> int32[4, 8]:
    out: int32[4, 8]
    for t in hcl.grid(4, name="time"):
        B: int32[8]
        for i in range(8):
            B[i] = A[t, i] + 1
        for k in range(8):
            out[t, k] = B[7 - k]
    return out


def window(x: int32[10], start: index) -> int32[8]:
    out: int32[8] = 0
    for i in range(start, 8):
        t: int32 = 0
        for j in range(3):
            t += x[i + j]
        out[i] = t
    return out


def triple(v: int32) -> int32:
    return v * 3


def caller(A: int32[10], B: int32[10]) -> int32[8]:
    p: int32[8] = window(A, 0)
    q: int32[8] = window(B, 1)
    r: int32[8]
    for i in range(8):
        t: int32 = triple(p[i])
        r[i] = t + q[i]
        u: int32[8] = window(A, 0)
        r[i] += u[i]
    return r


def varying(A: int32[10]) -> int32[8]:
    r: int32[8] = 0
    for i in range(4):
        u: int32[8] = window(A, i)
        r[i] += u[i]
    return r


def data_dependent(A: int32[10], first: int32[8]) -> int32[8]:
    start: index = first[0]
    r: int32[8] = window(A, start)
    return r


def test_dataflow_of_the_kernel() -> None:
    s = hcl.customize(chain)
    s.dataflow()
    assert s.program.kernel.dataflow
    assert repr(s.history[-1]) == "s.dataflow()"
    assert_same(s)


def test_dataflow_of_a_loop() -> None:
    s = hcl.customize(rows)
    s.dataflow("t")
    assert s.program.loop("rows:time.t").dataflow
    assert_same(s)


def test_dataflow_after_merging_two_writers() -> None:
    s = hcl.customize(chain)
    s.dataflow("chain")
    s = hcl.customize(two_writers)
    s.merge("init_C", "work")
    with pytest.raises(NotApplicableError, match="has 1 stage: there is nothing to overlap"):
        s.dataflow()


@pytest.mark.parametrize(
    ("kernel", "region", "message"),
    [
        (two_readers, None, "'B' is read by 2 stages, 'left' and 'right'"),
        (two_writers, None, "'C' is written by 2 stages, 'init_C' and 'work'"),
        (feedback, "t", "'B' is read by 'i' before 'k' writes it: data would flow backward"),
        (through_an_argument, None, "'B' lives outside the region"),
        (loose, None, "a statement outside the stages uses 'factor'"),
        (chain, "i", "loop 'i' has 0 stages"),
    ],
)
def test_dataflow_refusals(kernel, region: str | None, message: str) -> None:
    s = hcl.customize(kernel)
    with pytest.raises(NotApplicableError, match=message) as caught:
        s.dataflow(region)
    assert caught.value.advice
    assert not s.history


def test_dataflow_twice_and_of_nothing() -> None:
    s = hcl.customize(chain)
    s.dataflow()
    with pytest.raises(NotApplicableError, match="already a dataflow region"):
        s.dataflow("chain")
    with pytest.raises(UnknownNameError, match="no loop 'nowhere'"):
        s.dataflow("nowhere")


def test_a_dataflow_region_keeps_its_stages() -> None:
    s = hcl.customize(chain)
    s.dataflow()
    with pytest.raises(NotApplicableError, match="it would add a stage to 'chain'"):
        s.peel("i")
    s = hcl.customize(rows)
    s.dataflow("t")
    with pytest.raises(NotApplicableError, match="it would add a stage to 't'"):
        s.buffer_at(s.A, "t")


def tiles(A: int32[64], B: int32[64]):
    for t in hcl.grid(8, name="tiles"):
        for i in range(8):
            B[8 * t + i] = A[8 * t + 7 - i] * 3


def test_double_buffer() -> None:
    s = hcl.customize(tiles)
    tile = s.buffer_at(s.A, "t")
    s.double_buffer(tile)
    assert s.program.loop("tiles:tiles.t").dataflow
    assert_same(s)


def test_double_buffer_refusals() -> None:
    s = hcl.customize(tiles)
    with pytest.raises(NotApplicableError, match="'A' is not an array declared inside a loop"):
        s.double_buffer(s.A)
    s = hcl.customize(two_writers)
    s.split("i", 4)
    s.buffer_at(s.C, "i.outer")
    with pytest.raises(NotApplicableError, match="'C' lives outside the region"):
        s.double_buffer("C_buf")


def test_inline(golden) -> None:
    s = hcl.customize(caller)
    t = s.buffer("window:t")
    s.inline("window")
    s.inline("triple")
    assert list(s.program.functions) == ["caller"]
    keys = [buffer.key for buffer in s.program.kernel.buffers]
    assert len(keys) == len(set(keys))
    loops = [loop.key for loop in s.program.all_loops()]
    assert len(loops) == len(set(loops))
    with pytest.raises(StaleHandleError, match=r"made t_1, t_2, t_3 of it"):
        t.current_key(s)
    golden(s.ir)
    assert_same(s)


def test_inlined_loops_can_be_scheduled() -> None:
    s = hcl.customize(caller)
    s.inline("window")
    s.split("S_i_j_0.i", 3)
    s.buffer_at(s.A, "S_i_j_0.i.outer")
    assert_same(s)


def test_inline_where_a_loop_variable_is_handed_over() -> None:
    s = hcl.customize(varying)
    s.inline("window")
    assert_same(s)


def test_inline_inside_a_loop_whose_bound_depends_on_the_one_around() -> None:
    """Both variables are handed over, and the bound of one is a map of the other."""
    s = hcl.customize("""
def kernel(A: int32[6, 4], B: int32[6, 4]):
    for i in range(6):
        for j in range(4):
            B[i, j] = A[i, j] + 2
""")
    s.split("i", 5)
    s.outline("j")
    before = s.fork(1).ir
    s.inline(next(name for name in s.program.functions if name != "kernel"))
    assert [loop.name for loop in s.program.all_loops()] == ["i.outer", "i.inner", "j"]
    assert "min" in before
    assert_same(s)


def test_inline_refusals() -> None:
    s = hcl.customize(caller)
    with pytest.raises(NotApplicableError, match="'caller' is the kernel itself"):
        s.inline("caller")
    with pytest.raises(UnknownNameError, match="no function 'wind'"):
        s.inline("wind")
    s = hcl.customize(data_dependent)
    with pytest.raises(NotApplicableError, match="argument 2 of 'window' is used in subscripts"):
        s.inline("window")


def stages(A: int32[10], factor: int32, n: index) -> int32[8]:
    w: int32[3] = WEIGHTS
    out: int32[8] = 0
    for t in hcl.grid(3, name="time"):
        for i in range(n, 8):
            v: int32 = 0
            for j in range(3):
                v += A[i + j] * w[j] * factor
            out[i] += v + t
    return out


def test_outline(golden) -> None:
    s = hcl.customize(stages)
    j = s.get_loops().time.j
    made = s.outline("i")
    assert repr(made) == "<loop time_i.i>"
    assert j.loop.key == "time_i:time_i.j"
    golden(s.ir)
    assert_same(s, scalars=(3, 1))


def test_outlined_functions_can_be_scheduled_and_inlined_again() -> None:
    s = hcl.customize(stages)
    s.outline("init_out")
    s.outline("time")
    assert list(s.program.functions) == ["init_out", "time", "stages"]
    s.unroll("time:j")
    s.peel("time:t")
    s.inline("time")
    assert_same(s, scalars=(3, 1))


def test_outline_refusals() -> None:
    s = hcl.customize(caller)
    s.unroll("S_i_0.i")
    s.inline("window")
    with pytest.raises(NotApplicableError, match="'i_1' is inside 'i', which is unrolled"):
        s.outline("i_1")


def test_outline_needs_a_name_for_what_it_hands_over() -> None:
    def computed(A: int32[8]):
        for i in range(8):
            m: index = A[i]
            for j in range(m):
                A[j] += 1

    s = hcl.customize(computed)
    with pytest.raises(NotApplicableError, match="uses a value that is computed before it"):
        s.outline("j")


def test_bind_storage() -> None:
    s = hcl.customize(chain)
    s.bind_storage(s.B, "URAM")
    assert s.program.buffer("chain:B").storage == "URAM"
    assert repr(s.history[-1]) == "s.bind_storage(s.B, impl=hcl.Storage.URAM)"
    s.bind_storage(s.B, hcl.Storage.LUTRAM)
    assert s.program.buffer("chain:B").storage == "LUTRAM"
    assert_same(s)


def test_bind_storage_reaches_into_calls() -> None:
    s = hcl.customize(caller)
    s.bind_storage(s.p, "LUTRAM")
    assert s.program.buffer("window:out").storage == "LUTRAM"


def test_bind_storage_refusals() -> None:
    s = hcl.customize(chain)
    with pytest.raises(NotApplicableError, match="'A' is an argument or result of the kernel"):
        s.bind_storage(s.A, "BRAM")
    with pytest.raises(ArgumentError, match=r"'impl' must be one of Storage\.BRAM"):
        s.bind_storage(s.B, "DRAM")
