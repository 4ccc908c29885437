"""The types of kernel values: scalars of any width, and arrays of them.

A scalar type prints as its canonical name (``int32``, ``uint7``, ``float32``, ``fixed(16, 8)``),
which ``parse_type`` reads back; that name is what the IR carries as ``hcl.dtype``. ``T[32, 32]``
is the type of an array. A type is callable as in NumPy: ``int8(x)`` converts ``x``, inside a
kernel and in plain Python alike.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar

import numpy as np

MAX_WIDTH = 512
EXACT_FIXED_BITS = 53
"""Fixed-point values of up to so many bits are exact in a float64."""


class ScalarType:
    """Base of all element types. Two types are equal when their names are."""

    __slots__ = ()

    @property
    def bits(self) -> int:
        """Storage width in bits; 64 for ``index``."""
        raise NotImplementedError

    def __getitem__(self, shape: Any) -> Any:
        """The array type ``T[shape]``, a ``TensorType``; of a size left open, something that only
        the text of a kernel gives a meaning. ``...`` is a size known when the kernel runs. Raises
        ``ValueError`` unless all other sizes are positive integers."""
        sizes = shape if isinstance(shape, tuple) else (shape,)
        for size in sizes:
            if isinstance(size, OpenSize):
                return size
        return TensorType(self, tuple(_size(size) for size in sizes))

    def __call__(self, value: Any) -> Any:
        """``value`` (a number or an array) converted to this type, held in NumPy storage."""
        raise NotImplementedError

    @property
    def numpy_dtype(self) -> np.dtype[Any]:
        """The NumPy dtype that holds an element: the next power-of-two width for odd integers.

        Raises ``TypeError`` for types NumPy has no storage for (more than 64 bits, bfloat16).
        """
        raise NotImplementedError


class OpenSize:
    """A size that is not known yet; Python may calculate with it in annotations."""

    def _calculated(self, _other: object) -> OpenSize:
        return self

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _calculated
    __floordiv__ = __rfloordiv__ = __mod__ = __rmod__ = _calculated


UNKNOWN_SIZE = -(1 << 63)
"""Stands in a shape for ``...``, a size that is known only when the kernel runs."""


def _size(size: object) -> int:
    if size is Ellipsis:
        return UNKNOWN_SIZE
    if isinstance(size, (bool, np.bool_)) or not isinstance(size, (int, np.integer)) or size < 1:
        raise ValueError(f"an array size must be a positive integer, not {size!r}")
    return int(size)


class IntegerType(ScalarType):
    """Common part of ``Int`` and ``UInt``: two's complement, wrapping."""

    __slots__ = ()
    width: int
    signed: ClassVar[bool]

    @property
    def bits(self) -> int:
        return self.width

    @property
    def low(self) -> int:
        """The smallest value."""
        return -(1 << (self.width - 1)) if self.signed else 0

    @property
    def high(self) -> int:
        """The largest value."""
        return (1 << (self.width - 1)) - 1 if self.signed else (1 << self.width) - 1

    def wrap(self, value: int) -> int:
        """``value`` modulo 2**width, in this type's range."""
        value &= (1 << self.width) - 1
        if self.signed and value >> (self.width - 1):
            value -= 1 << self.width
        return value

    @property
    def numpy_dtype(self) -> np.dtype[Any]:
        if self == BOOL:
            return np.dtype(np.bool_)
        if self.width > 64:
            raise TypeError(f"NumPy has no storage for {self}: it holds integers of up to 64 bits")
        width = max(8, 1 << (self.width - 1).bit_length())
        return np.dtype(f"{'int' if self.signed else 'uint'}{width}")

    def __call__(self, value: Any) -> Any:
        if self.width > 64:
            return self.wrap(int(value))
        if isinstance(value, np.ndarray):
            wrapped = [self.wrap(int(element)) for element in value.ravel()]
            return np.array(wrapped, dtype=self.numpy_dtype).reshape(value.shape)
        return self.numpy_dtype.type(self.wrap(int(value)))


def _check_width(kind: str, width: object) -> None:
    if isinstance(width, bool) or not isinstance(width, int):
        raise TypeError(f"the width of {kind} must be an integer, not {width!r}")
    if not 1 <= width <= MAX_WIDTH:
        raise ValueError(f"the width of {kind} must be between 1 and {MAX_WIDTH}, not {width}")


@dataclass(frozen=True, repr=False)
class Int(IntegerType):
    """Signed integer of ``width`` bits, 1 to 512."""

    width: int
    signed: ClassVar[bool] = True

    def __post_init__(self) -> None:
        _check_width("Int", self.width)

    def __repr__(self) -> str:
        return f"int{self.width}"


@dataclass(frozen=True, repr=False)
class UInt(IntegerType):
    """Unsigned integer of ``width`` bits, 1 to 512. ``UInt(1)`` is also ``bool``."""

    width: int
    signed: ClassVar[bool] = False

    def __post_init__(self) -> None:
        _check_width("UInt", self.width)

    def __repr__(self) -> str:
        return f"uint{self.width}"


@dataclass(frozen=True, repr=False)
class Index(ScalarType):
    """Loop variables and subscripts. In arithmetic with sized integers it counts as ``int32``."""

    @property
    def bits(self) -> int:
        return 64

    @property
    def numpy_dtype(self) -> np.dtype[Any]:
        return np.dtype(np.int64)

    def __call__(self, value: Any) -> Any:
        return np.int64(value) if not isinstance(value, np.ndarray) else value.astype(np.int64)

    def __repr__(self) -> str:
        return "index"


@dataclass(frozen=True, repr=False)
class Float(ScalarType):
    """IEEE binary16, binary32, binary64, or bfloat16 (8 exponent and 7 stored mantissa bits)."""

    name: str
    width: int
    mantissa: int

    @property
    def bits(self) -> int:
        return self.width

    @property
    def numpy_dtype(self) -> np.dtype[Any]:
        if self.name == "bfloat16":
            raise TypeError("NumPy has no bfloat16")
        return np.dtype(self.name)

    def __call__(self, value: Any) -> Any:
        if self.name == "bfloat16":
            return round_to_bfloat16(float(value))
        if isinstance(value, np.ndarray):
            return value.astype(self.numpy_dtype)
        return self.numpy_dtype.type(value)

    def __repr__(self) -> str:
        return self.name


def round_to_bfloat16(value: float) -> float:
    """The bfloat16 nearest to ``value`` (ties to even), as a Python float."""
    if math.isnan(value) or math.isinf(value):
        return value
    bits = int(np.float32(value).view(np.uint32))
    bits = (bits + 0x7FFF + ((bits >> 16) & 1)) & 0xFFFF0000
    return float(np.uint32(bits).view(np.float32))


class FixedType(ScalarType):
    """Common part of ``Fixed`` and ``UFixed``: ``width`` bits, scaled by 2**-fraction."""

    __slots__ = ()
    width: int
    fraction: int
    signed: ClassVar[bool]

    @property
    def bits(self) -> int:
        return self.width

    @property
    def storage(self) -> Int | UInt:
        """The integer type of the raw bits."""
        return Int(self.width) if self.signed else UInt(self.width)

    @property
    def numpy_dtype(self) -> np.dtype[Any]:
        """``float64`` where it holds every value exactly, else ``object`` (of ``Fraction``)."""
        return np.dtype(np.float64 if self.width <= EXACT_FIXED_BITS else object)

    def raw(self, value: Any) -> int:
        """The bits for a number, as an integer: rounded down, and wrapped, as ``ap_fixed`` does.

        Raises ``ValueError`` or ``OverflowError`` for NaN and infinity.
        """
        scaled = Fraction(value) * Fraction(2) ** self.fraction
        return self.storage.wrap(math.floor(scaled))

    def value_of(self, raw: int) -> Any:
        """The number that bits stand for: a float, or a ``Fraction`` above 53 bits."""
        exact = Fraction(raw) / Fraction(2) ** self.fraction
        return float(exact) if self.width <= EXACT_FIXED_BITS else exact

    def __call__(self, value: Any) -> Any:
        """The nearest representable value below (truncation), wrapped: as ``ap_fixed`` does."""
        if isinstance(value, np.ndarray):
            converted = [self.value_of(self.raw(element)) for element in value.ravel().tolist()]
            return np.array(converted, dtype=self.numpy_dtype).reshape(value.shape)
        number = value.item() if isinstance(value, np.generic) else value
        return self.value_of(self.raw(number))


def _check_fixed(kind: str, width: object, fraction: object) -> None:
    _check_width(kind, width)
    if isinstance(fraction, bool) or not isinstance(fraction, int):
        raise TypeError(f"the fraction bits of {kind} must be an integer, not {fraction!r}")
    if not -MAX_WIDTH <= fraction <= MAX_WIDTH:
        raise ValueError(f"the fraction bits of {kind} must be within ±{MAX_WIDTH}, not {fraction}")


@dataclass(frozen=True, repr=False)
class Fixed(FixedType):
    """Signed fixed point: ``width`` bits in all, ``fraction`` of them after the binary point."""

    width: int
    fraction: int
    signed: ClassVar[bool] = True

    def __post_init__(self) -> None:
        _check_fixed("Fixed", self.width, self.fraction)

    def __repr__(self) -> str:
        return f"fixed({self.width}, {self.fraction})"


@dataclass(frozen=True, repr=False)
class UFixed(FixedType):
    """Unsigned fixed point: ``width`` bits in all, ``fraction`` of them after the binary point."""

    width: int
    fraction: int
    signed: ClassVar[bool] = False

    def __post_init__(self) -> None:
        _check_fixed("UFixed", self.width, self.fraction)

    def __repr__(self) -> str:
        return f"ufixed({self.width}, {self.fraction})"


@dataclass(frozen=True, repr=False)
class TensorType:
    """An array: element type and sizes, outermost dimension first."""

    element: ScalarType
    shape: tuple[int, ...]

    @property
    def rank(self) -> int:
        return len(self.shape)

    @property
    def is_sized(self) -> bool:
        """Whether all sizes are known before the kernel runs."""
        return UNKNOWN_SIZE not in self.shape

    def __repr__(self) -> str:
        sizes = ("..." if size == UNKNOWN_SIZE else str(size) for size in self.shape)
        return f"{self.element}[{', '.join(sizes)}]"


BOOL = UInt(1)

index = Index()
float16 = Float("float16", 16, 10)
bfloat16 = Float("bfloat16", 16, 7)
float32 = Float("float32", 32, 23)
float64 = Float("float64", 64, 52)
int8, int16, int32, int64 = Int(8), Int(16), Int(32), Int(64)
uint1, uint8, uint16, uint32, uint64 = UInt(1), UInt(8), UInt(16), UInt(32), UInt(64)

_FLOATS = {t.name: t for t in (float16, bfloat16, float32, float64)}
_INTEGER = re.compile(r"(u?)int([1-9][0-9]{0,2})")
_FIXED = re.compile(r"(u?)fixed\(([0-9]{1,3}), (-?[0-9]{1,3})\)")


def parse_type(text: str) -> ScalarType:
    """The scalar type that prints as ``text``. Raises ``ValueError`` if there is none."""
    if text in _FLOATS:
        return _FLOATS[text]
    if text == "index":
        return index
    if match := _INTEGER.fullmatch(text):
        return (UInt if match[1] else Int)(int(match[2]))
    if match := _FIXED.fullmatch(text):
        return (UFixed if match[1] else Fixed)(int(match[2]), int(match[3]))
    raise ValueError(f"{text!r} names no type")


def normal_type_name(text: str) -> str:
    """The name of a type as it prints, from what people write: ``Fixed(16,8)``, ``UInt(3)``."""
    compact = "".join(text.split()).lower().removeprefix("hcl.").replace(",", ", ")
    short = re.fullmatch(r"(u?int)\(([0-9]+)\)", compact)
    return f"{short[1]}{short[2]}" if short else compact


def python_name(scalar: ScalarType) -> str:
    """The expression that makes ``scalar``, with names of ``hcl_explore``."""
    if isinstance(scalar, FixedType):
        return f"hcl.{type(scalar).__name__}({scalar.width}, {scalar.fraction})"
    if isinstance(scalar, IntegerType) and scalar.width not in (8, 16, 32, 64):
        return f"hcl.{type(scalar).__name__}({scalar.width})"
    return f"hcl.{scalar}"


def from_numpy_dtype(dtype: np.dtype[Any]) -> ScalarType:
    """The scalar type of a NumPy dtype. Raises ``ValueError`` for strings, objects, complex, …"""
    if dtype == np.bool_:
        return BOOL
    if dtype.kind == "i":
        return Int(dtype.itemsize * 8)
    if dtype.kind == "u":
        return UInt(dtype.itemsize * 8)
    if dtype.kind == "f" and dtype.name in _FLOATS:
        return _FLOATS[dtype.name]
    raise ValueError(f"a NumPy array of dtype {dtype} has no counterpart among kernel types")
