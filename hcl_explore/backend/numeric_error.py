"""The numeric error between two programs whose arrays hold the same numbers in different types."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from hcl_explore.backend.cpu.inputs import Argument, random_inputs
from hcl_explore.backend.cpu.marshal import Array, FixedCodec, codec
from hcl_explore.backend.cpu.signature import Signature, Value
from hcl_explore.lang.types import FixedType, Float, IntegerType

# Integers that stand for floats are drawn up to here: a small part of the range of most types.
_LARGEST_INTEGER = 100.0


def paired_inputs(
    before: Signature, after: Signature, seed: int
) -> tuple[list[Argument], list[Argument]]:
    """Arguments for both programs, the same numbers for the same seed.

    Where the types of a parameter differ, the numbers are drawn within the range of the new one; a
    float is not rounded for the original program, so that the error of holding it in the new type
    is part of what is measured.
    """
    originals = random_inputs(before, seed)
    converted = random_inputs(after, seed)
    rng = np.random.default_rng(seed)
    for position, (old, new) in enumerate(zip(before.parameters, after.parameters, strict=True)):
        if old.dtype == new.dtype:
            converted[position] = originals[position]
            continue
        if isinstance(old.type, Float):
            drawn = _clipped_floats(numbers(old.dtype, np.asarray(originals[position])), new, rng)
            originals[position] = held(old, drawn)
            drawn = numbers(old.dtype, np.asarray(originals[position]))
        elif isinstance(new.type, Float):
            largest = 2.0 ** (new.type.mantissa + 1)  # whole numbers up to there are exact
            drawn = numbers(old.dtype, np.asarray(originals[position])).clip(-largest, largest)
            originals[position] = held(old, drawn)
        else:
            drawn = numbers(new.dtype, np.asarray(converted[position]))
            originals[position] = held(old, drawn)
        converted[position] = held(new, drawn)
    return originals, converted


def _clipped_floats(drawn: Array, new: Value, rng: np.random.Generator) -> Array:
    kind = new.type
    if isinstance(kind, FixedType):
        unit = 2.0**-kind.fraction
        return np.clip(drawn, kind.storage.low * unit, kind.storage.high * unit)
    if isinstance(kind, IntegerType):
        low, high = max(kind.low, -_LARGEST_INTEGER), min(kind.high, _LARGEST_INTEGER)
        return np.asarray(rng.uniform(low, high, drawn.shape))
    return drawn


def numbers(dtype: str, array: Array) -> Array:
    """What the elements of an array of the kernel type ``dtype`` are, as float64."""
    if dtype == "bfloat16" and array.dtype != np.float64:  # a scalar is a number already
        bits = array.view(np.uint16).astype(np.uint32) << np.uint32(16)
        array = bits.view(np.float32)
    return np.asarray(array.astype(np.float64))


def held(value: Value, drawn: Array) -> Argument:
    """Numbers as an argument for a parameter, converted as an assignment does."""
    coding = codec(value.dtype)
    kind = value.type
    array: Array
    if isinstance(coding, FixedCodec):
        array = coding.values_of(coding.raw_of(drawn))
    elif isinstance(kind, IntegerType):
        wrapped = [kind.wrap(int(number)) for number in drawn.ravel().tolist()]
        array = np.array(wrapped, dtype=coding.dtype).reshape(drawn.shape)
    elif value.dtype == "bfloat16":
        rounded = drawn.astype(np.float32).view(np.uint32) + np.uint32(0x8000)
        array = (rounded >> np.uint32(16)).astype(np.uint16).view(coding.dtype)
    else:
        array = drawn.astype(coding.dtype)
    if value.shape is not None:
        return array
    number: Any = coding.python_scalar(array)
    return number  # type: ignore[no-any-return]


class Error:
    """The largest error so far, and where it is; ``allowed`` is a part of the largest value."""

    def __init__(self, allowed: float) -> None:
        self.allowed = allowed
        self.absolute = 0.0
        self.relative = 0.0
        self.where = ""
        self.is_undefined = False

    def take(self, name: str, dtypes: Sequence[str], expected: Array, found: Array) -> None:
        """Take one array of both programs into account."""
        wanted, got = numbers(dtypes[0], expected), numbers(dtypes[1], found)
        same = (wanted == got) | (np.isnan(wanted) & np.isnan(got))
        with np.errstate(invalid="ignore"):
            error = np.where(same, 0.0, np.abs(wanted - got))
        finite = np.abs(wanted[np.isfinite(wanted)])
        scale = float(finite.max()) if finite.size else 0.0
        if not np.isfinite(error).all():
            self.is_undefined = True
            error = np.where(np.isfinite(error), error, np.inf)
        worst = np.unravel_index(int(np.argmax(error)), error.shape)
        largest = float(error[worst]) if error.size else 0.0
        relative = largest / scale if scale else largest
        if relative > self.relative or not self.where:
            subscripts = f"[{', '.join(map(str, worst))}]" if error.ndim else ""
            self.where = (
                f"{name}{subscripts}, which is {got[worst]:.6g} instead of {wanted[worst]:.6g}"
            )
        self.absolute = max(self.absolute, largest)
        self.relative = max(self.relative, relative)

    @property
    def is_allowed(self) -> bool:
        return not self.is_undefined and self.relative <= self.allowed

    def sentence(self, inputs: int) -> str:
        """What came out, for the user."""
        on = f"on {inputs} random input{'s' * (inputs != 1)}"
        if not self.relative:
            return f"No error {on}, although types changed."
        of = f"{self.relative:.2g} of the largest value"
        text = f"Largest error {self.absolute:.3g} ({of}) {on}, at {self.where}"
        if self.is_allowed:
            return f"{text}; up to {self.allowed:g} is allowed."
        return f"{text}; only {self.allowed:g} is allowed."
