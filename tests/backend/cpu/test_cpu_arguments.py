"""Every wrong call is refused before anything runs, by parameter name, with a cure."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hcl_explore.backend.cpu import CpuKernel, build_text
from hcl_explore.errors import CallError

TEXT = """
func.func @k(%A: memref<4x6xf32> {hcl.name = "A", hcl.dtype = "float32"},
             %B: memref<6xi7> {hcl.name = "B", hcl.dtype = "int7"},
             %n: i8 {hcl.name = "n", hcl.dtype = "uint8"},
             %x: f32 {hcl.name = "x", hcl.dtype = "float32"},
             %flag: i1 {hcl.name = "flag", hcl.dtype = "uint1"}) {
  affine.store %x, %A[0, 0] : memref<4x6xf32>
  return
}"""


@pytest.fixture(scope="module")
def kernel() -> CpuKernel:
    return build_text(TEXT, "k")


def good() -> dict[str, Any]:
    return {
        "A": np.zeros((4, 6), np.float32),
        "B": np.zeros(6, np.int8),
        "n": 3,
        "x": 1.5,
        "flag": True,
    }


def read_only() -> np.ndarray:
    array = np.zeros((4, 6), np.float32)
    array.flags.writeable = False
    return array


WRONG = [
    ("A", np.zeros((4, 6)), "k: argument A must be float32[4, 6], found float64[4, 6]",
     "Pass A.astype(np.float32) (a copy: updates in place will not reach yours)"),
    ("A", np.zeros((4, 6), ">f4"), "must be float32[4, 6], found byte-swapped float32[4, 6]",
     "Pass A.astype(np.float32)"),
    ("A", np.zeros((6, 4), np.float32), "must be float32[4, 6], found float32[6, 4]", "Pass A.T"),
    ("A", np.zeros(24, np.float32), "found float32[24]", "Pass A.reshape(4, 6)"),
    ("A", np.zeros((4, 7), np.float32), "found float32[4, 7]", "Pass an array of shape (4, 6)"),
    ("A", np.zeros((4, 6), complex), "found dtype complex128[4, 6]", "Pass A.astype(np.float32)"),
    ("A", [[0.0] * 6] * 4, "must be an array float32[4, 6], found a value of type list",
     "Pass np.array(..., dtype=np.float32)"),
    ("A", 3.0, "must be an array float32[4, 6], found the float 3.0", "np.array"),
    ("A", None, "found a value of type NoneType", "np.array"),
    ("A", read_only(), "argument A is read-only, and k writes to it", "Pass A.copy()"),
    ("B", np.zeros(6, np.int32), "argument B must be int7[6] held in int8, found int32[6]",
     "Pass B.astype(np.int8)"),
    ("B", np.zeros(5, np.int8), "must be int7[6], found int8[5]", "Pass an array of shape (6,)"),
    ("n", 256, "argument n must be uint8, found 256", "Its range is 0 to 255"),
    ("n", -1, "argument n must be uint8, found -1", "Its range is 0 to 255"),
    ("n", 1.0, "argument n must be uint8, found the float 1.0", "Pass a Python int"),
    ("n", True, "argument n must be uint8, found the bool True", "Pass a Python int"),
    ("n", "3", "argument n must be uint8, found the str '3'", "Pass a Python int"),
    ("n", np.zeros(1, np.uint8), "found uint8[1]", "Pass a Python int"),
    ("x", "1.5", "argument x must be float32, found the str '1.5'", "Pass a Python float"),
    ("x", 1j, "found the complex 1j", "Pass a Python float"),
    ("x", True, "found the bool True", "Pass a Python float"),
    ("x", 10**400, "found an integer too large for it", "Pass a smaller number"),
    ("flag", 2, "argument flag must be uint1, found 2", "Its range is 0 to 1"),
    ("flag", 0.5, "argument flag must be uint1, found the float 0.5", "Pass a Python bool"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value", "message", "advice"), WRONG)
def test_wrong_arguments(
    kernel: CpuKernel, name: str, value: object, message: str, advice: str
) -> None:
    with pytest.raises(CallError) as caught:
        kernel(*(good() | {name: value}).values())
    assert message in caught.value.message
    assert advice in (caught.value.advice or "")


@pytest.mark.parametrize("count", [0, 4, 6])
def test_wrong_number_of_arguments(kernel: CpuKernel, count: int) -> None:
    with pytest.raises(CallError, match=f"k takes 5 arguments, found {count}") as caught:
        kernel(*range(count))
    assert "A: float32[4, 6], B: int7[6], n: uint8, x: float32, flag: uint1" in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("n", np.int64(255)),
        ("n", np.uint8(0)),
        ("x", 2),
        ("x", np.float64(2.0)),
        ("x", np.int32(2)),
        ("x", float("inf")),
        ("flag", np.bool_(True)),
        ("flag", 0),
    ],
)
def test_numbers_that_fit_are_taken(kernel: CpuKernel, name: str, value: object) -> None:
    arguments = good() | {name: value}
    kernel(*arguments.values())
    assert arguments["A"][0, 0] == (value if name == "x" else 1.5)


def test_arguments_that_share_memory() -> None:
    kernel = build_text(
        """func.func @copy(%A: memref<4xf32> {hcl.name = "A"}, %B: memref<4xf32> {hcl.name = "B"}) {
          affine.for %i = 0 to 4 {
            %a = affine.load %A[%i] : memref<4xf32>
            affine.store %a, %B[%i] : memref<4xf32>
          }
          return }""",
        "copy",
    )
    a = np.arange(8, dtype=np.float32)
    with pytest.raises(CallError, match="arguments B and A share memory, and copy writes to B"):
        kernel(a[:4], a[2:6])
    kernel(a[:4], a[4:])
    np.testing.assert_array_equal(a, [0, 1, 2, 3] * 2)
    kernel(a[::2], a[1::2])  # interleaved, but no element in common
    np.testing.assert_array_equal(a, [0, 0, 2, 2, 0, 0, 2, 2])


def test_an_array_that_is_only_read_may_be_passed_twice_and_read_only() -> None:
    kernel = build_text(
        """func.func private @get(%A: memref<4xf32>) -> f32 {
          %a = affine.load %A[1] : memref<4xf32>
          return %a : f32 }
        func.func @f(%A: memref<4xf32>, %B: memref<4xf32>) -> f32 {
          %a = func.call @get(%A) : (memref<4xf32>) -> f32
          %b = affine.load %B[2] : memref<4xf32>
          %s = arith.addf %a, %b : f32
          return %s : f32 }""",
        "f",
    )
    assert [value.written for value in kernel.signature.parameters] == [False, False]
    a = np.arange(4, dtype=np.float32)
    a.flags.writeable = False
    assert kernel(a, a) == 3.0


def test_an_array_that_a_callee_writes_counts_as_written() -> None:
    kernel = build_text(
        """func.func private @set(%A: memref<4xf32>, %x: f32) {
          %rest = memref.subview %A[1] [3] [1]
              : memref<4xf32> to memref<3xf32, strided<[1], offset: 1>>
          affine.store %x, %rest[0] : memref<3xf32, strided<[1], offset: 1>>
          return }
        func.func @f(%A: memref<4xf32>, %x: f32) {
          func.call @set(%A, %x) : (memref<4xf32>, f32) -> ()
          return }""",
        "f",
    )
    assert kernel.signature.parameters[0].written
    a = np.zeros(4, np.float32)
    kernel(a, 2.0)
    np.testing.assert_array_equal(a, [0, 2, 0, 0])
