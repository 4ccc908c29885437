"""NumPy arrays and Python scalars to and from the memory of compiled code.

Integers of a width that NumPy lacks live in the next wider integer, wrapped to their width on the
way in and sign- or zero-extended on the way out; above 64 bits they are Python integers in an
array of dtype object. Fixed-point values are float64, exact up to 53 bits; above, an
array of dtype object holds ``fractions.Fraction``. ``bool`` is ``uint1``. A
bfloat16 array has the dtype of the ``ml_dtypes`` package where that is installed, else it is a
uint16 array of its bits.
"""

from __future__ import annotations

import importlib
import importlib.util
import mmap
from functools import cache
from typing import Any

import numpy as np

from hcl_explore.backend.cpu.signature import storage_bytes
from hcl_explore.lang.types import (
    FixedType,
    Float,
    IntegerType,
    ScalarType,
    bfloat16,
    parse_type,
    round_to_bfloat16,
)

Array = np.ndarray[Any, np.dtype[Any]]


class Codec:
    """How values of one scalar type lie in memory. Use ``codec(dtype)``, which caches them.

    ``dtype`` is what the caller's arrays must have, ``storage`` what lies in memory.
    """

    def __init__(self, scalar: ScalarType) -> None:
        self.scalar = scalar
        self.bytes = storage_bytes(scalar)
        self.wide = self.scalar.bits > 64
        if self.wide:
            self.dtype, self.storage = np.dtype(object), np.dtype(f"V{self.bytes}")
        elif self.scalar == bfloat16:
            self.dtype, self.storage = _bfloat16_dtype(), np.dtype(np.uint16)
        else:
            self.dtype = self.storage = self.scalar.numpy_dtype
        spare = self.bytes * 8 - self.scalar.bits
        self._spare_bits = spare if self.dtype.kind in "iu" else 0

    def write(self, memory: mmap.mmap, offset: int, array: Array) -> None:
        """Copy ``array`` (of ``self.dtype``, any strides) to ``memory``, in row-major order."""
        if self.wide:
            mask = (1 << self.scalar.bits) - 1
            block = b"".join(
                (int(element) & mask).to_bytes(self.bytes, "little") for element in array.flat
            )
            memory[offset : offset + len(block)] = block
            return
        view = self._view(memory, offset, array.shape)
        np.copyto(view, array.view(self.storage) if self.storage != self.dtype else array)
        if self._spare_bits:
            # Loads of an iN trust that the bits above N are zero.
            bits = view.view(f"u{self.bytes}")
            bits &= bits.dtype.type((1 << self.scalar.bits) - 1)

    def read(self, memory: mmap.mmap, offset: int, shape: tuple[int, ...]) -> Array:
        """A new array of ``shape`` with the values in ``memory``."""
        if self.wide:
            return self._read_wide(memory, offset, shape)
        array: Array = self._view(memory, offset, shape).copy()
        if self._spare_bits:
            array <<= array.dtype.type(self._spare_bits)
            array >>= array.dtype.type(self._spare_bits)
        return array if self.storage == self.dtype else array.view(self.dtype)

    def _view(self, memory: mmap.mmap, offset: int, shape: tuple[int, ...]) -> Array:
        view: Array = np.ndarray(shape, dtype=self.storage, buffer=memory, offset=offset)
        return view

    def _read_wide(self, memory: mmap.mmap, offset: int, shape: tuple[int, ...]) -> Array:
        assert isinstance(self.scalar, IntegerType)
        array = np.empty(shape, dtype=object)
        for position in range(array.size):
            start = offset + position * self.bytes
            raw = int.from_bytes(memory[start : start + self.bytes], "little")
            array.flat[position] = self.scalar.wrap(raw)
        return array

    def scalar_array(self, value: Any) -> Array:
        """A rank-0 array of ``self.dtype`` holding the Python number ``value``."""
        if self.scalar == bfloat16:
            bits = np.float32(round_to_bfloat16(value)).view(np.uint32) >> np.uint32(16)
            return np.array(bits, dtype=np.uint16).view(self.dtype)
        with np.errstate(over="ignore"):
            return np.array(value, dtype=self.dtype)

    def python_scalar(self, array: Array) -> int | float | bool:
        """The Python number in a rank-0 array that ``read`` returned."""
        if self.scalar == bfloat16:
            bits = array.view(np.uint16).astype(np.uint32) << np.uint32(16)
            return float(bits.view(np.float32))
        value: int | float | bool = array.item()
        return value

    @property
    def is_float(self) -> bool:
        """Whether the kernel calculates with it in floating point."""
        return isinstance(self.scalar, Float)


class FixedCodec(Codec):
    """Fixed point: the caller's numbers outside, the raw integers (of ``raw``) in memory.

    Numbers on their way in are rounded down and wrapped, as an assignment in a kernel does.
    """

    def __init__(self, fixed: FixedType, raw: Codec) -> None:
        super().__init__(raw.scalar)
        self.fixed = fixed
        self.raw = raw
        self.dtype = fixed.numpy_dtype

    def write(self, memory: mmap.mmap, offset: int, array: Array) -> None:
        self.raw.write(memory, offset, self.raw_of(array))

    def read(self, memory: mmap.mmap, offset: int, shape: tuple[int, ...]) -> Array:
        return self.values_of(self.raw.read(memory, offset, shape))

    def raw_of(self, array: Array) -> Array:
        """The integers for finite numbers of any real dtype."""
        small_float = array.dtype.kind == "f" and array.dtype.itemsize <= 8
        if self.dtype == np.dtype(object) or not small_float:
            words = np.empty(array.shape, dtype=object)
            for position, number in enumerate(array.ravel().tolist()):
                words.flat[position] = self.fixed.raw(number)
            return words.astype(self.raw.dtype)
        # Scaling by a power of two is exact, and so is the remainder taken first.
        modulus = 2.0 ** (self.fixed.width - self.fixed.fraction)
        scaled = np.fmod(array.astype(np.float64), modulus) * 2.0**self.fixed.fraction
        bits = np.floor(scaled).astype(np.int64)
        if self.fixed.signed:
            spare = 64 - self.fixed.width
            return np.asarray((bits << spare) >> spare).astype(self.raw.dtype)
        return np.asarray(bits & ((1 << self.fixed.width) - 1)).astype(self.raw.dtype)

    def values_of(self, raw: Array) -> Array:
        """The numbers that integers stand for."""
        if self.dtype != np.dtype(object):
            return np.asarray(raw.astype(np.float64) * 2.0**-self.fixed.fraction)
        numbers = np.empty(raw.shape, dtype=object)
        for position, word in enumerate(raw.ravel().tolist()):
            numbers.flat[position] = self.fixed.value_of(word)
        return numbers

    def scalar_array(self, value: Any) -> Array:
        return np.array(self.fixed(value), dtype=self.dtype)

    def python_scalar(self, array: Array) -> Any:
        return array.item()


@cache
def codec(dtype: str) -> Codec:
    """The codec of the type that prints as ``dtype``."""
    scalar = parse_type(dtype)
    if isinstance(scalar, FixedType):
        return FixedCodec(scalar, codec(str(scalar.storage)))
    return Codec(scalar)


def _bfloat16_dtype() -> np.dtype[Any]:
    if importlib.util.find_spec("ml_dtypes") is None:
        return np.dtype(np.uint16)
    dtype: np.dtype[Any] = np.dtype(importlib.import_module("ml_dtypes").bfloat16)
    return dtype
