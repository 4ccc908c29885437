"""unfold and to: ordinary kernels become regions, like those written by hand."""

from __future__ import annotations

import numpy as np
import pytest

import hcl_explore as hcl
from hcl_explore import float32, int32
from hcl_explore.errors import (
    ArgumentError,
    HclError,
    LegalityError,
    NotApplicableError,
    UnknownNameError,
)

RANDOM = np.random.default_rng(3)


def gemm(A: int32[4, 8], B: int32[8, 3]) -> int32[4, 3]:
    C: int32[4, 3] = 0
    for i, j, k in hcl.grid(4, 3, 8, name="mm"):
        C[i, j] += A[i, k] * B[k, j]
    return C


def stages(A: float32[64]) -> float32[64]:
    B: float32[64]
    C: float32[64]
    for i in hcl.grid(64, name="double"):
        B[i] = A[i] * 2.0
    for i in hcl.grid(64, name="add"):
        C[i] = B[i] + 1.0
    return C


def ints(*shape: int) -> np.ndarray:
    return RANDOM.integers(-9, 9, shape).astype(np.int32)


# --- unfold -------------------------------------------------------------------------------------


def test_each_iteration_becomes_a_task() -> None:
    s = hcl.customize(gemm)
    s.unfold("mm", [0, 1])
    region = s.snapshot.program.functions["mm"]
    assert region.dataflow and len(region.calls) == 12
    assert {call.callee for call in region.calls} == {"mm_pe"}
    assert s.verify().status == "verified"
    assert "mm_pe<3, 2>" in s.build("vhls").hls_code


def test_loops_of_all_elements_and_of_one() -> None:
    s = hcl.customize(gemm)
    k = s.get_loops()["mm"]["k"]
    s.unfold("mm", [0, 1])
    s.pipeline("mm_pe:k")
    s.unroll("mm_pe_1_2:k", 4)
    s.unroll(k, 2)
    loops = {loop.function: loop for loop in s.snapshot.program.all_loops() if loop.name == "k"}
    assert loops["mm_pe"].pipeline_ii == loops["mm_pe_1_2"].pipeline_ii == 1
    assert (loops["mm_pe"].unroll, loops["mm_pe_1_2"].unroll) == (2, 4)
    a, b = ints(4, 8), ints(8, 3)
    assert np.array_equal(s.build()(a, b), a @ b)


def test_elements_of_elements() -> None:
    """What runs alone in the inner region is not known there: the outer one hands it in."""
    s = hcl.customize(gemm)
    s.unfold("mm", [0])
    s.unfold("mm_pe:j", [0])
    a, b = ints(4, 8), ints(8, 3)
    assert np.array_equal(s.build()(a, b), a @ b)


def test_only_some_loops_can_be_unfolded() -> None:
    s = hcl.customize(gemm)
    s.unfold("mm", [0])
    pe = s.snapshot.program.functions["mm_pe"]
    assert [loop.name for loop in pe.all_loops()] == ["j", "k"]
    assert s.verify().status == "verified"


def prefix(A: int32[8]) -> int32[8]:
    B: int32[8] = 0
    for i in hcl.grid(7, name="scan"):
        B[i + 1] = B[i] + A[i]
    return B


def two_inside(A: int32[4, 8], B: int32[4, 8]):
    for i in hcl.grid(4, name="rows"):
        for j in range(8):
            A[i, j] = B[i, j]
        for j in range(8):
            B[i, j] = 0


def large(A: int32[64, 64]):
    for i, j in hcl.grid(64, 64, name="all"):
        A[i, j] += 1


def late(A: int32[8]):
    for i in range(2, 8):
        A[i] = 0


UNFOLD_REFUSED = [
    (gemm, ("mm", [1]), ArgumentError, "axes must be the outermost loops in their order, not [1]"),
    (gemm, ("mm", [0, 1, 2]), LegalityError, "unfold(mm) is illegal"),
    (gemm, ("k", [0]), NotApplicableError, "'k' is inside another loop or a condition"),
    (gemm, ("nn", [0]), UnknownNameError, "no loop 'nn' in gemm"),
    (prefix, ("scan", [0]), LegalityError, "iteration (i=1) reads B[1], written by (i=0)"),
    (two_inside, ("rows", [0, 1]), NotApplicableError, "holds more than one loop"),
    (large, ("all", [0, 1]), NotApplicableError, "4,096 processing elements, more than 1,024"),
    (late, ("i", [0]), NotApplicableError, "does not count from 0 to a constant"),
]


@pytest.mark.parametrize(("kernel", "call", "error", "message"), UNFOLD_REFUSED)
def test_unfold_refused(
    kernel: object, call: tuple[str, list[int]], error: type[HclError], message: str
) -> None:
    s = hcl.customize(kernel)
    before = str(s.module)
    with pytest.raises(error) as caught:
        s.unfold(*call)
    assert message in str(caught.value)
    assert str(s.module) == before and not s.history


# --- along the elements -------------------------------------------------------------------------


def systolic() -> hcl.Schedule:
    s = hcl.customize(gemm)
    s.unfold("mm", [0, 1])
    s.to(s.A, "mm_pe", axis=1)
    s.relay(s.B, "mm_pe", axis=0, depth=4)
    return s


@pytest.mark.parametrize("depth", [1, 2, 64])
def test_a_systolic_array_of_an_ordinary_kernel(depth: int) -> None:
    kernel = systolic().build()
    a, b = ints(4, 8), ints(8, 3)
    got = kernel.run(a, b, depths={"A_fifo": depth, "B_fifo": depth})
    assert np.array_equal(got, a @ b)
    tokens = {fifo.declaration: fifo.tokens for fifo in kernel.trace.fifos}
    assert tokens == {"A_fifo": 8, "B_fifo": 8}


def test_it_is_emitted_and_runs_as_cpp() -> None:
    s = systolic()
    a, b = ints(4, 8), ints(8, 3)
    assert np.array_equal(s.build("vhls", mode="csim")(a, b), a @ b)
    assert s.verify().status == "verified"
    assert "depth=4" in s.build("vhls").hls_code


def test_elements_end_one_after_the_other() -> None:
    kernel = systolic().build()
    kernel(ints(4, 8), ints(8, 3))
    ends = [[kernel.trace.task(f"mm.mm_pe_{i}_{j}").end for j in range(3)] for i in range(4)]
    # A wavefront: what arrives last at an element has come through i + j others, two cycles
    # each: the state of its pipeline that a put waits for, and the FIFO.
    assert all(ends[i][j] == ends[0][0] + 2 * (i + j) for i in range(4) for j in range(3))


def column_sums(A: int32[4, 8], B: int32[4]):
    for i in hcl.grid(4, name="rows"):
        for k in range(8):
            B[i] += A[i, k]


def twice(A: int32[8], B: int32[4]):
    for i in hcl.grid(4, name="rows"):
        for k in range(8):
            B[i] += A[k] * A[k]


def test_what_each_element_reads_must_be_the_same() -> None:
    s = hcl.customize(column_sums)
    s.unfold("rows", [0])
    with pytest.raises(NotApplicableError, match="depends on its position along axis 0"):
        s.to(s.A, "rows_pe", axis=0)


RELAY_REFUSED = [
    (("A", "mm_pe", 2), ArgumentError, "the tasks of 'mm_pe' have no axis 2"),
    (("A", "pe", 1), UnknownNameError, "no tasks 'pe'"),
    (("C", "mm_pe", 1), NotApplicableError, "the tasks write 'C'"),
    (("A", "mm_pe", 0), NotApplicableError, "depends on its position along axis 0"),
]


@pytest.mark.parametrize(("call", "error", "message"), RELAY_REFUSED)
def test_relay_refused(call: tuple[str, str, int], error: type[HclError], message: str) -> None:
    s = hcl.customize(gemm)
    s.unfold("mm", [0, 1])
    before = str(s.module)
    with pytest.raises(error) as caught:
        s.to(call[0], call[1], axis=call[2])
    assert message in str(caught.value)
    assert str(s.module) == before and len(s.history) == 1


def test_two_reads_cannot_travel() -> None:
    s = hcl.customize(twice)
    s.unfold("rows", [0])
    with pytest.raises(NotApplicableError, match="reads 'A' in 2 places"):
        s.to(s.A, "rows_pe", axis=0)


# --- between stages -----------------------------------------------------------------------------


def test_a_fifo_between_two_stages() -> None:
    s = hcl.customize(stages)
    s.to(s.B, "add", depth=4)
    assert s.snapshot.program.kernel.dataflow
    kernel = s.build()
    values = RANDOM.random(64, dtype=np.float32)
    assert np.array_equal(kernel(values), values * 2 + 1)
    fifo = kernel.trace.fifo("B")
    assert (fifo.depth, fifo.tokens) == (4, 64)
    # The stages overlap: together they take little longer than one of them.
    assert kernel.trace.cycles < 1.5 * kernel.trace.task("double").end
    code = s.build("vhls").hls_code
    assert "hls::stream<float> B" in code and "STREAM variable=B depth=4" in code
    assert np.array_equal(s.build("vhls", mode="csim")(values), values * 2 + 1)


def called(A: int32[8, 8]) -> int32[8, 8]:
    def fill(source: int32[8, 8], target: int32[8, 8]):
        for i, j in hcl.grid(8, 8):
            target[i, j] = source[i, j] + 1

    def use(source: int32[8, 8], target: int32[8, 8]):
        for i, j in hcl.grid(8, 8):
            target[i, j] = source[i, j] * 2

    B: int32[8, 8]
    C: int32[8, 8]
    fill(A, B)
    use(B, C)
    return C


def test_a_fifo_between_two_calls() -> None:
    s = hcl.customize(called)
    s.to(s.B, "use")
    values = ints(8, 8)
    kernel = s.build()
    assert np.array_equal(kernel(values), (values + 1) * 2)
    assert {task.name for task in kernel.trace.tasks} == {"called", "fill", "use"}


def test_undo_brings_the_array_back() -> None:
    s = hcl.customize(stages)
    before = str(s.module)
    s.to(s.B, "add")
    s.undo()
    assert str(s.module) == before


def transposed(A: int32[8, 8]) -> int32[8, 8]:
    B: int32[8, 8]
    C: int32[8, 8]
    for i, j in hcl.grid(8, 8, name="write"):
        B[i, j] = A[i, j]
    for i, j in hcl.grid(8, 8, name="read"):
        C[i, j] = B[j, i]
    return C


def stencil(A: int32[10]) -> int32[8]:
    B: int32[10]
    C: int32[8]
    for i in hcl.grid(10, name="write"):
        B[i] = A[i]
    for i, k in hcl.grid(8, 3, name="read"):
        C[i] += B[i + k]
    return C


def half(A: int32[8]) -> int32[4]:
    B: int32[8]
    C: int32[4]
    for i in hcl.grid(8, name="write"):
        B[i] = A[i]
    for i in hcl.grid(4, name="read"):
        C[i] = B[2 * i]
    return C


def initialised(A: int32[8]) -> int32[8]:
    B: int32[8] = 0
    C: int32[8]
    for i in hcl.grid(8, name="write"):
        B[i] = A[i]
    for i in hcl.grid(8, name="read"):
        C[i] = B[i]
    return C


def looked_up(A: int32[8], P: int32[8]) -> int32[8]:
    B: int32[8]
    C: int32[8]
    for i in hcl.grid(8, name="write"):
        B[i] = A[i]
    for i in hcl.grid(8, name="read"):
        C[i] = B[P[i]]
    return C


STAGE_REFUSED = [
    (transposed, "B", "read", LegalityError, "B[0, 1] is written before B[1, 0], and read after"),
    (stencil, "B", "read", LegalityError, "B[1] is read more than once"),
    (half, "B", "read", LegalityError, "B[1] is written, but never read"),
    (initialised, "B", "read", NotApplicableError, "'B' is written by 2 stages (init_B, write)"),
    (looked_up, "B", "read", LegalityError, "the order of its accesses cannot be decided"),
    (stages, "A", "double", NotApplicableError, "'A' is not an array that its function makes"),
    (stages, "B", "double", NotApplicableError, "'B' is read by add, not by 'double'"),
]


@pytest.mark.parametrize(("kernel", "target", "dst", "error", "message"), STAGE_REFUSED)
def test_stage_fifo_refused(
    kernel: object, target: str, dst: str, error: type[HclError], message: str
) -> None:
    s = hcl.customize(kernel)
    before = str(s.module)
    with pytest.raises(error) as caught:
        s.to(target, dst)
    assert message in str(caught.value)
    assert str(s.module) == before and not s.history


# --- placement ----------------------------------------------------------------------------------


def test_arguments_and_results_in_banks() -> None:
    s = hcl.customize(stages)
    s.to(s.A, hcl.Memory("HBM", 3))
    s.to("C", hcl.Memory(bank="DDR[1]"))
    assert 'hcl.bank = "HBM[3]"' in str(s.module) and 'hcl.bank = "DDR[1]"' in str(s.module)
    assert repr(s.history[0]) == 's.to(s.A, "HBM[3]")'
    assert "bundle=gmem_HBM_3" in s.build("vhls").hls_code
    again = hcl.customize(stages)
    again.to(again.A, "HBM[3]")
    assert 'hcl.bank = "HBM[3]"' in str(again.module)


def test_local_arrays_in_memories_of_the_chip() -> None:
    s = hcl.customize(stages)
    s.to(s.B, hcl.Memory("LUTRAM"))
    assert s.snapshot.program.buffer("stages:B").storage == "LUTRAM"


@pytest.mark.parametrize(
    ("target", "memory", "message"),
    [
        ("B", hcl.Memory("HBM", 0), "'B' is no argument or result of the kernel"),
        ("A", hcl.Memory("BRAM"), "'A' is an argument or result of the kernel"),
    ],
)
def test_wrong_placement(target: str, memory: hcl.Memory, message: str) -> None:
    s = hcl.customize(stages)
    with pytest.raises(NotApplicableError, match=message):
        s.to(target, memory)


def test_wrong_memories() -> None:
    with pytest.raises(ValueError, match="HBM has numbered banks"):
        hcl.Memory("HBM")
    with pytest.raises(ArgumentError, match="must be a name, or a memory"):
        hcl.customize(stages).to("A", 3)
