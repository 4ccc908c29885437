"""Every element type: how NumPy holds it, and its arithmetic against Python's integers."""

from __future__ import annotations

import random
from collections.abc import Callable

import numpy as np
import pytest

from hcl_explore.backend.cpu import build_text
from hcl_explore.backend.cpu.marshal import codec
from hcl_explore.lang.types import Int, IntegerType, UInt, round_to_bfloat16

WIDTHS = [2, 3, 7, 8, 9, 16, 17, 24, 31, 32, 33, 48, 63, 64, 65, 100, 127, 128, 129, 200, 256, 512]


def truncated(a: int, b: int) -> int:
    quotient = abs(a) // abs(b)
    return quotient if (a < 0) == (b < 0) else -quotient


SIGNED: dict[str, Callable[[int, int], int]] = {
    "addi": lambda a, b: a + b,
    "subi": lambda a, b: a - b,
    "muli": lambda a, b: a * b,
    "divsi": truncated,
    "remsi": lambda a, b: a - b * truncated(a, b),
    "floordivsi": lambda a, b: a // b,
    "ceildivsi": lambda a, b: -(-a // b),
    "maxsi": max,
    "xori": lambda a, b: a ^ b,
}
UNSIGNED: dict[str, Callable[[int, int], int]] = {
    "addi": lambda a, b: a + b,
    "muli": lambda a, b: a * b,
    "divui": lambda a, b: a // b,
    "remui": lambda a, b: a % b,
    "minui": min,
}


def container(scalar: IntegerType) -> np.dtype:
    return np.dtype(object) if scalar.width > 64 else scalar.numpy_dtype


def elementwise(
    scalar: IntegerType, operations: list[str], count: int
) -> Callable[..., np.ndarray]:
    """A kernel of two arrays whose result has a row for each operation."""
    storage, rows = f"i{scalar.width}", len(operations)
    body = "\n".join(
        f"""%r{n} = arith.{name} %a, %b : {storage}
            affine.store %r{n}, %R[{n}, %i] : memref<{rows}x{count}x{storage}>"""
        for n, name in enumerate(operations)
    )
    argument = f'memref<{count}x{storage}> {{hcl.dtype = "{scalar}"}}'
    return build_text(
        f"""func.func @f(%A: {argument}, %B: {argument})
            -> (memref<{rows}x{count}x{storage}> {{hcl.dtype = "{scalar}"}}) {{
          %R = memref.alloc() : memref<{rows}x{count}x{storage}>
          affine.for %i = 0 to {count} {{
            %a = affine.load %A[%i] : memref<{count}x{storage}>
            %b = affine.load %B[%i] : memref<{count}x{storage}>
            {body}
          }}
          return %R : memref<{rows}x{count}x{storage}> }}""",
        "f",
    )


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("kind", [Int, UInt])
def test_integer_arithmetic_of_any_width(kind: type[Int] | type[UInt], width: int) -> None:
    scalar = kind(width)
    operations = SIGNED if scalar.signed else UNSIGNED
    draw = random.Random(width)
    edges = [scalar.low, scalar.high, scalar.high - 1, 1]
    a = [*edges, *(draw.randint(scalar.low, scalar.high) for _ in range(12))]
    b = [*reversed(edges), *(draw.randint(scalar.low, scalar.high) for _ in range(12))]
    b = [x if x not in (0, -1) else 1 for x in b]
    kernel = elementwise(scalar, list(operations), len(a))
    found = kernel(np.array(a, container(scalar)), np.array(b, container(scalar)))
    assert found.dtype == container(scalar)
    for row, (name, reference) in zip(found, operations.items(), strict=True):
        expected = [scalar.wrap(reference(x, y)) for x, y in zip(a, b, strict=True)]
        assert [int(x) for x in row] == expected, name


@pytest.mark.parametrize("scalar", [Int(1), UInt(7), Int(7), UInt(33), Int(63), UInt(100)])
def test_values_wrap_on_the_way_in(scalar: IntegerType) -> None:
    storage = f"i{scalar.width}"
    kernel = build_text(
        f"""func.func @f(%A: memref<3x{storage}> {{hcl.dtype = "{scalar}"}})
             -> (memref<3xi128> {{hcl.dtype = "int128"}}, memref<3xi1>) {{
          %R = memref.alloc() : memref<3xi128>
          %N = memref.alloc() : memref<3xi1>
          %zero = arith.constant 0 : {storage}
          affine.for %i = 0 to 3 {{
            %a = affine.load %A[%i] : memref<3x{storage}>
            %r = arith.ext{"si" if scalar.signed else "ui"} %a : {storage} to i128
            affine.store %r, %R[%i] : memref<3xi128>
            %n = arith.cmpi slt, %a, %zero : {storage}
            affine.store %n, %N[%i] : memref<3xi1>
          }}
          return %R, %N : memref<3xi128>, memref<3xi1> }}""",
        "f",
    )
    given = np.array([0, 85, 127], container(scalar))
    values, negative = kernel(given)
    assert [int(x) for x in values] == [scalar.wrap(int(x)) for x in given]
    assert negative.tolist() == [bool(scalar.wrap(int(x)) >> (scalar.width - 1) & 1) for x in given]


def test_arrays_in_place_of_odd_widths_keep_their_sign() -> None:
    kernel = build_text(
        """func.func @f(%A: memref<4xi5> {hcl.dtype = "int5"}, %x: i5 {hcl.dtype = "int5"})
             -> (i5 {hcl.dtype = "int5"}) {
          affine.for %i = 0 to 4 {
            %a = affine.load %A[%i] : memref<4xi5>
            %s = arith.addi %a, %x : i5
            affine.store %s, %A[%i] : memref<4xi5>
          }
          return %x : i5 }""",
        "f",
    )
    a = np.array([15, 14, -16, 0], np.int8)
    assert kernel(a, -7) == -7
    np.testing.assert_array_equal(a, [8, 7, 9, -7])


def test_tables_of_odd_widths() -> None:
    numbers = [n % 60 - 20 for n in range(150)]  # MLIR prints tables of this size as bytes
    for width in (7, 17, 33, 100):
        kernel = build_text(
            f"""memref.global "private" constant @long : memref<150xi{width}> = dense<{numbers}>
            memref.global "private" constant @same : memref<2x2xi{width}> = dense<-5>
            func.func @f() -> (memref<150xi{width}>, memref<2x2xi{width}>) {{
              %l = memref.get_global @long : memref<150xi{width}>
              %s = memref.get_global @same : memref<2x2xi{width}>
              return %l, %s : memref<150xi{width}>, memref<2x2xi{width}> }}""",
            "f",
        )
        long, same = kernel()
        assert long.tolist() == numbers
        assert same.tolist() == [[-5, -5], [-5, -5]]


def test_booleans() -> None:
    kernel = build_text(
        """func.func @f(%A: memref<5xi1> {hcl.dtype = "uint1"}, %x: i1) -> i1 {
          affine.for %i = 0 to 5 {
            %a = affine.load %A[%i] : memref<5xi1>
            %r = arith.xori %a, %x : i1
            affine.store %r, %A[%i] : memref<5xi1>
          }
          return %x : i1 }""",
        "f",
    )
    a = np.array([True, False, True, True, False])
    assert kernel(a, True) is True
    assert a.tolist() == [False, True, False, False, True]


def test_index() -> None:
    kernel = build_text(
        """func.func @f(%A: memref<3xindex> {hcl.dtype = "index"}, %i: index) -> index {
          %x = memref.load %A[%i] : memref<3xindex>
          return %x : index }""",
        "f",
    )
    assert kernel(np.array([5, -6, 7]), 1) == -6


def float_kernel(body: str, source: str, result: str, dtypes: tuple[str, str]):
    return build_text(
        f"""func.func @f(%A: memref<64x{source}> {{hcl.dtype = "{dtypes[0]}"}})
             -> (memref<64x{result}> {{hcl.dtype = "{dtypes[1]}"}}) {{
          %R = memref.alloc() : memref<64x{result}>
          affine.for %i = 0 to 64 {{
            %a = affine.load %A[%i] : memref<64x{source}>
            {body}
            affine.store %r, %R[%i] : memref<64x{result}>
          }}
          return %R : memref<64x{result}> }}""",
        "f",
    )


def test_float16_rounds_after_each_operation() -> None:
    kernel = float_kernel(
        "%p = arith.mulf %a, %a : f16\n%r = arith.addf %p, %a : f16", "f16", "f16", ("float16",) * 2
    )
    a = np.random.default_rng(0).normal(size=64).astype(np.float16)
    np.testing.assert_array_equal(kernel(a), a * a + a)


def bfloat16_bits(values: np.ndarray) -> np.ndarray:
    rounded = np.array([round_to_bfloat16(float(value)) for value in values], np.float32)
    return (rounded.view(np.uint32) >> 16).astype(np.uint16)


def from_bits(bits: np.ndarray) -> np.ndarray:
    return (bits.astype(np.uint32) << 16).view(np.float32)


def test_bfloat16_rounds_after_each_operation() -> None:
    kernel = float_kernel(
        "%p = arith.mulf %a, %a : bf16\n%r = arith.addf %p, %a : bf16",
        "bf16",
        "bf16",
        ("bfloat16",) * 2,
    )
    bits = bfloat16_bits(np.random.default_rng(0).normal(size=64))
    a = from_bits(bits)
    expected = bfloat16_bits(from_bits(bfloat16_bits(a * a)) + a)
    found = kernel(bits.view(codec("bfloat16").dtype))
    np.testing.assert_array_equal(found.view(np.uint16), expected)


@pytest.mark.parametrize(
    ("source", "result", "operation"),
    [
        ("float64", "float32", "truncf"),
        ("float64", "float16", "truncf"),
        ("float32", "float16", "truncf"),
        ("float16", "float64", "extf"),
        ("float32", "int32", "fptosi"),
        ("float64", "int16", "fptosi"),
        ("int64", "float32", "sitofp"),
        ("int32", "float64", "sitofp"),
        ("uint64", "float64", "uitofp"),
        ("uint8", "float16", "uitofp"),
    ],
)
def test_conversions_are_those_of_numpy(source: str, result: str, operation: str) -> None:
    def storage(dtype: str) -> str:
        return dtype.replace("float", "f").replace("uint", "i").replace("int", "i")

    kernel = float_kernel(
        f"%r = arith.{operation} %a : {storage(source)} to {storage(result)}",
        storage(source),
        storage(result),
        (source, result),
    )
    rng = np.random.default_rng(0)
    if source.startswith("float"):
        a = (rng.normal(size=64) * 100).astype(source)
    else:
        limits = np.iinfo(source)
        a = rng.integers(limits.min, limits.max, 64, dtype=source, endpoint=True)
    np.testing.assert_array_equal(kernel(a), a.astype(result))


def test_wide_integers_convert_to_and_from_floats() -> None:
    kernel = build_text(
        """func.func @f(%x: i200 {hcl.dtype = "int200"}) -> (f64, i200 {hcl.dtype = "int200"}) {
          %d = arith.sitofp %x : i200 to f64
          %y = arith.fptosi %d : f64 to i200
          return %d, %y : f64, i200 }""",
        "f",
    )
    for x in (0, 1, -1, 2**150 + 2**100, -(2**180)):
        assert kernel(x) == (float(x), int(float(x)))
