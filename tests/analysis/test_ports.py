"""Memory ports: II by hand for arrays in one, cyclic, block and complete banks."""

from __future__ import annotations

import pytest
from designs import estimate_of, loop_of, schedule_of

from hcl_explore.schedule.schedule import Schedule

ADD_UP = """
def add_up(A: int32[64, 16], B: int32[64]):
    for i in range(64):
        total: int32 = 0
        for j in range(16):
            total += A[i, j]
        B[i] = total
"""

FOUR_APART = """
def four_apart(A: int32[64], B: int32[16]):
    for i in range(16):
        B[i] = A[4 * i] + A[4 * i + 1] + A[4 * i + 2] + A[4 * i + 3]
"""


def pipelined(text: str, loop: str, *partitions: tuple[str, str, int, int]) -> Schedule:
    schedule = schedule_of(text)
    for target, kind, dim, factor in partitions:
        arguments: dict[str, object] = {"target": target, "partition_type": kind, "dim": dim}
        if factor:
            arguments["factor"] = factor
        schedule.apply("partition", arguments)
    schedule.apply("pipeline", {"axis": loop})
    return schedule


@pytest.mark.parametrize(
    ("partitions", "interval"),
    [
        # 16 reads of a row, 2 ports a bank.
        ((), 8),
        ((("A", "Cyclic", 2, 2),), 4),
        ((("A", "Cyclic", 2, 8),), 1),
        ((("A", "Block", 2, 4),), 2),
        ((("A", "Complete", 2, 0),), 1),
        # A row lies in one bank whichever way the rows are dealt out.
        ((("A", "Cyclic", 1, 8),), 8),
        ((("A", "Block", 1, 8),), 8),
    ],
)
def test_unrolled_reads_of_a_row(
    partitions: tuple[tuple[str, str, int, int], ...], interval: int
) -> None:
    figures = estimate_of(pipelined(ADD_UP, "i", *partitions))
    assert loop_of(figures, "i").ii == interval


@pytest.mark.parametrize(
    ("kind", "factor", "interval"),
    [
        # 4 i, 4 i + 1, 4 i + 2, 4 i + 3: each in a bank of its own of 4; two and two of 2;
        # side by side in one block.
        ("Cyclic", 4, 1),
        ("Cyclic", 2, 1),
        ("Block", 4, 2),
    ],
)
def test_subscripts_with_a_known_remainder(kind: str, factor: int, interval: int) -> None:
    figures = estimate_of(pipelined(FOUR_APART, "i", ("A", kind, 1, factor)))
    assert loop_of(figures, "i").ii == interval


def test_elements_of_a_word_are_read_through_one_port() -> None:
    schedule = schedule_of(FOUR_APART)
    schedule.pack(schedule.A, factor=4)
    schedule.pipeline("i")
    assert loop_of(estimate_of(schedule), "i").ii == 1
    # Words of 2: two of them, a port each; and 16 elements of a row are 4 words of 4.
    schedule = schedule_of(FOUR_APART)
    schedule.pack(schedule.A, factor=2)
    schedule.pipeline("i")
    assert loop_of(estimate_of(schedule), "i").ii == 1
    schedule = schedule_of(ADD_UP)
    schedule.pack(schedule.A, factor=4, dim=2)
    schedule.pipeline("i")
    assert loop_of(estimate_of(schedule), "i").ii == 2


def test_words_that_are_not_aligned_are_counted_by_element() -> None:
    text = """
def neighbours(A: int32[64], B: int32[60]):
    for i in range(60):
        B[i] = A[i] + A[i + 1] + A[i + 2] + A[i + 3]
"""
    schedule = schedule_of(text)
    schedule.pack(schedule.A, factor=4)
    schedule.pipeline("i")
    assert loop_of(estimate_of(schedule), "i").ii == 2


def test_the_same_element_is_read_once() -> None:
    figures = estimate_of(
        pipelined(
            """
def square(A: int32[64], B: int32[64]):
    for i in range(64):
        B[i] = A[i] * A[i] + A[i]
""",
            "i",
        )
    )
    assert loop_of(figures, "i").ii == 1


def test_the_two_branches_of_an_if_share_a_port() -> None:
    text = """
def choose(c: int32[64], A: int32[64], B: int32[64]):
    for i in range(64):
        if c[i] > 0:
            B[i] = A[i] + A[63 - i]
        else:
            B[i] = A[(i + 7) % 64] - A[(i + 9) % 64]
"""
    assert loop_of(estimate_of(pipelined(text, "i")), "i").ii == 1


def test_the_reason_names_the_array_and_a_partition_that_helps() -> None:
    loop = loop_of(estimate_of(pipelined(ADD_UP, "i")), "i")
    assert loop.ii_kinds[0] == "memory ports"
    assert loop.ii_reason == (
        "16 reads of A per iteration, 2 ports; partition(A, Cyclic, dim=2, factor=8) lowers it to 1"
    )
    # And it does.
    helped = pipelined(ADD_UP, "i", ("A", "Cyclic", 2, 8))
    assert loop_of(estimate_of(helped), "i").ii == 1


def test_what_is_read_again_is_to_be_kept() -> None:
    text = """
def blur(A: int32[68], B: int32[64]):
    for i in range(64):
        B[i] = A[i] + A[i + 2] + A[i + 4]
"""
    loop = loop_of(estimate_of(pipelined(text, "i")), "i")
    assert loop.ii == 2
    assert loop.ii_reason.endswith("reuse_at(A, i) keeps what is read again")
    schedule = schedule_of(text)
    schedule.apply("reuse_at", {"target": "A", "axis": "i"})
    schedule.apply("partition", {"target": "A_reuse_i"})
    schedule.apply("pipeline", {"axis": "i"})
    assert loop_of(estimate_of(schedule), "i").ii == 1


def test_registers_have_no_ports() -> None:
    figures = estimate_of(pipelined(ADD_UP, "i", ("A", "Complete", 0, 0)))
    assert loop_of(figures, "i").ii == 1


def test_neighbours_lie_in_different_banks_wherever_they_are() -> None:
    """Three columns of a row that is not known: in 16 banks each has one of its own, and 58 rows
    share its two ports (adi generate_2 of HLStrans: an interval of 30)."""
    text = """
def columns(U: float32[60, 60], V: float32[60, 60]):
    for i in range(1, 59):
        for j in range(1, 59):
            V[i, j] = U[j, i - 1] + U[j, i] + U[j, i + 1]
"""
    schedule = schedule_of(text)
    for target, dim in (("U", 2), ("V", 2)):
        arguments = {"target": target, "partition_type": "Cyclic", "dim": dim, "factor": 15}
        schedule.apply("partition", arguments)
    schedule.apply("pipeline", {"axis": "i"})
    assert loop_of(estimate_of(schedule), "i").ii == 29
