"""Memory blocks by shape, width, banks and storage."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from designs import PLAIN, estimate_of, schedule_of

import hcl_explore as hcl
from hcl_explore.ir.memory_blocks import bram18_of


@pytest.mark.parametrize(
    ("words", "bits", "blocks"),
    [
        # An 18 Kb block holds 512 x 36, 1024 x 18, 2048 x 9, 4096 x 4, 8192 x 2 or 16384 x 1.
        (512, 36, 1),
        (512, 32, 1),
        (513, 32, 2),
        (1024, 18, 1),
        (1024, 32, 2),
        (2048, 8, 1),
        (4096, 4, 1),
        (4096, 32, 8),
        (11000, 32, 21),
        (103968, 32, 203),
        (34200, 32, 67),
        (16384, 1, 1),
        (1024, 8, 1),
    ],
)
def test_the_best_shape_of_a_block_is_taken(words: int, bits: int, blocks: int) -> None:
    assert bram18_of(words, bits) == blocks


BUFFERED = """
def buffered(A: {dtype}[{size}], B: {dtype}[{size}]):
    T: {dtype}[{size}]
    for i in range({size}, name="fill"):
        T[i] = A[i]
    for i in range({size}, name="empty"):
        B[i] = T[i]
"""


def blocks(
    dtype: str, size: int, *steps: tuple[str, dict[str, object]]
) -> tuple[int | None, int | None]:
    schedule = schedule_of(BUFFERED.format(dtype=dtype, size=size))
    for name, arguments in steps:
        schedule.apply(name, {"target": "T", **arguments})
    figures = estimate_of(schedule, PLAIN)
    return figures.bram18, figures.uram


def test_arguments_cost_nothing_and_local_arrays_their_blocks() -> None:
    assert blocks("int32", 1024) == (2, 0)


def test_small_arrays_are_kept_in_lutram() -> None:
    assert blocks("int32", 64) == (0, 0)


def test_banks_are_blocks_of_their_own() -> None:
    cyclic = ("partition", {"partition_type": "Cyclic", "dim": 1, "factor": 4})
    assert blocks("int32", 1024, cyclic) == (4, 0)


def test_words_of_several_elements_share_blocks() -> None:
    # 2048 x 8 bits are one block; as 512 words of 32 bits still one, as 4 banks of 512 x 8 four.
    assert blocks("int8", 2048, ("pack", {"factor": 4})) == (1, 0)
    cyclic = ("partition", {"partition_type": "Cyclic", "dim": 1, "factor": 4})
    assert blocks("int8", 2048, cyclic) == (4, 0)
    # Wider than a block: 128 bits, in 4 blocks side by side.
    assert blocks("int32", 2048, ("pack", {"factor": 4})) == (4, 0)


def test_complete_partition_leaves_registers() -> None:
    assert blocks("int32", 1024, ("partition", {"dim": 1})) == (0, 0)


@pytest.mark.parametrize(
    ("storage", "expected"), [("BRAM", (8, 0)), ("URAM", (0, 1)), ("LUTRAM", (0, 0))]
)
def test_storage_is_what_was_asked_for(storage: str, expected: tuple[int, int]) -> None:
    assert blocks("int32", 4096, ("bind_storage", {"impl": storage})) == expected


def test_registers_can_be_asked_for() -> None:
    assert blocks("int32", 1024, ("bind_storage", {"impl": "Registers"})) == (0, 0)


def test_a_table_takes_the_bits_of_its_values(tmp_path: Path) -> None:
    # 5 bits hold -11..11: 2048 of them fit one block (2048 x 9), of 32 bits they would need 4.
    namespace: dict[str, object] = {"TAPS": np.arange(2048) % 23 - 11, "hcl": hcl}
    kernel = """
import hcl_explore as hcl
from hcl_explore.ir.memory_blocks import bram18_of
from hcl_explore import int32

def look_up(A: int32[64], B: int32[64]):
    for i in range(64):
        B[i] = TAPS[A[i]]
"""
    path = tmp_path / "look_up.py"
    path.write_text(kernel)
    exec(compile(kernel, str(path), "exec"), namespace)
    figures = estimate_of(hcl.customize(namespace["look_up"]))
    assert figures.bram18 == 1
