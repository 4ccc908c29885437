"""Whatever compiled code does, the caller gets a RunError and the next call works."""

from __future__ import annotations

import platform
import time
from collections.abc import Callable

import numpy as np
import pytest

from hcl_explore.backend.cpu import CpuKernel, build_text
from hcl_explore.errors import BuildError, RunError, RunTimeoutError

GATHER = """
func.func @gather(%A: memref<8xi32> {hcl.name = "A"}, %I: memref<4xi32> {hcl.name = "I"})
    -> memref<4xi32> {
  %R = memref.alloc() {name = "R"} : memref<4xi32>
  affine.for %i = 0 to 4 {
    %x = affine.load %I[%i] : memref<4xi32>
    %s = arith.index_cast %x : i32 to index
    %v = memref.load %A[%s] : memref<8xi32> loc("kernel.py":7:12)
    affine.store %v, %R[%i] : memref<4xi32>
  }
  return %R : memref<4xi32>
}"""
A = np.arange(8, dtype=np.int32)
INSIDE = np.array([7, 0, 3, 3], np.int32)


@pytest.fixture
def still_works() -> Callable[[], None]:
    kernel = build_text(GATHER, "gather")

    def check() -> None:
        np.testing.assert_array_equal(kernel(A, INSIDE), INSIDE)

    return check


def test_segmentation_fault(still_works: Callable[[], None]) -> None:
    far = np.array([0, 1 << 30, 0, 0], np.int32)
    with pytest.raises(RunError, match="gather crashed in its worker process") as caught:
        build_text(GATHER, "gather")(A, far)
    assert "build(debug=True)" in (caught.value.advice or "")
    still_works()


@pytest.mark.parametrize("subscript", [8, -1, 1 << 30, -(1 << 31)])
def test_the_debug_build_names_array_subscript_and_line(
    still_works: Callable[[], None], subscript: int
) -> None:
    kernel = build_text(GATHER, "gather", debug=True)
    np.testing.assert_array_equal(kernel(A, INSIDE), INSIDE)
    with pytest.raises(RunError) as caught:
        kernel(A, np.array([0, 0, subscript, 0], np.int32))
    assert caught.value.message == (
        f"A is read out of bounds: subscript {subscript}, where 0 to 7 are allowed"
    )
    assert caught.value.span is not None
    assert (caught.value.span.filename, caught.value.span.line) == ("kernel.py", 7)
    np.testing.assert_array_equal(kernel(A, INSIDE), INSIDE)
    still_works()


def test_the_debug_build_checks_stores_of_every_dimension() -> None:
    kernel = build_text(
        """func.func @put(%i: index, %j: index) -> memref<3x5xf32> {
          %T = memref.alloc() {name = "T"} : memref<3x5xf32>
          %one = arith.constant 1.0 : f32
          memref.store %one, %T[%i, %j] : memref<3x5xf32>
          return %T : memref<3x5xf32> }""",
        "put",
        debug=True,
    )
    assert kernel(2, 4)[2, 4] == 1.0
    with pytest.raises(
        RunError,
        match="T is written out of bounds: subscript 5 in dimension 2, where 0 to 4 are allowed",
    ):
        kernel(2, 5)
    with pytest.raises(RunError, match="T is written out of bounds: subscript 3, where 0 to 2"):
        kernel(3, 0)


def endless() -> CpuKernel:
    return build_text(
        """func.func @endless(%A: memref<4xi32>) {
          %one = arith.constant 1 : i32
          scf.while : () -> () {
            %true = arith.constant true
            %a = affine.load %A[0] : memref<4xi32>
            %s = arith.addi %a, %one : i32
            affine.store %s, %A[0] : memref<4xi32>
            scf.condition(%true)
          } do {
            scf.yield
          }
          return }""",
        "endless",
        timeout_s=0.3,
    )


def test_endless_loop(still_works: Callable[[], None]) -> None:
    kernel = endless()
    a = np.zeros(4, np.int32)
    started = time.monotonic()
    with pytest.raises(RunTimeoutError, match=r"endless ran longer than 0\.3 s and was stopped"):
        kernel(a)
    assert time.monotonic() - started < 5
    assert a.tolist() == [0, 0, 0, 0]  # nothing of a call that failed reaches the caller
    still_works()


@pytest.mark.skipif(platform.machine() != "x86_64", reason="elsewhere it gives a number")
def test_division_by_zero(still_works: Callable[[], None]) -> None:
    kernel = build_text(
        """func.func @divide(%a: i32, %b: i32) -> i32 {
          %q = arith.divsi %a, %b : i32
          return %q : i32 }""",
        "divide",
    )
    assert kernel(7, -2) == -3
    with pytest.raises(RunError, match="divide crashed") as caught:
        kernel(7, 0)
    assert caught.value.advice == "Check that no divisor is zero."
    still_works()


def test_stack_overflow(still_works: Callable[[], None]) -> None:
    kernel = build_text(
        """func.func @deep(%n: i64, %A: memref<64xi64>) -> i64 {
          %T = memref.alloc() : memref<64xi64>
          %one = arith.constant 1 : i64
          %i = arith.index_cast %n : i64 to index
          memref.store %n, %T[%i] : memref<64xi64>
          %m = arith.addi %n, %one : i64
          %r = func.call @deep(%m, %T) : (i64, memref<64xi64>) -> i64
          %a = memref.load %A[%i] : memref<64xi64>
          %t = memref.load %T[%i] : memref<64xi64>
          %p = arith.muli %t, %a : i64
          %s = arith.xori %r, %p : i64
          return %s : i64 }""",
        "deep",
        timeout_s=20,
    )
    with pytest.raises(RunError, match="deep crashed in its worker process"):
        kernel(0, np.zeros(64, np.int64))
    still_works()


def test_arrays_that_exceed_the_memory(still_works: Callable[[], None]) -> None:
    for returned in (True, False):
        result, value = ("-> memref<1048576x1048576xf32>", "%T :") if returned else ("", "")
        type_ = "memref<1048576x1048576xf32>" if returned else ""
        with pytest.raises(BuildError, match=r"take 4096\.0 GiB with T"):
            build_text(
                f"""func.func @f() {result} {{
                  %T = memref.alloc() {{name = "T"}} : memref<1048576x1048576xf32>
                  return {value} {type_} }}""",
                "f",
            )
    still_works()


def test_memory_asked_for_at_run_time(still_works: Callable[[], None]) -> None:
    kernel = build_text(
        """func.func @f(%n: index) -> i8 {
          %T = memref.alloc(%n) : memref<?xi8>
          %zero = arith.constant 0 : index
          %x = memref.load %T[%zero] : memref<?xi8>
          %c = arith.constant 7 : i8
          memref.store %c, %T[%zero] : memref<?xi8>
          %y = memref.load %T[%zero] : memref<?xi8>
          %s = arith.addi %x, %y : i8
          return %s : i8 }""",
        "f",
    )
    assert kernel(10) == 7
    with pytest.raises(RunError):
        kernel(1 << 45)
    still_works()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("func.func @g() { return }", "the module has no function f"),
        ("func.func private @f()", "the function f has no body"),
        ("func.func @f() {", "this is not a valid MLIR module"),
        ('func.func @f() { "some.op"() : () -> () return }', "this is not a valid MLIR module"),
        (
            "func.func @f(%x: tensor<3xf32>) { return }",
            "f has a value of type tensor<3xf32>, which NumPy cannot hold",
        ),
        (
            "func.func @f(%A: memref<4xf32, strided<[2]>>) { return }",
            "f takes or returns an array with a layout of its own",
        ),
        (
            "func.func @f(%t: index) { %r = affine.dma_start %t : index return }",
            "this is not a valid MLIR module",
        ),
    ],
)
def test_modules_that_cannot_be_built(text: str, message: str) -> None:
    with pytest.raises(BuildError) as caught:
        build_text(text, "f")
    assert message in str(caught.value)


def test_an_operation_that_cannot_be_lowered_is_named_with_its_line() -> None:
    with pytest.raises(BuildError) as caught:
        build_text('func.func @f() { gpu.barrier loc("kernel.py":4:7)\n return }', "f")
    assert caught.value.message == (
        "f cannot be compiled for the CPU: 'gpu.barrier' is not supported"
    )
    assert caught.value.span is not None
    assert (caught.value.span.filename, caught.value.span.line) == ("kernel.py", 4)
