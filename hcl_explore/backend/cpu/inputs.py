"""Random arguments for a kernel, drawn from its signature."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np

from hcl_explore.backend.cpu.marshal import Array, Codec, FixedCodec, codec
from hcl_explore.backend.cpu.signature import Signature, Value
from hcl_explore.lang.types import BOOL, Index, IntegerType

Argument = Array | int | float | bool

_SMALL_INTEGERS = 8


def element_count(value: Value) -> int:
    """The number of elements; 1 for a scalar. Dimensions that are not known count as empty."""
    return math.prod(size or 0 for size in value.shape or ())


def random_inputs(signature: Signature, seed: int) -> list[Argument]:
    """Arguments for a call, the same for the same seed.

    Integers and fixed point over their whole range, unless subscripts or bounds depend on data:
    then from 0 up to the smallest array dimension, so that they can be subscripts. ``index`` is
    always drawn so. Floats in [-1, 1], one in sixteen 16 times larger. All sizes that are not known
    are the same one.
    """
    rng = np.random.default_rng(seed)
    size = int(rng.integers(_SMALL_INTEGERS, 3 * _SMALL_INTEGERS))
    signature = replace(
        signature, parameters=tuple(_sized(value, size) for value in signature.parameters)
    )
    sizes = [size for value in signature.parameters for size in value.shape or () if size]
    small = min([*sizes, _SMALL_INTEGERS])
    return [
        _random_value(value, rng, small, signature.data_dependent) for value in signature.parameters
    ]


def _sized(value: Value, size: int) -> Value:
    if value.shape is None or None not in value.shape:
        return value
    return replace(value, shape=tuple(size if known is None else known for known in value.shape))


def _random_value(value: Value, rng: np.random.Generator, small: int, only_small: bool) -> Argument:
    coding = codec(value.dtype)
    shape = tuple(size or 0 for size in value.shape or ())
    if isinstance(coding, FixedCodec):
        numbers = _random_fixed(coding, rng, shape, small if only_small else None)
        return numbers if value.shape is not None else coding.python_scalar(numbers)
    if coding.is_float:
        array = _random_floats(coding, rng, shape, is_scalar=value.shape is None)
    elif coding.scalar == BOOL:
        array = np.asarray(rng.random(shape) < 0.5)
    elif only_small or isinstance(coding.scalar, Index):
        high = coding.scalar.high + 1 if isinstance(coding.scalar, IntegerType) else small
        array = np.asarray(rng.integers(0, min(small, high), shape)).astype(coding.dtype)
    else:
        assert isinstance(coding.scalar, IntegerType)
        array = _random_integers(coding.scalar, rng, shape).astype(coding.dtype)
    if value.shape is not None:
        return array
    number: int | float | bool = array.item()
    return number


def _random_floats(
    coding: Codec, rng: np.random.Generator, shape: tuple[int, ...], *, is_scalar: bool
) -> Array:
    scale = np.where(rng.random(shape) < 1 / 16, 16.0, 1.0)
    numbers = np.asarray(rng.uniform(-1.0, 1.0, shape) * scale)
    if coding.dtype == np.uint16 and not is_scalar:
        # bfloat16 held as its bits: the upper half of a float32.
        bits: Array = numbers.astype(np.float32).view(np.uint32) >> np.uint32(16)
        return bits.astype(np.uint16)
    return numbers if is_scalar else numbers.astype(coding.dtype)


def _random_fixed(
    coding: FixedCodec, rng: np.random.Generator, shape: tuple[int, ...], below: int | None
) -> Array:
    """Over the whole range, or whole numbers from 0 that are less than ``below``."""
    held = coding.fixed.storage
    if below is None:
        return coding.values_of(_random_integers(held, rng, shape).astype(coding.raw.dtype))
    largest = held.high * 2.0**-coding.fixed.fraction
    numbers = np.minimum(rng.integers(0, below, shape).astype(np.float64), largest)
    return coding.values_of(coding.raw_of(np.asarray(numbers)))


def _random_integers(
    scalar: IntegerType, rng: np.random.Generator, shape: tuple[int, ...]
) -> np.ndarray[Any, np.dtype[Any]]:
    if scalar.width <= 64:
        dtype = np.int64 if scalar.signed else np.uint64
        drawn = rng.integers(scalar.low, scalar.high, shape, dtype=dtype, endpoint=True)
        return np.asarray(drawn)
    count, size = math.prod(shape), scalar.width // 8 + 1
    raw = rng.bytes(size * count)
    words = np.empty(count, dtype=object)
    for position in range(count):
        word = raw[position * size : (position + 1) * size]
        words[position] = scalar.wrap(int.from_bytes(word, "little"))
    return words.reshape(shape)
