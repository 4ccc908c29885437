"""Types and the promotion table."""

from __future__ import annotations

import numpy as np
import pytest

from hcl_explore import lang
from hcl_explore.lang import Fixed, Int, UFixed, UInt, bfloat16, float16, float32, float64, index
from hcl_explore.lang.promotion import common_type, promote
from hcl_explore.lang.types import TensorType, from_numpy_dtype, parse_type

SCALARS = [Int(1), Int(7), Int(512), UInt(1), UInt(33), float16, bfloat16, float32, float64, index]


@pytest.mark.parametrize("scalar", [*SCALARS, Fixed(16, 8), UFixed(5, -2)], ids=str)
def test_names_read_back(scalar: lang.Int) -> None:
    assert parse_type(str(scalar)) == scalar


@pytest.mark.parametrize("text", ["int0", "int513", "float8", "uint", "fixed(3)", "", "int07"])
def test_wrong_names(text: str) -> None:
    with pytest.raises(ValueError):
        parse_type(text)


def test_arrays() -> None:
    assert float32[3, 4] == TensorType(float32, (3, 4))
    assert str(Int(7)[3]) == "int7[3]"
    for size in (0, -1, 2.0, True, "3"):
        with pytest.raises(ValueError):
            float32[size]


def test_bool_is_one_unsigned_bit() -> None:
    assert lang.bool == UInt(1)
    assert str(lang.bool) == "uint1"
    assert UInt(1).numpy_dtype == np.bool_


@pytest.mark.parametrize("width", range(1, 65))
def test_numpy_storage_holds_every_value(width: int) -> None:
    for scalar in (Int(width), UInt(width)):
        held = np.array([scalar.low, scalar.high], scalar.numpy_dtype)
        assert [int(value) for value in held] == [scalar.low, scalar.high]
    assert parse_type(str(from_numpy_dtype(Int(width).numpy_dtype))).bits >= width


@pytest.mark.parametrize("value", [-300, -129, -1, 0, 127, 128, 255, 300])
def test_wrapping(value: int) -> None:
    assert lang.int8(value) == np.array(value).astype(np.int8)
    assert lang.uint8(value) == np.array(value).astype(np.uint8)
    np.testing.assert_array_equal(
        lang.int8(np.array([value, value + 1])), np.array([value, value + 1]).astype(np.int8)
    )


def test_bfloat16_rounds_to_nearest_even() -> None:
    assert bfloat16(1 + 2**-8) == 1.0
    assert bfloat16(1 + 3 * 2**-8) == 1 + 2**-6
    assert bfloat16(3.140625) == 3.140625
    assert bfloat16(1e39) == float("inf")


TABLE = [
    ("+", Int(8), Int(8), Int(9)),
    ("+", Int(8), UInt(8), Int(10)),
    ("+", UInt(8), UInt(4), UInt(9)),
    ("-", UInt(8), UInt(8), Int(9)),
    ("-", Int(32), Int(16), Int(33)),
    ("*", Int(8), UInt(8), Int(16)),
    ("*", UInt(3), UInt(4), UInt(7)),
    ("*", Int(512), Int(512), Int(512)),
    ("/", Int(8), Int(32), Int(8)),
    ("//", UInt(8), Int(32), UInt(8)),
    ("%", Int(8), Int(32), Int(32)),
    ("%", UInt(8), Int(8), Int(9)),
    ("<<", Int(8), UInt(5), Int(8)),
    (">>", UInt(8), Int(32), UInt(8)),
    ("&", UInt(8), UInt(3), UInt(8)),
    ("^", UInt(8), Int(8), Int(9)),
    ("<", Int(8), float32, UInt(1)),
    ("+", Int(512), float16, float16),
    ("+", float16, bfloat16, float32),
    ("*", float32, float64, float64),
    ("+", index, index, index),
    ("+", index, Int(8), Int(33)),
    ("*", Fixed(16, 8), float16, float16),
    ("+", Fixed(16, 8), Fixed(12, 10), Fixed(19, 10)),
    ("*", Fixed(16, 8), UFixed(8, 4), Fixed(24, 12)),
    ("+", UFixed(8, 4), Int(8), Fixed(13, 4)),
]


@pytest.mark.parametrize(("operator", "left", "right", "expected"), TABLE)
def test_promotion(operator: str, left: lang.Int, right: lang.Int, expected: lang.Int) -> None:
    assert promote(operator, left, right) == expected


@pytest.mark.parametrize("n", range(1, 7))
@pytest.mark.parametrize("m", range(1, 7))
def test_no_sum_difference_or_product_is_lost(n: int, m: int) -> None:
    for left in (Int(n), UInt(n)):
        for right in (Int(m), UInt(m)):
            ends = [(a, b) for a in (left.low, left.high) for b in (right.low, right.high)]
            for operator, results in (
                ("+", [a + b for a, b in ends]),
                ("-", [a - b for a, b in ends]),
                ("*", [a * b for a, b in ends]),
            ):
                promoted = promote(operator, left, right)
                assert isinstance(promoted, (Int, UInt))
                assert promoted.low <= min(results)
                assert max(results) <= promoted.high


def test_common_type_holds_both() -> None:
    integers = [kind(width) for kind in (Int, UInt) for width in (1, 2, 7, 8)]
    for left in integers:
        for right in integers:
            common = common_type(left, right)
            assert isinstance(common, (Int, UInt))
            assert common.low <= min(left.low, right.low)
            assert common.high >= max(left.high, right.high)


@pytest.mark.parametrize(
    ("left", "right", "bits"), [(UInt(512), Int(8), 513), (Int(500), UFixed(60, 40), 540)]
)
def test_what_512_bits_do_not_hold_together(left: lang.Int, right: lang.Int, bits: int) -> None:
    for operator in ("<", "==", "%"):
        if (operator, left) != ("%", UInt(512)):  # a remainder of integers has the wider's bits
            with pytest.raises(TypeError, match=f"held together by {bits} bits"):
                promote(operator, left, right)
    with pytest.raises(TypeError, match="there may be 512 at most"):
        common_type(right, left)


@pytest.mark.parametrize("operator", ["&", "|", "^", "<<", ">>"])
def test_no_bitwise_operators_on_floats(operator: str) -> None:
    with pytest.raises(TypeError):
        promote(operator, float32, Int(8))
