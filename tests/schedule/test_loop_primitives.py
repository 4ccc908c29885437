"""split, tile, reorder, fuse, unroll, pipeline, parallel: exact text, and equal results."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import small_kernels as kernels

import hcl_explore as hcl
from hcl_explore.errors import LegalityError


def loop_lines(schedule: hcl.Schedule) -> list[str]:
    """The loop headers and affine accesses of the IR, without the rest."""
    words = ("affine.for", "affine.load", "affine.store")
    return [line.strip() for line in schedule.ir.splitlines() if any(w in line for w in words)]


def assert_same_result(schedule: hcl.Schedule, kernel, *shapes: tuple[int, ...]) -> None:
    """The scheduled kernel and the plain one do the same to the same random integers."""
    rng = np.random.default_rng(7)
    arguments = [rng.integers(-99, 99, shape, dtype=np.int32) for shape in shapes]
    plain_arguments = [argument.copy() for argument in arguments]
    plain = hcl.customize(kernel).build()(*plain_arguments)
    scheduled = schedule.build()(*arguments)
    if plain is not None:
        np.testing.assert_array_equal(scheduled, plain)
    for changed, expected in zip(arguments, plain_arguments, strict=True):
        np.testing.assert_array_equal(changed, expected)


def test_split_with_a_factor_that_divides() -> None:
    s = hcl.customize(kernels.matmul)
    s.split("k", 2)
    lines = loop_lines(s)
    assert "affine.for %k.outer = 0 to 3 {" in lines
    assert "affine.for %k.inner = 0 to 2 {" in lines
    assert any("%A[%i, %k.outer * 2 + %k.inner]" in line for line in lines)


@pytest.mark.parametrize("factor", range(1, 7))
def test_split_runs_the_same_iterations(factor: int) -> None:
    s = hcl.customize(kernels.matmul)
    s.split("k", factor)
    assert_same_result(s, kernels.matmul, (8, 6), (6, 10))


@pytest.mark.parametrize("factor", [1, 2, 3, 4, 6])
def test_split_of_a_loop_with_a_start_and_a_step(factor: int) -> None:
    s = hcl.customize(kernels.stepped)
    s.split("i", factor)
    assert_same_result(s, kernels.stepped, (20,))


@pytest.mark.parametrize(("axis", "factor"), [("i", 4), ("j", 2), ("j", 4)])
def test_split_of_a_triangle(axis: str, factor: int) -> None:
    s = hcl.customize(kernels.triangle)
    s.split(axis, factor)
    assert_same_result(s, kernels.triangle, (9, 9))


def test_split_twice_and_fuse_back() -> None:
    s = hcl.customize(kernels.matmul)
    s.split("j", 5)
    s.split("j.inner", 2)
    assert_same_result(s, kernels.matmul, (8, 6), (6, 10))
    s = hcl.customize(kernels.matmul)
    s.split("j", 5)
    s.fuse("j.outer", "j.inner")
    assert_same_result(s, kernels.matmul, (8, 6), (6, 10))


def test_split_returns_the_two_loops() -> None:
    s = hcl.customize(kernels.matmul)
    outer, inner = s.split("k", 2)
    assert (outer.name, inner.name) == ("k.outer", "k.inner")
    assert s.history[0].forwarding == {"matmul:mm.k": ("matmul:mm.k.outer", "matmul:mm.k.inner")}


@pytest.mark.parametrize("order", list(itertools.permutations("ijk")))
def test_every_order_of_an_integer_product(order: tuple[str, ...]) -> None:
    s = hcl.customize(kernels.matmul)
    s.reorder(*order)
    headers = [line for line in loop_lines(s) if line.startswith("affine.for")][2:]
    assert [header.split()[1] for header in headers] == [f"%{name}" for name in order]
    assert_same_result(s, kernels.matmul, (8, 6), (6, 10))


def test_reorder_keeps_the_name_of_the_band() -> None:
    s = hcl.customize(kernels.matmul)
    s.reorder("k", "i", "j")
    assert [loop.name for loop in s.get_loops()["mm"]._root.subtree()] == ["k", "i", "j"]


def test_reorder_of_two_loops_leaves_the_one_between() -> None:
    s = hcl.customize(kernels.matmul)
    s.reorder("k", "i")
    headers = [line.split()[1] for line in loop_lines(s) if line.startswith("affine.for")]
    assert headers[2:] == ["%k", "%j", "%i"]


def test_reorder_of_a_triangle_turns_its_bounds_round() -> None:
    s = hcl.customize(kernels.triangle)
    before = s.ir
    s.reorder("j", "i")
    assert "affine_map<(d0) -> (d0 + 1)>" in s.ir
    assert_same_result(s, kernels.triangle, (9, 9))
    s.reorder("i", "j")
    assert s.ir == before


@pytest.mark.parametrize("factors", [[2, 5], [3, 4], [8, 10], [1, 1]])
def test_tile(factors: list[int]) -> None:
    s = hcl.customize(kernels.matmul)
    s.tile("i", "j", factors=factors)
    names = [line.split()[1] for line in loop_lines(s) if line.startswith("affine.for")][2:]
    assert names == ["%i.outer", "%j.outer", "%i.inner", "%j.inner", "%k"]
    assert_same_result(s, kernels.matmul, (8, 6), (6, 10))


def test_tiling_a_skewed_stencil_is_refused() -> None:
    s = hcl.customize(kernels.skewed)
    with pytest.raises(LegalityError, match="tile"):
        s.tile("i", "j", factors=[2, 2])


def test_fuse_names_and_forwards() -> None:
    s = hcl.customize(kernels.matmul)
    fused = s.fuse("i", "j")
    assert fused.name == "i_j_fused"
    assert_same_result(s, kernels.matmul, (8, 6), (6, 10))


def test_fuse_of_three() -> None:
    s = hcl.customize(kernels.matmul)
    assert s.fuse("i", "j", "k").name == "i_j_k_fused"
    assert_same_result(s, kernels.matmul, (8, 6), (6, 10))


def test_marks_do_not_change_the_result() -> None:
    s = hcl.customize(kernels.matmul)
    s.unroll("k", 3)
    s.parallel("i")
    s.pipeline("j", rewind=True)
    s.partition(s.C, partition_type=hcl.Partition.Block, dim=1, factor=2)
    assert "pipeline_ii = 1 : i32" in s.ir
    assert "rewind" in s.ir
    assert_same_result(s, kernels.matmul, (8, 6), (6, 10))


def test_parallel_is_refused_where_a_dependence_is_carried() -> None:
    s = hcl.customize(kernels.skewed)
    with pytest.raises(LegalityError, match=r"parallel\(i\) is illegal"):
        s.parallel("i")


def test_parallel_over_a_reduction_is_a_race() -> None:
    s = hcl.customize(kernels.matmul)
    s.parallel("i")
    s.parallel("j")
    assert not s.can("parallel", "k")


SCATTER = """
def scatter(A: int16[5, 5], B: int16[5, 5], v: int16[5]):
    for i, j in hcl.grid(5, 5):
        A[i, v[j] % 5] = B[j, i]
"""


def test_a_variable_used_outside_affine_maps_leaves_the_nest_perfect() -> None:
    """The store's subscript is data-dependent, so the pieces of i are added up beside it."""
    s = hcl.customize(SCATTER)
    s.tile("i", "j", factors=[1, 4])
    assert [loop.name for loop in s.program.all_loops()] == [
        "i.outer",
        "j.outer",
        "i.inner",
        "j.inner",
    ]
    assert s.program.loop("scatter:S_i_j_0.i.inner").only_loop is not None
    assert s.verify().status == "verified"
    s.undo()
    s.split("i", 5)
    assert s.program.loop("scatter:S_i_j_0.i.inner").only_loop is not None
    s.fuse("i.outer", "i.inner", "j")
    assert s.verify().status == "verified"
