"""Hand-written MLIR, compiled and run, against NumPy."""

from __future__ import annotations

import math

import numpy as np
import pytest

from hcl_explore.backend.cpu import build, build_text
from hcl_explore.ir.context import new_context
from hcl_explore.lang.types import Int

GEMM = """
func.func @gemm(%A: memref<8x16xf32> {hcl.name = "A", hcl.dtype = "float32"},
                %B: memref<16x4xf32> {hcl.name = "B", hcl.dtype = "float32"})
    -> (memref<8x4xf32> {hcl.dtype = "float32"}) {
  %C = memref.alloc() {name = "C"} : memref<8x4xf32>
  affine.for %i = 0 to 8 { affine.for %j = 0 to 4 { affine.for %k = 0 to 16 {
    %a = affine.load %A[%i, %k] : memref<8x16xf32>
    %b = affine.load %B[%k, %j] : memref<16x4xf32>
    %c = affine.load %C[%i, %j] : memref<8x4xf32>
    %p = arith.mulf %a, %b : f32
    %s = arith.addf %c, %p : f32
    affine.store %s, %C[%i, %j] : memref<8x4xf32>
  } } }
  return %C : memref<8x4xf32>
}"""


def gemm_in_order(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The product in float32, adding over k from 0 upwards, as the kernel does."""
    c = np.zeros((a.shape[0], b.shape[1]), np.float32)
    for k in range(a.shape[1]):
        c += a[:, k : k + 1] * b[k : k + 1]
    return c


def test_gemm_is_bit_exact_in_the_order_of_the_program() -> None:
    rng = np.random.default_rng(0)
    kernel = build_text(GEMM, "gemm")
    for _ in range(5):
        a = rng.normal(size=(8, 16)).astype(np.float32)
        b = rng.normal(size=(16, 4)).astype(np.float32)
        np.testing.assert_array_equal(kernel(a, b), gemm_in_order(a, b))


def test_a_multiply_and_an_add_are_not_contracted() -> None:
    kernel = build_text(
        """func.func @f(%a: f64, %b: f64, %c: f64) -> f64 {
          %p = arith.mulf %a, %b : f64
          %s = arith.addf %p, %c : f64
          return %s : f64 }""",
        "f",
    )
    a = 1.0 + 2.0**-30
    assert kernel(a, a, -1.0) == a * a - 1.0
    assert kernel(a, a, -(a * a)) == 0.0  # a fused operation would give 2**-60


def test_module_objects_and_texts_build_alike() -> None:
    import mlir.ir as ir

    module = ir.Module.parse(GEMM, new_context())
    before = str(module)
    a, b = np.ones((8, 16), np.float32), np.ones((16, 4), np.float32)
    np.testing.assert_array_equal(build(module, "gemm")(a, b), np.full((8, 4), 16, np.float32))
    assert str(module) == before


def test_arrays_are_updated_in_place_and_several_results_come_as_a_tuple() -> None:
    kernel = build_text(
        """func.func @f(%A: memref<4xi32>, %n: i32) -> (memref<2xi64>, f32, i1) {
          %R = memref.alloc() : memref<2xi64>
          affine.for %i = 0 to 4 {
            %a = affine.load %A[%i] : memref<4xi32>
            %s = arith.addi %a, %n : i32
            affine.store %s, %A[%i] : memref<4xi32>
          }
          %x = arith.extsi %n : i32 to i64
          affine.store %x, %R[1] : memref<2xi64>
          %f = arith.sitofp %n : i32 to f32
          %zero = arith.constant 0 : i32
          %negative = arith.cmpi slt, %n, %zero : i32
          return %R, %f, %negative : memref<2xi64>, f32, i1 }""",
        "f",
    )
    a = np.arange(4, dtype=np.int32)
    result = kernel(a, -3)
    assert isinstance(result, tuple)
    np.testing.assert_array_equal(a, [-3, -2, -1, 0])
    np.testing.assert_array_equal(result[0], np.array([0, -3]))
    assert result[0].dtype == np.int64
    assert result[1:] == (-3.0, True)


def test_no_result_is_none_and_no_argument_is_fine() -> None:
    assert build_text("func.func @f() { return }", "f")() is None
    assert (
        build_text("func.func @f() -> i8 { %c = arith.constant -7 : i8 return %c : i8 }", "f")()
        == -7
    )


def test_arrays_that_are_not_contiguous() -> None:
    kernel = build_text(
        """func.func @f(%A: memref<3x4xf64>, %B: memref<3x4xf64>) {
          affine.for %i = 0 to 3 { affine.for %j = 0 to 4 {
            %a = affine.load %A[%i, %j] : memref<3x4xf64>
            affine.store %a, %B[%i, 3 - %j] : memref<3x4xf64>
          } }
          return }""",
        "f",
    )
    a = np.arange(24.0).reshape(4, 6)[:, ::2].T
    b = np.zeros((6, 8))
    kernel(a, b[::2, 1::2])
    np.testing.assert_array_equal(b[::2, 1::2], a[:, ::-1])
    assert b[1::2].sum() == 0
    assert b[:, ::2].sum() == 0


def test_structured_control_flow() -> None:
    kernel = build_text(
        """func.func @collatz(%n: i64) -> i64 {
          %zero = arith.constant 0 : i64
          %one = arith.constant 1 : i64
          %two = arith.constant 2 : i64
          %three = arith.constant 3 : i64
          %r:2 = scf.while (%x = %n, %steps = %zero) : (i64, i64) -> (i64, i64) {
            %more = arith.cmpi sgt, %x, %one : i64
            scf.condition(%more) %x, %steps : i64, i64
          } do {
          ^bb0(%x: i64, %steps: i64):
            %bit = arith.remui %x, %two : i64
            %even = arith.cmpi eq, %bit, %zero : i64
            %next = scf.if %even -> (i64) {
              %half = arith.divui %x, %two : i64
              scf.yield %half : i64
            } else {
              %triple = arith.muli %x, %three : i64
              %odd = arith.addi %triple, %one : i64
              scf.yield %odd : i64
            }
            %count = arith.addi %steps, %one : i64
            scf.yield %next, %count : i64, i64
          }
          return %r#1 : i64 }""",
        "collatz",
    )
    assert [kernel(n) for n in (1, 6, 27)] == [0, 8, 111]


def test_parallel_and_conditional_affine_loops() -> None:
    kernel = build_text(
        """func.func @f(%A: memref<6x6xi32>) {
          %one = arith.constant 1 : i32
          affine.parallel (%i, %j) = (0, 0) to (6, 6) {
            affine.if affine_set<(d0, d1) : (d0 - d1 >= 0, d0 mod 2 == 0)>(%i, %j) {
              affine.store %one, %A[%i, %j] : memref<6x6xi32>
            }
          }
          return }""",
        "f",
    )
    a = np.zeros((6, 6), np.int32)
    kernel(a)
    np.testing.assert_array_equal(
        a, [[int(i >= j and i % 2 == 0) for j in range(6)] for i in range(6)]
    )


def test_constant_tables_and_calls() -> None:
    kernel = build_text(
        """memref.global "private" constant @table : memref<4xf32> = dense<[1.0, 2.0, 4.0, 8.0]>
        func.func @lookup(%i: index, %A: memref<4xf32>) -> f32 {
          %t = memref.get_global @table : memref<4xf32>
          %x = memref.load %t[%i] : memref<4xf32>
          %a = memref.load %A[%i] : memref<4xf32>
          %s = arith.mulf %x, %a : f32
          return %s : f32 }
        func.func @top(%A: memref<4xf32>) -> memref<4xf32> {
          %R = memref.alloc() : memref<4xf32>
          affine.for %i = 0 to 4 {
            %x = func.call @lookup(%i, %A) : (index, memref<4xf32>) -> f32
            affine.store %x, %R[%i] : memref<4xf32>
          }
          return %R : memref<4xf32> }""",
        "top",
    )
    np.testing.assert_array_equal(kernel(np.full(4, 3, np.float32)), np.array([3, 6, 12, 24]))


@pytest.mark.parametrize("name", ["exp", "expm1", "malloc", "main", "memset"])
def test_a_kernel_may_have_the_name_of_a_library_function(name: str) -> None:
    kernel = build_text(
        f"""func.func @{name}(%x: f64) -> f64 {{
          %y = math.exp %x : f64
          %z = math.expm1 %y : f64
          return %z : f64 }}""",
        name,
    )
    assert kernel(1.5) == pytest.approx(math.expm1(math.exp(1.5)), rel=1e-14)


UNARY = {
    "math.exp": math.exp,
    "math.log": math.log,
    "math.log2": math.log2,
    "math.log10": math.log10,
    "math.log1p": math.log1p,
    "math.expm1": math.expm1,
    "math.sqrt": math.sqrt,
    "math.rsqrt": lambda x: 1 / math.sqrt(x),
    "math.sin": math.sin,
    "math.cos": math.cos,
    "math.tan": math.tan,
    "math.tanh": math.tanh,
    "math.erf": math.erf,
    "math.absf": abs,
    "math.floor": math.floor,
    "math.ceil": math.ceil,
    "math.roundeven": round,
}
EPSILON = {"f64": 2.0**-52, "f32": 2.0**-23, "f16": 2.0**-10, "bf16": 2.0**-7}


@pytest.mark.parametrize("type_", EPSILON)
def test_elementary_functions(type_: str) -> None:
    body = "\n".join(f"%r{n} = {operation} %x : {type_}" for n, operation in enumerate(UNARY))
    values = ", ".join(f"%r{n}" for n in range(len(UNARY)))
    types = ", ".join([type_] * len(UNARY))
    kernel = build_text(
        f"func.func @f(%x: {type_}) -> ({types}) {{ {body} return {values} : {types} }}", "f"
    )
    # Representable in all the types, small ones for the functions that are delicate at 0.
    for x in (2.0**-9, 0.375, 1.5, 2.5):
        for (operation, reference), found in zip(UNARY.items(), kernel(x), strict=True):
            assert found == pytest.approx(reference(x), rel=EPSILON[type_]), (operation, x)


def test_small_arguments_keep_their_digits() -> None:
    text = """func.func @f(%x: f64, %y: f32) -> (f64, f64, f32) {
      %a = math.expm1 %x : f64
      %b = math.log1p %x : f64
      %c = math.expm1 %y : f32
      return %a, %b, %c : f64, f64, f32 }"""
    assert build_text(text, "f")(1e-20, 2.0**-40) == (1e-20, 1e-20, 2.0**-40)


@pytest.mark.parametrize("type_", ["i7", "i32", "i64", "i100"])
def test_integer_functions(type_: str) -> None:
    names = ["absi", "ctpop", "ctlz", "cttz"]
    body = "\n".join(f"%{name} = math.{name} %x : {type_}" for name in names)
    kernel = build_text(
        f"""func.func @f(%x: {type_}) -> ({", ".join([type_] * 5)}) {{
          {body}
          %power = math.ipowi %x, %cttz : {type_}
          return %absi, %ctpop, %ctlz, %cttz, %power : {", ".join([type_] * 5)} }}""",
        "f",
    )
    width = int(type_[1:])
    assert kernel(12) == (12, 2, width - 4, 2, Int(width).wrap(144))
    assert kernel(-4)[0] == 4
