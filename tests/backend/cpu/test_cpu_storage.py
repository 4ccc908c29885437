"""Local arrays: zeroed where declared, hoisted out of loops, freed; returned ones owned once."""

from __future__ import annotations

import resource
from pathlib import Path

import numpy as np
import pytest

from hcl_explore.backend.cpu import build_text
from hcl_explore.backend.cpu.pool import default_pool


def test_an_array_without_a_value_is_zero_each_time_it_is_declared() -> None:
    # The second declaration is large enough to be on the heap.
    for size in (3, 10_000):
        kernel = build_text(
            f"""func.func @f(%A: memref<5xi32>) {{
              %seven = arith.constant 7 : i32
              affine.for %i = 0 to 5 {{
                %T = memref.alloc() {{name = "T"}} : memref<{size}xi32>
                %x = affine.load %T[1] : memref<{size}xi32>
                affine.store %x, %A[%i] : memref<5xi32>
                affine.store %seven, %T[1] : memref<{size}xi32>
              }}
              return }}""",
            "f",
        )
        a = np.full(5, -1, np.int32)
        kernel(a)
        np.testing.assert_array_equal(a, 0)


def test_a_returned_array_is_zero_where_nothing_is_stored() -> None:
    kernel = build_text(
        """func.func @f() -> memref<3x4xf64> {
          %T = memref.alloc() : memref<3x4xf64>
          %one = arith.constant 1.0 : f64
          affine.store %one, %T[1, 2] : memref<3x4xf64>
          return %T : memref<3x4xf64> }""",
        "f",
    )
    for _ in range(50):
        result = kernel()
        assert result[1, 2] == 1.0
        assert result.sum() == 1.0


def test_returning_an_argument_or_one_array_twice_gives_separate_arrays() -> None:
    kernel = build_text(
        """memref.global "private" constant @table : memref<2xi16> = dense<[4, 5]>
        func.func @f(%A: memref<2xi16>)
            -> (memref<2xi16>, memref<2xi16>, memref<2xi16>, memref<2xi16>) {
          %T = memref.alloc() : memref<2xi16>
          %t = memref.get_global @table : memref<2xi16>
          %c = arith.constant 9 : i16
          affine.store %c, %T[0] : memref<2xi16>
          return %A, %T, %T, %t : memref<2xi16>, memref<2xi16>, memref<2xi16>, memref<2xi16> }""",
        "f",
    )
    a = np.array([1, 2], np.int16)
    results = kernel(a)
    np.testing.assert_array_equal(results, [[1, 2], [9, 0], [9, 0], [4, 5]])
    results[0][0] = results[1][1] = 100
    np.testing.assert_array_equal(a, [1, 2])
    np.testing.assert_array_equal(results[2], [9, 0])


def test_sizes_that_are_known_only_at_run_time() -> None:
    kernel = build_text(
        """func.func @f(%A: memref<?x3xf32> {hcl.name = "A"}) -> memref<3x?xf32> {
          %zero = arith.constant 0 : index
          %n = memref.dim %A, %zero : memref<?x3xf32>
          %T = memref.alloc(%n) : memref<3x?xf32>
          affine.for %i = 0 to %n { affine.for %j = 0 to 2 {
            %a = affine.load %A[%i, %j] : memref<?x3xf32>
            affine.store %a, %T[%j, %i] : memref<3x?xf32>
          } }
          return %T : memref<3x?xf32> }""",
        "f",
    )
    for n in (1, 4, 1000):
        a = np.random.default_rng(n).normal(size=(n, 3)).astype(np.float32)
        expected = a.T.copy()
        expected[2] = 0
        np.testing.assert_array_equal(kernel(a), expected)


def worker_memory() -> int:
    """The resident pages of all workers."""
    pids = [worker.pid for worker in default_pool()._idle]
    return sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in pids)


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs /proc")
@pytest.mark.parametrize("result", ["used", "returned"])
def test_nothing_leaks(result: str) -> None:
    large = "memref<512x512xf32>"
    returned = "%T" if result == "returned" else "%C"
    kernel = build_text(
        f"""func.func private @make(%x: f32) -> {large} {{
          %M = memref.alloc() : {large}
          affine.store %x, %M[0, 0] : {large}
          return %M : {large} }}
        func.func @f(%x: f32, %n: index) -> ({large}) {{
          %C = memref.alloc() : {large}
          %T = func.call @make(%x) : (f32) -> {large}
          affine.for %i = 0 to 4 {{
            %L = memref.alloc() : {large}
            %N = memref.alloc(%n) : memref<512x?xf32>
            %D = func.call @make(%x) : (f32) -> {large}
            memref.copy %D, %L : {large} to {large}
            memref.copy %L, %C : {large} to {large}
          }}
          return {returned} : {large} }}""",
        "f",
    )
    assert kernel(2.5, 512)[0, 0] == 2.5
    before = worker_memory()
    for _ in range(30):
        kernel(2.5, 512)
    growth = (worker_memory() - before) * resource.getpagesize()
    assert growth < 10 * 512 * 512 * 4  # one array per call would be 30 of them


def test_copies_of_parts_of_arrays() -> None:
    part = "memref<2x2xi32, strided<[4, 1], offset: ?>>"
    kernel = build_text(
        f"""func.func @f(%A: memref<4x4xi32>, %i: index) -> memref<2x2xi32> {{
          %T = memref.alloc() : memref<2x2xi32>
          %from = memref.subview %A[%i, 1] [2, 2] [1, 1] : memref<4x4xi32> to {part}
          %to = memref.subview %A[0, %i] [2, 2] [1, 1] : memref<4x4xi32> to {part}
          memref.copy %from, %T : {part} to memref<2x2xi32>
          memref.copy %T, %to : memref<2x2xi32> to {part}
          return %T : memref<2x2xi32> }}""",
        "f",
    )
    a = np.arange(16, dtype=np.int32).reshape(4, 4)
    expected = a.copy()
    expected[0:2, 2:4] = expected[2:4, 1:3]
    result = kernel(a, 2)
    np.testing.assert_array_equal(result, [[9, 10], [13, 14]])
    np.testing.assert_array_equal(a, expected)
